"""What a scheme is made of: rows, code sets, switches, departures; and all of it together. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from .rules.terms import ALWAYS, Rule


class AdrgKind(StrEnum):
    """The kind of an ADRG: by its second letter in the national code, or the ambiguous QY row."""

    SURGICAL = "surgical"  # A-J
    PROCEDURE = "procedure"  # K-Q, not in an operating room
    MEDICAL = "medical"  # R-Z
    AMBIGUOUS = "ambiguous"  # xQY: an operation unrelated to the principal diagnosis


class CcExclusion(StrEnum):
    """When the principal diagnosis keeps a CC or MCC from counting."""

    SAME_TABLE = "same_table"  # the principal's own table number equals the secondary's
    MEMBERSHIP = "membership"  # the principal is listed in the table the secondary names


class NewbornWeight(StrEnum):
    """Which weight XSRTZ means."""

    BIRTH = "birth"
    ADMISSION = "admission"


class AmbiguousAdrg(StrEnum):
    """What answers call the ADRG of an ambiguous case."""

    QY = "QY"  # one name in every MDC
    OWN = "own"  # the code of the row: BQY, RQY …


Trust = Literal["read", "secondary", "assumed"]


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A named list of codes."""

    name: str
    kind: Literal["diagnosis", "procedure"]
    codes: frozenset[str]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Mdc:
    code: str
    name: str
    rule: Rule = ALWAYS


@dataclass(frozen=True, slots=True)
class Adrg:
    code: str
    mdc: str
    name: str
    kind: AdrgKind
    rule: Rule = ALWAYS


@dataclass(frozen=True, slots=True)
class Drg:
    code: str
    adrg: str
    name: str
    rule: Rule = ALWAYS


@dataclass(frozen=True, slots=True)
class Switches:
    """Choices that the tables leave open. Each is documented, with its source, in the pack."""

    cc_exclusion: CcExclusion = CcExclusion.SAME_TABLE
    newborn_weight: NewbornWeight = NewbornWeight.BIRTH
    ambiguous_adrg: AmbiguousAdrg = AmbiguousAdrg.QY
    # an ungrouped case is tried again with each further procedure alone, until one groups
    retry_single_procedures: bool = False

    def adrg_shown(self, adrg: Adrg) -> str:
        """What answers call an ADRG."""
        one_name = adrg.kind is AdrgKind.AMBIGUOUS and self.ambiguous_adrg is AmbiguousAdrg.QY
        return AmbiguousAdrg.QY.value if one_name else adrg.code


@dataclass(frozen=True, slots=True)
class Departure:
    """A place where a pack deliberately differs from the text or program it was drawn from."""

    item: str
    source: str  # what stands there
    here: str  # what stands in the pack
    evidence: str


@dataclass(frozen=True, slots=True, repr=False)
class StatedScheme:
    """All that a scheme states, rows in the order of testing; `Scheme` is the same with what can be asked."""

    id: str
    title: str
    version: str
    mdcs: tuple[Mdc, ...]
    adrgs: tuple[Adrg, ...]
    drgs: tuple[Drg, ...]
    sets: Mapping[str, CodeSet]
    cc: Mapping[str, str]  # code -> its exclusion table ("" when it names none)
    mcc: Mapping[str, str]
    exclusion: Mapping[str, tuple[str, ...]]  # principal diagnosis -> the tables that list it
    switches: Switches = field(default_factory=Switches)
    base: str | None = None  # the national scheme a local one is stated against
    family: str = ""  # "chs-drg" for the national editions: what `load(family, on=…)` chooses among
    valid_from: date | None = None
    valid_to: date | None = None
    trust: Trust = "assumed"
    source: str = ""  # an id of the register of sources, or words
    notes: tuple[str, ...] = field(default=())
    title_en: str = ""
    switch_sources: Mapping[str, str] = field(default_factory=dict)  # by name of the switch
    departures: tuple[Departure, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Rows by kind: mdc, adrg and drg without the ambiguous ones; ambiguous."""
        ambiguous = {adrg.code for adrg in self.adrgs if adrg.kind is AdrgKind.AMBIGUOUS}
        return {
            "mdc": len(self.mdcs),
            "adrg": len(self.adrgs) - len(ambiguous),
            "drg": sum(drg.adrg not in ambiguous for drg in self.drgs),
            "ambiguous": len(ambiguous),
        }

"""The stages a rule set is made of: each stated once here, with what it does, in both languages.

`readable.py` carries them out in readable form, the kernel carries them out fast. A stage knows its
phase; a rule set lists its stages in the order of phases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Literal

from ..cases.conditions import Condition
from ..words import pairs
from .words import Pool, TreatmentClass


class Phase(IntEnum):
    CLEAN = 0
    CANDIDATES = 1
    TIES = 2
    CLASS_ORDER = 3
    FALLBACK = 4
    AUXILIARY = 5


@dataclass(frozen=True, slots=True)
class MapCodes:
    """Codes of the cases become codes of the catalogue by its crosswalk; others stay."""

    phase: ClassVar[Phase] = Phase.CLEAN


@dataclass(frozen=True, slots=True)
class Exclude:
    """What the catalogue excludes is taken out.

    `diagnoses`: a case with an excluded principal diagnosis is not grouped. `procedures`: `drop` takes
    every listed procedure out; `by_note` heeds its note: the first procedure that may be principal is the
    principal one, and a stay whose turn comes at one that counts as conservative is conservative.
    """

    phase: ClassVar[Phase] = Phase.CLEAN
    diagnoses: bool = False
    procedures: Literal["drop", "by_note"] = "drop"


@dataclass(frozen=True, slots=True)
class Classify:
    """The class of a stay is the highest of its procedures; none, or none known, is conservative.

    `interventional` says what an intervention counts as. With `minor_is_conservative` a stay is
    conservative whose procedures all are without incision and below level 3 (one of which neither is
    stated counts as such when its class is conservative). `conservative_as` says what a procedure of the
    conservative class counts as: where the catalogue lists those that leave a stay conservative, no other
    does.
    """

    phase: ClassVar[Phase] = Phase.CLEAN
    interventional: Literal["surgical", "therapeutic"] = "surgical"
    minor_is_conservative: bool = False
    conservative_as: TreatmentClass = TreatmentClass.CONSERVATIVE


@dataclass(frozen=True, slots=True)
class Severity:
    """The fact `severity` is the value of the first line whose conditions hold, else 1."""

    phase: ClassVar[Phase] = Phase.CLEAN
    lines: tuple[tuple[int, tuple[Condition, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Codes:
    """When a procedure of the case is one that the catalogue names.

    `exact`: the same code. `prefix`: a catalogue code of fewer than `prefix_below` characters stands for
    every code that begins with it. `extension`: a catalogue code without `x…` stands for its extensions,
    and one with `x…` also for its base code.
    """

    phase: ClassVar[Phase] = Phase.CANDIDATES
    match: Literal["exact", "prefix", "extension"] = "exact"
    prefix_below: int = 7


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of `pool` under the principal diagnosis, the narrowest diagnosis first that gives a hit.

    An entry is hit when all its terms are met and its related procedures and conditions too. `position`
    `principal` asks that the principal procedure be among those it names, and then the related ones are
    others, or the same again. An entry of any position is held against every procedure recorded, and asks
    for none when it names none. `conservative`: any other entry without procedures is hit by a conservative
    stay, only where no other is (`first`), or always (`all`).
    """

    phase: ClassVar[Phase] = Phase.CANDIDATES
    pool: Pool = Pool.CORE
    position: Literal["any", "principal"] = "any"
    conservative: Literal["first", "all"] = "first"


@dataclass(frozen=True, slots=True)
class Composite:
    """The composite entry of the narrowest diagnosis that has one of the case's class.

    `class_from` `first_procedure` takes the class of the first procedure instead of the highest. `pools`
    names the lists that are searched. `range_code` `category` puts the case's category in place of a range
    in the code. `derive` gives every category without its own the four composite types A09-1 to A09-4, and
    implies `range_code` `category`.
    """

    phase: ClassVar[Phase] = Phase.CANDIDATES
    class_from: Literal["highest", "first_procedure"] = "highest"
    pools: tuple[Pool, ...] = (Pool.COMPOSITE,)
    range_code: Literal["range", "category"] = "range"
    derive: bool = False


@dataclass(frozen=True, slots=True)
class TieBreak:
    """One way to thin out candidates; those it cannot tell apart all stay.

    Its name is one of TIE_BREAKS. `short_below` and `long_from` belong to `longer_codes`.
    """

    name: str
    short_below: int = 0
    long_from: int = 0


TIE_BREAKS: dict[str, tuple[str, str]] = {name: (en, zh) for name, (zh, en) in pairs("tie_break").items()}
"""Tie-breaks: English and Chinese."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Of the candidates of `pools` one is left: by each tie-break in turn, then by catalogue order.

    With `leave` `all` the tie-breaks thin them out over several pools, and what they cannot tell apart stays
    for a later choice in each pool.
    """

    phase: ClassVar[Phase] = Phase.TIES
    pools: tuple[Pool, ...] = (Pool.CORE,)
    by: tuple[TieBreak, ...] = ()
    leave: Literal["one", "all"] = "one"


@dataclass(frozen=True, slots=True)
class UnmatchedSurgery:
    """A surgical composite goes first when every other candidate leaves an operation unmatched."""

    phase: ClassVar[Phase] = Phase.CLASS_ORDER


@dataclass(frozen=True, slots=True)
class ClassOrder:
    """The first of these that has a candidate gives the answer; a pool without a class takes any."""

    phase: ClassVar[Phase] = Phase.CLASS_ORDER
    order: tuple[tuple[Pool, TreatmentClass | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """What is looked up when nothing was found, in this order."""

    phase: ClassVar[Phase] = Phase.FALLBACK
    pools: tuple[Pool, ...] = (Pool.BLANK,)


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """Of the auxiliary factors whose class the case is in, the largest applies (the first of equals)."""

    phase: ClassVar[Phase] = Phase.AUXILIARY
    dimensions: tuple[str, ...] = ()


Stage = (
    MapCodes
    | Exclude
    | Classify
    | Severity
    | Codes
    | Entries
    | Composite
    | Choose
    | UnmatchedSurgery
    | ClassOrder
    | Fallback
    | Auxiliary
)

STAGES: dict[str, type[Stage]] = {
    "map_codes": MapCodes,
    "exclude": Exclude,
    "classify": Classify,
    "severity": Severity,
    "codes": Codes,
    "entries": Entries,
    "composite": Composite,
    "choose": Choose,
    "unmatched_surgery": UnmatchedSurgery,
    "class_order": ClassOrder,
    "fallback": Fallback,
    "auxiliary": Auxiliary,
}
"""Name of a stage in a rule file -> what it is."""

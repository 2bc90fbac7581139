"""The records of a DIP catalogue: types, the keys that lead to them, and its auxiliary tables.

Plain frozen data. Reading, checking, compiling and what a user asks of a catalogue are files of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal, TypeVar

from ..cases.conditions import Condition
from .expressions import Expression, Pattern
from .words import Kind, ProcedureClass, ProcedureNote, TreatmentClass

Trust = Literal["read", "secondary", "assumed"]

EVERY_TYPE = "*"  # stands for a type's code in an auxiliary factor that any type may have


class Scope(StrEnum):
    """Which diagnoses of a case a list is held against."""

    PRINCIPAL = "principal"
    OTHER = "other"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class DipType:
    """A disease type and what is known of it. Money in yuan, stays in days; None is not stated."""

    code: str
    name: str
    kind: Kind
    score: float | None = None
    primary_care: bool = False
    primary_care_factor: float | None = None  # replaces the hospital coefficient
    mean_cost: float | None = None
    mean_los: float | None = None
    cases: int | None = None
    cv: float | None = None
    drug_score: float | None = None
    consumable_score: float | None = None


@dataclass(frozen=True, slots=True)
class DipKey:
    """One way into a type: everything it names must be met.

    `procedures` empty asks for a conservative stay. `treatment_class` is asked of composite types.
    A key with `any_position` does not ask that the principal procedure be one of those it names; it is
    held against every procedure recorded, and with none named it asks for none.
    """

    type: str
    diagnoses: tuple[Pattern, ...]
    procedures: Expression = ()
    related: Expression = ()
    other_diagnoses: tuple[Pattern, ...] = ()
    conditions: tuple[Condition, ...] = ()
    treatment_class: TreatmentClass | None = None
    any_position: bool = False


@dataclass(frozen=True, slots=True)
class ExcludedProcedure:
    """A procedure that may not decide the type. `allowed_with` is asked by the note LIMITED alone."""

    code: str
    note: ProcedureNote
    allowed_with: tuple[Pattern, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class AuxiliaryClass:
    """A class of the auxiliary catalogue, such as an age band, and when a case is in it."""

    name: str
    dimension: str
    conditions: tuple[Condition, ...]
    zh: str = ""


@dataclass(frozen=True, slots=True)
class AuxiliaryFactor:
    """What a case of `type` (or of EVERY_TYPE) in the auxiliary class `name` is multiplied by."""

    type: str
    name: str
    factor: float
    cases: int | None = None
    mean_cost: float | None = None


@dataclass(frozen=True, slots=True)
class DiagnosisFact:
    """A fact read off diagnosis codes: the largest value among those in `scope`, else `default`."""

    name: str
    scope: Scope
    values: tuple[tuple[Pattern, int], ...]
    default: int | None = None  # None: not stated, so that every condition on it fails


@dataclass(frozen=True, slots=True)
class Complication:
    """A secondary diagnosis that counts as CC or MCC.

    It counts if the principal diagnosis is of `include` (when that is given) and not in the list that
    `exclusion` names.
    """

    code: str
    level: Literal["cc", "mcc"]
    include: tuple[Pattern, ...] = ()
    exclusion: str = ""


@dataclass(frozen=True, slots=True)
class LevelMean:
    """The mean cost (yuan) of a type at hospitals of one level, and of how many cases."""

    type: str
    level: str
    mean_cost: float
    cases: int | None = None


@dataclass(frozen=True, slots=True)
class PrimaryCareEntry:
    """A diagnosis and procedure whose cases are primary care, whatever type they are in.

    The national list is narrower than the types: it names subcategories where types name categories.
    """

    code: str
    name: str
    diagnoses: tuple[Pattern, ...]
    procedures: Expression = ()


@dataclass(frozen=True, slots=True)
class ComorbidityClass:
    """A class of the comorbidity index and what a secondary diagnosis in it adds, once."""

    name: str
    weight: int
    diagnoses: tuple[Pattern, ...]
    zh: str = ""


@dataclass(frozen=True, slots=True)
class ProcedureFacts:
    """What a catalogue itself says of a procedure; it goes before the shipped table of classes."""

    code: str
    kind: ProcedureClass
    level: int | None = None  # 1 to 4
    incision: int | None = None  # 0 is no incision


@dataclass(frozen=True)
class CatalogueRecord:
    """All that a catalogue says; `DipCatalogue` is it with what a user asks. Money in yuan, stays in days."""

    id: str
    title: str
    types: Mapping[str, DipType]
    keys: tuple[DipKey, ...]
    title_zh: str = ""
    version: str = ""
    region: str = ""
    rules: str = "base"
    score_base: float = 1000.0
    valid_from: date | None = None
    valid_to: date | None = None
    trust: Trust = "assumed"
    source: str = ""
    notes: tuple[str, ...] = ()
    excluded_diagnoses: Mapping[str, str] = field(default_factory=dict)
    excluded_procedures: Mapping[str, ExcludedProcedure] = field(default_factory=dict)
    auxiliary_classes: Mapping[str, AuxiliaryClass] = field(default_factory=dict)
    auxiliary: tuple[AuxiliaryFactor, ...] = ()
    diagnosis_facts: Mapping[str, DiagnosisFact] = field(default_factory=dict)
    complications: Mapping[str, Complication] = field(default_factory=dict)
    exclusion_lists: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    procedure_facts: Mapping[str, ProcedureFacts] = field(default_factory=dict)
    crosswalk: Mapping[str, str] = field(default_factory=dict)
    hospital_coefficients: Mapping[str, float] = field(default_factory=dict)
    level_means: tuple[LevelMean, ...] = ()
    primary_care: tuple[PrimaryCareEntry, ...] = ()
    comorbidity_classes: tuple[ComorbidityClass, ...] = ()
    extra_codes: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.id, self.version, len(self.types), len(self.keys)))


AnyCatalogue = TypeVar("AnyCatalogue", bound=CatalogueRecord)

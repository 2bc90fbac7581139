"""What happened to one case: its cleaning, every entry considered, and the answer. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .words import Pool, Status, TreatmentClass

CATALOGUE_ORDER = "catalogue_order"  # what decides when no tie-break does


@dataclass(frozen=True, slots=True)
class DipCase:
    """A case as the rules see it. Codes stand principal first; `""` where the principal one is missing."""

    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)  # column facts; NaN or absent: not stated
    cost: float = float("nan")  # yuan


@dataclass(frozen=True, slots=True)
class Loss:
    """Why an entry is not the answer: a reason of explain.py, and what it is about."""

    reason: str
    detail: str = ""


@dataclass(slots=True)
class Candidate:
    """An entry the case meets. `matched` holds positions of procedures in the record."""

    key: int
    pool: Pool
    treatment: TreatmentClass
    matched: frozenset[int] = frozenset()
    related: int = 0
    loss: Loss | None = None


@dataclass(slots=True)
class Account:
    """The answer to a case and how it came about."""

    status: Status
    left_out: dict[int, str] = field(default_factory=dict)  # position -> why a procedure does not count
    repeats: dict[int, int] = field(default_factory=dict)  # position -> position of the same code before it
    present: set[int] = field(default_factory=set)  # positions recorded, each code once, counting or not
    counting: tuple[int, ...] = ()  # positions of the procedures that count, each code once
    principal_procedure: int | None = None
    treatment: TreatmentClass = TreatmentClass.CONSERVATIVE
    missed: list[tuple[int, Pool, Loss]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    chosen: Candidate | None = None
    decided: str = ""  # the tie-break, or CATALOGUE_ORDER, that decided inside the answer's pool
    auxiliary: int | None = None  # position of the factor that applies
    in_classes: tuple[int, ...] = ()  # positions of every factor whose class the case is in

"""One case as the readable twin reads it: cleaning, treatment class, procedures named, conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from ..cases.conditions import Condition
from .expressions import Expression, interval, specificity
from .model import ExcludedProcedure, Scope
from .prepared import Prepared, names
from .stages import Exclude, Severity
from .words import Pool, ProcedureNote, Status, TreatmentClass

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


class CaseReading:
    """A case under a prepared catalogue. `account` holds its status and what the cleaning did."""

    def __init__(self, prepared: Prepared, case: DipCase) -> None:
        self.prepared = prepared
        self.catalogue = prepared.catalogue
        self.rules = prepared.rules
        self.diagnoses = [prepared.crosswalk.get(code, code) for code in case.diagnoses]
        self.procedures = [prepared.crosswalk.get(code, code) for code in case.procedures]
        self.case = case
        self.account = Account(self.principal())
        self.first: dict[str, int] = {}  # where each known procedure stands first
        self.named_by: dict[str, frozenset[int]] = {}  # positions a catalogue's procedure code stands for
        self.clean()
        self.counting = frozenset(self.account.counting)
        self.again = frozenset(self.account.repeats.values())

    # cleaning

    def principal(self) -> Status:
        principal = self.diagnoses[0] if self.diagnoses else ""
        if not principal:
            return Status.NO_PRINCIPAL
        if self.prepared.diagnoses.id_of(principal) < 0:
            return Status.UNKNOWN_PRINCIPAL
        exclude = self.rules.one(Exclude)
        if exclude and exclude.diagnoses and principal in self.catalogue.excluded_diagnoses:
            return Status.EXCLUDED_PRINCIPAL
        return Status.GROUPED

    def clean(self) -> None:
        """Which procedures count, which is the principal one, and the class of the stay."""
        exclude = self.rules.one(Exclude)
        account = self.account
        counting: list[int] = []
        conservative = ""
        for place, code in enumerate(self.procedures):
            if not code:
                account.left_out[place] = "empty"
                continue
            if self.known(code) and self.first.setdefault(code, place) != place:
                account.repeats[place] = self.first[code]
                continue
            listed = self.prepared.excluded_procedures.get(code) if exclude and self.known(code) else None
            if listed is None or not exclude or exclude.procedures != "drop":
                account.present.add(place)
            if conservative:
                continue
            if listed is None:
                if account.principal_procedure is None:
                    account.principal_procedure = place
                counting.append(place)
            elif exclude and exclude.procedures == "drop":
                account.left_out[place] = "excluded"
            elif listed.note is ProcedureNote.CONSERVATIVE and account.principal_procedure is not None:
                account.left_out[place] = "conservative"
            elif listed.note is ProcedureNote.NOT_PRINCIPAL or account.principal_procedure is not None:
                counting.append(place)
            elif listed.note is ProcedureNote.LIMITED and self.allowed(listed):
                account.principal_procedure = place
                counting.append(place)
            else:
                conservative = f"{listed.note}: {code}"
        if conservative or account.principal_procedure is None:
            self.nothing_counts(conservative or "not_principal")
            return
        account.counting = tuple(counting)
        account.treatment = self.treatment(counting)

    def allowed(self, listed: ExcludedProcedure) -> bool:
        """Whether a limited procedure may be principal with this principal diagnosis."""
        principal = self.diagnoses[0] if self.diagnoses else ""
        return (
            self.prepared.diagnoses.id_of(principal) >= 0 and specificity(listed.allowed_with, principal) >= 0
        )

    def nothing_counts(self, why: str) -> None:
        """The stay is conservative, and none of its procedures counts."""
        self.account.principal_procedure = None
        for place in range(len(self.procedures)):
            if place not in self.account.repeats:
                self.account.left_out.setdefault(place, why)

    def treatment(self, counting: Sequence[int]) -> TreatmentClass:
        known = [self.procedures[place] for place in counting if self.known(self.procedures[place])]
        if self.rules.classify.minor_is_conservative and all(map(self.prepared.classes.minor, known)):
            return TreatmentClass.CONSERVATIVE
        return self.highest(known)

    def highest(self, codes: Iterable[str]) -> TreatmentClass:
        classify = self.rules.classify
        found = (
            self.prepared.classes.treatment(code, interventional=classify.interventional) for code in codes
        )
        classes = (classify.conservative_as if word.rank == 0 else word for word in found)
        return max(classes, key=lambda word: word.rank, default=TreatmentClass.CONSERVATIVE)

    def known(self, procedure: str) -> bool:
        return self.prepared.procedures.id_of(procedure) >= 0

    # conditions

    def unmet(self, conditions: Iterable[Condition], type_code: str | None) -> Condition | None:
        """The first condition that does not hold."""
        return next((c for c in conditions if not self.holds(c, type_code)), None)

    def holds(self, condition: Condition, type_code: str | None) -> bool:
        """NaN lies in no interval; a condition that is no interval was asked of the columns."""
        found = interval(condition)
        if found is None:
            return self.case.numbers.get(str(condition), math.nan) == 1
        fact, low, high = found
        return low <= self.fact(fact, type_code) <= high

    def fact(self, name: str, type_code: str | None) -> float:
        listed = self.prepared.facts.get(name)
        if listed is not None:
            codes = {
                Scope.PRINCIPAL: self.diagnoses[:1],
                Scope.OTHER: self.diagnoses[1:],
                Scope.ANY: self.diagnoses,
            }[listed.scope]
            values = [
                value
                for code in codes
                if self.prepared.diagnoses.id_of(code) >= 0
                for pattern, value in listed.values
                if pattern.matches(code)
            ]
            return max(values) if values else math.nan if listed.default is None else listed.default
        if name in ("cc", "mcc"):
            return float(name in self.complications())
        if name == "severity":
            return self.severity()
        if name == "operation_level":
            place = self.account.principal_procedure
            level = 0 if place is None else self.prepared.classes.level(self.procedures[place])
            return level or math.nan
        if name == "cost_ratio":
            mean = self.catalogue.types[type_code].mean_cost if type_code else None
            return self.case.cost / mean if mean else math.nan
        return self.case.numbers.get(name, math.nan)

    def complications(self) -> set[str]:
        """`cc` and `mcc`, as far as a secondary diagnosis counts as one."""
        principal = self.diagnoses[0]
        found: set[str] = set()
        for code in self.diagnoses[1:]:
            item = self.catalogue.complications.get(code)
            if item is None or (item.include and specificity(item.include, principal) < 0):
                continue
            if specificity(self.catalogue.exclusion_lists.get(item.exclusion, ()), principal) < 0:
                found.add(item.level)
        return found

    def severity(self) -> int:
        stage = self.rules.one(Severity)
        for value, conditions in stage.lines if stage else ():
            if self.unmet(conditions, None) is None:
                return value
        return 1

    def named(self, expression: Expression, among: Set[int]) -> frozenset[int]:
        """Positions, of those `among`, that some alternative of some term stands for."""
        return frozenset(
            place
            for term in expression
            for code in term
            for place in self.standing_for(code)
            if place in among
        )

    def standing_for(self, code: str) -> frozenset[int]:
        """Positions of the procedures that the catalogue's `code` stands for."""
        if code not in self.named_by:
            self.named_by[code] = frozenset(
                place for own, place in self.first.items() if names(code, own, self.rules.codes)
            )
        return self.named_by[code]

"""The readable grouper: what the rules mean, evaluated term by term over one case.

This is the definition of grouping. The compiled grouper must give the same answers, and every test
of the one runs through the other; `DRGSIM_REFERENCE=1` makes `DrgGrouper` use this one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..schemes.model import Adrg, AdrgKind, CodeSet, Drg, Mdc
from ..schemes.rows import principal_terms
from ..schemes.rules.terms import (
    And,
    Compare,
    Constant,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Rule,
    Severity,
    Variable,
)
from ..schemes.rules.walk import leaves
from ..schemes.scheme import Scheme
from .case import MISSING, Answer, Case, CaseSeverity, Reason, Status

NEWBORN_DAYS = 28  # 新生儿: the first 28 days of life

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """A case beside the scheme's sets and the complications that count: all a rule can ask about."""

    case: Case
    sets: Mapping[str, CodeSet]
    severities: frozenset[Severity]
    # what was found out of a rule, by its identity, beside the rule itself, which keeps the identity its own
    _held: dict[int, tuple[Rule, bool]] = field(init=False, repr=False, compare=False, default_factory=dict)

    _codes: dict[Role, tuple[str, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def codes(self, role: Role) -> tuple[str, ...]:
        """The codes of the case that stand in `role`."""
        found = self._codes.get(role)
        if found is None:
            found = self._codes[role] = self.case.codes(role)
        return found

    def holds(self, rule: Rule) -> bool:
        """Whether the case fulfils `rule`."""
        known = self._held.get(id(rule))
        if known is None:
            known = self._held[id(rule)] = rule, self._holds(rule)
        return known[1]

    def _holds(self, rule: Rule) -> bool:
        match rule:
            case Member():
                return rule.negated != self.touches(rule)
            case And(terms):
                return all(self.holds(term) for term in terms)
            case Or(terms):
                return any(self.holds(term) for term in terms)
            case Constant(value):
                return value
            case Count(_, _, comparison, number):
                return COMPARISONS[comparison](len(self.counted(rule)), number)
            case Compare():
                return self.compares(rule)
            case HasSeverity(severity, negated):
                return negated != (severity in self.severities)

    def touches(self, rule: Member) -> bool:
        """Whether some code in the roles of `rule` is in one of its sets."""
        for role in rule.roles:
            codes = self.codes(role)
            if codes:
                for name in rule.sets:
                    if not self.sets[name].codes.isdisjoint(codes):
                        return True
        return False

    def members(self, rule: Member | Count) -> Iterator[tuple[Role, str, str]]:
        """Role, code and set of everything in the case that `rule` looks for."""
        for role in rule.roles:
            for code in self.codes(role):
                for name in rule.sets:
                    if code in self.sets[name].codes:
                        yield role, code, name

    def counted(self, rule: Count) -> set[str]:
        """The different codes (one set) or the different sets (several) that `rule` counts."""
        return {code if len(rule.sets) == 1 else name for _, code, name in self.members(rule)}

    def compares(self, rule: Compare) -> bool:
        number = self.case.numbers.get(rule.variable)
        if number is None:
            return False
        # numbers of cases are 32 bits wide, so the rule's must be rounded the same way
        value = rule.value if isinstance(rule.value, str) else float(np.float32(rule.value))
        return COMPARISONS[rule.comparison](number, value)


@dataclass(slots=True)
class _Course:
    """What happened on the way of one case."""

    adrgs_held: list[Adrg] = field(default_factory=list)
    found: tuple[Mdc, Adrg, Drg] | None = None


class ReferenceGrouper:
    """Groups one case at a time by evaluating the scheme's rules in their order.

    `diagnoses`, `procedures` are the codes of the catalogues, `gray` the retired diagnoses; they
    decide reasons only, never the group.
    """

    def __init__(
        self,
        scheme: Scheme,
        *,
        diagnoses: Container[str],
        procedures: Container[str],
        gray: Container[str],
    ) -> None:
        self.scheme = scheme
        self._diagnoses, self._procedures, self._gray = diagnoses, procedures, gray
        drgs: dict[str, list[Drg]] = {adrg.code: [] for adrg in scheme.adrgs}
        for drg in scheme.drgs:
            drgs[drg.adrg].append(drg)
        self.rows = [
            (mdc, [(adrg, drgs[adrg.code]) for adrg in scheme.adrgs if adrg.mdc == mdc.code])
            for mdc in scheme.mdcs
        ]
        self._asks = {
            adrg.code: frozenset(
                leaf.variable
                for rule in (mdc.rule, adrg.rule, *(drg.rule for drg in drgs[adrg.code]))
                for leaf in leaves(rule)
                if isinstance(leaf, Compare)
            )
            for mdc, adrgs in self.rows
            for adrg, _ in adrgs
        }
        self._principal_terms = tuple(principal_terms(scheme))
        self._newborn_asks = frozenset().union(*self._asks.values()) & {Variable.AGE_DAYS, Variable.WEIGHT}

    def facts(self, case: Case) -> Facts:
        """The case with the complications that count against its principal diagnosis."""
        scheme = self.scheme
        excluding = scheme.exclusion.get(case.diagnoses[0], ())
        found = {
            severity
            for severity, listed in ((Severity.MCC, scheme.mcc), (Severity.CC, scheme.cc))
            for code in case.diagnoses[1:]
            if code in listed and listed[code] not in excluding
        }
        return Facts(case, scheme.sets, frozenset(found))

    def group(self, case: Case, facts: Facts | None = None) -> Answer:
        """The group of one case; `facts` what `facts` made of it, where that was asked before."""
        principal_missing = not (case.diagnoses and case.diagnoses[0])
        if principal_missing or case.problem.invalidates:
            reason = Reason.PRINCIPAL_MISSING if principal_missing else case.problem
            return Answer(status=Status.INVALID, reason=reason)
        course = _Course()
        facts = self.facts(case) if facts is None else facts
        self._walk(facts, course)
        if self.scheme.switches.retry_single_procedures:
            for procedure in case.procedures[1:]:
                if course.found:
                    break
                self._walk(replace(facts, case=replace(case, procedures=(procedure,))), course)
        return self._answer(facts, course)

    def _walk(self, facts: Facts, course: _Course) -> None:
        for mdc, adrgs in self.rows:
            if not facts.holds(mdc.rule):
                continue
            for adrg, drgs in adrgs:
                if not facts.holds(adrg.rule):
                    continue
                course.adrgs_held.append(adrg)
                for drg in drgs:
                    if facts.holds(drg.rule):
                        course.found = mdc, adrg, drg
                        return

    def _answer(self, facts: Facts, course: _Course) -> Answer:
        severity = (
            CaseSeverity.MCC
            if Severity.MCC in facts.severities
            else CaseSeverity.CC
            if Severity.CC in facts.severities
            else CaseSeverity.NONE
        )
        reasons = [*self._missing(facts.case, course), *self._unknown(facts.case)]
        if facts.case.problem:
            reasons.append(facts.case.problem)
        if course.found is None:
            reasons.append(self._why_ungrouped(facts, course))
            return Answer(severity=severity, reason=min(reasons))
        mdc, adrg, drg = course.found
        ambiguous = adrg.kind is AdrgKind.AMBIGUOUS
        return Answer(
            mdc.code,
            self.scheme.switches.adrg_shown(adrg),
            drg.code,
            severity,
            Status.AMBIGUOUS if ambiguous else Status.GROUPED,
            min(reasons, default=Reason.NONE),
        )

    def _missing(self, case: Case, course: _Course) -> Iterator[Reason]:
        """Numbers the ADRGs that took the case ask for, and those every newborn needs."""
        asked = {variable for adrg in course.adrgs_held for variable in self._asks[adrg.code]}
        for variable in asked - case.numbers.keys():
            yield MISSING[variable]
        age, days = case.numbers[Variable.AGE], case.numbers.get(Variable.AGE_DAYS)
        weight = float(case.numbers.get(Variable.WEIGHT, 0))
        if age == 0 and Variable.AGE_DAYS in self._newborn_asks and days is None:
            yield Reason.AGE_DAYS_MISSING
        newborn = age == 0 and days is not None and float(days) <= NEWBORN_DAYS
        if newborn and Variable.WEIGHT in self._newborn_asks and weight <= 0:
            yield Reason.WEIGHT_MISSING

    def _unknown(self, case: Case) -> Iterator[Reason]:
        if case.diagnoses[0] not in self._diagnoses:
            yield Reason.UNKNOWN_PRINCIPAL
        if any(code not in self._diagnoses for code in case.diagnoses[1:]):
            yield Reason.UNKNOWN_OTHER_DIAGNOSIS
        if case.procedures and case.procedures[0] and case.procedures[0] not in self._procedures:
            yield Reason.UNKNOWN_MAIN_PROCEDURE
        if any(code not in self._procedures for code in case.procedures[1:]):
            yield Reason.UNKNOWN_OTHER_PROCEDURE

    def _why_ungrouped(self, facts: Facts, course: _Course) -> Reason:
        if course.adrgs_held:
            return Reason.NO_DRG
        if facts.case.diagnoses[0] in self._gray:  # told before an MDC that a procedure opens
            return Reason.GRAY_PRINCIPAL
        if not self._listed(facts):
            return Reason.PRINCIPAL_IN_NO_MDC
        if any(facts.holds(mdc.rule) for mdc, _ in self.rows):
            return Reason.NO_ADRG
        return Reason.MDC_CONDITION

    def _listed(self, facts: Facts) -> bool:
        """Whether the principal diagnosis is in a list by which it can lead to a group."""
        return any(
            role is Role.PRINCIPAL_DIAGNOSIS
            for term in self._principal_terms
            for role, _, _ in facts.members(term)
        )

"""Which complications move a stay to another group of its ADRG."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...schemes.rules.terms import And, Constant, HasSeverity, Or, Rule, Severity


class Lifts(NamedTuple):
    """Whether a first CC, a first MCC, or an MCC beside a CC moves a stay."""

    cc: bool
    mcc: bool
    mcc_beside_cc: bool


NOTHING = Lifts(False, False, False)


def lifts(rules: Iterable[Rule]) -> Lifts:
    """Of the groups of an ADRG, given by their rules in the order they are tested.

    What rules ask besides complications is taken as met.

    >>> mcc, cc = HasSeverity(Severity.MCC), HasSeverity(Severity.CC)
    >>> lifts([mcc, Or((mcc, cc)), Constant(True)])
    Lifts(cc=True, mcc=True, mcc_beside_cc=True)
    >>> lifts([Or((mcc, cc)), Constant(True)])
    Lifts(cc=True, mcc=True, mcc_beside_cc=False)
    >>> lifts([mcc, Constant(True)])
    Lifts(cc=False, mcc=True, mcc_beside_cc=True)
    """
    rules = tuple(rules)

    def group(*has: Severity) -> int:
        return next((place for place, rule in enumerate(rules) if _holds(rule, has)), -1)

    return Lifts(
        group(Severity.CC) != group(),
        group(Severity.MCC) != group(),
        group(Severity.CC, Severity.MCC) != group(Severity.CC),
    )


def _holds(rule: Rule, has: tuple[Severity, ...]) -> bool:
    if isinstance(rule, HasSeverity):
        return (rule.severity in has) != rule.negated
    if isinstance(rule, And):
        return all(_holds(term, has) for term in rule.terms)
    if isinstance(rule, Or):
        return any(_holds(term, has) for term in rule.terms)
    return rule.value if isinstance(rule, Constant) else True

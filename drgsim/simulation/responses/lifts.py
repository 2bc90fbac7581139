"""Where complications move a stay: to which other group of its ADRG."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...schemes.rules.terms import And, Constant, HasSeverity, Or, Rule, Severity


class Lifts(NamedTuple):
    """The group that a first CC, a first MCC, or an MCC beside a CC moves a stay to; "" where it stays."""

    cc: str
    mcc: str
    mcc_beside_cc: str


NOWHERE = Lifts("", "", "")


def lifts(groups: Iterable[tuple[str, Rule]]) -> Lifts:
    """Of the groups of an ADRG, codes and rules in the order they are tested.

    What rules ask besides complications is taken as met.

    >>> mcc, cc = HasSeverity(Severity.MCC), HasSeverity(Severity.CC)
    >>> lifts([("GB11", mcc), ("GB13", Or((mcc, cc))), ("GB15", Constant(True))])
    Lifts(cc='GB13', mcc='GB11', mcc_beside_cc='GB11')
    >>> lifts([("GB23", Or((mcc, cc))), ("GB25", Constant(True))])
    Lifts(cc='GB23', mcc='GB23', mcc_beside_cc='')
    >>> lifts([("GB31", mcc), ("GB35", Constant(True))])
    Lifts(cc='', mcc='GB31', mcc_beside_cc='GB31')
    """
    groups = tuple(groups)

    def to(*has: Severity) -> str:
        return next((code for code, rule in groups if _holds(rule, has)), "")

    def moved(before: str, after: str) -> str:
        return "" if after == before else after

    cc, mcc = Severity.CC, Severity.MCC
    return Lifts(moved(to(), to(cc)), moved(to(), to(mcc)), moved(to(cc), to(cc, mcc)))


def _holds(rule: Rule, has: tuple[Severity, ...]) -> bool:
    if isinstance(rule, HasSeverity):
        return (rule.severity in has) != rule.negated
    if isinstance(rule, And):
        return all(_holds(term, has) for term in rule.terms)
    if isinstance(rule, Or):
        return any(_holds(term, has) for term in rule.terms)
    return rule.value if isinstance(rule, Constant) else True

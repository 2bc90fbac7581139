"""Look through a rule: its leaves, the code sets it names, the same rule over other names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .terms import And, Compare, Constant, Count, HasSeverity, Member, Or, Rule, Severity

Leaf = Constant | Member | Count | Compare | HasSeverity


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Every term of `rule` that is neither an And nor an Or, from left to right."""
    if isinstance(rule, And | Or):
        for term in rule.terms:
            yield from leaves(term)
    else:
        yield rule


def set_names(rule: Rule) -> list[str]:
    """The code sets that `rule` names, each once, in order of appearance."""
    found = [name for leaf in leaves(rule) if isinstance(leaf, Member | Count) for name in leaf.sets]
    return list(dict.fromkeys(found))


def holds_without_codes(rule: Rule) -> bool:
    """Whether some case without a code in any set fulfils `rule`, by its numbers alone.

    >>> from .parse import parse_rule
    >>> [holds_without_codes(parse_rule(text)) for text in ("NL < 1 and (ZYZD in A or XB = 1)", "ZYZD in A")]
    [True, False]
    """
    match rule:
        case And(terms):
            return all(map(holds_without_codes, terms))
        case Or(terms):
            return any(map(holds_without_codes, terms))
        case Member(negated=negated) | HasSeverity(negated=negated):
            return negated
        case Constant(value):
            return value
        case Count():
            return False
        case Compare():
            return True


def holds_by_severity(rule: Rule, *, mcc: bool, cc: bool) -> bool:
    """Whether a rule that asks for severities alone holds; TypeError for one that asks for more."""
    match rule:
        case And(terms):
            return all(holds_by_severity(term, mcc=mcc, cc=cc) for term in terms)
        case Or(terms):
            return any(holds_by_severity(term, mcc=mcc, cc=cc) for term in terms)
        case HasSeverity(severity, negated):
            return negated != (mcc if severity is Severity.MCC else cc)
        case Constant(value):
            return value
        case Member() | Count() | Compare():
            raise TypeError(rule)


def rename_sets(rule: Rule, name: Callable[[str], str]) -> Rule:
    """The same rule with every code set called `name(old)`."""
    match rule:
        case And(terms):
            return And(tuple(rename_sets(term, name) for term in terms))
        case Or(terms):
            return Or(tuple(rename_sets(term, name) for term in terms))
        case Member(roles, sets, negated):
            return Member(roles, tuple(map(name, sets)), negated)
        case Count(roles, sets, comparison, number):
            return Count(roles, tuple(map(name, sets)), comparison, number)
        case Compare() | HasSeverity() | Constant():
            return rule

"""Write a rule in the national spelling; `parse_rule` reads it back to the same rule."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from .terms import And, Compare, Constant, Count, HasSeverity, Member, Or, Role, Rule

_MOST_KEPT = 1 << 15
_kept: dict[int, tuple[Rule, str]] = {}  # by identity: hashing a rule costs as much as printing it


def print_rule(rule: Rule) -> str:
    """One line of text; a rule that always holds is `TRUE`.

    >>> from .parse import parse_rule
    >>> print_rule(parse_rule("principal IN di_bb1 AND (sex=1 OR age＜1)"))
    'ZYZD in di_bb1 and (XB = 1 or NL < 1)'
    """
    known = _kept.get(id(rule))
    if known is not None and known[0] is rule:
        return known[1]
    text = _printed(rule)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[id(rule)] = rule, text
    return text


def _printed(rule: Rule) -> str:
    match rule:
        case Constant(value):
            return "TRUE" if value else "FALSE"
        case And(terms):
            return " and ".join(_inner(term) for term in terms)
        case Or(terms):
            return " or ".join(_inner(term) for term in terms)
        case Member(roles, sets, negated):
            return f"{_roles(roles)} {'not in' if negated else 'in'} {_sets(sets)}"
        case Count(roles, sets, comparison, number):
            return f"length({_sets(sets)} ∩ {_braced(roles)}) {comparison} {number}"
        case Compare(variable, comparison, value):
            return f"{variable.value} {comparison} {_value(value)}"
        case HasSeverity(severity, negated):
            return f"{severity.value} = 0" if negated else severity.value


def _inner(term: Rule) -> str:
    text = print_rule(term)
    return f"({text})" if isinstance(term, And | Or) else text


def _braced(names: Sequence[str]) -> str:
    return "{" + ", ".join(names) + "}"


def _roles(roles: Sequence[Role]) -> str:
    return roles[0].value if len(roles) == 1 else _braced(roles)


def _sets(sets: Sequence[str]) -> str:
    return sets[0] if len(sets) == 1 else _braced(sets)


def _value(value: int | float | str) -> str:
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if isinstance(value, float) and not value.is_integer():
        return _decimal(value)
    return str(int(value))


def _decimal(value: float) -> str:
    """The shortest decimal that reads back as `value`, without an exponent."""
    return format(Decimal(repr(value)), "f")

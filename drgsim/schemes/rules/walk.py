"""Look through a rule (its leaves, the sets it names, the same rule changed), and write it in the national
spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from .terms import And, Compare, Constant, Count, HasSeverity, Member, Or, Role, Rule, Severity

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

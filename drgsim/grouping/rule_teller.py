"""How a rule came out for one case: which terms decided it, by which codes, and what is still lacking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ..schemes.rules.terms import (
    NEVER,
    And,
    Compare,
    Comparison,
    Constant,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Rule,
    Severity,
)
from ..schemes.rules.walk import Leaf, leaves, print_rule
from .explanation import VARIABLES, Words, format_number, joined, listed, named_roles, value_words
from .readable import Facts


@dataclass(frozen=True, slots=True)
class RuleTeller:
    """Tells of rules against the facts of one case.

    `counting` are the secondary diagnoses that count as MCC and as CC.
    """

    facts: Facts
    counting: Mapping[Severity, tuple[str, ...]]

    def deciding(self, rule: Rule) -> Iterator[Leaf]:
        """The terms on which the rule turned: the first that failed, or all without which it would fail."""
        if not isinstance(rule, And | Or):
            yield rule
            return
        holds = self.facts.holds(rule)
        if isinstance(rule, And) is holds:  # every term of it was needed
            for term in rule.terms:
                yield from self.deciding(term)
        else:
            yield from self.deciding(next(term for term in rule.terms if self.facts.holds(term) is holds))

    def lacking(self, rule: Rule) -> Rule | None:
        """The part of a rule that does not hold; None when it holds."""
        if self.facts.holds(rule):
            return None
        if isinstance(rule, And):
            parts = [part for part in map(self.lacking, rule.terms) if part is not None]
            return parts[0] if len(parts) == 1 else And(tuple(parts))
        if isinstance(rule, Or):
            return Or(tuple(self.lacking(term) or NEVER for term in rule.terms))
        return rule

    def is_near(self, rule: Rule) -> bool:
        """Whether the case has some code that the rule looks for."""
        return any(
            isinstance(leaf, Member) and not leaf.negated and self.facts.holds(leaf) for leaf in leaves(rule)
        )

    def lacks_diagnosis(self, rule: Rule) -> bool:
        """Whether a rule that failed did so because no diagnosis is in the list it asks for."""
        return all(
            isinstance(leaf, Member) and not leaf.negated and leaf.roles[0].is_diagnosis
            for leaf in self.deciding(rule)
        )

    def found(self, leaf: Leaf) -> tuple[Words, list[str]]:
        """What the case has to do with a term, and the codes by which: those of the case that the term found,
        the complications that count for a severity."""
        match leaf:
            case Member():
                if not self.facts.touches(leaf):
                    return self.absent(leaf.roles), []
                codes = self._codes_of(leaf)
                verb = "is" if len(codes) == 1 else "are"
                return Words(f"{listed(codes)} 在表中", f"{listed(codes)} {verb} in the list"), codes
            case Count():
                codes = self._codes_of(leaf)
                number = len(self.facts.counted(leaf))
                by = f" ({listed(codes)})" if codes else ""
                return Words(f"有 {number} 项{by}", f"{number} found{by}"), codes
            case Compare(variable):
                value = self.facts.case.numbers.get(variable)
                name = VARIABLES[variable][0]
                if value is None:
                    return Words(f"缺{name.zh}，按不成立", f"{name.en} is missing, so it does not hold"), []
                return value_words(variable, value), []
            case HasSeverity(severity):
                codes = list(self.counting[severity])
                if codes:
                    return Words.same(listed(codes)), codes
                return Words(f"无计入的 {severity}", f"no {severity} counts"), []
            case Constant(value):
                return (Words("总成立", "always") if value else Words("从不成立", "never")), []

    def absent(self, roles: tuple[Role, ...]) -> Words:
        """That none of the codes in these roles is in a list."""
        return _absent(roles, tuple(map(self.facts.codes, roles)))

    def _codes_of(self, leaf: Member | Count) -> list[str]:
        return list(dict.fromkeys(code for _, code, _ in self.facts.members(leaf)))

    def needed(self, rule: Rule) -> Words:
        """What would have to be so for the rule to hold."""
        match rule:
            case And(terms):
                return joined([self._bracketed(term) for term in terms], "，且", " and ")
            case Or(terms):
                return joined([self._bracketed(term) for term in terms], "，或", " or ")
            case HasSeverity(severity, negated):
                return _severity_needed(severity, negated)
            case Member():
                return self._member_needed(rule)
            case Compare(variable, comparison, value):
                text = value if isinstance(value, str) else format_number(value)
                name, unit = VARIABLES[variable]
                return Words(
                    f"{name.zh} {comparison} {text}{unit.zh}", f"{name.en} {comparison} {text}{unit.en}"
                )
            case Constant(value):
                return Words("总成立", "nothing") if value else Words("从不成立", "the impossible")
            case Count():
                return Words.same(print_rule(rule))

    def _bracketed(self, rule: Rule) -> Words:
        words = self.needed(rule)
        return Words(f"（{words.zh}）", f"({words.en})") if isinstance(rule, And | Or) else words

    def _member_needed(self, leaf: Member) -> Words:
        where, names = named_roles(leaf.roles), ", ".join(leaf.sets)
        if leaf.negated:
            return Words(f"{where.zh}不在 {names} 中", f"no {where.en.removeprefix('any ')} in {names}")
        number = len(frozenset().union(*(self.facts.sets[name].codes for name in leaf.sets)))
        return Words(f"{where.zh}在 {names} 中（{number} 个编码）", f"{where.en} in {names} ({number} codes)")


@lru_cache(maxsize=1 << 12)
def _absent(roles: tuple[Role, ...], codes: tuple[tuple[str, ...], ...]) -> Words:
    """That none of the codes in these roles is in a list; many lists are asked for the same codes."""
    stated = [code for each in codes for code in each if code]
    if not stated:
        where = named_roles(roles)
        return Words(f"无{where.zh.removeprefix('任一')}", f"there is no {where.en.removeprefix('any ')}")
    if len(stated) == 1:
        return Words(f"{stated[0]} 不在表中", f"{stated[0]} is not in the list")
    return Words(f"{listed(stated)} 均不在表中", f"none of {listed(stated)} is in the list")


def opposite(rule: Rule) -> Rule:
    """The rule that holds when this one does not, a missing number aside."""
    match rule:
        case And(terms):
            return Or(tuple(map(opposite, terms)))
        case Or(terms):
            return And(tuple(map(opposite, terms)))
        case Member(negated=negated) | HasSeverity(negated=negated):
            return replace(rule, negated=not negated)
        case Compare(comparison=comparison) | Count(comparison=comparison):
            return replace(rule, comparison=_OPPOSITES[comparison])
        case Constant(value):
            return Constant(not value)


_OPPOSITES: dict[Comparison, Comparison] = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "=": "!=", "!=": "="}


def _severity_needed(severity: Severity, negated: bool) -> Words:
    if negated:
        return Words(f"无计入的 {severity}", f"no {severity} that counts")
    article = "an" if severity is Severity.MCC else "a"
    return Words(f"有计入的 {severity}", f"{article} {severity} that counts")

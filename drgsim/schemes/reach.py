"""Which rows no case can reach, found from the rules alone.

A row is out of reach when its rule can never hold, or when every case that fulfils it is taken by
rows tested before it. What is found is certain; not everything that is so is found: a row may also be
covered by several earlier rows in ways that only trying cases would show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import assert_never

from .model import Adrg, Drg, StatedScheme
from .rules.parse import either
from .rules.terms import And, Compare, Constant, Count, HasSeverity, Member, Or, Role, Rule, Variable

_MOST_CLAUSES = 200  # a rule that multiplies out to more is not looked into
_SINGLE = ((Role.PRINCIPAL_DIAGNOSIS,), (Role.MAIN_PROCEDURE,))  # roles with one code at most
Codes = frozenset[str]


@dataclass(frozen=True)
class Unreachable:
    """A row that no case can reach. `taken_by` are the earlier rows; none when its rule never holds."""

    table: str
    code: str
    taken_by: tuple[str, ...]


@dataclass
class _Clause:
    """Terms that all hold: code lists by roles, limits by variable, and whatever else."""

    members: dict[tuple[Role, ...], Codes] = field(default_factory=dict)  # single roles: cut to one set
    others: list[Rule] = field(default_factory=list)
    limits: dict[Variable, _Limits] = field(default_factory=dict)


@dataclass(frozen=True)
class _Earlier:
    """A row tested before, with all that a case needs to end in it, and the codes among that."""

    code: str
    rule: Rule
    needs: dict[tuple[Role, ...], Codes]


@dataclass(frozen=True)
class _Limits:
    """The values a number can have: between two bounds, each inside or outside."""

    low: float = float("-inf")
    low_in: bool = True
    high: float = float("inf")
    high_in: bool = True

    def narrowed(self, comparison: str, value: float) -> _Limits:
        limits = self
        if comparison in (">", ">=", "=") and (value, comparison == ">") > (self.low, not self.low_in):
            limits = replace(limits, low=value, low_in=comparison != ">")
        if comparison in ("<", "<=", "=") and (-value, comparison == "<") > (-self.high, not self.high_in):
            limits = replace(limits, high=value, high_in=comparison != "<")
        return limits

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))

    def imply(self, comparison: str, value: float) -> bool:
        match comparison:
            case "<":
                return self.high < value or (self.high == value and not self.high_in)
            case "<=":
                return self.high <= value
            case ">":
                return self.low > value or (self.low == value and not self.low_in)
            case ">=":
                return self.low >= value
            case "=":
                return self.low == self.high == value
            case _:
                return self.imply("<", value) or self.imply(">", value)


def unreachable(scheme: StatedScheme) -> list[Unreachable]:
    """MDCs, ADRGs and DRGs of `scheme` that no case can reach, in the order of testing.

    A row below one that is out of reach is not listed again.
    """
    return list(_Search(scheme).found())


class _Search:
    def __init__(self, scheme: StatedScheme) -> None:
        self.scheme = scheme
        self.codes = {name: listed.codes for name, listed in scheme.sets.items()}
        self.adrgs: dict[str, list[Adrg]] = {}
        for adrg in scheme.adrgs:
            self.adrgs.setdefault(adrg.mdc, []).append(adrg)
        self.drgs: dict[str, list[Drg]] = {}
        for drg in scheme.drgs:
            self.drgs.setdefault(drg.adrg, []).append(drg)

    def found(self) -> Iterator[Unreachable]:
        """See `unreachable`."""
        before: list[_Earlier] = []
        for mdc in self.scheme.mdcs:
            if not self.clauses(mdc.rule):
                yield Unreachable("mdc", mdc.code, ())
                continue
            for adrg in self.adrgs.get(mdc.code, ()):
                path = And((mdc.rule, adrg.rule))
                clauses = self.clauses(path)
                near = [row for row in before if any(self.near(clause, row) for clause in clauses)]
                gone = self.taken(path, near)
                if gone is not None:
                    yield Unreachable("adrg", adrg.code, gone)
                else:
                    yield from self.below(path, adrg.code, near)
                below = self.drgs.get(adrg.code, ())
                if below:
                    rule = And((path, either([drg.rule for drg in below])))
                    before.append(_Earlier(adrg.code, rule, self.needs(path)))

    def below(self, path: Rule, adrg: str, before: list[_Earlier]) -> Iterator[Unreachable]:
        """The DRGs of an ADRG that their siblings take, or they and earlier ADRGs together."""
        siblings: list[_Earlier] = []
        for drg in self.drgs.get(adrg, ()):
            rule = And((path, drg.rule))
            gone = self.taken(rule, siblings)
            if gone is None and siblings:
                gone = self.taken(rule, [*before, *siblings])
            if gone is not None:
                yield Unreachable("drg", drg.code, gone)
            siblings.append(_Earlier(drg.code, drg.rule, {}))

    def needs(self, path: Rule) -> dict[tuple[Role, ...], Codes]:
        """The codes without one of which, as principal diagnosis or main procedure, `path` cannot hold."""
        needed: dict[tuple[Role, ...], Codes] = {}
        for term in _conjuncts(path):
            if isinstance(term, Member) and not term.negated and term.roles in _SINGLE:
                listed = self.listed(term.sets)
                needed[term.roles] = needed.get(term.roles, listed) & listed
        return needed

    @staticmethod
    def near(clause: _Clause, row: _Earlier) -> bool:
        """Whether `row` can take some case of the clause: each code it needs may be one of the clause's."""
        return all(
            roles in clause.members and not codes.isdisjoint(clause.members[roles])
            for roles, codes in row.needs.items()
        )

    def taken(self, rule: Rule, before: Sequence[_Earlier]) -> tuple[str, ...] | None:
        """The earlier rows that take every case of `rule`; () when it has none; None when some is left."""
        takers: dict[str, None] = {}
        for clause in self.clauses(rule):
            mine = self.clause_taken(clause, before)
            if mine is None:
                return None
            takers.update(dict.fromkeys(mine))
        return tuple(takers)

    def clause_taken(self, clause: _Clause, before: Sequence[_Earlier]) -> list[str] | None:
        """The rows that take every case of the clause, code by code of one of its lists after the other."""
        takers: list[str] = []
        for roles in list(clause.members) or [()]:
            left = clause.members.get(roles, frozenset(("",)))
            for row in before:
                covered = self.cover(clause, roles, left, row.rule)
                if covered:
                    takers.append(row.code)
                    left -= covered
                    if not left:
                        return takers
            if roles:
                clause.members[roles] = left
        return None

    def cover(self, clause: _Clause, roles: tuple[Role, ...], codes: Codes, rule: Rule) -> Codes:
        """Those of `codes` for which the clause, with its code in `roles` being that one, implies `rule`."""
        if isinstance(rule, And):
            for term in rule.terms:
                codes = self.cover(clause, roles, codes, term)
                if not codes:
                    break
            return codes
        if isinstance(rule, Or):
            return frozenset().union(*(self.cover(clause, roles, codes, term) for term in rule.terms))
        if isinstance(rule, Member) and roles:
            listed = self.listed(rule.sets)
            if not rule.negated and set(roles) <= set(rule.roles):
                covered = codes & listed
                return covered if len(covered) == len(codes) or not self.implied(clause, rule) else codes
            if rule.negated and roles == rule.roles and roles in _SINGLE:
                return codes - listed
        return codes if self.implied(clause, rule) else frozenset()

    def implied(self, clause: _Clause, term: Rule) -> bool:
        match term:
            case Constant(value):
                return value
            case Compare(variable, comparison, value):
                limits = clause.limits.get(variable)
                if limits is not None and not isinstance(value, str):
                    return limits.imply(comparison, value)
                return term in clause.others
            case Member(roles, sets, negated):
                return self.member_implied(clause, roles, self.listed(sets), negated)
            case Count(roles, sets, comparison, number):
                return any(
                    isinstance(other, Count)
                    and (other.roles, other.sets) == (roles, sets)
                    and _Limits().narrowed(other.comparison, other.number).imply(comparison, number)
                    for other in clause.others
                )
            case HasSeverity() | And() | Or():
                return term in clause.others

    def member_implied(self, clause: _Clause, roles: tuple[Role, ...], listed: Codes, negated: bool) -> bool:
        if not negated:
            return any(set(own) <= set(roles) and codes <= listed for own, codes in clause.members.items())
        if roles in _SINGLE and roles in clause.members:
            return not clause.members[roles] & listed
        return any(
            isinstance(term, Member)
            and term.negated
            and set(roles) <= set(term.roles)
            and listed <= self.listed(term.sets)
            for term in clause.others
        )

    def listed(self, sets: Iterable[str]) -> Codes:
        names = tuple(sets)
        if len(names) == 1:
            return self.codes.get(names[0], frozenset())
        return frozenset().union(*(self.codes.get(name, frozenset()) for name in names))

    def clauses(self, rule: Rule) -> list[_Clause]:
        """The ways in which `rule` can hold, those that contradict themselves left out."""
        made = (self.clause(terms) for terms in _alternatives(rule))
        return [clause for clause in made if clause is not None]

    def clause(self, terms: Sequence[Rule]) -> _Clause | None:
        """The terms put together; None when they cannot all hold."""
        clause = _Clause()
        for term in terms:
            match term:
                case Constant(False):
                    return None
                case Member(roles, sets, False) if roles not in clause.members or roles in _SINGLE:
                    listed = self.listed(sets)
                    clause.members[roles] = clause.members.get(roles, listed) & listed
                case Compare(variable, comparison, int() | float() as value) if comparison != "!=":
                    limits = clause.limits.get(variable, _Limits())
                    clause.limits[variable] = limits.narrowed(comparison, value)
                case Constant() | Member() | Count() | Compare() | HasSeverity() | And() | Or():
                    clause.others.append(term)
                case _:
                    assert_never(term)
        for term in clause.others:
            if isinstance(term, Member) and term.negated:
                for roles in _SINGLE:
                    if roles in clause.members and roles[0] in term.roles:
                        clause.members[roles] -= self.listed(term.sets)
        return None if self.contradicts_itself(clause) else clause

    @staticmethod
    def contradicts_itself(clause: _Clause) -> bool:
        severities = {term for term in clause.others if isinstance(term, HasSeverity)}
        return (
            not all(clause.members.values())
            or any(limits.empty for limits in clause.limits.values())
            or any(HasSeverity(term.severity, not term.negated) in severities for term in severities)
        )


def _conjuncts(rule: Rule) -> Iterator[Rule]:
    if isinstance(rule, And):
        for term in rule.terms:
            yield from _conjuncts(term)
    else:
        yield rule


def _alternatives(rule: Rule) -> list[tuple[Rule, ...]]:
    """`rule` as alternatives, each the terms that must all hold; at most _MOST_CLAUSES."""
    if isinstance(rule, Or):
        return [terms for term in rule.terms for terms in _alternatives(term)]
    if isinstance(rule, And):
        parts = [_alternatives(term) for term in rule.terms]
        size = 1
        for part in parts:
            size *= max(1, len(part))
        if size > _MOST_CLAUSES:
            return [(rule,)]
        return [tuple(term for terms in chosen for term in terms) for chosen in product(*parts)]
    return [(rule,)]

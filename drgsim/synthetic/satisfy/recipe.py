"""What a case must have to fulfil a rule: each rule as alternatives, each alternative as a recipe.

Terms that cannot be turned into something to put into a case (a group no earlier row may take, a
count that must stay low) are left to the proof by grouping.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice, product
from typing import assert_never

from ...schemes.model import CodeSet
from ...schemes.rules.terms import (
    And,
    Compare,
    Constant,
    Count,
    HasSeverity,
    Member,
    Or,
    Role,
    Rule,
    Variable,
)
from ...schemes.rules.walk import Leaf

Codes = frozenset[str]

_ALTERNATIVES = 48  # of one rule; more are near repeats of each other
_CHOICES: Mapping[Variable, frozenset[int]] = {
    Variable.SEX: frozenset({1, 2}),
    Variable.DISCHARGE: frozenset({1, 2, 3, 4, 5, 9}),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to fulfil a rule. None means that anything will do."""

    principal: Codes | None = None
    main: Codes | None = None
    diagnoses: tuple[Codes, ...] = ()  # one other diagnosis out of each
    procedures: tuple[Codes, ...] = ()  # one other procedure out of each
    avoided: tuple[tuple[Role, Codes], ...] = ()
    bounds: tuple[tuple[Variable, float, float], ...] = ()  # least and greatest value, both allowed
    choices: tuple[tuple[Variable, frozenset[int]], ...] = ()
    department: str | None = None

    def bound(self, variable: Variable) -> tuple[float, float]:
        """The least and greatest value of a variable."""
        held = [(low, high) for name, low, high in self.bounds if name is variable]
        return max((low for low, _ in held), default=-math.inf), min(
            (high for _, high in held), default=math.inf
        )

    def allowed(self, variable: Variable) -> frozenset[int]:
        """The values of a sex or discharge mode."""
        values = _CHOICES[variable]
        for name, chosen in self.choices:
            if name is variable:
                values &= chosen
        return values


def recipes(rule: Rule, sets: Mapping[str, CodeSet]) -> list[Recipe]:
    """The ways to fulfil `rule`, without those that contradict themselves."""
    found = []
    for leaves in islice(_alternatives(rule, sets), _ALTERNATIVES):
        recipe: Recipe | None = Recipe()
        for leaf in leaves:
            recipe = recipe and _with(recipe, leaf, sets)
        if recipe is not None:
            found.append(recipe)
    return found


def _alternatives(rule: Rule, sets: Mapping[str, CodeSet]) -> Iterator[tuple[Leaf, ...]]:
    """The disjunctive normal form: tuples of terms that hold together."""
    match rule:
        case Or(terms):
            for term in terms:
                yield from _alternatives(term, sets)
        case And(terms):
            parts = [list(islice(_alternatives(term, sets), _ALTERNATIVES)) for term in terms]
            for chosen in product(*parts):
                yield tuple(leaf for part in chosen for leaf in part)
        case Member(roles, names, False) if len(roles) > 1:
            for role in roles:
                yield (Member((role,), names),)
        case Count(roles, names, comparison, number) if comparison in (">", ">=", "="):
            yield from _counted(roles, names, number + (comparison == ">"))
        case Constant() | Member() | Count() | Compare() | HasSeverity():
            yield (rule,)
        case _:
            assert_never(rule)


def _counted(roles: tuple[Role, ...], names: tuple[str, ...], number: int) -> Iterator[tuple[Leaf, ...]]:
    """`number` codes of one set, or codes of `number` sets; the first of them in the first role."""
    groups = [names * number] if len(names) == 1 else list(combinations(names, number))
    for group in groups:
        for first in roles[:1] if len(names) == 1 else roles:
            lead, rest = Member((first,), group[:1]), [Member(roles[-1:], (name,)) for name in group[1:]]
            yield (lead, *rest) if number else ()


def _with(recipe: Recipe, leaf: Leaf, sets: Mapping[str, CodeSet]) -> Recipe | None:
    """The recipe with one more term; None when it cannot be."""
    match leaf:
        case Constant(value):
            return recipe if value else None
        case Member(roles, names, negated):
            codes = frozenset().union(*(sets[name].codes for name in names))
            if negated:
                return replace(recipe, avoided=(*recipe.avoided, *((role, codes) for role in roles)))
            return _with_code(recipe, roles[0], codes)
        case Compare(variable, comparison, value):
            return _with_number(recipe, variable, comparison, value)
        case Count() | HasSeverity():
            return recipe


def _with_code(recipe: Recipe, role: Role, codes: Codes) -> Recipe | None:
    match role:
        case Role.PRINCIPAL_DIAGNOSIS:
            both = codes if recipe.principal is None else recipe.principal & codes
            return replace(recipe, principal=both) if both else None
        case Role.MAIN_PROCEDURE:
            both = codes if recipe.main is None else recipe.main & codes
            return replace(recipe, main=both) if both else None
        case Role.OTHER_DIAGNOSES:
            return replace(recipe, diagnoses=(*recipe.diagnoses, codes)) if codes else None
        case Role.OTHER_PROCEDURES:
            return replace(recipe, procedures=(*recipe.procedures, codes)) if codes else None


def _with_number(recipe: Recipe, variable: Variable, comparison: str, value: float | str) -> Recipe | None:
    if isinstance(value, str):
        return replace(recipe, department=value) if comparison == "=" else recipe
    low, high = _interval(comparison, value)
    if variable in _CHOICES:
        chosen = frozenset(
            number for number in _CHOICES[variable] if (low <= number <= high) != (comparison == "!=")
        )
        kept = replace(recipe, choices=(*recipe.choices, (variable, chosen)))
        return kept if kept.allowed(variable) else None
    if comparison == "!=":
        return recipe
    kept = replace(recipe, bounds=(*recipe.bounds, (variable, low, high)))
    least, greatest = kept.bound(variable)
    return kept if least <= greatest else None


def _interval(comparison: str, value: float) -> tuple[float, float]:
    """The whole numbers that fulfil a comparison, or, for `!=`, those that do not."""
    match comparison:
        case "<":
            return -math.inf, math.ceil(value) - 1
        case "<=":
            return -math.inf, math.floor(value)
        case ">":
            return math.floor(value) + 1, math.inf
        case ">=":
            return math.ceil(value), math.inf
        case _:
            return value, value

"""Cases that ought to land in a group: a core of codes for each recipe, likely codes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice

from ...codes import Kind
from ...schemes.rules.terms import Role, Variable
from ..common_codes import Limit, likeliest, limit, listed_codes, never_first, usable
from .recipe import Codes, Recipe

_DIAGNOSES_ONLY = 96  # cores of a recipe without procedures: one for each principal diagnosis
_PAIRS = 96  # cores of a recipe with a main procedure
_EXTRAS = 24  # codes tried for each further requirement
# steps of a sequence that fills the square evenly, so that pairs do not repeat
_GOLDEN, _PLASTIC = 0.6180339887498949, 0.7548776662466927


@dataclass(frozen=True, slots=True)
class Needs:
    """What a recipe asks of a case beside its codes."""

    limit: Limit
    bounds: Mapping[Variable, tuple[float, float]]
    discharges: frozenset[int]  # empty: any
    department: str | None

    @staticmethod
    def of(recipe: Recipe) -> Needs:
        low, high = recipe.bound(Variable.AGE)
        allowed = recipe.allowed(Variable.DISCHARGE)
        return Needs(
            Limit(recipe.allowed(Variable.SEX), int(max(low, 0)), int(min(high, 120))),
            {name: recipe.bound(name) for name, _, _ in recipe.bounds if name is not Variable.AGE},
            frozenset() if allowed == Recipe().allowed(Variable.DISCHARGE) else allowed,
            recipe.department,
        )


@dataclass(frozen=True, slots=True)
class Core:
    """The codes of a case that decide its group, and whom they fit."""

    principal: str
    main: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    limit: Limit
    needs: Needs


def cores(recipe: Recipe, fallback: Codes) -> Iterator[Core]:
    """Candidates for a recipe, the likeliest first; `fallback` are the principal diagnoses to take when
    the recipe leaves them free."""
    principals = _listed("diagnosis", recipe, Role.PRINCIPAL_DIAGNOSIS, recipe.principal or fallback)
    choice = _main_choice(recipe)
    mains = None if choice is None else _listed("procedure", recipe, Role.MAIN_PROCEDURE, choice)
    diagnoses = [
        _listed("diagnosis", recipe, Role.OTHER_DIAGNOSES, codes)[:_EXTRAS] for codes in recipe.diagnoses
    ]
    procedures = [
        _listed("procedure", recipe, Role.OTHER_PROCEDURES, codes)[:_EXTRAS] for codes in recipe.procedures
    ]
    if not principals or mains == [] or not all(chain(diagnoses, procedures)):
        return
    needs = Needs.of(recipe)
    for turn, (principal, main) in enumerate(_pairs(principals, mains)):
        others = tuple(codes[turn % len(codes)] for codes in diagnoses)
        others += _outcome(principal, others)
        further = tuple(codes[turn % len(codes)] for codes in procedures)
        whom = _whom(needs, (principal, *others), (main, *further))
        if whom is not None:
            yield Core(principal, main, others, further, whom, needs)


def _whom(needs: Needs, diagnoses: tuple[str, ...], procedures: tuple[str, ...]) -> Limit | None:
    """Whom all the codes fit; None when that is nobody, or when a code repeats."""
    if len({*diagnoses, *procedures}) < len(diagnoses) + len(procedures):
        return None
    both = needs.limit
    for code in diagnoses:
        both = both.also(limit("diagnosis", code))
    for code in procedures:
        both = both.also(limit("procedure", code))
    return both if both.sexes and both.age_from <= both.age_to else None


def _outcome(principal: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """What records of a delivery add: the outcome, unless it is there."""
    outcomes = usable("diagnosis") & listed_codes("diagnosis", "delivery-outcome")
    if principal not in listed_codes("diagnosis", "delivery") or not outcomes.isdisjoint(others):
        return ()
    return (min(outcomes),)


def _main_choice(recipe: Recipe) -> Codes | None:
    """A case with other procedures has a main one too."""
    return recipe.procedures[0] if recipe.main is None and recipe.procedures else recipe.main


def _listed(kind: Kind, recipe: Recipe, role: Role, codes: Codes) -> list[str]:
    """The codes that can stand in a role, the likeliest first."""
    avoided = frozenset[str]().union(*(held for at, held in recipe.avoided if at is role))
    if role in (Role.PRINCIPAL_DIAGNOSIS, Role.MAIN_PROCEDURE):
        avoided |= never_first(kind)
    return _ordered(kind, codes - avoided)


@cache
def _ordered(kind: Kind, codes: Codes) -> list[str]:
    return likeliest(kind, "principal" if kind == "diagnosis" else "main", codes)


def _pairs(principals: Sequence[str], mains: Sequence[str] | None) -> Iterator[tuple[str, str]]:
    """Principal diagnosis and main procedure, no pair twice, pairs of likely codes first."""
    if mains is None:
        yield from ((principal, "") for principal in islice(principals, _DIAGNOSES_ONLY))
        return
    places = {
        (_early(len(principals), turn * _GOLDEN), _early(len(mains), turn * _PLASTIC))
        for turn in range(1, _PAIRS + 1)
    }
    for principal, main in sorted(places, key=lambda pair: ((pair[0] + 1) * (pair[1] + 1), pair)):
        yield principals[principal], mains[main]


def _early(count: int, turn: float) -> int:
    """A place among `count`, an early one more often."""
    place = turn % 1.0
    return int(count * place * place * place)

"""Answers that a result keeps: a table is made once, and a result without its rows answers what it kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

from ...errors import ColumnError
from ..scenario_errors import SimulationError
from ..world.outcome import ALIASES, MARKS, MEASURES, PLACES

if TYPE_CHECKING:
    from .comparison import Comparison


_P = ParamSpec("_P")
_R = TypeVar("_R")
_DO = "ask the result that `simulate` returned, before `without_rows()`; what was asked of it then is kept"


class NoRows:
    """Stands where the cases and their payments were; there is one of it, whatever process unpickles it."""

    def __reduce__(self) -> str:
        return "NO_ROWS"

    def __repr__(self) -> str:
        return "NO_ROWS"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        _refuse(name)

    def __getitem__(self, key: object) -> Any:
        _refuse(str(key))

    def __iter__(self) -> Any:
        _refuse("the outcomes")

    def __len__(self) -> int:
        _refuse("the outcomes")

    def __bool__(self) -> bool:
        return False


NO_ROWS: Any = NoRows()


class Keeping:
    """The answers of a result, and whether its rows are still there."""

    world: Any

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    @property
    def explained(self) -> bool:
        """Whether `attribution` and `liveness` stand ready."""
        return ("explain", ()) in self._kept

    @property
    def rowless(self) -> bool:
        """Whether this is a result `without_rows`."""
        return self.world is NO_ROWS


def ask(result: Any, name: str, arguments: Mapping[str, Any], make: Callable[[], _R]) -> _R:
    """The answer that is kept under a name and arguments, made where there is none; tables are copied."""
    key = name, tuple(arguments.items())
    if key not in result._kept:
        if result.rowless:
            told = ", ".join(f"{each}={value!r}" for each, value in arguments.items())
            others = [
                ", ".join(f"{each}={value!r}" for each, value in kept)
                for kind, kept in result._kept
                if kind == name
            ]
            raise SimulationError(
                "this result is without its rows, and was not asked this before",
                got=f"{name}({told})",
                allowed=others or None,
                do=_DO,
            )
        result._kept[key] = make()
    answer = result._kept[key]
    return answer.copy() if hasattr(answer, "copy") else answer


def kept(method: Callable[_P, _R]) -> Callable[_P, _R]:
    """A method of a result whose answers are kept."""
    known = signature(method)

    @wraps(method)
    def asked(*given: _P.args, **options: _P.kwargs) -> _R:
        bound = known.bind(*given, **options)
        bound.apply_defaults()
        result, *_ = bound.args
        arguments = {name: value for name, value in bound.arguments.items() if name != "self"}
        return ask(result, method.__name__, arguments, lambda: method(*bound.args, **bound.kwargs))

    return asked


def _refuse(what: str) -> NoReturn:
    raise SimulationError("this result is without its rows", got=what, do=_DO)


_KEYS = dict.fromkeys((*ALIASES, *PLACES, "insurance", "mdc", "age_band", *MARKS))


def without_rows(found: Comparison) -> Comparison:
    """See `Comparison.without_rows`."""
    if found.rowless:
        return found
    found.explain()
    for whole in (
        found.summary, found.unpaid, found.cautions, found.outliers, found.bands, found.supervision,
        found.published, found.plausibility, found.supervision,
    ):  # fmt: skip
        whole()
    _ = found.states, found.year, found.fingerprint
    for key in _KEYS:
        if _sums_by(found, key):
            found.by(key)
    for id in (None, *(each.id for each in found.scenarios)):
        for of_one in (found.migration, found.hospitals, found.cost_to_standard, found.closes_a_budget):
            of_one(id)
        for measure in MEASURES:
            found.attribution(id, measure=measure)
            for change in (False, True):
                found.flows(id, measure=measure, change=change)
    small = replace(found, outcomes=NO_ROWS, world=NO_ROWS, drawn_hospitals=None)
    small._kept.update(found._kept)
    return small


def _sums_by(found: Comparison, key: str) -> bool:
    try:
        found.outcomes[found.baseline.id].key(key)
    except ColumnError:
        return False
    return True

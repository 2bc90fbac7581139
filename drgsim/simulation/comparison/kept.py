"""What a comparison holds, and the answers it keeps: a table is made once, and a result without its rows
answers what it kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

from ..scenario_errors import SimulationError

if TYPE_CHECKING:
    from ..projection.projection import Projection
    from ..scenario.scenario import Scenario
    from ..uncertainty.parameter_band import ParameterBand
    from ..uncertainty.sampling import Resampled
    from ..world.outcome import Outcome
    from ..world.world import World


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


@dataclass(frozen=True, repr=False)
class ComparisonRecord:
    """All that a simulation made, the answers it keeps, and whether its rows are still there."""

    scenarios: tuple[Scenario, ...]
    outcomes: Mapping[str, Outcome]
    world: World
    seed: int = 0
    years: int = 0
    draws: int = 0
    projected: Projection | None = None
    drawn_hospitals: Resampled | None = None
    drawn_assumptions: ParameterBand | None = None

    @property
    def baseline(self) -> Scenario:
        return self.scenarios[0]

    @property
    def reforms(self) -> tuple[Scenario, ...]:
        """The scenarios beside the baseline."""
        return self.scenarios[1:]

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


def ask(result: ComparisonRecord, name: str, arguments: Mapping[str, Any], make: Callable[[], _R]) -> _R:
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

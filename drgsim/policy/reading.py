"""The four ways a rule reads a policy, what it remembers of that, and the payment level of a case."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import NotFoundError
from .parameter_table import Array, answer, column, label_codes, slices
from .parameters import Parameter, catalogue, dimensions

if TYPE_CHECKING:
    from .entries import Dated


@dataclass(frozen=True, slots=True)
class Entry:
    """A parameter's declaration and what a policy says of it on its day.

    `state` is `default`, `source` empty and `since` None where no document sets it.
    """

    parameter: Parameter
    value: Any
    since: datetime.date | None = None
    source: str = ""
    state: str = "default"
    note: str = ""
    origin: str = ""


class Readable:
    """Reading by path. A subclass gives `in_force`: path to the value in force, for what was declared."""

    @property
    def in_force(self) -> Mapping[str, Dated]:
        raise NotImplementedError

    def _tree(self, path: str) -> tuple[Parameter, Any]:
        parameter = parameter_at(path)
        dated = self.in_force.get(path)
        return parameter, parameter.default if dated is None else dated.value

    def __getitem__(self, path: str) -> Any:
        """The value in force: a scalar, a tuple of codes, or the table of a value that varies."""
        return self._tree(path)[1]

    def entry(self, path: str) -> Entry:
        """The declaration of the parameter at `path`, the value in force and where it comes from.

        >>> from drgsim import Policy
        >>> entry = Policy.load("national-drg-rate").entry("outlier.low.threshold")
        >>> entry.value, entry.state, entry.parameter.zh
        (0.5, 'assumed', '低倍率界限')
        """
        parameter, value = self._tree(path)
        dated = self.in_force.get(path)
        if dated is None:
            return Entry(parameter, value)
        return Entry(parameter, value, dated.since, dated.source, dated.state, dated.note, dated.origin)

    def number(self, path: str, **keys: Any) -> Any:
        """One answer of the parameter at `path` for these `keys`; None where the policy has none.

        >>> from drgsim import Policy
        >>> Policy.load("national-drg-rate").number("outlier.high.threshold", level=3)
        3.0
        """
        return answer(*self._tree(path), keys)

    def column(self, path: str, n: int, **keys: Any) -> Array:
        """One answer a case: float64 (NaN = none), bool, or objects (None = none).

        `path` is a parameter's; each of `keys` is one value or an array of length `n`; those the parameter
        does not vary by are ignored. Raises NotFoundError for no such path.

        >>> from drgsim import Policy
        >>> Policy.load("national-drg-rate").column("outlier.high.threshold", 2, level=[3, 1]).tolist()
        [3.0, 2.0]
        """
        return column(*self._tree(path), n, keys)

    def slices(self, path: str, start: Any, stop: Any, **keys: Any) -> Array:
        """What a sliced ratio pays on the yuan between `start` and `stop`, one a case (float64, yuan).

        `path` is a parameter's with slices, `keys` as in `column`.

        >>> from drgsim import Policy
        >>> policy = Policy.load("national-drg-rate")
        >>> policy.slices("benefit.employee.payment_ratio", [0.0], [1e3], level=3, member="active").tolist()
        [900.0]
        """
        lower, upper = np.broadcast_arrays(np.asarray(start, dtype=float), np.asarray(stop, dtype=float))
        parameter, tree = self._tree(path)
        return slices(parameter, tree, lower, upper, keys)


class Reading(Readable):
    """A policy that remembers which of its parameters were read.

    `used` lists their paths in the catalogue's order; `states` counts them by trust, `default` being
    those no document sets.
    """

    def __init__(self, in_force: Mapping[str, Dated]) -> None:
        self._in_force = in_force
        self._paths: set[str] = set()

    @property
    def in_force(self) -> Mapping[str, Dated]:
        return self._in_force

    def _tree(self, path: str) -> tuple[Parameter, Any]:
        self._paths.add(path)
        return super()._tree(path)

    @property
    def used(self) -> tuple[str, ...]:
        return tuple(path for path in catalogue() if path in self._paths)

    @property
    def states(self) -> Counter[str]:
        found = self._in_force
        return Counter(found[path].state if path in found else "default" for path in self.used)


def parameter_at(path: str) -> Parameter:
    """The declaration of a path; raises NotFoundError with the nearest one."""
    try:
        return catalogue()[path]
    except KeyError:
        raise NotFoundError(
            "no such policy parameter",
            got=path,
            nearest=catalogue(),
            do="`drgsim policy show national-drg-rate --all` lists every parameter",
        ) from None


def payment_levels(policy: Readable, n: int, *, level: Any = None, hospital: Any = None) -> Array:
    """One payment level a case (objects, None = unknown).

    `levels.of_hospital` first; then the level of the case, translated by `levels.of_level` where it is a
    plain national level. `level` and `hospital` are arrays of length `n` or None. The result is what
    parameters that vary by `payment_level` are asked with.

    >>> from drgsim import Policy
    >>> payment_levels(Policy.load("national-drg-rate"), 3, level=[3, "三甲", None]).tolist()
    ['3', '三甲', None]
    """
    result: Array = np.full(n, None, dtype=object)
    if level is not None:
        codes, labels = label_codes("payment_level", level)
        national = dimensions()["level"].keys or ()
        named = [
            policy.number("levels.of_level", level=each) if each in national else None for each in labels
        ]
        own = [name or label for name, label in zip(named, labels, strict=True)]
        result = np.array([*own, None], dtype=object)[codes]
    if hospital is not None:
        classes = policy.column("levels.of_hospital", n, hospital=hospital)
        known = classes != np.array(None)
        result[known] = classes[known]
    return result

"""Numbers of a case cut into buckets that the entry rules cannot tell apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .compile_logic import FALSE, MANY, MAYBE, TRUE, Bounds, Others, Values, constant
from .compile_program import VARIABLES
from .rules.terms import Compare, Comparison, Rule, Variable
from .rules.walk import leaves

# A table of the rows is kept for every combination of buckets. Variables that would make it larger
# are left to the programs.
LARGEST = 1024

# whole numbers that a valid case always has, by their least and greatest value
ALWAYS_KNOWN = {Variable.SEX: (1, 2), Variable.AGE: (0, math.inf)}

_COMPARE: Mapping[Comparison, np.ufunc] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


@dataclass(frozen=True)
class Cuts:
    """One variable's buckets: bucket k is where k of the `points` are reached; missing reaches none."""

    variable: Variable
    points: tuple[float, ...]  # ascending, each exact in 32 bits

    @property
    def samples(self) -> npt.NDArray[np.float32]:
        """A value of each bucket."""
        if self.variable in ALWAYS_KNOWN:
            return np.array([ALWAYS_KNOWN[self.variable][0], *self.points], dtype=np.float32)
        below = self.points[1] - abs(self.points[1]) - 1  # points[0] is -inf
        return np.array([np.nan, below, *self.points[1:]], dtype=np.float32)


@dataclass(frozen=True)
class Buckets:
    """Every combination of buckets of the variables, the last changing fastest. A `Knowledge`."""

    cuts: tuple[Cuts, ...]
    widest: Mapping[tuple[bool, tuple[str, ...]], int]  # most sets one code is in, per counted sets
    others: Mapping[bool, Others]

    @property
    def size(self) -> int:
        return math.prod(len(cut.points) + 1 for cut in self.cuts)

    def values(self, variable: Variable) -> npt.NDArray[np.float32] | None:
        """float32 [size]: the variable's value in each combination; None when it has no buckets."""
        grids = np.meshgrid(*(cut.samples for cut in self.cuts), indexing="ij")
        found = [grid.ravel() for cut, grid in zip(self.cuts, grids, strict=True) if cut.variable is variable]
        return found[0] if found else None

    def first_in(self, diagnosis: bool, names: Sequence[str]) -> Values:
        return constant(self.size, MAYBE)

    def first_touches(self, diagnosis: bool, names: Sequence[str]) -> Bounds:
        zero = np.zeros(self.size, dtype=np.int64)
        return zero, zero + self.widest.get((diagnosis, tuple(names)), MANY)

    def compares(self, term: Compare) -> Values:
        values = self.values(term.variable)
        if values is None:
            return constant(self.size, MAYBE)
        known = ~np.isnan(values)
        holds = known & _COMPARE[term.comparison](values, np.float32(term.value))
        return np.where(holds, TRUE, FALSE).astype(np.int8)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """`cut`: float32 [cuts]; `cut_variable`, `cut_weight`: int32 [cuts].

        The place of a case is the sum of the weights of the cuts that its variables reach.
        """
        points: list[float] = []
        variables: list[int] = []
        weights: list[int] = []
        weight = self.size
        for cut in self.cuts:
            weight //= len(cut.points) + 1
            points += cut.points
            variables += [VARIABLES.index(cut.variable)] * len(cut.points)
            weights += [weight] * len(cut.points)
        return {
            "cut": np.array(points, dtype=np.float32),
            "cut_variable": np.array(variables, dtype=np.int32),
            "cut_weight": np.array(weights, dtype=np.int32),
        }


def cut_variables(rules: Iterable[Rule]) -> tuple[Cuts, ...]:
    """The cuts that `rules` need, of as many variables as `LARGEST` allows."""
    points: dict[Variable, set[float]] = {}
    for rule in rules:
        for leaf in leaves(rule):
            if isinstance(leaf, Compare) and not isinstance(leaf.value, str):
                points.setdefault(leaf.variable, set()).update(_points(leaf))
    found = [_cuts(variable, points[variable]) for variable in VARIABLES if variable in points]
    kept: list[Cuts] = []
    for cut in sorted(found, key=lambda cut: len(cut.points)):
        if math.prod(len(other.points) + 1 for other in (*kept, cut)) <= LARGEST:
            kept.append(cut)
    return tuple(kept)


def _points(term: Compare) -> set[float]:
    """Where the comparison's truth changes: the first number of each new bucket."""
    value = np.float32(term.value)
    start, after = float(value), float(np.nextafter(value, np.float32(np.inf)))
    if term.variable in ALWAYS_KNOWN:
        start, after = float(math.ceil(value)), float(math.floor(value) + 1)
    elif value == 0:  # the smallest normal number: a processor may treat smaller ones as 0
        after = float(np.finfo(np.float32).tiny)
    if term.comparison in ("<", ">="):
        return {start}
    return {after} if term.comparison in ("<=", ">") else {start, after}


def _cuts(variable: Variable, points: set[float]) -> Cuts:
    if variable in ALWAYS_KNOWN:
        least, greatest = ALWAYS_KNOWN[variable]
        return Cuts(variable, tuple(sorted(point for point in points if least < point <= greatest)))
    return Cuts(variable, (-math.inf, *sorted(points)))

"""What entry rules cannot tell apart: numbers of a case cut into buckets, codes that behave alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .compile_logic import FALSE, MANY, MARKS, MAYBE, TRUE, Bounds, Others, Values, constant
from .compile_program import OTHERS, VARIABLES, places
from .compile_words import SPECIAL, SetTable
from .rules.terms import Compare, Comparison, Count, Member, Role, Rule, Variable
from .rules.walk import leaves

# Marked codes are kept few, so that most cases have none: sets are marked from the smallest up while
# at most one code in this many is marked.
MARKED_SHARE = 16


@dataclass(frozen=True)
class FirstCode:
    """The classes of codes in first place, and what the class says about rules. A `Knowledge`."""

    diagnosis: bool
    table: SetTable
    of_id: npt.NDArray[np.int64]  # class of each id, by id + SPECIAL
    examples: npt.NDArray[np.int64]  # for each class the place of one of its ids
    others: Mapping[bool, Others]

    @property
    def size(self) -> int:
        return len(self.examples)

    def first_in(self, diagnosis: bool, names: Sequence[str]) -> Values:
        if diagnosis != self.diagnosis:
            return constant(self.size, MAYBE)
        return np.where(self.table.mask(names)[self.examples], TRUE, FALSE).astype(np.int8)

    def first_touches(self, diagnosis: bool, names: Sequence[str]) -> Bounds:
        if diagnosis != self.diagnosis:
            zero = np.zeros(self.size, dtype=np.int64)
            return zero, zero + MANY
        touched = sum(self.table.mask((name,))[self.examples].astype(np.int64) for name in names)
        return np.asarray(touched), np.asarray(touched)

    def compares(self, term: Compare) -> Values:
        return constant(self.size, MAYBE)


def first_code(
    role: Role, rules: Iterable[Rule], table: SetTable, others: Mapping[bool, Others]
) -> FirstCode:
    """The classes of codes that `rules` cannot tell apart in `role`. The special ids share a class."""
    names: dict[tuple[str, ...], None] = {}
    for rule in rules:
        for leaf in leaves(rule):
            if isinstance(leaf, Member) and role in leaf.roles:
                names[leaf.sets] = None
            elif isinstance(leaf, Count) and role in leaf.roles:
                names.update(((name,), None) for name in leaf.sets)
    masks = [table.mask(sets) for sets in names] or [np.zeros(table.size, dtype=bool)]
    signatures = np.ascontiguousarray(np.packbits(np.array(masks).T, axis=1))
    words = signatures.view(np.dtype((np.void, signatures.shape[1]))).ravel()
    _, examples, of_id = np.unique(words, return_index=True, return_inverse=True)
    return FirstCode(role.is_diagnosis, table, of_id, examples, others)


def mark_codes(
    diagnosis: bool, rules: Sequence[Rule], owners: Sequence[str], openness: Sequence[float], table: SetTable
) -> npt.NDArray[np.uint8]:
    """The marks of codes that matter to some rule when they are not in first place, by id + SPECIAL.

    The owners (MDCs) whose rows are open to most cases get a mark of their own, the rest share one.
    """
    owner_of: dict[tuple[str, ...], str] = {}
    weight: dict[str, float] = {}
    for rule, owner, share in zip(rules, owners, openness, strict=True):
        for leaf in leaves(rule):
            if not isinstance(leaf, Member | Count) or leaf.roles[0].is_diagnosis != diagnosis:
                continue
            if places(leaf.roles) & OTHERS:
                owner_of.setdefault(leaf.sets, owner)
                weight[owner] = weight.get(owner, 0) + share
    ranked = sorted(weight, key=lambda owner: -weight[owner])
    marks = np.zeros(table.size, dtype=np.uint8)
    for names in sorted(owner_of, key=lambda names: np.count_nonzero(table.mask(names))):
        mask = table.mask(names)
        if np.count_nonzero((marks != 0) | mask) * MARKED_SHARE > table.size - SPECIAL:
            break
        marks[mask] |= np.uint8(1 << min(ranked.index(owner_of[names]), MARKS - 1))
    return marks


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

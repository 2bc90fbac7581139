"""What a policy says about the stays at hand: one value for all of them, or one for each profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ...cases.arrays import Codes
from ...cases.fen import Fen, Floats, Rounding
from ...policy.parameters import catalogue
from ...policy.reading import Reading
from .profiles import EMPLOYEE, RESIDENT, Groups, Profiles

T = TypeVar("T")
Value = float | Floats  # one number, or one a profile; NaN where the policy has no answer


FUND = "fund"  # the chapter the sharing among payers is read in


@dataclass(frozen=True)
class Options:
    """What a caller states beside the policy.

    `seed` keys the chances of review; `decisions` maps case ids to what reviewers decided (True, False, or
    the amount granted in yuan); steps named in `without` are left out.
    """

    seed: int = 0
    decisions: Mapping[Any, bool | float] = field(default_factory=dict)
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Bands:
    """A value by bands of a number: `uppers` (bands,) inclusive, the last infinite; `values` (profiles,
    bands), or (1, bands) when every profile has the same; `span` the least and largest the policy has for
    anybody, `unstated` (profiles,) those whose label (a level) is missing, so that nobody knows which value
    is theirs, and `for_all` whether there is one for every label."""

    uppers: Floats
    values: Floats
    span: tuple[float, float] = (np.nan, np.nan)
    unstated: npt.NDArray[np.bool_] | None = None
    for_all: bool = True

    def at(self, profile: Codes, number: Floats | Fen) -> Floats | float:
        """The value for each row: its profile's, in the band its number falls into."""
        if len(self.uppers) == 1:
            return float(self.values[0, 0]) if len(self.values) == 1 else self.values[profile, 0]
        band = np.searchsorted(self.uppers, number, side="left")
        return self.values[profile if len(self.values) > 1 else 0, band]

    def over(self, profile: Codes, start: Floats | Fen, stop: Floats | Fen) -> Floats:
        """∫ value over `(start, stop]` for each row: every band's value holds for its slice only."""
        if len(self.uppers) == 1:
            return self.at(profile, stop) * (stop - start)
        total = np.zeros(len(stop))
        lower = 0.0
        for band, upper in enumerate(self.uppers):
            # few stays come above the first bands: only those that do are looked at
            rows = slice(None) if band == 0 else np.flatnonzero(stop > lower)
            begin, end = start[rows], stop[rows]
            width = np.clip(end, lower, upper) - np.clip(begin, lower, upper)
            ratio = self.values[0, band] if len(self.values) == 1 else self.values[profile[rows], band]
            total[rows] += ratio * width
            lower = upper
        return total


@dataclass(frozen=True)
class Book:
    """A policy as asked by some stays.

    Each rule reads its own chapter, so that what it rests on can be told: `trail` keeps, by chapter, the
    reading that remembers which parameters were asked for.
    """

    reading: Reading
    profiles: Profiles
    groups: Groups
    method: str
    options: Options = Options()
    trail: dict[str, Reading] = field(default_factory=dict)
    _found: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, key: Any, find: Callable[[], T]) -> T:
        """Something read from the book that holds for all its profiles and groups: read once."""
        if key not in self._found:
            self._found[key] = find()
        return cast(T, self._found[key])

    def chapter(self, name: str) -> Book:
        """The same book, remembering what is read under `name`."""
        reading = self.trail.setdefault(name, Reading(self.reading.in_force))
        return replace(self, reading=reading)

    def used(self, chapter: str) -> tuple[str, ...]:
        """The parameters a chapter read, in the catalogue's order."""
        return self.trail[chapter].used if chapter in self.trail else ()

    def word(self, path: str) -> Any:
        """A choice, text, flag, whole number or list of codes that does not vary by stay."""
        return self.reading[path]

    def rounding(self, of: str = "payment") -> Rounding:
        """How the policy rounds payments, or the standard."""
        return Rounding(int(self.word(f"rounding.{of}")), self.word("rounding.mode"))

    def value(self, path: str, **fixed: Any) -> Value:
        """A number, for each profile where it differs; `fixed` asks all of them with one label."""
        return collapsed(
            self._spread(path, lambda n, keys: self.reading.column(path, n, **keys, **fixed), fixed)
        )

    def words(self, path: str) -> npt.NDArray[np.object_]:
        """A text for each profile, None where the policy has none."""
        names = self._names(path)
        if not names:
            return np.full(len(self.profiles), self.reading[path], dtype=object)
        codes, keys = self.profiles.groups(names)
        return self.reading.column(path, _length(keys), **keys)[codes]

    def by_group(self, path: str) -> Floats:
        """(groups + 1,) a number that differs by group, NaN last for a stay without one."""
        names = np.array([*self.groups.names, None], dtype=object)
        return np.asarray(self.reading.column(path, len(names), group=names), dtype=np.float64)

    def optional_bands(self, path: str, neutral: float | None = None) -> Bands | None:
        """The same as `bands`, but None where the policy leaves the parameter neutral."""
        return None if self.reading[path] == neutral else self.bands(path)

    def bands(self, path: str) -> Bands:
        """A number by bands, for each profile where it differs."""
        uppers = np.array([*sorted(set(_uppers(self.reading[path]))), np.inf])
        band = str(catalogue()[path].band)

        def column(upper: float) -> Floats:
            def ask(n: int, keys: dict[str, Any]) -> Any:
                return self.reading.column(path, n, **{band: np.full(n, upper)}, **keys)

            return self._spread(path, ask)

        tree, values = self.reading[path], np.stack([column(upper) for upper in uppers], axis=1)
        stated = list(_leaves(tree)) or [np.nan]
        missing = [self.profiles.labels[name] == np.array(None) for name in self._names(path)]
        unstated = np.logical_or.reduce(missing) if missing and isinstance(tree, dict) else None
        for_all = not isinstance(tree, dict) or "other" in tree
        return Bands(uppers, _rows_collapsed(values), (min(stated), max(stated)), unstated, for_all)

    def benefit(self, name: str) -> Value:
        """`benefit.<insurance>.<name>`, for each profile its own insurance's; NaN for other insurance."""
        return collapsed(
            self._by_insurance(lambda insurance: _spelt(self.value(f"benefit.{insurance}.{name}")))
        )

    def benefit_bands(self, name: str) -> Bands:
        """The same by bands, over the edges of both insurances."""
        both = {insurance: self.bands(f"benefit.{insurance}.{name}") for insurance in (EMPLOYEE, RESIDENT)}
        uppers = np.unique(np.concatenate([bands.uppers for bands in both.values()]))

        def column(upper: float) -> Floats:
            def of(insurance: str) -> Floats:
                own = both[insurance]
                return own.values[:, np.searchsorted(own.uppers, upper, side="left")]

            return self._by_insurance(of)

        return Bands(uppers, _rows_collapsed(np.stack([column(upper) for upper in uppers], axis=1)))

    def _by_insurance(self, find: Callable[[str], Floats]) -> Floats:
        result = np.full(len(self.profiles), np.nan)
        for insurance in (EMPLOYEE, RESIDENT):
            own = self.profiles.of_insurance(insurance)
            if own is not None:
                result[own] = np.broadcast_to(find(insurance), len(own))[own]
        return result

    def _spread(self, path: str, ask: Callable[[int, dict[str, Any]], Any], fixed: Any = ()) -> Floats:
        """Ask once for each combination of the labels the parameter varies by."""
        names = tuple(name for name in self._names(path) if name not in fixed)
        if not names:
            return np.asarray(ask(1, {}), dtype=np.float64)
        codes, keys = self.profiles.groups(names)
        return np.asarray(ask(_length(keys), keys), dtype=np.float64)[codes]

    def _names(self, path: str) -> tuple[str, ...]:
        """The labels of profiles this parameter varies by."""
        return tuple(name for name in catalogue()[path].by if name in self.profiles.labels)


def collapsed(values: Floats) -> Value:
    """One number when all are the same (all NaN counts as the same), NaN when there is none."""
    first = values[0] if len(values) else np.nan
    same = np.isnan(values).all() if np.isnan(first) else (values == first).all()
    return float(first) if same else values


def spread(value: Value, profile: Codes) -> Value:
    """A value for each row: unchanged when it is one number."""
    return value if isinstance(value, float) else value[profile]


def _length(keys: dict[str, Any]) -> int:
    return len(next(iter(keys.values())))


def _spelt(value: Value) -> Floats:
    return np.atleast_1d(np.asarray(value, dtype=np.float64))


def _rows_collapsed(values: Floats) -> Floats:
    same = (values == values[0]) | (np.isnan(values) & np.isnan(values[0]))
    return values[:1] if same.all() else values


def _leaves(tree: Any) -> Iterator[float]:
    """The values anywhere in a canonical value, without the bounds of its bands."""
    if isinstance(tree, dict):
        for each in tree.values():
            yield from _leaves(each)
    elif isinstance(tree, tuple):
        for _, value in tree:
            yield from _leaves(value)
    elif tree is not None:
        yield float(tree)


def _uppers(tree: Any) -> Iterator[float]:
    """The finite upper bounds anywhere in a canonical value."""
    if isinstance(tree, dict):
        for each in tree.values():
            yield from _uppers(each)
    elif isinstance(tree, tuple):
        yield from (float(upper) for upper, _ in tree[:-1])

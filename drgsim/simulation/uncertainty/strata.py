"""Hospitals in strata: which hospitals stand in for one another when hospitals are drawn.

A hospital belongs to its region and level. Where a level of a region has a single hospital, nothing could
stand in for it: it joins the next level of the same region (the one before, if there is none), so that a
draw never leaves the region. A region with one hospital keeps it in every draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 2  # hospitals that can be drawn from
_APART = "\x1f"  # between the parts of a stratum's text: no name holds it

Unit = tuple[tuple[Any, ...], Any]  # region, hospital: the same id in two regions is two hospitals
Levels = dict[tuple[Any, ...], list[Unit]]


@dataclass(frozen=True, eq=False, repr=False)
class Strata:
    """Strata, and the place of every hospital: those of a stratum lie side by side, sorted by their text.

    `texts` (strata,), `starts` (strata + 1,) int64, `place`: hospital → 0, 1, …
    """

    texts: tuple[str, ...]
    starts: npt.NDArray[np.int64]
    place: dict[Unit, int]

    @property
    def names(self) -> list[str]:
        """The texts as a reader wants them."""
        return [text.replace(_APART, " / ") for text in self.texts]

    @property
    def hospitals(self) -> npt.NDArray[np.int64]:
        """How many hospitals each stratum has, (strata,)."""
        return np.diff(self.starts)


def strata_of(
    rows: pd.DataFrame, *, region: Sequence[str], level: Sequence[str], hospital: str, size: str
) -> Strata:
    """Strata of the hospitals in `rows`: one for each `table`, region, level and hospital, sorted by them.

    A hospital with several levels is of the one with most stays, in the first table that has it: a later
    table, in which it may treat others, moves nothing.
    """
    best: dict[Unit, tuple[int, int]] = {}
    level_of: dict[Unit, tuple[Any, ...]] = {}
    columns = [rows[name].tolist() for name in ("table", size, hospital, *region, *level)]
    for table, stays, own, *parts in zip(*columns, strict=True):
        unit, standing = (tuple(parts[: len(region)]), own), (table, -stays)
        if unit not in best or standing < best[unit]:
            best[unit], level_of[unit] = standing, tuple(parts[len(region) :])
    regions: dict[tuple[Any, ...], Levels] = {}
    for unit, own_level in level_of.items():
        regions.setdefault(unit[0], {}).setdefault(own_level, []).append(unit)
    texts, strata = [], []
    for place in sorted(regions, key=in_order):
        for levels, units in _pooled(regions[place]):
            together = "+".join(word(part) for one in levels for part in one)
            texts.append(_APART.join([*map(word, place), together]))
            strata.append(sorted(units, key=lambda unit: word(unit[1])))
    return Strata(
        texts=tuple(texts),
        starts=np.cumsum([0, *map(len, strata)], dtype=np.int64),
        place={unit: at for at, unit in enumerate(unit for units in strata for unit in units)},
    )


def _pooled(levels: Levels) -> list[tuple[list[tuple[Any, ...]], list[Unit]]]:
    """The strata of one region: its levels in order, those with too few hospitals joined to the next."""
    strata: list[tuple[list[tuple[Any, ...]], list[Unit]]] = []
    for level in sorted(levels, key=in_order):
        if strata and len(strata[-1][1]) < FEWEST:
            strata[-1] = ([*strata[-1][0], level], strata[-1][1] + levels[level])
        else:
            strata.append(([level], list(levels[level])))
    if len(strata) > 1 and len(strata[-1][1]) < FEWEST:
        names, units = strata.pop()
        strata[-1] = (strata[-1][0] + names, strata[-1][1] + units)
    return strata


def word(value: Any) -> str:
    """A name as text; 3.0, as a column with gaps has it, is 3."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def in_order(values: tuple[Any, ...]) -> tuple[tuple[bool, Any], ...]:
    """A key to sort names by: numbers by size before texts by letters."""
    return tuple((isinstance(value, str), value) for value in values)

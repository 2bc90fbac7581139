"""`synthetic_cases` and `iter_synthetic_cases`: cases of an invented region as a case table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ArgumentError
from ..grouping import DrgGrouper
from .block import Columns, make_block
from .dirt import soil
from .frame import as_table
from .randomness import BLOCK
from .region import SyntheticRegion
from .world import build_world

if TYPE_CHECKING:
    import pandas as pd

    from ..schemes.model import Scheme

_YEARS = range(2015, 2051)


def synthetic_cases(
    region: str | SyntheticRegion = "province",
    *,
    n: int = 10_000,
    year: int = 2025,
    seed: int = 0,
    dirt: float = 0.0,
    scheme: str | Scheme | DrgGrouper = "chs-drg-2.0",
    truth: bool = False,
) -> pd.DataFrame:
    """Cases of an invented region whose totals meet the published ones of `year`.

    Every case fulfils the rules of the group it was made for. The same arguments give the same cases on
    every machine; the first rows of a larger `n` are those of a smaller one. No row is a real person's.

    Parameters
    ----------
    region
        Id of a shipped region, or a `SyntheticRegion`.
    n
        Cases. They stand for the whole year; see `SyntheticRegion.insured` for how many there would be.
    year
        Year of discharge, whose published totals are met; the nearest published year where there is none.
    seed
        A whole number from 0.
    dirt
        Share of the cases with something wrong in them, from 0 to 1; kinds in `data/synthetic/dirt.csv`.
    scheme
        The scheme whose groups the cases are made for: an id, a `Scheme`, or its `DrgGrouper`, with which
        a second call is as fast as with an id.
    truth
        Add `true_drg`, the group the case was made for, `true_severity` (0 none, 1 CC, 2 MCC), and
        `dirt`, the kind of what is wrong or "".

    Returns
    -------
    DataFrame in the columns of the case table, cases of one patient one after the other.

    Raises
    ------
    NotFoundError
        No such region or scheme.
    ArgumentError
        A number out of its range.

    >>> cases = synthetic_cases(n=1000, seed=1)
    >>> len(cases), int(cases["sex"].isna().sum())
    (1000, 0)
    """
    return next(
        iter_synthetic_cases(
            region, n=n, year=year, seed=seed, dirt=dirt, scheme=scheme, truth=truth, chunk=max(n, 1)
        )
    )


def iter_synthetic_cases(
    region: str | SyntheticRegion = "province",
    *,
    n: int,
    year: int = 2025,
    seed: int = 0,
    dirt: float = 0.0,
    scheme: str | Scheme | DrgGrouper = "chs-drg-2.0",
    truth: bool = False,
    chunk: int = 16 * BLOCK,
) -> Iterator[pd.DataFrame]:
    """The same cases as `synthetic_cases`, at most `chunk` rows at a time, so that memory stays small.

    Every frame but the last has `chunk` rows. Raises what `synthetic_cases` raises, at once.
    """
    _check(n=n, year=year, seed=seed, dirt=dirt, chunk=chunk)
    world = build_world(_region(region), year, grouper_of(scheme))

    @lru_cache(maxsize=1)  # chunks that end inside a block share it
    def block(number: int) -> Columns:
        return soil(make_block(world, seed, number), seed, number, dirt)

    def rows(start: int, stop: int) -> pd.DataFrame:
        parts = [_rows(block(number), number, start, stop) for number in _blocks(start, stop)]
        return as_table(parts, index_from=start, truth=truth)

    return (rows(start, min(start + chunk, n)) for start in range(0, max(n, 1), chunk))


def _region(region: str | SyntheticRegion) -> SyntheticRegion:
    return region if isinstance(region, SyntheticRegion) else SyntheticRegion.load(region)


def grouper_of(scheme: str | Scheme | DrgGrouper) -> DrgGrouper:
    """The grouper of a scheme; that of an id is kept."""
    if isinstance(scheme, DrgGrouper):
        return scheme
    return _shipped(scheme) if isinstance(scheme, str) else DrgGrouper(scheme)


@cache
def _shipped(name: str) -> DrgGrouper:
    return DrgGrouper(name)


def _check(*, n: int, year: int, seed: int, dirt: float, chunk: int) -> None:
    for name, value, allowed in (
        ("n", n, range(2**40)),
        ("year", year, _YEARS),
        ("seed", seed, range(2**63)),
    ):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value not in allowed:
            raise ArgumentError(
                f"{name} is no whole number in its range",
                got=value,
                allowed=f"{allowed.start} to {allowed.stop - 1}",
            )
    if not 0.0 <= dirt <= 1.0:
        raise ArgumentError("dirt is a share of the cases", got=dirt, allowed="0 to 1")
    if chunk < 1:
        raise ArgumentError("chunk is a number of rows", got=chunk, allowed="1 and more")


def _blocks(start: int, stop: int) -> range:
    """The blocks that rows `start` to `stop` lie in; one for an empty table, whose columns it gives."""
    return range(start // BLOCK, max(-(-stop // BLOCK), start // BLOCK + 1))


def _rows(columns: Columns, number: int, start: int, stop: int) -> Columns:
    """The rows of a block that lie in `start` to `stop` of the whole."""
    first = number * BLOCK
    inside = slice(max(start - first, 0), min(stop - first, BLOCK))
    return {name: values[inside] for name, values in columns.items()}

"""The sampling band's draws: hospitals drawn again inside their strata, the same ones for every scenario.

Stays of one hospital resemble each other, so hospitals are drawn, not stays (a cluster bootstrap). A draw
takes one hospital fewer than a stratum has, with replacement, which makes the variance unbiased also where
hospitals are few (Rao and Wu 1988, "Resampling inference with complex survey data"), and scales what was
drawn to the stays the stratum is known to have (a ratio estimate): how many stays there were is a fact, what
a stay costs and who bears it is what another set of hospitals would have shown otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..._kernels import _resample
from ..._parallel import over_chunks, thread_count
from ...errors import ArgumentError, ColumnError
from ...payment.engine.streams import case_keys
from ..world.sums import NOT_STATED, Ints, key, sums
from .strata import FEWEST, Strata, in_order, strata_of

_WORD = 2**64 - 1


def resample_readably(
    keys: Any,
    hospital_starts: Any,
    sizes: Any,
    entry_starts: Any,
    output: Any,
    values: Any,
    out: Any,
) -> None:
    """As the kernel, for all draws of `out`; `keys` … `values` are its arguments of these names."""
    strata = [
        _stratum(first, stop, entry_starts, output, values, out.shape[1])
        for first, stop in pairwise(hospital_starts)
    ]
    for draw in range(len(out)):
        for own_key, first, added in zip(keys, hospital_starts, strata, strict=False):
            hospitals = len(added)
            own = sizes[first : first + hospitals]
            times, slots = _times(_mixed(int(own_key) ^ draw), hospitals)
            size = int((times * own).sum())
            scale = int(own.sum()) / size if size else hospitals / slots
            running = np.cumsum(np.tensordot(times, added, axes=1), axis=0)
            # running sums are rounded, not outputs: what is known of the whole stratum stays exact
            out[draw] += np.diff(np.rint(scale * running).astype(np.int64), axis=0, prepend=0)


def _stratum(first: int, stop: int, entry_starts: Any, output: Any, values: Any, outputs: int) -> Any:
    """The sums of a stratum's hospitals, int64 [hospitals, outputs, measures]."""
    sums = np.zeros((stop - first, outputs, values.shape[1]), np.int64)
    for place, hospital in enumerate(range(first, stop)):
        for entry in range(entry_starts[hospital], entry_starts[hospital + 1]):
            sums[place, output[entry]] += values[entry]
    return sums


def _times(key: int, hospitals: int) -> tuple[Any, int]:
    """How often each hospital is drawn, int64 [hospitals], and how many were drawn in all."""
    slots = max(hospitals - 1, 1)
    times = np.zeros(hospitals, np.int64)
    for slot in range(slots):
        times[(_mixed(key ^ slot) >> 32) * hospitals >> 32] += 1
    return times, slots


def _mixed(key: int) -> int:
    """The finalizer of splitmix64."""
    key = (key + 0x9E3779B97F4A7C15) & _WORD
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 & _WORD
    key = (key ^ (key >> 27)) * 0x94D049BB133111EB & _WORD
    return key ^ (key >> 31)


_STREAM = "sampling.hospitals"
_CHUNK = 64  # draws a thread makes at a time


@dataclass(frozen=True, eq=False, repr=False)
class Resampled:
    """What each table would have summed to with other hospitals of the same kind.

    Attributes
    ----------
    outputs : DataFrame, one row for each output: its keys.
    measures : names of the last axis.
    point : table → int64 (outputs, measures), the sums themselves.
    draws : table → int64 (draws, outputs, measures), in the units of the measures. Draw k took the same
        hospitals in every table, so a difference between two tables is taken draw by draw.
    held : bool (outputs,), True where no hospital could be drawn: nothing is known about its spread.
    strata : DataFrame with stratum, hospitals, stays and drawn (False: its one hospital is in every draw).
    """

    outputs: pd.DataFrame
    measures: tuple[str, ...]
    point: Mapping[str, Ints]
    draws: Mapping[str, Ints]
    held: npt.NDArray[np.bool_]
    strata: pd.DataFrame

    def __repr__(self) -> str:
        draws = len(next(iter(self.draws.values())))
        return (
            f"Resampled({draws:,} draws of {self.strata['hospitals'].sum():,} hospitals in "
            f"{len(self.strata):,} strata; tables: {', '.join(self.draws)})"
        )


def resample(
    tables: Mapping[str, pd.DataFrame],
    *,
    outputs: Sequence[str],
    stratum: Sequence[str] = ("care_region", "hospital_level"),
    measures: Sequence[str],
    draws: int,
    seed: int,
    hospital: str = "hospital_id",
    size: str = "cases",
    threads: int | None = 1,
) -> Resampled:
    """Draw hospitals inside strata, `draws` times, and sum every table for each draw.

    Parameters
    ----------
    tables : scenario → sums by hospital: the columns `stratum`, `hospital`, `outputs`, `measures` and `size`,
        the last two whole numbers, as `simulation.world.sums.sums` gives them. The first is the baseline:
        its stays are the size that a draw is scaled to. A hospital missing from a table counts zero in it.
    outputs : columns to tell apart in the answer; none: one output, the whole.
    stratum : columns of the stratum; the last is the level, along which too small strata are pooled.
    threads : None means one for each core. The answer is the same whatever their number.

    The hospitals of a draw follow from the seed, the number of the draw and the stratum's own hospitals:
    not from the order of rows, the other regions, or the number of draws.

    Raises
    ------
    ColumnError
        A table lacks a column, or a measure is not whole.
    ArgumentError
        No tables, or `draws` below 1.

    >>> from drgsim.simulation.world.sums import key, sums
    >>> columns = {"care_region": ["r"] * 4, "hospital_level": [3] * 4, "hospital_id": list("abcb")}
    >>> keys = {name: key(column) for name, column in columns.items()}
    >>> table = sums(keys, {"cases": np.ones(4, np.int64), "fund": np.array([400, 500, 600, 500])})
    >>> drawn = resample({"today": table}, outputs=[], measures=["cases", "fund"], draws=50, seed=1)
    >>> drawn.point["today"].tolist(), drawn.draws["today"].shape
    ([[4, 2000]], (50, 1, 2))
    >>> sorted(set(drawn.draws["today"][:, 0, 0].tolist()))
    [4]
    """
    if not tables:
        raise ArgumentError("nothing to draw from: no tables were given")
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise ArgumentError("draws must be a whole number of 1 or more", got=draws)
    threads = thread_count(threads)
    names = [*dict.fromkeys([*stratum, hospital, *outputs])]
    wanted = [*dict.fromkeys([size, *measures])]
    rows = _together(tables, names, wanted)
    region, level = list(stratum[:-1]), list(stratum[-1:])
    strata = strata_of(
        _summed(rows, ["table", *region, *level, hospital], [size]),
        region=region, level=level, hospital=hospital, size=size,
    )  # fmt: skip
    place = _places(rows, strata, region, hospital)
    labels, output = _outputs(rows, list(outputs))
    sizes = np.zeros(strata.starts[-1], np.int64)
    first = (rows["table"] == 0).to_numpy()
    np.add.at(sizes, place[first], rows[size].to_numpy()[first])
    point, drawn = {}, {}
    for number, name in enumerate(tables):
        own = (rows["table"] == number).to_numpy()
        values = rows.loc[own, list(measures)].to_numpy(np.int64).reshape(own.sum(), len(measures))
        hospitals = _Hospitals.of(place[own], output[own], values, len(sizes), len(labels))
        point[name] = hospitals.total(len(labels))
        drawn[name] = _draws(strata, sizes, hospitals, (draws, len(labels), len(measures)), seed, threads)
    can = strata.hospitals >= FEWEST
    free = np.zeros(len(labels), bool)
    free[output[can[_stratum_of(strata)[place]]]] = True
    return Resampled(
        outputs=labels,
        measures=tuple(measures),
        point=point,
        draws=drawn,
        held=~free,
        strata=pd.DataFrame(
            {
                "stratum": strata.names,
                "hospitals": strata.hospitals,
                "stays": np.add.reduceat(sizes, strata.starts[:-1]) if len(sizes) else np.zeros(0, np.int64),
                "drawn": can,
            }
        ),
    )


@dataclass(frozen=True, eq=False)
class _Hospitals:
    """A table by hospital: `starts` (hospitals + 1,) into `output` (entries,) and `values`."""

    starts: Ints
    output: npt.NDArray[np.int32]
    values: Ints

    @classmethod
    def of(cls, place: Ints, output: Ints, values: Ints, hospitals: int, outputs: int) -> _Hospitals:
        cells, entry = np.unique(place * outputs + output, return_inverse=True)
        added = np.zeros((len(cells), values.shape[1]), np.int64)
        np.add.at(added, entry, values)
        starts = np.searchsorted(cells, np.arange(hospitals + 1) * outputs)
        return cls(starts.astype(np.int64), (cells % max(outputs, 1)).astype(np.int32), added)

    def total(self, outputs: int) -> Ints:
        total = np.zeros((outputs, self.values.shape[1]), np.int64)
        np.add.at(total, self.output, self.values)
        return total


def _draws(
    strata: Strata, sizes: Ints, own: _Hospitals, shape: tuple[int, int, int], seed: int, threads: int
) -> Ints:
    keys = case_keys(list(strata.texts), _STREAM, seed)
    table = (keys, strata.starts, sizes, own.starts, own.output, own.values)
    out = np.zeros(shape, np.int64)
    if os.environ.get("DRGSIM_REFERENCE") == "1":
        resample_readably(*table, out)
        return out
    entries = own.starts[strata.starts]
    reached = [np.unique(own.output[a:b]) for a, b in pairwise(entries)]
    reached_starts = np.cumsum([0, *map(len, reached)], dtype=np.int64)
    flat = np.concatenate([np.zeros(0, np.int32), *reached])

    def work(start: int, stop: int) -> None:
        times, sums = np.zeros(len(sizes), np.int32), np.zeros(shape[1:], np.int64)
        _resample.resample(*table, reached_starts, flat, times, sums, out, start, stop)

    over_chunks(work, shape[0], threads=threads, chunk=_CHUNK)
    return out


def _together(tables: Mapping[str, pd.DataFrame], names: list[str], wanted: list[str]) -> pd.DataFrame:
    """All tables below each other: `table` (its number), names without gaps, measures."""
    parts = []
    for number, (title, table) in enumerate(tables.items()):
        missing = [name for name in (*names, *wanted) if name not in table.columns]
        if missing:
            raise ColumnError("a table of sums lacks columns", got=missing, where=f"table {title!r}")
        wrong = [name for name in wanted if table[name].dtype.kind not in "iub"]
        if wrong:
            raise ColumnError("measures must be whole numbers", got=wrong, where=f"table {title!r}")
        filled = {
            name: table[name].astype(object).where(table[name].notna(), NOT_STATED).to_numpy()
            for name in names
        }
        whole = {name: table[name].to_numpy(np.int64) for name in wanted}
        parts.append(pd.DataFrame({"table": np.full(len(table), number), **filled, **whole}))
    return pd.concat(parts, ignore_index=True)


def _summed(rows: pd.DataFrame, by: list[str], measures: list[str]) -> pd.DataFrame:
    return sums({name: key(rows[name]) for name in by}, {name: rows[name].to_numpy() for name in measures})


def _places(rows: pd.DataFrame, strata: Strata, region: list[str], hospital: str) -> Ints:
    parts = zip(*(rows[name].tolist() for name in (hospital, *region)), strict=True)
    return np.array([strata.place[(tuple(where), own)] for own, *where in parts], dtype=np.int64)


def _outputs(rows: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, Ints]:
    """Each combination of `by` once, in order, and which of them each row is."""
    if not by:
        return pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(len(rows), np.int64)
    texts = list(zip(*(rows[name].tolist() for name in by), strict=True))
    ordered = sorted(set(texts), key=in_order)
    place = {text: at for at, text in enumerate(ordered)}
    labels = {name: [text[column] for text in ordered] for column, name in enumerate(by)}
    return pd.DataFrame(labels, columns=by), np.array([place[text] for text in texts], dtype=np.int64)


def _stratum_of(strata: Strata) -> Ints:
    return np.repeat(np.arange(len(strata.texts)), strata.hospitals)

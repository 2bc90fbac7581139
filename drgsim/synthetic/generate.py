"""`synthetic_cases` and `iter_synthetic_cases`: cases of an invented region as a case table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.arrays import BooleanArray, IntegerArray

from ..cases.columns import case_columns, text_dtype
from ..errors import ArgumentError
from ..grouping import DrgGrouper
from .costs import PARTS, Bill
from .dirt import soil
from .outcome import write_births
from .randomness import BLOCK, Streams
from .region import SyntheticRegion
from .world import World, build_world, grouper_of

if TYPE_CHECKING:
    from ..schemes.scheme import Scheme

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
    births: bool = True,
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
    births
        False leaves out the outcome of a birth and the children's weights on mothers' records, as the first
        version did: for records of that time.

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
            region,
            n=n,
            year=year,
            seed=seed,
            dirt=dirt,
            scheme=scheme,
            truth=truth,
            births=births,
            chunk=max(n, 1),
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
    births: bool = True,
    chunk: int = 16 * BLOCK,
) -> Iterator[pd.DataFrame]:
    """The same cases as `synthetic_cases`, at most `chunk` rows at a time, so that memory stays small.

    Every frame but the last has `chunk` rows. Raises what `synthetic_cases` raises, at once.

    Parameters
    ----------
    region, n, year, seed, dirt, scheme, truth, births
        as in `synthetic_cases`
    chunk : int
        rows of a table, 1 or more

    Examples
    --------
    >>> [len(cases) for cases in iter_synthetic_cases(n=5, seed=1, chunk=3)]
    [3, 2]
    """
    check_numbers(n=n, year=year, seed=seed, dirt=dirt, chunk=chunk)
    world = build_world(_region(region), year, grouper_of(scheme))

    @lru_cache(maxsize=1)  # chunks that end inside a block share it
    def block(number: int) -> Columns:
        return soil(make_block(world, seed, number, births=births), seed, number, dirt)

    def rows(start: int, stop: int) -> pd.DataFrame:
        parts = [_rows(block(number), number, start, stop) for number in _blocks(start, stop)]
        return as_table(parts, index_from=start, truth=truth)

    return (rows(start, min(start + chunk, n)) for start in range(0, max(n, 1), chunk))


def _region(region: str | SyntheticRegion) -> SyntheticRegion:
    return region if isinstance(region, SyntheticRegion) else SyntheticRegion.load(region)


def check_numbers(*, n: int, year: int, seed: int, dirt: float = 0.0, chunk: int = 1) -> None:
    """Raise ArgumentError for a number out of its range."""
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


TRUTH = ("true_drg", "true_severity", "dirt")  # beside the case table's own columns
_MISSING = -1


def as_table(parts: Sequence[dict[str, Any]], *, index_from: int, truth: bool) -> pd.DataFrame:
    """The parts one after the other; -1 becomes missing. The index counts cases from `index_from`."""
    known, texts = case_columns(), cast(Any, text_dtype())
    names = [name for name in known if name in parts[0]] + (list(TRUTH) if truth else [])
    columns: dict[str, Any] = {}
    for name in names:
        kind = known[name].kind if name in known else "whole" if name == "true_severity" else "text"
        if kind in ("text", "codes"):
            columns[name] = pd.array(list(chain.from_iterable(part[name] for part in parts)), dtype=texts)
        else:
            columns[name] = _numbers(kind, np.concatenate([part[name] for part in parts]))
    table = pd.DataFrame(columns, copy=False)
    table.index = pd.RangeIndex(index_from, index_from + len(table))
    return table


def _numbers(kind: str, values: npt.NDArray[Any]) -> Any:
    """Numbers, dates and flags in the type of their kind."""
    if kind == "whole":
        return IntegerArray(values.astype(np.int32), values == _MISSING)
    if kind == "flag":
        return BooleanArray(values, np.zeros(len(values), dtype=bool))
    return values.astype("datetime64[s]") if kind == "date" else values


Columns = dict[str, Any]  # arrays or lists of BLOCK values; -1 and NaN are missing
Ints = npt.NDArray[np.int64]

_FEN = 100.0
_DIGITS = 10


def make_block(world: World, seed: int, number: int, *, births: bool = True) -> Columns:
    """The cases of block `number`: rows `number * BLOCK` and on of this seed."""
    streams = Streams(seed, number)
    patients = world.people.draw(streams)
    diseases = world.illness.draw(streams, patients)
    treatment = world.care.draw(streams, patients, diseases)
    cost, stay = world.amounts.draw(streams, patients, diseases, treatment)
    admitted, left, first = world.calendar.draw(streams, patients, diseases, stay)
    course = world.outcome.draw(streams, patients, diseases, stay)
    bill = world.bills.draw(streams, diseases, cost)
    start = number * BLOCK
    columns = {
        "case_id": _ids(f"C{world.year}", start + np.arange(BLOCK)),
        "patient_id": _ids(f"P{world.year}", start + first),
        **world.labels.columns(patients, diseases, treatment),
        "sex": patients.sex,
        "age": world.outcome.age(patients, diseases),
        "age_days": course.age_days,
        "birth_weight": course.birth_weight,
        "admission_weight": course.admission_weight,
        "admission_date": admitted,
        "discharge_date": left,
        "los": stay,
        "discharge": course.discharge,
        "ventilation_hours": course.ventilation_hours,
        "icu_hours": course.icu_hours,
        "diagnoses": world.codes.diagnoses(streams, patients, diseases),
        "procedures": world.codes.procedures(streams, diseases),
        **_money(bill),
        "true_drg": world.labels.groups(diseases),
        "true_severity": diseases.severity,
    }
    return write_births(columns, streams) if births else columns


def _money(bill: Bill) -> Columns:
    """The bill in yuan."""
    fen = {f"{name}_cost": part for name, part in zip(PARTS, bill.parts, strict=True)}
    fen = {
        "total_cost": bill.total,
        **fen,
        "new_technology_cost": bill.new_technology,
        "commercial_list_cost": bill.commercial_list,
        "out_of_scope": bill.out_of_scope,
        "over_limit": bill.over_limit,
        "prepaid_share": bill.prepaid_share,
        "in_scope": bill.in_scope,
    }
    return {name: amount / _FEN for name, amount in fen.items()}


def _ids(prefix: str, numbers: Ints) -> list[str]:
    """The prefix and ten digits of each number."""
    digits = numbers[:, None] // 10 ** np.arange(_DIGITS - 1, -1, -1) % 10 + ord("0")
    text = digits.astype(np.uint8).tobytes().decode("ascii")
    return [prefix + text[place : place + _DIGITS] for place in range(0, len(text), _DIGITS)]

"""Sufficient statistics: everything the settlement of a year needs, without a single case row.

A hospital adds its stays up by region, insurance, month and group; a bureau adds the tables of all
hospitals up and settles. Every measure is a whole number (cases, or fen), so a sum does not depend on its
order and settling from statistics gives the same fen as settling from the stays. `docs/settlement.md`
documents the table as an exchange format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases.arrays import read_labels
from ..errors import ColumnError
from ..payment.engine.steps.fund_share import FundShare, Gap
from .settlement_errors import SettlementError

if TYPE_CHECKING:
    from ..payment.engine.stays import Stays
    from ..payment.faces.payments import Payments


Ints = npt.NDArray[np.int64]

NOWHERE = ""  # the region, hospital or month of rows whose table does not say
_LARGEST = 1 << 62  # the number of different keys an int64 may stand for


@dataclass(frozen=True, slots=True)
class Words:
    """A column of text: `codes` (n,) int64 into `names`, which are sorted and each there once."""

    codes: Ints
    names: npt.NDArray[np.object_]

    @classmethod
    def of(cls, codes: npt.NDArray[Any], names: Sequence[str]) -> Words:
        """Codes into names in any order, −1 where missing; a name may stand there twice.

        >>> words = Words.of(np.array([1, 0, -1]), ["b", "a"])
        >>> words.names[words.codes].tolist()
        ['a', 'b', '']
        """
        kept, place = np.unique(np.array([*names, NOWHERE], dtype=object), return_inverse=True)
        return cls(place.astype(np.int64)[codes], kept)

    @classmethod
    def read(cls, table: pd.DataFrame | Sums, column: str) -> Words:
        """A column of a table; the table's own texts are looked at once each, not once a row."""
        if isinstance(table, Sums):
            return table.cells.words[column]
        labels = read_labels(table, column)
        return cls.of(labels.codes, labels.names)

    def column(self, codes: Ints) -> Any:
        """Some codes as a column of a table."""
        return pd.Series(self.names).array.take(codes)

    def filled(self, other: Words) -> Words:
        """The words of `other` where these are missing."""
        both = Words.of(np.arange(len(self.names) + len(other.names)), [*self.names, *other.names])
        mine, theirs = both.codes[self.codes], both.codes[other.codes + len(self.names)]
        return Words(np.where(mine == 0, theirs, mine), both.names)  # NOWHERE sorts first


class Cells:
    """Which rows have the same keys: found once, added up as often as anything is asked of them.

    `words` are the keys of each cell, sorted by all of them, and `place` (rows,) is the cell of each row.
    """

    def __init__(self, keys: Mapping[str, Words]) -> None:
        combined = _combined(list(keys.values()))
        order = np.argsort(combined)
        ordered = combined[order]
        new = np.diff(ordered, prepend=ordered[:1] - 1) != 0
        first = order[new]
        self.words = {name: Words(words.codes[first], words.names) for name, words in keys.items()}
        self.place = np.empty(len(order), np.int64)
        self.place[order] = np.cumsum(new) - 1
        self._by: dict[tuple[str, ...], Cells] = {}

    def __len__(self) -> int:
        return len(next(iter(self.words.values())).codes)

    @cached_property
    def columns(self) -> dict[str, Any]:
        """The keys as columns of a table."""
        return {name: words.column(words.codes) for name, words in self.words.items()}

    def by(self, names: Sequence[str]) -> Cells:
        """These cells with some of their keys only, kept."""
        asked = tuple(names)
        if asked not in self._by:
            self._by[asked] = Cells({name: self.words[name] for name in asked})
        return self._by[asked]

    def sums(self, measures: Mapping[str, Ints]) -> Sums:
        """The measures of the rows, added up: whole numbers, whose sums no order of the rows changes."""
        return Sums(self, {name: added(self.place, each, len(self)) for name, each in measures.items()})


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """A table of whole numbers by keys of text, as plain columns: what a settlement works with."""

    cells: Cells
    values: Mapping[str, Ints]

    @classmethod
    def read(cls, table: pd.DataFrame, keys: Sequence[str], measures: Sequence[str]) -> Sums:
        """The rows of a table, those of the same keys added up."""
        cells = Cells({name: Words.read(table, name) for name in keys})
        return cells.sums({name: table[name].to_numpy(np.int64) for name in measures})

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, measure: str) -> Ints:
        return self.values[measure]

    def by(self, names: Sequence[str], measures: Sequence[str]) -> Sums:
        """Added up further, by some of the keys."""
        return self.cells.by(names).sums({name: self.values[name] for name in measures})

    def beside(self, **columns: Ints) -> Sums:
        """The same with further columns."""
        return Sums(self.cells, {**self.values, **columns})

    def frame(self) -> pd.DataFrame:
        """The table, sorted by its keys."""
        return pd.DataFrame({**self.cells.columns, **self.values})


def tally(keys: Mapping[str, Words], measures: Mapping[str, Ints]) -> pd.DataFrame:
    """A row for each combination of keys that occurs, sorted by the keys, with the sums of the measures."""
    return Cells(keys).sums(measures).frame()


def added(place: Ints, values: npt.NDArray[Any], n: int) -> Ints:
    """(n,) the sums of whole numbers at each place."""
    sums = np.zeros(n, np.int64)
    np.add.at(sums, place, values)
    return sums


def _combined(keys: Sequence[Words]) -> Ints:
    """One whole number for each combination of codes, in the order of the keys."""
    combined, space = keys[0].codes, len(keys[0].names)
    for words in keys[1:]:
        size = max(len(words.names), 1)  # no names, no rows
        if space >= _LARGEST // size:
            seen, combined = np.unique(combined, return_inverse=True)
            space = len(seen)
        combined = combined * size + words.codes
        space *= size
    return combined


# whose fund pays whom: what a settlement tells apart
FLOW = ("care_region", "insured_region", "insurance", "hospital_id")
HOSPITAL_MONTH = (*FLOW, "month")
KEYS = (*HOSPITAL_MONTH, "group")
# parts of `other_payers`; tables written before they were told apart lack them
PARTS = ("catastrophic", "medical_aid")
# docs/settlement.md explains each; `sliding` is what the fund pays more when a point's price doubles
MEASURES = (
    "cases", "total_cost", "payment", "fund_by_item", "fund", "fund_care_region", "sliding",
    "sliding_care_region", "patient", "other_payers", "borne_by_hospital", *PARTS,
)  # fmt: skip


def statistics(payments: Payments) -> pd.DataFrame:
    """The stays of `payments` added up.

    Returns
    -------
    DataFrame with the columns `KEYS` (text) and `MEASURES` (int64; money in fen), sorted by the keys. Stays
    that cannot be paid count in `cases` and carry no money.

    Raises
    ------
    SettlementError
        The policy finds the fund's share by substitution: its slope in the price of a point is not known.
    """
    return stay_cells(payments, KEYS).sums(stay_measures(payments)).frame()


def merge_statistics(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The tables of several hospitals as one; rows of the same keys are added up.

    Raises ColumnError when a table lacks a column or holds something else than whole numbers.
    """
    return _added_up(tables, KEYS)


def hospital_months(payments: Payments | pd.DataFrame) -> Sums:
    """The same for stays or their statistics with all groups of a hospital's month in one row.

    It is all a settlement reads, and a small table whatever the number of stays or groups.
    """
    if isinstance(payments, pd.DataFrame):
        return Sums.read(_checked(payments), HOSPITAL_MONTH, MEASURES)
    return stay_cells(payments, HOSPITAL_MONTH).sums(stay_measures(payments))


def flow_months(months: Sums) -> pd.DataFrame:
    """Who treats whose insured month by month, from the statistics of hospitals' months."""
    keys = [name for name in HOSPITAL_MONTH if name != "hospital_id"]
    return months.by(keys, ("cases", "fund", "fund_care_region", "catastrophic")).frame()


def pool_small_cells(table: pd.DataFrame, fewer_than: int, *, group: str = "*") -> pd.DataFrame:
    """Groups with fewer cases than that in a hospital's month become one row, named `group`.

    For exchange: no row then stands for a recognisable patient, and every sum stays as it was.
    """
    small = table["cases"] < fewer_than
    return merge_statistics([table.assign(group=table["group"].mask(small, group))])


def _added_up(tables: list[pd.DataFrame], keys: tuple[str, ...]) -> pd.DataFrame:
    checked = [_checked(table) for table in tables]
    together = pd.concat(checked, ignore_index=True) if len(checked) > 1 else checked[0]
    return Sums.read(together, keys, MEASURES).frame()


def with_parts(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every part of `other_payers`; where it does not tell them apart all is in the rest."""
    return table.assign(**{name: np.int64(0) for name in PARTS if name not in table.columns})


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    table = with_parts(table)
    missing = [name for name in (*KEYS, *MEASURES) if name not in table.columns]
    if missing:
        raise ColumnError(
            "a statistics table lacks columns",
            got=missing,
            do="make it with drgsim.settlement.statistics, or see docs/settlement.md",
        )
    wrong = [name for name in MEASURES if table[name].dtype.kind not in "iu"]
    if wrong:
        raise ColumnError(f"measures must be whole numbers: cases, or fen; not so: {', '.join(wrong)}")
    return table[[*KEYS, *MEASURES]]


def stay_keys(payments: Payments, names: tuple[str, ...]) -> dict[str, Words]:
    """Each stay's keys; where only one of its two regions is stated, that is the other too."""
    return _keys_of(payments.stays, names)


def stay_cells(payments: Payments, names: tuple[str, ...]) -> Cells:
    """Which stays have the same keys: the same under every policy that pays them, so it is kept."""
    return payments.stays.fact(f"cells-{'-'.join(names)}", lambda stays: Cells(_keys_of(stays, names)))


def _keys_of(stays: Stays, names: tuple[str, ...]) -> dict[str, Words]:
    care, insured = _words(stays, "care_region"), _words(stays, "insured_region")
    found = {"care_region": care.filled(insured), "insured_region": insured.filled(care)}
    for name in names:
        if name == "month":
            found[name] = _months(stays)
        elif name not in found:
            found[name] = _words(stays, stays.group_column if name == "group" else name)
    return {name: found[name] for name in names}


def stay_measures(payments: Payments) -> dict[str, Ints]:
    """`MEASURES` of each stay, int64: what `statistics` adds up."""
    ledger = payments.ledger
    sliding, sliding_care = _sliding(payments)
    return {
        "cases": np.ones(len(payments), np.int64),
        "total_cost": ledger.total_cost,
        "payment": ledger.payment,
        "fund_by_item": ledger.fund_by_item,
        "fund": ledger.fund,
        "fund_care_region": ledger.fund_care_region,
        "sliding": sliding,
        "sliding_care_region": sliding_care,
        "patient": ledger.patient,
        "other_payers": ledger.catastrophic + ledger.medical_aid + ledger.other_funds + ledger.commercial,
        "borne_by_hospital": ledger.borne_by_hospital,
        "catastrophic": ledger.catastrophic,
        "medical_aid": ledger.medical_aid,
    }


def _words(stays: Stays, column: str) -> Words:
    labels = stays.labels(column)
    return Words.of(labels.codes, labels.names)


def _months(stays: Stays) -> Words:
    days = stays.days("discharge_date")
    known = np.isfinite(days)
    months = np.where(known, days, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    low, high = (int(months[known].min()), int(months[known].max())) if known.any() else (0, -1)
    names = np.arange(low, high + 1).astype("datetime64[M]").astype(str).tolist()
    return Words.of(np.where(known, months - low, -1), names)


def _sliding(payments: Payments) -> tuple[np.ndarray, np.ndarray]:
    """What the fund, and of it the care region's fund, pays more when the price of a point doubles."""
    ledger, n = payments.ledger, len(payments)
    total, care = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for walk in payments.walks:
        rows, state = walk.place.rows, walk.state
        chapter = state.book.chapter("fund")
        share = FundShare.read(chapter)
        if share.substitutes and state.book.word("settlement.point_value") == "floating":
            raise SettlementError(
                "a floating point value cannot be settled where the fund's share is found by substitution",
                do='use fund.convention "deduct" or "proportional", or settlement.point_value "fixed"',
            )
        own = share.slope(state, ledger.fund[rows])
        total[rows] = own
        gap = Gap.read(chapter)
        if gap is not None:
            care[rows] = gap.slope(state, own)
    return total, care

"""What one set of rules comes to: every stay paid, the year settled, and each stay's part of the clearing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...cases.arrays import read_labels
from ...errors import ColumnError
from ...payment.engine.problems import Unpaid
from ...payment.engine.state import Outlier, Review, Route
from ...settlement.statistics import FLOW, NOWHERE, stay_cells, stay_measures
from .case_table import AGE_BAND, age_bands
from .groupings import MDC
from .sums import Key, cells, key, sums

if TYPE_CHECKING:
    import pandas as pd

    from ...payment.faces.payments import Payments
    from ...settlement import Settlement
    from .rules import Rules


Fen = npt.NDArray[np.int64]
HOSPITAL = ("care_region", "insurance", "hospital_id")


def fund_after_clearing(payments: Payments, settlement: Settlement) -> tuple[Fen, Fen]:
    """What the basic fund pays for each stay, (stays,) fen: its case payment, and of catastrophic insurance.

    Together they sum to what the settlement's funds spend. A point value other than the budgeted one moves
    stays by how much they slide with it; assessment and sharing move a hospital's stays in proportion to what
    the fund pays for them.
    """
    fund = payments.ledger.fund
    flows, hospitals = settlement.flow_rows, settlement.hospitals
    moved = (flows["settled"] - flows["fund"]).to_numpy(np.int64)
    cleared = (hospitals["sharing"] - hospitals["assessment_cut"]).to_numpy(np.int64)
    catastrophic = flows["fund_catastrophic"].to_numpy(np.int64)
    if not (moved.any() or cleared.any() or catastrophic.any()):
        return fund, np.zeros_like(fund)
    flow = _row_of(payments, flows, FLOW)
    if moved.any() or cleared.any():
        fund = fund + spread(moved, flow, stay_measures(payments)["sliding"])
        fund = fund + spread(cleared, _row_of(payments, hospitals, HOSPITAL), fund)
    # a flow's catastrophic insurance is all of the fund or none of it
    return fund, np.where(catastrophic[flow] != 0, payments.ledger.catastrophic, 0)


def _row_of(payments: Payments, table: pd.DataFrame, by: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """The row of `table` each stay belongs to."""
    cells = stay_cells(payments, by)
    wanted = np.zeros(len(cells), np.int64)
    rows = np.zeros(len(table), np.int64)
    for name in by:
        words = cells.words[name]
        place = {word: code for code, word in enumerate(words.names)}
        labels = read_labels(table, name)
        of_label = np.array([place[word] for word in (*labels.names, NOWHERE)], np.int64)  # -1: not stated
        wanted = wanted * len(words.names) + words.codes
        rows = rows * len(words.names) + of_label[labels.codes]
    order = np.argsort(rows, kind="stable")
    return order[np.searchsorted(rows[order], wanted)][cells.place]


Ints = npt.NDArray[np.int64]


def spread(totals: Ints, cell: npt.NDArray[np.integer], weights: Ints) -> Ints:
    """Share each cell's total among its stays in proportion to their weights, by largest remainder.

    Parameters
    ----------
    totals : fen, (cells,); may be negative.
    cell : (stays,) the cell of each stay.
    weights : (stays,) whole numbers; below 0 counts as 0. A cell without any positive weight is shared
        evenly.

    Returns
    -------
    fen, (stays,). Ties go to the stay that comes first, and a cell without stays must have a total of 0.

    >>> spread(np.array([100, -7]), np.array([0, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 0]))
    array([34, 33, 33, -4, -3])
    """
    cells = len(totals)
    parts = np.zeros(len(cell), np.int64)
    if not totals.any():
        return parts
    own = np.maximum(weights, 0).astype(np.float64)
    whole = np.bincount(cell, own, cells)
    own = np.where(whole[cell] > 0, own, 1.0)
    whole = np.bincount(cell, own, cells)
    exact = own * (np.abs(totals)[cell] / whole[cell])
    parts = np.floor(exact).astype(np.int64)
    filled = np.zeros(cells, np.int64)
    np.add.at(filled, cell, parts)
    missing = np.abs(totals) - filled
    # the stays of each cell by falling remainder, the earlier one first among equals
    order = np.lexsort((np.arange(len(cell)), -(exact - parts), cell))
    starts = np.searchsorted(cell[order], np.arange(cells))
    place = np.arange(len(cell)) - starts[cell[order]]
    extra = place < missing[cell[order]]
    parts[order[extra]] += 1
    last = np.bincount(cell, minlength=cells)[cell[order]] - place
    parts[order[last <= -missing[cell[order]]]] -= 1  # the floor of a product rounded up went too far
    return np.sign(totals)[cell] * parts


MEASURES = (
    "cases", "total_cost", "payment", "fund_by_item", "fund", "patient", "other_payers", "borne_by_hospital",
    "catastrophic", "medical_aid",
)  # fmt: skip
# what users call a column -> the column
ALIASES = {
    "region": "insured_region",
    "hospital": "hospital_id",
    "level": "hospital_level",
    "month": "discharge_month",
}
# where a stay was: a table that does not say leaves it at `NOT_STATED`
PLACES = ("insured_region", "care_region", "hospital_id", "hospital_level")
# what the payment found of a stay, and the words for it
MARKS: Mapping[str, type[IntEnum]] = {
    "route": Route,
    "outlier": Outlier,
    "review": Review,
    "problem": Unpaid,
}


@dataclass(frozen=True, eq=False)
class Outcome:
    """One payment and settlement of all cases.

    Attributes
    ----------
    rules : what held
    payments : every stay before the clearing
    settlement : the settled year
    """

    rules: Rules
    payments: Payments
    settlement: Settlement

    @cached_property
    def ledger(self) -> Mapping[str, Fen]:
        """`MEASURES` of each stay after the clearing, int64 (fen; `cases` counts).

        `total_cost = fund + patient + other_payers + borne_by_hospital` for each stay, and the fund's
        column sums to what the settlement's funds spend: `catastrophic` is in it where the policy pays
        catastrophic insurance out of the basic fund, else in `other_payers`, where `medical_aid` is.
        """
        before = self.payments.ledger
        cases, catastrophic = fund_after_clearing(self.payments, self.settlement)
        fund, moved = cases + catastrophic, cases - before.fund
        other = before.received - before.fund - before.patient - catastrophic
        return {
            "cases": np.ones(len(fund), np.int64),
            "total_cost": before.total_cost,
            "payment": before.payment + moved,
            "fund_by_item": before.fund_by_item,
            "fund": fund,
            "patient": before.patient,
            "other_payers": other,
            "borne_by_hospital": before.borne_by_hospital - moved,
            "catastrophic": before.catastrophic,
            "medical_aid": before.medical_aid,
        }

    @cached_property
    def total(self) -> Mapping[str, int]:
        """`MEASURES` of all stays together."""
        return {name: int(column.sum()) for name, column in self.ledger.items()}

    @property
    def cmi(self) -> float:
        """Mean weight of the stays priced inside the scheme, DIP scores over the score of a mean case; NaN
        when there is none."""
        found = self.payments.findings
        inside = (found.route == 0) & (found.problem == 0) & ~np.isnan(found.weight)
        if not inside.any():
            return float("nan")
        policy = self.rules.each[0]
        unit = policy["dip.score_base"] if policy.method == "dip" else 1
        return float(np.sort(found.weight[inside]).mean()) / unit

    def sums(self, by: Sequence[str] = ()) -> pd.DataFrame:
        """`MEASURES` (int64) by columns of the cases, `age_band`, `mdc`, or a mark of the payment such as
        `outlier`; `region`, `hospital` and `level` are the insured region, hospital id and level."""
        asked = tuple(by)
        if asked not in self._summed:
            self._summed[asked] = self._sums(asked)
        return self._summed[asked].copy()

    def _sums(self, by: tuple[str, ...]) -> pd.DataFrame:
        if not by or any(name in MARKS for name in by):
            return sums({name: self.key(name) for name in by}, self.ledger)
        # what only the cases say is found once for all that is paid on them
        found = self.payments.stays.fact(
            f"sums-{'-'.join(by)}", lambda _: cells({name: self.key(name) for name in by})
        )
        return found.sums(self.ledger).frame()

    @cached_property
    def _summed(self) -> dict[tuple[str, ...], pd.DataFrame]:
        """A page asks for the same sums of all stays many times over."""
        return {}

    def key(self, name: str) -> Key:
        """A column to sum by, as codes and names."""
        stays = self.payments.stays
        column = ALIASES.get(name, name)
        if column == AGE_BAND and AGE_BAND not in stays:
            for read in ("age", "age_days"):
                stays.number(read)  # known to be needed: a table of other ages has other bands
            return age_bands(stays.frame)
        if column in MARKS:
            words = [kind.name.lower() for kind in MARKS[column]]
            return getattr(self.payments.findings, column), np.array(words, dtype=object)
        if column == "discharge_month":
            stays.days("discharge_date")
            return key(stays.frame["discharge_date"].dt.strftime("%Y-%m"))
        if column not in stays and column in (*PLACES, MDC):
            stays.labels(column)
            return np.full(len(stays), -1), np.array([], dtype=object)
        if column not in stays:
            raise ColumnError(
                "no such column to sum by",
                got=name,
                allowed=[*ALIASES, AGE_BAND, *MARKS, *stays.frame.columns],
                nearest=[*ALIASES, AGE_BAND, *MARKS, *map(str, stays.frame.columns)],
            )
        labels = stays.labels(column)
        return labels.codes, np.array(labels.names, dtype=object)

"""Sufficient statistics: everything the settlement of a year needs, without a single case row.

A hospital adds its stays up by region, insurance, month and group; a bureau adds the tables of all
hospitals up and settles. Every measure is a whole number (cases, or fen), so a sum does not depend on its
order and settling from statistics gives the same fen as settling from the stays. `docs/settlement.md`
documents the table as an exchange format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ColumnError
from ..payment.engine.steps.fund_share import FundShare, Gap
from .settlement_errors import SettlementError
from .tally import Ints, Words, tally

if TYPE_CHECKING:
    import pandas as pd

    from ..payment.faces.payments import Payments

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
    return tally(stay_keys(payments, KEYS), stay_measures(payments))


def merge_statistics(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The tables of several hospitals as one; rows of the same keys are added up.

    Raises ColumnError when a table lacks a column or holds something else than whole numbers.
    """
    return _added_up(tables, KEYS)


def hospital_months(payments: Payments | pd.DataFrame) -> pd.DataFrame:
    """The same for stays or their statistics with all groups of a hospital's month in one row.

    It is all a settlement reads, and a small table whatever the number of stays or groups.
    """
    import pandas as pd

    if isinstance(payments, pd.DataFrame):
        return _added_up([payments], HOSPITAL_MONTH)
    return tally(stay_keys(payments, HOSPITAL_MONTH), stay_measures(payments))


def flow_months(months: pd.DataFrame) -> pd.DataFrame:
    """Who treats whose insured month by month, from the statistics of hospitals' months."""
    keys = [name for name in HOSPITAL_MONTH if name != "hospital_id"]
    return added_up(months, keys, ("cases", "fund", "fund_care_region", "catastrophic"))


def added_up(table: pd.DataFrame, keys: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Statistics with the rows of the same keys added up, sorted by the keys."""
    words = {name: Words.read(table, name) for name in keys}
    return tally(words, {name: table[name].to_numpy(np.int64) for name in measures})


def pool_small_cells(table: pd.DataFrame, fewer_than: int, *, group: str = "*") -> pd.DataFrame:
    """Groups with fewer cases than that in a hospital's month become one row, named `group`.

    For exchange: no row then stands for a recognisable patient, and every sum stays as it was.
    """
    small = table["cases"] < fewer_than
    return merge_statistics([table.assign(group=table["group"].mask(small, group))])


def _added_up(tables: list[pd.DataFrame], keys: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    checked = [_checked(table) for table in tables]
    together = pd.concat(checked, ignore_index=True) if len(checked) > 1 else checked[0]
    return added_up(together, keys, MEASURES)


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
    care, insured = _words(payments, "care_region"), _words(payments, "insured_region")
    found = {"care_region": care.filled(insured), "insured_region": insured.filled(care)}
    for name in names:
        if name == "month":
            found[name] = _months(payments)
        elif name not in found:
            found[name] = _words(payments, payments.stays.group_column if name == "group" else name)
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


def _words(payments: Payments, column: str) -> Words:
    labels = payments.stays.labels(column)
    return Words.of(labels.codes, labels.names)


def _months(payments: Payments) -> Words:
    days = payments.stays.days("discharge_date")
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

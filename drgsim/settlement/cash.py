"""When the money arrives: a settled year as dated payments to every hospital.

Fund rules §2.2. For each fund and hospital: a share of what is booked is advanced a few days after
discharge; each month's entitlement less retention and advances follows (a debt is carried on); hospitals are
prepaid early in the year and pay back at its end; the annual clearing pays what is still due. The dated
payments of a hospital sum to what the settlement says is due, to the fen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .budgets import of_basic_fund, policy_by_region
from .cash_flows import CashFlows
from .clearing import settle_months
from .fund_cash import COLUMNS, fund_cash, region_payments
from .settlement_errors import LedgerError, SettlementError
from .timing import Timing, WorkingDays

if TYPE_CHECKING:
    from pathlib import Path

    from ..policy.policy import Policy
    from .region_prepayments import RegionPrepayments
    from .settlement import Settlement

Ints = npt.NDArray[np.int64]
KINDS = ("advance", "monthly", "prepayment", "prepayment_returned", "clearing")
_KEYS = ["care_region", "insurance"]


def cash(
    settlement: Settlement,
    policy: Policy | str | Path | Mapping[str, Policy | str | Path],
    *,
    funds: pd.DataFrame | None = None,
    between_regions: RegionPrepayments | None = None,
    working_days: WorkingDays | None = None,
) -> CashFlows:
    """Date every payment of a settled year.

    Parameters
    ----------
    settlement : what is due. Stays whose month is not known are paid at the clearing.
    policy : one for all care regions, or a mapping of care region (or `"other"`) to Policy, as `settle`
        takes it; reads `settlement.cash.*` on the policy's day.
    funds : region, insurance, opening (yuan in the account on the first day of the year) and, if wanted,
        income (yuan of the year, in twelve equal parts on the first day of each month). With it the result
        has the daily cash of these funds.
    between_regions : `prepayments` of the same settlement; then the cash of funds also has what regions lend
        each other and clear. Without it a care region's fund pays for visitors and gets nothing back.
    working_days : the days banks and agencies work; Monday to Friday without one.

    Discharges are taken as spread evenly over the days of their month, for a settlement knows months only.

    Raises
    ------
    SettlementError (no month is known, or the policy does not say when to pay), LedgerError (never expected).
    """
    days = working_days or WorkingDays()
    policy_of = policy_by_region(policy)
    known = settlement.months[settlement.months["month"] != ""]
    if known.empty:
        raise SettlementError(
            "no stay has a month, so nothing can be dated", do="give the cases a discharge_date"
        )
    year = int(str(known["month"].max())[:4])
    parts = []
    for _, own in settlement.hospitals.groupby(_KEYS, sort=True):
        region, insurance = (str(own[name].iloc[0]) for name in _KEYS)
        mine = known[(known["care_region"] == region) & (known["insurance"] == insurance)]
        parts.append(_fund(own, mine, policy_of(region), year, days))
    payments, months, hospitals = (_together([part[place] for part in parts]) for place in range(3))
    targets = {
        region: policy_of(region)["settlement.cash.clearing_share"]
        for region in sorted(set(hospitals["care_region"]))
    }
    between = None if between_regions is None else region_payments(between_regions, policy_of, year, days)
    beside = None if funds is None else _catastrophic(settlement, policy_of, year, days)
    account = fund_cash(payments, funds, year, between, beside)
    return CashFlows(year, payments, months, hospitals, account, targets)


@dataclass(frozen=True, slots=True)
class _Year:
    """One fund's hospitals and months: fen, (hospitals, months)."""

    hospitals: npt.NDArray[np.object_]
    months: Any  # datetime64[M]
    booked: Ints
    earned: Ints  # entitlement less retention
    entitlement: Ints


def _fund(
    own: pd.DataFrame, months: pd.DataFrame, policy: Policy, year: int, days: WorkingDays
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Payments, months and hospitals of one fund as columns."""
    table = _year(own, months)
    n = len(table.hospitals)
    timing = Timing.read(policy)
    # a hospital the policy does not name gets no advance
    share = np.nan_to_num(policy.column("settlement.cash.advance_share", n, hospital=table.hospitals))
    advanced = np.rint(share[:, None] * np.maximum(table.booked, 0)).astype(np.int64)
    monthly = settle_months(table.earned, retention=0, advances=advanced)
    due = own["due"].to_numpy(np.int64)
    cleared_on = timing.cleared_by(year, days)
    clearing = due - advanced.sum(axis=1) - monthly.paid.sum(axis=1)
    paid = {
        "advance": _advances(table.months, advanced, timing, days),
        "monthly": (timing.paid_by(table.months, days), monthly.paid),
        "clearing": (cleared_on[None], clearing[:, None]),
    }
    lent = _prepayment(own["prepayment"].to_numpy(np.int64), timing, year, days)
    sums = {kind: amounts.sum(axis=1) for kind, (_, amounts) in (paid | lent).items()}
    if (sum(sums.values()) != due).any():
        raise LedgerError(
            "dated payments do not sum to what is due",
            where="advance + monthly + prepayment + prepayment_returned + clearing = due",
        )
    over = np.maximum(advanced - table.earned, 0)
    month = {
        "hospital_id": np.repeat(table.hospitals, len(table.months)),
        "month": np.tile(table.months.astype(str).astype(object), n),
        "booked": table.booked.ravel(),
        "entitlement": table.entitlement.ravel(),
        "earned": table.earned.ravel(),
        "advanced": advanced.ravel(),
        "paid": monthly.paid.ravel(),
        "carried": monthly.carried.ravel(),
        "over_advanced": over.ravel(),
    }
    hospital = {"hospital_id": table.hospitals, "due": due}
    hospital |= {kind: sums.get(kind, np.zeros(n, np.int64)) for kind in KINDS}
    hospital |= {
        "over_advanced": over.sum(axis=1),
        "days_monthly": mean_days(table.months, table.entitlement, [paid["advance"], paid["monthly"]]),
        "days_all": mean_owed(table.months, table.entitlement, list(paid.values()), due, cleared_on),
    }
    words: dict[str, Any] = {name: str(own[name].iloc[0]) for name in _KEYS}
    return words | _long(table.hospitals, paid | lent), words | month, words | hospital


def _catastrophic(
    settlement: Settlement, policy_of: Callable[[str], Policy], year: int, days: WorkingDays
) -> pd.DataFrame:
    """region, insurance, date, amount (fen): what basic funds pay as catastrophic insurance of their insured,
    with the month's payments; at the clearing where the month is not known."""
    rows = settlement.flow_months
    rows = rows[of_basic_fund(rows, policy_of) & (rows["catastrophic"] != 0)]
    parts = []
    for region, own in rows.groupby("insured_region", sort=True):
        timing = Timing.read(policy_of(str(region)))
        known = (own["month"] != "").to_numpy()
        date = np.full(len(own), timing.cleared_by(year, days), dtype="datetime64[D]")
        months = own["month"].to_numpy(dtype=object)[known].astype("datetime64[M]")
        date[known] = timing.paid_by(months, days)
        parts.append(
            pd.DataFrame(
                {
                    "region": str(region),
                    "insurance": own["insurance"].astype(str).to_numpy(dtype=object),
                    "date": date.astype("datetime64[s]"),
                    "amount": own["catastrophic"].to_numpy(np.int64),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _prepayment(prepaid: Ints, timing: Timing, year: int, days: WorkingDays) -> dict[str, Dated]:
    if not prepaid.any():
        return {}
    paid_on, returned_on = timing.prepaid_by(year, days)
    return {
        "prepayment": (paid_on[None], prepaid[:, None]),
        "prepayment_returned": (returned_on[None], -prepaid[:, None]),
    }


def _year(own: pd.DataFrame, months: pd.DataFrame) -> _Year:
    names = own["hospital_id"].to_numpy(dtype=object)
    found = np.unique(months["month"].to_numpy(dtype=object))
    row = np.searchsorted(names, months["hospital_id"].to_numpy(dtype=object))
    column = np.searchsorted(found, months["month"].to_numpy(dtype=object))

    def table(name: str) -> Ints:
        cells = np.zeros((len(names), len(found)), np.int64)
        np.add.at(cells, (row, column), months[name].to_numpy(np.int64))
        return cells

    entitlement = table("entitlement")
    return _Year(
        names,
        found.astype("datetime64[M]"),
        table("booked"),
        entitlement - table("retained"),
        entitlement,
    )


def _advances(months: Any, advanced: Ints, timing: Timing, days: WorkingDays) -> Dated:
    """The advances of each month spread evenly over its days of discharge, by the day they are paid."""
    dates: list[Any] = []
    amounts: list[Ints] = []
    for at, month in enumerate(months):
        discharged = np.arange(month, month + 1, dtype="datetime64[D]")
        until = advanced[:, at, None] * np.arange(len(discharged) + 1) // len(discharged)
        dates.append(timing.advanced_on(discharged, days))
        amounts.append(np.diff(until, axis=1))
    if not dates:
        return np.zeros(0, "datetime64[D]"), np.zeros((len(advanced), 0), np.int64)
    paid_on, place = np.unique(np.concatenate(dates), return_inverse=True)
    total = np.zeros((len(paid_on), len(advanced)), np.int64)
    np.add.at(total, place, np.concatenate(amounts, axis=1).T)
    return paid_on, total.T


def _long(hospitals: npt.NDArray[np.object_], dated: Mapping[str, Dated]) -> dict[str, Any]:
    """hospital_id, date, kind, amount of every payment that is not zero."""
    columns: dict[str, list[Any]] = {"hospital_id": [], "date": [], "kind": [], "amount": []}
    for kind, (dates, amounts) in dated.items():
        row, column = np.nonzero(amounts)
        for name, values in zip(
            columns,
            (hospitals[row], dates[column], np.full(len(row), kind, dtype=object), amounts[row, column]),
            strict=True,
        ):
            columns[name].append(values)
    return {name: np.concatenate(values) for name, values in columns.items()}


def _together(parts: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    if "date" in table.columns:
        table["date"] = table["date"].astype("datetime64[s]")
        return table.sort_values([*_KEYS, "hospital_id", "date", "kind"], ignore_index=True)
    return table


Floats = npt.NDArray[np.float64]
Dated = tuple[Any, Ints]  # days (datetime64[D], (k,)) and fen (hospitals, k)


def mean_days(months: Any, entitlement: Ints, paid: Sequence[Dated]) -> Floats:
    """The mean day of payment less the mean day of discharge, (hospitals,); NaN without money.

    Parameters
    ----------
    months : datetime64[M], (m,); discharges stand evenly over the days of each.
    entitlement : fen, (hospitals, m). `paid` : days and fen of payments.

    >>> mean_days(np.array(["2026-01"], "datetime64[M]"), np.array([[100]]),
    ...           [(np.array(["2026-02-16", "2026-03-10"], "datetime64[D]"), np.array([[50, 50]]))])
    array([42.])
    """
    earned = _mean([_moment(_middles(months), entitlement)], [entitlement])
    moments = [_moment(_numbers(dates), amounts) for dates, amounts in paid]
    return _mean(moments, [amounts for _, amounts in paid]) - earned


def mean_owed(months: Any, entitlement: Ints, paid: Sequence[Dated], due: Ints, cleared_on: Any) -> Floats:
    """What is owed summed over all days, by what is due: days, (hospitals,); NaN where nothing is.

    Negative where a hospital holds money of the fund. What the clearing changes (the price of a point,
    assessment, sharing) is earned on the day it is paid.
    """
    owed = sum((_moment(_numbers(dates), amounts) for dates, amounts in paid), np.zeros(len(due)))
    owed -= _moment(_middles(months), entitlement)
    owed -= (due - entitlement.sum(axis=1)) * float(_numbers(cleared_on))
    return np.divide(owed, due, out=np.full(len(due), np.nan), where=due > 0)


def _mean(moments: Sequence[Floats], amounts: Sequence[Ints]) -> Floats:
    total = sum((each.sum(axis=1).astype(np.float64) for each in amounts), np.zeros(len(moments[0])))
    return np.divide(sum(moments), total, out=np.full(len(total), np.nan), where=total > 0)


def _moment(when: Floats, amounts: Ints) -> Floats:
    return np.asarray(amounts @ when, np.float64)


def _middles(months: Any) -> Floats:
    """The mean day of each month, days since 1970-01-01."""
    return (_numbers(months) + _numbers(months + 1) - 1) / 2


def _numbers(dates: Any) -> Any:
    return dates.astype("datetime64[D]").astype(np.float64)

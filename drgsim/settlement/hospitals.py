"""Hospital statements: months, retention, prepayment and clearing of every hospital with every fund."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .clearing import clear_year
from .monthly import settle_months
from .timing import MONTHS_IN_A_YEAR

if TYPE_CHECKING:
    from ..policy.policy import Policy

FUND = ["care_region", "insurance"]

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
Columns = dict[str, npt.NDArray[Any]]


def hospital_statements(
    rows: pd.DataFrame, flows: pd.DataFrame, policy_of: Callable[[str], Policy]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables in fen: a row for each hospital and insurance, and a row for each of its months.

    Parameters
    ----------
    rows : statistics, with the months; `flows` : what the funds owe hospitals at the settlement price.
    policy_of : the policy of a care region.
    """
    seen = {name: rows[name].to_numpy(dtype=object) for name in ("hospital_id", "month")}
    measured = {name: rows[name].to_numpy(np.int64) for name in ("fund", "fund_by_item")}
    of_flow = flows["hospital_id"].to_numpy(dtype=object)
    owed = {name: flows[name].to_numpy(np.int64) for name in ("settled", "fund_by_item")}
    flows_of_fund, rows_of_fund = _positions(flows), _positions(rows)
    years: list[Columns] = []
    months: list[Columns] = []
    for fund_key in sorted(rows_of_fund):
        own, mine = rows_of_fund[fund_key], flows_of_fund[fund_key]
        region, insurance = fund_key
        hospitals, month_names, cells = _cells(seen["hospital_id"][own], seen["month"][own])
        monthly, by_item = (
            _sums(cells, measured[name][own], len(hospitals) * len(month_names)).reshape(len(hospitals), -1)
            for name in measured
        )
        place = np.searchsorted(hospitals, of_flow[mine])
        settled, booked = (_sums(place, owed[name][mine], len(hospitals)) for name in owed)
        year, month = _statements(
            hospitals, month_names, monthly, by_item, settled, booked, policy_of(region)
        )
        for columns, kept in ((year, years), (month, months)):
            n = len(columns["hospital_id"])
            fund_of = {"care_region": region, "insurance": insurance}
            kept.append({name: np.full(n, word, dtype=object) for name, word in fund_of.items()} | columns)
    return pd.DataFrame(_stacked(years)), pd.DataFrame(_stacked(months))


def _positions(table: pd.DataFrame) -> Mapping[tuple[str, str], Ints]:
    """Where the rows of each fund stand."""
    found: Any = table.groupby(FUND).indices
    return {(str(region), str(insurance)): rows for (region, insurance), rows in found.items()}


def _cells(hospital: Texts, month: Texts) -> tuple[Texts, Texts, Ints]:
    """Hospitals and months, sorted, and the cell of each row in a table of hospitals by months."""
    hospitals, row = np.unique(hospital, return_inverse=True)
    months, column = np.unique(month, return_inverse=True)
    return hospitals, months, row * len(months) + column


def _sums(place: Ints, values: Ints, n: int) -> Ints:
    sums = np.zeros(n, np.int64)
    np.add.at(sums, place, values)
    return sums


def _stacked(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _statements(
    hospitals: Texts,
    months: Texts,
    monthly: Ints,
    by_item: Ints,
    settled: Ints,
    booked: Ints,
    policy: Policy,
) -> tuple[Columns, Columns]:
    paid = settle_months(monthly, retention=policy["settlement.retention"])
    mean_month = np.maximum(booked, 0) / MONTHS_IN_A_YEAR
    prepayment = np.rint(policy["settlement.prepayment_months"] * mean_month).astype(np.int64)
    assessment = policy.column("settlement.assessment", len(hospitals), hospital=hospitals)
    cleared = clear_year(
        settled,
        booked,
        paid.paid.sum(axis=1) + prepayment,
        assessment=assessment,
        policy=policy,
    )
    year: Columns = {
        "hospital_id": hospitals,
        "booked": cleared.booked,
        "entitlement": cleared.entitlement,
        "assessment_cut": cleared.assessment_cut,
        "sharing": cleared.sharing,
        "due": cleared.due,
        "paid_monthly": paid.paid.sum(axis=1),
        "retained": paid.retained.sum(axis=1),
        "prepayment": prepayment,
        "clearing": cleared.clearing,
    }
    month: Columns = {
        "hospital_id": np.repeat(hospitals, len(months)),
        "month": np.tile(months, len(hospitals)),
        "booked": by_item.ravel(),
        "entitlement": monthly.ravel(),
        "retained": paid.retained.ravel(),
        "paid": paid.paid.ravel(),
        "carried": paid.carried.ravel(),
    }
    return year, month

"""Hospital statements: months, retention, prepayment and clearing of every hospital with every fund."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .clearing import clear_year, settle_months
from .statistics import Sums, Words, added
from .timing import MONTHS_IN_A_YEAR

if TYPE_CHECKING:
    from ..policy.policy import Policy

FUND = ["care_region", "insurance"]

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
Columns = dict[str, npt.NDArray[Any]]


def hospital_statements(
    rows: Sums, flows: Sums, policy_of: Callable[[str], Policy]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables in fen: a row for each hospital and insurance, and a row for each of its months.

    Parameters
    ----------
    rows : statistics, with the months; `flows` : what the funds owe hospitals at the settlement price.
    policy_of : the policy of a care region.
    """
    hospital, month = Words.read(rows, "hospital_id"), Words.read(rows, "month")
    measured = {name: rows[name] for name in ("fund", "fund_by_item")}
    of_flow = Words.read(flows, "hospital_id")
    owed = {name: flows[name] for name in ("settled", "fund_by_item")}
    flows_of_fund, rows_of_fund = _positions(flows), _positions(rows)
    words = {name: Words.read(rows, name) for name in FUND}
    years: list[Columns] = []
    months: list[Columns] = []
    for fund_key in sorted(rows_of_fund):
        own, mine = rows_of_fund[fund_key], flows_of_fund[fund_key]
        # codes of names that are sorted: hospitals and months come in the order of their names
        hospitals, row = np.unique(hospital.codes[own], return_inverse=True)
        in_months, column = np.unique(month.codes[own], return_inverse=True)
        cells, names = row * len(in_months) + column, hospital.names[hospitals]
        monthly, by_item = (
            added(cells, measured[name][own], len(hospitals) * len(in_months)).reshape(len(hospitals), -1)
            for name in measured
        )
        place = np.searchsorted(names, of_flow.names)[of_flow.codes[mine]]
        settled, booked = (added(place, owed[name][mine], len(hospitals)) for name in owed)
        year, of_month = _statements(names, monthly, by_item, settled, booked, policy_of(fund_key[0]))
        whose: Columns = {"hospital_id": hospitals}
        when: Columns = {
            "hospital_id": np.repeat(hospitals, len(in_months)),
            "month": np.tile(in_months, len(hospitals)),
        }
        years.append(_of_fund(fund_key, words, len(hospitals)) | whose | year)
        months.append(_of_fund(fund_key, words, len(when["month"])) | when | of_month)
    words |= {"hospital_id": hospital, "month": month}
    return _table(years, words), _table(months, words)


def _positions(table: Sums) -> Mapping[tuple[str, str], Ints]:
    """Where the rows of each fund stand."""
    region, insurance = (Words.read(table, name) for name in FUND)
    fund = region.codes * len(insurance.names) + insurance.codes
    order = np.argsort(fund, kind="stable")
    keys, starts = np.unique(fund[order], return_index=True)
    parts = np.split(order, starts[1:]) if len(keys) else []
    places = (divmod(key, len(insurance.names)) for key in keys.tolist())
    return {
        (str(region.names[at]), str(insurance.names[which])): rows
        for (at, which), rows in zip(places, parts, strict=True)
    }


def _of_fund(fund: tuple[str, str], words: Mapping[str, Words], n: int) -> Columns:
    """The fund's names as codes, n times."""
    return {
        name: np.full(n, np.searchsorted(words[name].names, word))
        for name, word in zip(FUND, fund, strict=True)
    }


def _table(parts: list[Columns], words: Mapping[str, Words]) -> pd.DataFrame:
    """The parts one below the other; columns of codes become their words."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return pd.DataFrame(
        {name: words[name].column(values) if name in words else values for name, values in columns.items()}
    )


def _statements(
    hospitals: Texts,
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
        "booked": by_item.ravel(),
        "entitlement": monthly.ravel(),
        "retained": paid.retained.ravel(),
        "paid": paid.paid.ravel(),
        "carried": paid.carried.ravel(),
    }
    return year, month

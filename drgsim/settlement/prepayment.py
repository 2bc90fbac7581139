"""Prepayment between regions: lent ahead, used as visitors are treated, refilled as claims are cleared.

Fund rules §1.2. The insured region lends the care region some months of what its insured cost there. The care
region pays its hospitals from it at once, and gets each month's claims back some months later. What is not
yet cleared over what was lent is the use rate, and an alert rings when it reaches a line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .budgets import policy_by_region
from .region_prepayments import PAIR, RegionPrepayments
from .settlement import Settlement
from .settlement_errors import LedgerError, SettlementError
from .statistics import flow_months, hospital_months
from .timing import MONTHS_IN_A_YEAR, convention

if TYPE_CHECKING:
    from pathlib import Path

    from ..payment.faces.payments import Payments
    from ..policy.policy import Policy

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def prepayments(
    flows: Settlement | Payments | pd.DataFrame,
    policy: Policy | str | Path | Mapping[str, Policy | str | Path],
    *,
    last_year: Settlement | Payments | pd.DataFrame | None = None,
) -> RegionPrepayments:
    """What regions lend each other, and how far it lasts.

    Parameters
    ----------
    flows : the year: a settlement, payments, or a table of sufficient statistics. Claims are what the insured
        region's fund pays for stays elsewhere, at the budget point value, in the month of discharge.
    policy : one for all, or a mapping of region (or `"other"`) to Policy; the insured region's is read
        (`cross_region.prepayment.*`).
    last_year : where the amounts are measured. Without one the year itself stands in, as if flows were
        steady; the result says so.

    Returns
    -------
    RegionPrepayments. `balance = prepaid - paid + cleared` holds to the fen or LedgerError is raised.

    Raises
    ------
    SettlementError (no month is known where months are needed), ColumnError, NotFoundError.
    """
    policy_of = policy_by_region(policy)
    claims = _claims(flows)
    before = claims if last_year is None else _claims(last_year)
    dated = claims[claims["month"] != ""]
    if claims.empty or dated.empty:
        if len(claims):
            raise SettlementError(
                "no stay has a month, so no use can be followed", do="give the cases a discharge_date"
            )
        return RegionPrepayments.none(assumed_steady=last_year is None)
    pairs = _pairs(claims, before)
    terms = _terms([str(region) for region in pairs.get_level_values("insured_region")], policy_of)
    prepaid = _due(before, pairs, terms)
    months, paid = _matrix(dated, pairs, int(terms["clearing_lag"].max()))
    cleared, uncleared = _clear(paid, terms["clearing_lag"])
    balance = prepaid[:, None] - paid.cumsum(axis=1) + cleared.cumsum(axis=1)
    if (balance != prepaid[:, None] - uncleared).any() or uncleared[:, -1].any():
        raise LedgerError("prepayment does not sum", where="balance = prepaid - paid + cleared")
    use = _use(uncleared, prepaid, terms["months"])
    table = {name: np.repeat(pairs.get_level_values(name), len(months)) for name in PAIR}
    table |= {
        "month": np.tile(months, len(pairs)),
        "prepaid": np.repeat(prepaid, len(months)),
        "paid": paid.ravel(),
        "cleared": cleared.ravel(),
        "uncleared": uncleared.ravel(),
        "balance": balance.ravel(),
        "use": use.ravel(),
        "alert": _alerts(use, terms["yellow"], terms["red"]).ravel(),
    }
    return RegionPrepayments.of(table, _rest(flows, pairs, paid), assumed_steady=last_year is None)


def _claims(source: Settlement | Payments | pd.DataFrame) -> pd.DataFrame:
    """What insured regions owe care regions, fen, by month."""
    table = source.flow_months if isinstance(source, Settlement) else flow_months(hospital_months(source))
    away = table[table["care_region"] != table["insured_region"]]
    return away.assign(claims=away["fund"] - away["fund_care_region"])[[*PAIR, "month", "claims"]]


def _pairs(*tables: pd.DataFrame) -> pd.MultiIndex:
    together = pd.concat([table[PAIR] for table in tables]).drop_duplicates()
    return pd.MultiIndex.from_frame(together.sort_values(PAIR))


def _terms(regions: list[str], policy_of: Callable[[str], Policy]) -> dict[str, npt.NDArray[Any]]:
    """Each pair's rules: those of the region that lends."""
    names = ("months", "basis", "clearing_lag", "yellow", "red")
    found = {
        region: [policy_of(region)[f"cross_region.prepayment.{name}"] for name in names]
        for region in sorted(set(regions))
    }
    columns = zip(*(found[region] for region in regions), strict=True)
    kinds = (np.float64, object, np.int64, np.float64, np.float64)
    return {
        name: np.array([np.nan if value is None else value for value in column], dtype=kind)
        for name, column, kind in zip(names, columns, kinds, strict=True)
    }


def _due(before: pd.DataFrame, pairs: pd.MultiIndex, terms: Mapping[str, npt.NDArray[Any]]) -> Ints:
    """What is lent at the start of the year, fen."""
    month = before["month"].astype(str)
    of_quarter = terms["basis"] == "last_quarter"
    if of_quarter.any() and not (month != "").any():
        raise SettlementError(
            "the mean month of the fourth quarter needs months",
            got="no stay of last year has one",
            do='give last_year months, or set cross_region.prepayment.basis "year"',
        )
    begins, months = int(convention("last_quarter_from")), int(convention("last_quarter_months"))
    quarter = before[month.str[-2:].isin([f"{begins + each:02}" for each in range(months)])]
    mean = np.where(
        of_quarter,
        _sums(quarter, pairs) / months,
        _sums(before, pairs) / MONTHS_IN_A_YEAR,
    )
    return np.rint(terms["months"] * np.maximum(mean, 0)).astype(np.int64)


def _sums(table: pd.DataFrame, pairs: pd.MultiIndex) -> Ints:
    return table.groupby(PAIR)["claims"].sum().reindex(pairs, fill_value=0).to_numpy(np.int64)


def _matrix(dated: pd.DataFrame, pairs: pd.MultiIndex, lag: int) -> tuple[npt.NDArray[Any], Ints]:
    """Every month from the first claim to the last clearing, and claims by pair and month."""
    when = dated["month"].to_numpy(dtype=object).astype("datetime64[M]")
    months = np.arange(when.min(), when.max() + 1 + lag)
    claims = np.zeros((len(pairs), len(months)), np.int64)
    row = pairs.get_indexer(pd.MultiIndex.from_frame(dated[PAIR]))
    np.add.at(claims, (row, (when - when.min()).astype(np.int64)), dated["claims"].to_numpy(np.int64))
    return months.astype(str).astype(object), claims


def _clear(paid: Ints, lag: Ints) -> tuple[Ints, Ints]:
    """What is cleared each month, `lag` months after it was paid, and the claims that wait at its end."""
    cleared, waiting = np.zeros_like(paid), np.zeros_like(paid)
    for months in np.unique(lag):
        own = lag == months
        for later in range(months):
            waiting[own, later:] += paid[own, : paid.shape[1] - later]
        cleared[own, months:] = paid[own, : paid.shape[1] - months]
    return cleared, waiting


def _use(uncleared: Ints, prepaid: Ints, months: Floats) -> Floats:
    """Claims that wait over what was lent; infinite where nothing was, NaN where nothing is ever lent."""
    lent = prepaid[:, None] > 0
    use = np.divide(uncleared, prepaid[:, None], out=np.zeros(uncleared.shape), where=lent)
    use[~lent & (uncleared > 0)] = np.inf
    use[months == 0] = np.nan
    return use


def _alerts(use: Floats, yellow: Floats, red: Floats) -> npt.NDArray[np.object_]:
    """Red is tested first; a line that is not set never rings."""
    return np.where(use >= red[:, None], "red", np.where(use >= yellow[:, None], "yellow", "")).astype(object)


def _rest(source: Settlement | Payments | pd.DataFrame, pairs: pd.MultiIndex, paid: Ints) -> Ints:
    """What the year clears beside its dated claims: the settlement price, and stays without a month."""
    if not isinstance(source, Settlement):
        return _sums(_claims(source), pairs) - paid.sum(axis=1)
    owed = source.flow_rows.groupby(PAIR)["settled_insured_region"].sum()
    return owed.reindex(pairs, fill_value=0).to_numpy(np.int64) - paid.sum(axis=1)

"""Provincial pooling of regions' funds: a transfer fund, one unified fund, or transfers fixed beforehand.

Each mode moves whole fen between regions and one pool, for one scheme and year, for many draws at once.
Source: fund rules §5.1; `unified` and `ex_ante` are forms proposed there, their shares are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._rows import rows_of
from ..errors import ArgumentError, ColumnError
from .settlement_errors import LedgerError, SettlementError
from .timing import MONTHS_IN_A_YEAR, convention

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MODES = ("transfer", "unified", "ex_ante")


@dataclass(frozen=True, slots=True)
class Pooled:
    """What moved, fen, (draws, regions): `paid_in` and `aid`; `gap = own + aid + left`, and the pool after,
    (draws,)."""

    paid_in: Ints
    aid: Ints
    gap: Ints
    own: Ints
    left: Ints
    pool: Ints


def overrun_aid(planned: Floats, actual: Floats, *, within: float, share: float) -> Floats:
    """What a pool bears of spending above plan: `share` of it, as far as it is `within` a part of the plan.

    A published example: plan 100, actual 120, within 30 %, share 80 %.

    >>> float(overrun_aid(np.array(100.0), np.array(120.0), within=0.3, share=0.8))
    16.0
    """
    return np.asarray(np.minimum(np.maximum(actual - planned, 0.0), within * planned) * share)


def transfer(
    income: Ints,
    spending: Ints,
    last_income: Ints,
    reserve: Ints,
    pool: Ints,
    *,
    share_in: float | Floats,
    full_at_months: float | None = None,
    aid_share: float | Floats = 1.0,
    within: float | None = None,
) -> Pooled:
    """A transfer fund (调剂金): regions pay in a share of last year's income until the pool is full; a gap is
    met by the region's own reserve first, then by the pool.

    Parameters
    ----------
    income, spending, last_income, reserve : fen, (draws, regions).
    pool : fen at the start of the year, (draws,).
    share_in : share of last year's income; number or (draws, 1).
    full_at_months : nothing is paid in while the pool holds so many months of all regions' spending.
    aid_share : number or (regions,): share of the remaining gap the pool bears.
    within : the gap counts only up to this part of what is left of income after paying in.

    >>> one = lambda fen: np.array([[fen]])
    >>> year = transfer(one(100), one(103), one(100), one(2), np.array([1000]), share_in=0.05)
    >>> [int(each[0, 0]) for each in (year.paid_in, year.gap, year.own, year.aid)]
    [5, 8, 2, 6]
    """
    full = np.zeros(len(pool), bool)
    if full_at_months is not None:
        full = pool * MONTHS_IN_A_YEAR >= full_at_months * spending.sum(1)
    asked = np.rint(np.maximum(last_income, 0) * share_in).astype(np.int64)
    paid_in = np.where(full[:, None], 0, asked)
    gap = np.maximum(spending - (income - paid_in), 0)
    own = np.minimum(gap, np.maximum(reserve, 0))
    need = gap - own
    if within is not None:
        bound = np.rint(within * np.maximum(income - paid_in, 0)).astype(np.int64)
        need = np.minimum(need, bound)
    aid, left = _shared(pool + paid_in.sum(1), np.rint(need * aid_share).astype(np.int64))
    return Pooled(paid_in, aid, gap, own, gap - own - aid, left)


def unified(
    income: Ints, spending: Ints, reserve: Ints, pool: Ints, *, local_share: float | Floats = 0.0
) -> Pooled:
    """One fund for the province (统收统支): surpluses go to the pool, deficits are met from it but for the
    `local_share` (of the managed gap) that stays with the region; old reserves stay where they are.

    Parameters as in `transfer`; `local_share` may differ by region.
    """
    paid_in = np.maximum(income - spending, 0)
    gap = np.maximum(spending - income, 0)
    aid, left = _shared(pool + paid_in.sum(1), np.rint(gap * (1 - local_share)).astype(np.int64))
    own = np.minimum(gap - aid, np.maximum(reserve, 0))
    return Pooled(paid_in, aid, gap, own, gap - own - aid, left)


def ex_ante(
    income: Ints, spending: Ints, reserve: Ints, pool: Ints, risk: Floats, *, strength: float | Floats
) -> Pooled:
    """Transfers fixed beforehand (事前调剂): a part `strength` of the distance between a region's share of
    all income by risk and its own income; they sum to zero but for fen that stay in the pool.

    risk : (draws, regions), relative expected cost of the region's members (heads x age profile).
    """
    whole = risk.sum(1, keepdims=True)
    if (whole <= 0).any():
        raise SettlementError("regions need a positive risk to share by", got=float(whole.min()))
    fair = income.sum(1, keepdims=True) * (risk / whole)
    moved = strength * (fair - income)
    paid_in = np.maximum(np.ceil(-moved), 0).astype(np.int64)
    aid = np.maximum(np.floor(moved), 0).astype(np.int64)
    aid, left = _shared(pool + paid_in.sum(1), aid)
    gap = np.maximum(spending - (income - paid_in), 0)
    own = np.minimum(np.maximum(gap - aid, 0), np.maximum(reserve, 0))
    return Pooled(paid_in, aid, gap, own, np.maximum(gap - own - aid, 0), left)


def _shared(available: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """What each gets, in proportion when there is too little, and what is left; whole fen."""
    asked = wanted.sum(1)
    short = asked > available
    part = np.divide(available, asked, out=np.ones(len(asked)), where=short & (asked > 0))
    given = np.where(short[:, None], np.floor(wanted * part[:, None]).astype(np.int64), wanted)
    left = available - given.sum(1)
    if (left < 0).any():  # a product rounded up by a few fen
        given[np.arange(len(given)), given.argmax(1)] += np.minimum(left, 0)
        left = np.maximum(left, 0)
    if (given < 0).any():
        raise LedgerError("the pool gives less than nothing", got=int(given.min()))
    return given, left


COLUMNS = ("region", "insurance", "income", "spending", "reserve")


def pool_regions(
    funds: pd.DataFrame,
    mode: str = "transfer",
    *,
    pool: dict[str, float] | None = None,
    share_in: float = convention("pool_share_in"),
    full_at_months: float | None = convention("pool_full_at_months"),
    aid_share: float = convention("pool_aid_share"),
    within: float | None = None,
    local_share: float = convention("pool_local_share"),
    strength: float = convention("pool_strength"),
) -> pd.DataFrame:
    """One year of provincial pooling on a table of funds; employees and residents never mix.

    Parameters
    ----------
    funds : region, insurance, income, spending, reserve, yuan; optionally last_income (else income), and risk
        (mode ex_ante).
    mode : transfer, unified or ex_ante.
    pool : yuan in the pool at the start of the year by insurance; 0 where not named.
    share_in, full_at_months, aid_share, within : as in `transfer`. Unless given, what one province published
        (5 % of last year's income until the pool holds six months of spending), the whole gap, no bound.
    local_share, strength : as in `unified` and `ex_ante`; 0 and one half are assumed. Every default stands
        with source and trust in `data/settlement/conventions.csv`.

    Returns
    -------
    DataFrame region, insurance, paid_in, gap, own, aid, left, net (aid less paid in), pool_after, yuan.

    Raises
    ------
    ColumnError, ArgumentError, SettlementError (a fund twice, money that is no number or below zero; a
    reserve may be a debt)
    """
    if mode not in MODES:
        raise ArgumentError("no such mode of pooling", got=mode, allowed=MODES, nearest=MODES)
    needed = [*COLUMNS, *(["risk"] if mode == "ex_ante" else [])]
    missing = [name for name in needed if name not in funds.columns]
    if missing:
        raise ColumnError("a table of funds lacks columns", got=missing, allowed=needed)
    made = []
    for insurance, own in funds.groupby("insurance", sort=False):
        if own["region"].duplicated().any():
            raise SettlementError("a fund stands twice", got=str(insurance))
        income, spending, reserve = (_fen(own, name) for name in ("income", "spending", "reserve"))
        last = _fen(own, "last_income") if "last_income" in own else income
        opened = np.array([round((pool or {}).get(str(insurance), 0.0) * 100)], np.int64)
        if mode == "transfer":
            year = transfer(
                income, spending, last, reserve, opened, share_in=share_in, full_at_months=full_at_months,
                aid_share=aid_share, within=within,
            )  # fmt: skip
        elif mode == "unified":
            year = unified(income, spending, reserve, opened, local_share=local_share)
        else:
            risk = own["risk"].to_numpy(np.float64)[None]
            year = ex_ante(income, spending, reserve, opened, risk, strength=strength)
        table = own[["region", "insurance"]].copy()
        for name in ("paid_in", "gap", "own", "aid", "left"):
            table[name] = getattr(year, name)[0] / 100
        table["net"] = table["aid"] - table["paid_in"]
        table["pool_after"] = int(year.pool[0]) / 100
        made.append(table)
    return pd.concat(made, ignore_index=True)


def pool_settled(
    spent: pd.Series[float], funds: pd.DataFrame, mode: str = "transfer", **options: Any
) -> pd.DataFrame:
    """Pool funds whose settled spending is `spent` (yuan, by region and insurance); see `Settlement.pool`."""
    missing = [name for name in ("region", "insurance", "income", "reserve") if name not in funds.columns]
    if missing:
        raise ColumnError("a table of funds lacks columns", got=missing, allowed=COLUMNS)
    keys = list(zip(funds["region"].astype(str), funds["insurance"].astype(str), strict=True))
    regions, insurances = (spent.index.get_level_values(level).astype(str) for level in (0, 1))
    own = zip(regions, insurances, strict=True)
    settled: dict[Any, float] = dict(zip(own, spent.to_numpy(), strict=True))
    lacking = sorted(set(settled) - set(keys))
    if lacking:
        raise SettlementError("a settled fund has no row", got="/".join(lacking[0]), where="table of funds")
    here = np.array([settled.get(key, 0.0) for key in keys])
    return pool_regions(
        funds.assign(spending=here + np.asarray(funds.get("other_spending", 0.0))), mode, **options
    )


def pool_years(
    course: pd.DataFrame, mode: str = "transfer", *, first_year: int, **options: Any
) -> pd.DataFrame:
    """Provincial pooling over projected years: reserves and the pools carry on from year to year.

    Parameters
    ----------
    course : scenario, region, insurance, year, income, spending, reserve (at the year's end), yuan, of each
    fund,
        as it is without pooling.
    first_year : pooling starts in it; the year before gives last income and the reserves to start from.
    mode, options : as `pool_regions`.

    Returns
    -------
    DataFrame scenario, year, region, insurance, paid_in, gap, own, aid, left, net, pool_after,
    reserve_without and reserve (with pooling), yuan.

    Raises ArgumentError, when there is no year before; and as `pool_regions`.
    """
    made = []
    for scenario, own in course.groupby("scenario", sort=False):
        years = sorted(set(own["year"]))
        if first_year - 1 not in years or first_year not in years:
            raise ArgumentError("no year before pooling starts", got=first_year, allowed=years[1:])
        fund: Any = list(zip(own["region"].astype(str), own["insurance"].astype(str), strict=True))
        keyed = own.assign(key=fund)
        by_year = {year: part.set_index("key") for year, part in keyed.groupby("year")}
        moved = dict.fromkeys(by_year[first_year]["region"].index, 0.0)
        pool: dict[str, float] = {}
        for year in range(first_year, max(years) + 1):
            now, before = by_year[year], by_year[year - 1].reindex(by_year[year].index)
            table = now.assign(
                last_income=before["income"],
                reserve=before["reserve"] + np.array([moved[key] for key in now.index]),
            )
            done = pool_regions(table.reset_index(drop=True), mode, pool=pool, **options)
            pool = dict(zip(done["insurance"].astype(str), done["pool_after"], strict=True))
            for row in rows_of(done):
                moved[str(row.region), str(row.insurance)] += row.net
            keys = list(zip(done["region"].astype(str), done["insurance"].astype(str), strict=True))
            done["reserve_without"] = now["reserve"].loc[keys].to_numpy()
            done["reserve"] = done["reserve_without"] + np.array([moved[key] for key in keys])
            done.insert(0, "year", year)
            done.insert(0, "scenario", scenario)
            made.append(done)
    return pd.concat(made, ignore_index=True)


def _fen(table: pd.DataFrame, name: str) -> Ints:
    values = table[name].to_numpy(np.float64)
    if not np.isfinite(values).all():
        raise SettlementError(
            "a fund's money is not a number", got=f"{int((~np.isfinite(values)).sum())} values", where=name
        )
    if name != "reserve" and (values < 0).any():
        raise SettlementError(
            "money of a fund must not be below zero", got=f"{int((values < 0).sum())} values", where=name
        )
    return np.rint(values * 100).astype(np.int64)[None]

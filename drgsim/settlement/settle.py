"""`settle`: payments (or their statistics), policies and budgets in; the year of every fund out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from .budgets import FUND, budget_table, of_basic_fund, policy_by_region, pot_table
from .hospitals import hospital_statements
from .settlement import Settlement
from .settlement_errors import LedgerError, SettlementError
from .statistics import FLOW, MEASURES, Ints, Sums, Words, added, flow_months, hospital_months

if TYPE_CHECKING:
    from pathlib import Path

    from ..payment.faces.payments import Payments
    from ..policy.policy import Policy


def settle(
    payments: Payments | pd.DataFrame,
    policy: Policy | str | Path | Mapping[str, Policy | str | Path],
    *,
    budgets: pd.DataFrame | None = None,
) -> Settlement:
    """Settle a year.

    Parameters
    ----------
    payments : Payments, or a table of sufficient statistics (`drgsim.settlement.statistics`); both give the
        same fen.
    policy : one for all care regions, or a mapping of care region (or `"other"`) to Policy.
    budgets : region, insurance, budget (yuan) of the case payment. Regions without a row have no closed
        budget: they spend what the policy prices and their balance is not known. Required where a point value
        floats.

    Returns
    -------
    Settlement. Its ledger closes to the fen or LedgerError is raised.

    Raises
    ------
    SettlementError, NotFoundError (a region without a policy), ColumnError (a table lacks columns).

    Examples
    --------
    >>> import pandas as pd
    >>> from drgsim import Policy, pay, settle
    >>> policy = Policy.load("national-drg-rate", on="2025-06-30")
    >>> cases = pd.DataFrame(
    ...     {
    ...         "case_id": ["A1"],
    ...         "hospital_id": ["H1"],
    ...         "drg": ["GZ13"],
    ...         "hospital_level": [3],
    ...         "insurance": ["employee"],
    ...         "los": [6],
    ...         "total_cost": [9000.0],
    ...         "discharge_date": ["2025-06-30"],
    ...     }
    ... )
    >>> weights = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})
    >>> settle(pay(cases, policy, weights=weights), policy).hospitals["hospital_id"].tolist()
    ['H1']
    """
    rows = hospital_months(payments)
    if not len(rows):
        raise SettlementError("there is nothing to settle", got="0 stays")
    policy_of = policy_by_region(policy)
    known = None if budgets is None else budget_table(budgets)
    flows = rows.by(FLOW, MEASURES)
    prices = settlement_prices(flows, policy_of, known)
    flows = _at_settlement_price(flows, prices)
    borne = of_basic_fund(flows, policy_of)
    flows = flows.beside(fund_catastrophic=np.where(borne, flows["catastrophic"], 0))
    pots = pot_table(flows, borne)
    hospitals, months = hospital_statements(rows, flows, policy_of)
    ledger = _ledger(flows, hospitals, known, prices, policy_of)
    done = Settlement(flows.frame(), prices, hospitals, months, ledger, flow_months(rows), pots)
    if done.residual:
        raise LedgerError(
            "what funds and pots spend is not what hospitals are due and other payers pay",
            got=f"residual {done.residual / 100:,.2f} yuan",
        )
    return done


def settlement_prices(
    rows: pd.DataFrame | Sums, policy_of: Callable[[str], Policy], budgets: pd.DataFrame | None
) -> pd.DataFrame:
    """region, insurance, price (multiple of the budget point value), held (fixed, floor, cap or "" where it
    was solved); one row a fund. `rows` are flows, `budgets` in fen."""
    solved = []
    care, home, insured = (Words.read(rows, name) for name in ("care_region", "insured_region", "insurance"))
    for kind in np.unique(insured.codes).tolist():
        insurance, own = str(insured.names[kind]), np.flatnonzero(insured.codes == kind)
        used = (words.names[np.unique(words.codes[own])] for words in (care, home))
        regions = sorted({*chain.from_iterable(used)})
        cared, homed = (np.searchsorted(regions, words.names)[words.codes[own]] for words in (care, home))
        rules = [policy_of(region) for region in regions]
        at_zero, slope = _lines(
            {name: np.asarray(rows[name])[own] for name in _SLIDING}, cared, homed, len(regions)
        )
        wanted = np.array([rule["settlement.point_value"] == "floating" for rule in rules])
        # a fund pays no stay at a price of its own where its insured are all treated elsewhere
        floating = np.logical_and(wanted, np.diag(slope) != 0)
        floor, cap = (
            np.array([_number(rule[f"settlement.point_value_{rail}"]) for rule in rules])
            for rail in ("floor", "cap")
        )
        reserve = np.array([rule["settlement.reserve"] for rule in rules])
        available = _budget_of(budgets, regions, insurance, floating) * (1 - reserve)
        done = solve_prices(at_zero, slope, available, floating=floating, floor=floor, cap=cap)
        solved.append(
            pd.DataFrame({"region": regions, "insurance": insurance, "price": done.price, "held": done.held})
        )
    return pd.concat(solved, ignore_index=True)


_SLIDING = ("fund", "fund_care_region", "sliding", "sliding_care_region")


def _lines(
    own: Mapping[str, npt.NDArray[Any]], care: Ints, home: Ints, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Each fund's payment as a line in the prices of all care regions: constants, and slopes. `own` are the
    measures of the rows, `care` and `home` the places of each row's regions among the n."""
    fund, of_care_fund, sliding, of_care = (own[name].astype(np.float64) for name in _SLIDING)
    slope = np.zeros((n, n))
    np.add.at(slope, (home, care), sliding - of_care)
    np.add.at(slope, (care, care), of_care)
    at_one = np.zeros(n)
    np.add.at(at_one, home, fund - of_care_fund)
    np.add.at(at_one, care, of_care_fund)
    return at_one - slope.sum(axis=1), slope


def _budget_of(
    budgets: pd.DataFrame | None, regions: list[str], insurance: str, floating: np.ndarray
) -> np.ndarray:
    known: dict[Any, Any] = {}
    if budgets is not None:
        known = budgets[budgets["insurance"] == insurance].set_index("region")["budget"].to_dict()
    money = np.array([float(known[region]) if region in known else np.nan for region in regions])
    lacking = [
        region for region, free, sum_ in zip(regions, floating, money, strict=True) if free and np.isnan(sum_)
    ]
    if lacking:
        raise SettlementError(
            f"a floating point value needs a budget ({insurance})",
            got=f"none for {', '.join(lacking)}",
            do="give `budgets` a row for each region and insurance",
        )
    return np.nan_to_num(money)


def _at_settlement_price(flows: Sums, prices: pd.DataFrame) -> Sums:
    """The flows with what the funds owe at the settlement price: the one place where it is rounded."""
    price = prices["price"].to_numpy(np.float64)[_fund_of(flows, "care_region", prices)]
    fund, care = (
        flows[name] + _moved(price, flows[sliding])
        for name, sliding in (("fund", "sliding"), ("fund_care_region", "sliding_care_region"))
    )
    return flows.beside(settled=fund, settled_care_region=care, settled_insured_region=fund - care)


def _moved(price: np.ndarray, sliding: np.ndarray) -> np.ndarray:
    """What a price other than the budgeted one adds, in whole fen."""
    return np.rint((price - 1) * sliding).astype(np.int64)


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _ledger(
    rows: Sums,
    hospitals: pd.DataFrame,
    budgets: pd.DataFrame | None,
    prices: pd.DataFrame,
    policy_of: Callable[[str], Policy],
) -> pd.DataFrame:
    """One row a fund (region, insurance), fen: what it pays for whom, and what is left."""
    care, home = _fund_of(rows, "care_region", prices), _fund_of(rows, "insured_region", prices)
    hospital = _fund_of(hospitals, "care_region", prices)
    local = care == home

    def sums(table: pd.DataFrame | Sums, measure: str, fund: Ints, which: Any = slice(None)) -> Ints:
        return added(fund[which], np.asarray(table[measure], np.int64)[which], len(prices))

    parts = {
        "local": sums(rows, "settled", care, local),
        "outgoing": sums(rows, "settled_insured_region", home, ~local),
        "incoming": sums(rows, "settled_care_region", care, ~local),
        "assessment": -sums(hospitals, "assessment_cut", hospital),
        "sharing": sums(hospitals, "sharing", hospital),
    }
    case_payment = np.sum(list(parts.values()), axis=0)
    catastrophic = sums(rows, "fund_catastrophic", home)
    columns: dict[str, Any] = {**parts, "case_payment": case_payment, "catastrophic": catastrophic}
    columns["spent"] = case_payment + catastrophic
    funds = _funds(prices)
    if budgets is not None:
        known = dict(zip(_funds(budgets), budgets["budget"].tolist(), strict=True))
        kept = np.array([policy_of(region)["settlement.reserve"] for region, _ in funds])
        columns["budget"] = pd.array([known.get(fund) for fund in funds], dtype="Int64")
        columns["reserve"] = (columns["budget"].astype("Float64") * kept).round().astype("Int64")
        columns["balance"] = columns["budget"] - case_payment
    return pd.DataFrame(columns, pd.MultiIndex.from_arrays([prices[name] for name in FUND], names=FUND))


def _funds(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Region and insurance of each row."""
    region, insurance = (table[name].to_numpy(object).tolist() for name in FUND)
    return list(zip(region, insurance, strict=True))


def _fund_of(table: pd.DataFrame | Sums, region: str, prices: pd.DataFrame) -> Ints:
    """The place of each row's fund among the prices, which have every fund that pays or treats."""
    regions, insurances = Words.read(table, region), Words.read(table, "insurance")
    places = {fund: at for at, fund in enumerate(_funds(prices))}
    by_pair = np.array(
        [places.get((one, other), -1) for one in regions.names for other in insurances.names], np.int64
    )
    return by_pair[regions.codes * len(insurances.names) + insurances.codes]


Floats = npt.NDArray[np.float64]
Held = Literal["", "fixed", "floor", "cap"]


@dataclass(frozen=True, slots=True)
class Prices:
    """Price of a point as a multiple of the budget point value, (regions,); what held it, (regions,)."""

    price: Floats
    held: tuple[Held, ...]


def solve_prices(
    at_zero: Floats,
    slope: Floats,
    available: Floats,
    *,
    floating: npt.NDArray[np.bool_],
    floor: Floats,
    cap: Floats,
) -> Prices:
    """Prices at which every floating region's fund spends what it has.

    Parameters
    ----------
    at_zero : (regions,) fen each fund pays whatever the prices are.
    slope : (regions, regions) fen fund r pays for each unit of the price in care region c.
    available : (regions,) fen to spend.
    floating : (regions,) False keeps the price at 1.
    floor, cap : (regions,) guard rails; NaN sets none, but no price falls below zero: it is held at that
        floor, and the fund spends more than it has.

    Regions that hit a rail are held there and the others solved again, until none moves.

    >>> solve_prices(np.array([-200.0]), np.array([[1200.0]]), np.array([1060.0]), floating=np.array([True]),
    ...              floor=np.array([np.nan]), cap=np.array([np.nan])).price
    array([1.05])
    """
    price = np.ones(len(available))
    least = np.where(np.isnan(floor), 0.0, floor)  # no point costs a hospital money: the fund overspends
    held: list[Held] = ["" if free else "fixed" for free in floating]
    for _ in range(len(available) + 1):
        free = np.array([reason == "" for reason in held])
        if not free.any():
            break
        price[free] = _solved(at_zero, slope, available, price, free)
        low = free & (price < least)
        high = free & (price > np.where(np.isnan(cap), np.inf, cap))
        if not (low | high).any():
            break
        price = np.where(low, least, np.where(high, cap, price))
        held = [
            "floor" if lo else "cap" if hi else kept for lo, hi, kept in zip(low, high, held, strict=True)
        ]
    return Prices(price, tuple(held))


def _solved(
    at_zero: Floats, slope: Floats, available: Floats, price: Floats, free: npt.NDArray[np.bool_]
) -> Floats:
    wanted = (available - at_zero - slope[:, ~free] @ price[~free])[free]
    matrix = slope[np.ix_(free, free)]
    try:
        return np.asarray(np.linalg.solve(matrix, wanted), np.float64)
    except np.linalg.LinAlgError as error:
        raise SettlementError(
            "the budgets do not determine the point values: a region prices no stay, or two price the same"
        ) from error

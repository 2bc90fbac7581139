"""Cells of paid stays brought to another year, and settled there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..payment.parameters import catalogue
from ..settlement import settle
from ..settlement.budgets import INSURANCES
from ..settlement.statistics import FLOW, MEASURES
from .age_bands import AGE_BAND
from .projection_growth import band_names

if TYPE_CHECKING:
    import pandas as pd

    from ..payment.policy import Policy
    from .projection_world import StatedRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Fund = tuple[str, str]  # insured region, insurance

STAYS = "stays"  # the number of stays before it is rounded to whole cases
_CLEARING = ("settlement.assessment", "settlement.surplus_retained", "settlement.overrun_shared")
_PAYERS = ("fund", "patient", "other_payers")
_MONEY = tuple(name for name in MEASURES if name != "cases")


@dataclass(frozen=True, slots=True)
class FundMoney:
    """What a year comes to for each fund: (funds,) stays, their cost and what the fund spends on them (fen),
    and (funds, bands) what it is booked by age before the clearing (fen)."""

    stays: Floats
    cost: Floats
    spent: Floats
    booked: Floats

    def times(self, share: float) -> FundMoney:
        return FundMoney(self.stays * share, self.cost * share, self.spent * share, self.booked * share)

    def plus(self, other: FundMoney) -> FundMoney:
        return FundMoney(
            self.stays + other.stays,
            self.cost + other.cost,
            self.spent + other.spent,
            self.booked + other.booked,
        )


def own_funds(cells: pd.DataFrame) -> list[Fund]:
    """The funds whose year the cells hold: those with stays of their own insured treated at home.

    A region that only sends or receives patients, such as the other provinces, is not one: what its fund
    pays for all its other insured is not known.
    """
    home = cells[(cells["care_region"] == cells["insured_region"]) & cells["insurance"].isin(INSURANCES)]
    return sorted({(str(region), str(kind)) for region, kind in home[["insured_region", "insurance"]].values})


def scaled(cells: pd.DataFrame, stays: Floats, money: Floats) -> pd.DataFrame:
    """The cells of the two insurances with more stays and other amounts a stay.

    Parameters
    ----------
    stays : (insurances, bands) factor on the number of stays. `money` : (insurances,) on amounts a stay.

    Every amount is rounded to the fen and `borne_by_hospital` is what remains, so that
    `total_cost = fund + patient + other_payers + borne_by_hospital` in every cell. The new column `stays`
    holds the unrounded number.
    """
    own = cells[cells["insurance"].isin(INSURANCES)]
    insurance, band = codes(own["insurance"], INSURANCES), codes(own[AGE_BAND], band_names())
    more = stays[insurance, band]
    columns: dict[str, Any] = {STAYS: own["cases"].to_numpy(np.float64) * more}
    columns["cases"] = np.rint(columns[STAYS]).astype(np.int64)
    factor = more * money[insurance]
    for name in _MONEY:
        columns[name] = np.rint(own[name].to_numpy(np.float64) * factor).astype(np.int64)
    columns["borne_by_hospital"] = columns["total_cost"] - sum(columns[name] for name in _PAYERS)
    return own.assign(**columns)


def settled(
    cells: pd.DataFrame, rules: StatedRules, funds: Sequence[Fund], budgets: pd.DataFrame | None
) -> FundMoney:
    """What each fund has to do with the cells once the year is cleared."""
    fund = fund_codes(cells, funds)
    if any(moves_money(policy) for policy in rules.each):
        flows = cells.groupby(list(FLOW), as_index=False, sort=True)[list(MEASURES)].sum()
        year = settle(flows.assign(month="", group="*"), rules.policies, budgets=budgets)
        spent_of = year.ledger["spent"].to_dict()
        spent = np.array([spent_of.get(each, 0) for each in funds], dtype=np.float64)
    else:
        spent = _as_booked(cells, fund, funds)
    inside = fund >= 0
    band = codes(cells[AGE_BAND], band_names())
    booked = np.zeros((len(funds), len(band_names())))
    np.add.at(booked, (fund[inside], band[inside]), cells["fund"].to_numpy(np.float64)[inside])
    stays, cost = np.zeros(len(funds)), np.zeros(len(funds))
    np.add.at(stays, fund[inside], cells[STAYS].to_numpy(np.float64)[inside])
    np.add.at(cost, fund[inside], cells["total_cost"].to_numpy(np.float64)[inside])
    return FundMoney(stays, cost, spent, booked)


def moves_money(policy: Policy) -> bool:
    """Whether the clearing of a year may pay another sum than was booked stay by stay."""
    at_default = all(
        path not in policy.in_force or policy.in_force[path].value == catalogue()[path].default
        for path in _CLEARING
    )
    return policy["settlement.point_value"] == "floating" or not at_default


def _as_booked(cells: pd.DataFrame, fund: Ints, funds: Sequence[Fund]) -> Floats:
    """(funds,) fen: for its own insured wherever they are treated, and its part of those it treats."""
    here = fund_codes(cells, funds, at="care_region")
    of_care = cells["fund_care_region"].to_numpy(np.float64)
    spent = np.zeros(len(funds) + 1)  # the last place takes what other funds pay
    np.add.at(spent, fund, cells["fund"].to_numpy(np.float64) - of_care)
    np.add.at(spent, here, of_care)
    return spent[:-1]


def grown_budgets(budgets: pd.DataFrame | None, growth: Floats) -> pd.DataFrame | None:
    """Budgets times the index of their insurance, (insurances,)."""
    if budgets is None:
        return None
    return budgets.assign(budget=budgets["budget"] * growth[codes(budgets["insurance"], INSURANCES)])


def fund_codes(cells: pd.DataFrame, funds: Sequence[Fund], *, at: str = "insured_region") -> Ints:
    """The place of each cell's fund, of the insured or the care region, among `funds`; -1 for no such one."""
    place = {fund: number for number, fund in enumerate(funds)}
    homes = zip(cells[at].astype(str), cells["insurance"].astype(str), strict=True)
    return np.array([place.get(home, -1) for home in homes], dtype=np.int64)


def codes(column: Any, names: Sequence[str]) -> Ints:
    """The place of each word among `names`; 0 for one that is not there."""
    place: Mapping[str, int] = {name: number for number, name in enumerate(names)}
    return np.array([place.get(str(word), 0) for word in column], dtype=np.int64)

"""Cells of paid stays as arrays, brought to another year and settled there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...policy.parameters import catalogue
from ...settlement import settle
from ...settlement.budgets import INSURANCES, of_basic_fund, policy_by_region
from ...settlement.statistics import FLOW, MEASURES, PARTS, with_parts
from ..world.case_table import AGE_BAND
from .growth import band_names

if TYPE_CHECKING:
    from ...policy.policy import Policy

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Fund = tuple[str, str]  # insured region, insurance

_CLEARING = ("settlement.assessment", "settlement.surplus_retained", "settlement.overrun_shared")
_PAYERS = ("fund", "patient", "other_payers")
# who pays for a fund's insured: catastrophic insurance (inside the fund's spending where it is paid out of
# it), medical aid, every payer but fund and patient together, and the patients
BESIDE = ("catastrophic", "medical_aid", "other_payers", "patient")


class StatedRules(Protocol):
    """The rules some steps of a scenario come to; equal `key` means equal money on the same cases."""

    @property
    def key(self) -> Any: ...

    @property
    def policies(self) -> Any: ...

    @property
    def each(self) -> Sequence[Any]: ...


@dataclass(frozen=True, eq=False)
class Cells:
    """Sums of paid stays of the two insurances, (cells,) each.

    Attributes
    ----------
    regions : names that `home` and `care`, the insured and the care region, count
    insurance, band : places in `INSURANCES` and in `band_names()`
    flows : care region, insured region, insurance and hospital; `flow` is each cell's row there
    stays : the number of stays, before it is rounded to whole cases
    measures : `drgsim.settlement.statistics.MEASURES`, int64; money in fen
    """

    regions: tuple[str, ...]
    home: Ints
    care: Ints
    insurance: Ints
    band: Ints
    flows: pd.DataFrame
    flow: Ints
    stays: Floats
    measures: Mapping[str, Ints]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Cells:
        """The cells of a table; those of other insurances, whose funds are not projected, are left out."""
        own = with_parts(table[table["insurance"].isin(INSURANCES)].reset_index(drop=True))
        both = pd.concat([own["insured_region"], own["care_region"]], ignore_index=True).astype(object)
        place, regions = pd.factorize(both, sort=True)
        groups = own.groupby(list(FLOW), sort=True)
        flow = np.asarray(groups.ngroup(), dtype=np.int64)
        first = np.unique(flow, return_index=True)[1]
        return cls(
            tuple(map(str, regions)),
            place[: len(own)].astype(np.int64),
            place[len(own) :].astype(np.int64),
            codes(own["insurance"], INSURANCES),
            codes(own[AGE_BAND], band_names()),
            own.loc[first, list(FLOW)].reset_index(drop=True),
            flow,
            own["cases"].to_numpy(np.float64),
            {name: own[name].to_numpy(np.int64) for name in MEASURES},
        )

    def own_funds(self) -> list[Fund]:
        """The funds whose year the cells hold: those with stays of their own insured treated at home.

        A region that only sends or receives patients, such as the other provinces, is not one: what its fund
        pays for all its other insured is not known.
        """
        local = self.home == self.care
        pairs = set(zip(self.home[local].tolist(), self.insurance[local].tolist(), strict=True))
        return sorted((self.regions[region], INSURANCES[kind]) for region, kind in pairs)

    def fund(self, funds: Sequence[Fund], *, at: Ints | None = None) -> Ints:
        """The place of each cell's fund among `funds`, of its home or of the regions `at`; -1 for none."""
        places = np.full((len(self.regions), len(INSURANCES)), -1)
        known = {region: place for place, region in enumerate(self.regions)}
        for number, (region, insurance) in enumerate(funds):
            if region in known:
                places[known[region], INSURANCES.index(insurance)] = number
        return places[self.home if at is None else at, self.insurance]

    def scaled(self, stays: Floats, money: Floats) -> Cells:
        """The cells with more stays and other amounts a stay.

        Parameters
        ----------
        stays : (insurances, bands) factor on the number of stays. `money` : (insurances,) on amounts a stay.

        Every amount is rounded to the fen and `borne_by_hospital` is what remains, so that
        `total_cost = fund + patient + other_payers + borne_by_hospital` in every cell.
        """
        more = stays[self.insurance, self.band]
        factor = more * money[self.insurance]
        number = self.stays * more
        moved = {name: np.rint(each * factor).astype(np.int64) for name, each in self.measures.items()}
        moved["cases"] = np.rint(number).astype(np.int64)
        rest = self.measures["other_payers"] - sum(self.measures[name] for name in PARTS)
        moved["other_payers"] = np.rint(rest * factor).astype(np.int64) + sum(moved[name] for name in PARTS)
        moved["borne_by_hospital"] = moved["total_cost"] - sum(moved[name] for name in _PAYERS)
        return replace(self, stays=number, measures=moved)


@dataclass(frozen=True, slots=True)
class FundMoney:
    """What a year comes to for each fund: (funds,) stays, their cost and what the fund spends on them (fen),
    (funds, bands) what it is booked by age before the clearing (fen), and (payers, funds) what `BESIDE` pay
    for its insured (fen)."""

    stays: Floats
    cost: Floats
    spent: Floats
    booked: Floats
    beside: Floats

    def times(self, share: float) -> FundMoney:
        return FundMoney(*(getattr(self, each.name) * share for each in fields(self)))

    def plus(self, other: FundMoney) -> FundMoney:
        return FundMoney(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def settled(
    cells: Cells, rules: StatedRules, funds: Sequence[Fund], budgets: pd.DataFrame | None
) -> FundMoney:
    """What each fund has to do with the cells once the year is cleared."""
    home, bands = cells.fund(funds), len(band_names())
    own = of_basic_fund(cells.flows, policy_by_region(rules.policies))[cells.flow]
    catastrophic = np.where(own, cells.measures["catastrophic"], 0)
    spent = (
        _as_cleared(cells, rules, funds, budgets)
        if any(moves_money(policy) for policy in rules.each)
        else _as_booked(cells, home, funds) + _added(home, catastrophic, home >= 0, len(funds))
    )
    others = {**cells.measures, "other_payers": cells.measures["other_payers"] - catastrophic}
    by_band = _added(home * bands + cells.band, cells.measures["fund"], home >= 0, len(funds) * bands)
    return FundMoney(
        _added(home, cells.stays, home >= 0, len(funds)),
        _added(home, cells.measures["total_cost"], home >= 0, len(funds)),
        spent,
        by_band.reshape(len(funds), bands),
        np.stack([_added(home, others[name], home >= 0, len(funds)) for name in BESIDE]),
    )


def moves_money(policy: Policy) -> bool:
    """Whether the clearing of a year may pay another sum than was booked stay by stay."""
    at_default = all(
        path not in policy.in_force or policy.in_force[path].value == catalogue()[path].default
        for path in _CLEARING
    )
    return policy["settlement.point_value"] == "floating" or not at_default


def _as_cleared(
    cells: Cells, rules: StatedRules, funds: Sequence[Fund], budgets: pd.DataFrame | None
) -> Floats:
    """(funds,) fen of the settled year."""
    sums = {name: np.zeros(len(cells.flows), np.int64) for name in MEASURES}
    for name, column in sums.items():
        np.add.at(column, cells.flow, cells.measures[name])
    year = settle(cells.flows.assign(month="", group="*", **sums), rules.policies, budgets=budgets)
    spent = year.ledger["spent"].to_dict()
    return np.array([spent.get(each, 0) for each in funds], dtype=np.float64)


def _as_booked(cells: Cells, home: Ints, funds: Sequence[Fund]) -> Floats:
    """(funds,) fen: for its own insured wherever they are treated, and its part of those it treats."""
    care = cells.fund(funds, at=cells.care)
    of_care = cells.measures["fund_care_region"]
    own = _added(home, cells.measures["fund"] - of_care, home >= 0, len(funds))
    return own + _added(care, of_care, care >= 0, len(funds))


def _added(place: Ints, values: npt.NDArray[Any], inside: npt.NDArray[np.bool_], length: int) -> Floats:
    sums = np.zeros(length)
    np.add.at(sums, place[inside], values[inside].astype(np.float64))
    return sums


def grown_budgets(budgets: pd.DataFrame | None, growth: Floats) -> pd.DataFrame | None:
    """Budgets times the index of their insurance, (insurances,)."""
    if budgets is None:
        return None
    return budgets.assign(budget=budgets["budget"] * growth[codes(budgets["insurance"], INSURANCES)])


def codes(column: Any, names: Sequence[str]) -> Ints:
    """The place of each word among `names`; 0 for one that is not there."""
    found, words = pd.factorize(np.asarray(column, dtype=object))
    place = {name: number for number, name in enumerate(names)}
    places = np.array([*(place.get(str(word), 0) for word in words), 0], dtype=np.int64)
    return places[found]  # the last place, 0, is that of a missing word

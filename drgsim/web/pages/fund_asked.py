"""What the form of the fund asks: which fund, which levers and assumptions, what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...errors import ArgumentError, NotFoundError
from ...fund.fund import Fund
from ...fund.lever import levers
from ...fund.scenario import FundScenario

PLACES = ("china", "tianjin (inferred)")
POTS = {
    "employee_pool": ("职工统筹", "Employees' pool", "employee"),
    "resident": ("居民", "Residents", "resident"),
}
MEASURES = {
    "reserve_months": ("累计结余可支付月数", "Reserve, months of spending", 1.0, ("月", "months")),
    "reserve": ("累计结余", "Reserve", 1e8, ("亿元", "100 million yuan")),
    "balance": ("当期结余", "Balance of the year", 1e8, ("亿元", "100 million yuan")),
    "income": ("收入", "Income", 1e8, ("亿元", "100 million yuan")),
    "spending": ("支出", "Spending", 1e8, ("亿元", "100 million yuan")),
}
LEAST_YEARS, MOST_YEARS, DRAWS, MOST_DRAWS = 5, 50, 200, 1000
FIRST_LEVERS = (
    "resident_premium",
    "resident_subsidy",
    "employer_rate_change",
    "base_change",
    "benefit_change",
    "outpatient_pooling",
    "retirement_age",
    "procurement",
)
FIRST_ASSUMED = (
    "wage_growth",
    "wage_growth_long",
    "spending_growth.employee",
    "spending_growth.resident",
    "inpatient_growth_long.employee",
    "inpatient_growth_long.resident",
)


@lru_cache(maxsize=4)
def fund_of(place: str) -> Fund:
    """The country's fund, or that of a place whose yearly figures ship."""
    if place not in PLACES:
        raise NotFoundError("no such place", got=place[:60], allowed=PLACES, nearest=PLACES)
    return Fund.national() if place == PLACES[0] else Fund.place(place)


def sliders() -> list[str]:
    """The levers a form shows, the most asked first."""
    return [*FIRST_LEVERS, *(name for name in levers() if name not in FIRST_LEVERS)]


def assumed(fund: Fund) -> list[str]:
    """The assumptions with an interval, the most asked first."""
    there = [name for name in FIRST_ASSUMED if name in fund.assumptions.uncertain]
    return [*there, *(name for name in fund.assumptions.uncertain if name not in there)]


@dataclass(frozen=True)
class Asked:
    """A form of the fund, read and checked. Raises ArgumentError, NotFoundError, FundError."""

    fund: Fund
    scenario: FundScenario
    changes: Mapping[str, Any]
    pot: str
    measure: str
    years: int
    since: int
    draws: int
    seed: int

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Asked:
        fund = fund_of(form.get("place") or PLACES[0])
        years = _whole(form, "years", 20, LEAST_YEARS, MOST_YEARS)
        first = fund.year + 1
        since = _whole(form, "since", first + 1, first, fund.year + years)
        changes: dict[str, Any] = {}
        for name in sliders():
            amount = _number(form, f"l.{name}", 0.0)
            if amount:
                changes[name] = {since: _plain(amount)}
        for name in assumed(fund):
            now = fund.assumptions[name].value
            value = _number(form, f"a.{name}", now)
            if value != now:
                changes[name] = {since: _plain(value)}
        return cls(
            fund,
            FundScenario.of({"changes": changes, "id": "scenario"}) if changes else FundScenario.baseline(),
            changes,
            _among(form, "pot", POTS),
            _among(form, "measure", MEASURES),
            years,
            since,
            _whole(form, "draws", DRAWS, 0, MOST_DRAWS),
            _whole(form, "seed", 1, 0, 1 << 31),
        )


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _among(form: Mapping[str, str], name: str, allowed: Mapping[str, Any]) -> str:
    value = form.get(name) or next(iter(allowed))
    if value not in allowed:
        raise NotFoundError(f"no such {name}", got=value[:60], allowed=list(allowed), nearest=list(allowed))
    return value


def _whole(form: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = _number(form, name, default)
    if not least <= value <= most or value != int(value):
        raise ArgumentError(f"{name} is out of bounds", got=form.get(name), allowed=f"{least} to {most}")
    return int(value)


def _number(form: Mapping[str, str], name: str, default: float) -> float:
    text = form.get(name, "").strip()
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise ArgumentError("this is no number", got=text[:30], where=name) from None

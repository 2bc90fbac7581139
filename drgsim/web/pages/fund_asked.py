"""What the form of the fund asks: which fund, which levers and assumptions, what is looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...errors import ArgumentError, NotFoundError
from ...fund.fund import Fund
from ...fund.lever import levers
from ...fund.scenario import BASELINE, FundScenario
from ...policy.yaml_text import parse_yaml
from ..settings import Settings
from .desk import Desk, Visit
from .file_read import source_of

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


OWN = "own"  # the tables the service was started with
_OPENED = "opened:"  # and the key of the visit that holds the tables


class Funds:
    """The funds a form may ask for: the country's, places whose yearly figures ship, the tables the service
    was started with (`--fund`), and tables a visitor opened, which lie in a visit's folder."""

    def __init__(self, settings: Settings | None = None, desk: Desk | None = None) -> None:
        self._own = None if settings is None else settings.fund
        self._desk = desk

    @property
    def first(self) -> str:
        """The place that is shown where none is asked for."""
        return PLACES[0] if self._own is None else OWN

    def places(self, place: str = "") -> dict[str, str]:
        """Places by name, with what they are called; the one given among them."""
        found = {each: each for each in PLACES}
        if self._own is not None:
            found[OWN] = self._own.name
        if place.startswith(_OPENED):
            found[place] = ", ".join(path.name for path in sorted(self.visit(place).files.iterdir()))
        return found

    def of(self, place: str) -> Fund:
        """The fund of a place. Raises NotFoundError for none, FundError for tables that are wrong."""
        place = place or PLACES[0]
        if place in PLACES:
            return _shipped(place)
        if place == OWN and self._own is not None:
            return _read(self._own, _stamp(self._own))
        if place.startswith(_OPENED) and self._desk is not None:
            path = self.visit(place).folder / "fund.json"
            if not path.is_file():
                raise ArgumentError("the tables of this fund were not read", do="open them again: /fund")
            return _document(path, _stamp(path))
        allowed = [*self.places()]
        raise NotFoundError("no such place", got=place[:60], allowed=allowed, nearest=allowed)

    def visit(self, place: str) -> Visit:
        """The visit that holds opened tables."""
        if self._desk is None:
            raise NotFoundError("no such place", got=place[:60], allowed=PLACES, nearest=PLACES)
        return self._desk.get(place.removeprefix(_OPENED))


def read_opened(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """The fund of a visit's tables as a document: the task of the process that reads what was opened."""
    tell("read")
    return Fund.read(source_of(visit)).to_document()


def opened(visit: Visit) -> str:
    """What the fund of a visit is called in a form."""
    return f"{_OPENED}{visit.key}"


@lru_cache(maxsize=4)
def _shipped(place: str) -> Fund:
    return Fund.national() if place == PLACES[0] else Fund.place(place)


@lru_cache(maxsize=2)
def _read(path: Path, stamp: Any) -> Fund:
    return Fund.read(path)


@lru_cache(maxsize=16)
def _document(path: Path, stamp: Any) -> Fund:
    return Fund.from_document(json.loads(path.read_text(encoding="utf-8")))


def _stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """By which a file, or the files of a folder, are known to be the same."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return tuple((each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in files)


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
    base: FundScenario  # shipped or opened, from which the sliders go on
    changes: Mapping[str, Any]
    pot: str
    measure: str
    years: int
    since: int
    draws: int
    seed: int

    @classmethod
    def of(cls, form: Mapping[str, str], funds: Funds | None = None) -> Asked:
        fund = (funds or Funds()).of(form.get("place", ""))
        years = _whole(form, "years", 20, LEAST_YEARS, MOST_YEARS)
        first = fund.year + 1
        since = _whole(form, "since", first + 1, first, fund.year + years)
        base = _base(form)
        changes: dict[str, Any] = dict(base.to_document()["changes"])
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
            base,
            changes,
            _among(form, "pot", POTS),
            _among(form, "measure", MEASURES),
            years,
            since,
            _whole(form, "draws", DRAWS, 0, MOST_DRAWS),
            _whole(form, "seed", 1, 0, 1 << 31),
        )


def _base(form: Mapping[str, str]) -> FundScenario:
    """The scenario a form goes on from: its document, else a shipped one."""
    text, name = form.get("document", "").strip(), form.get("from", "") or BASELINE
    if text:
        return FundScenario.of(parse_yaml(text, name="scenario"))
    known = [BASELINE, *FundScenario.available()]
    if name not in known:
        raise NotFoundError("no such scenario", got=name[:60], allowed=known, nearest=known)
    return FundScenario.of(name)


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

"""`Plan`: one region under one scenario, its assumptions as numbers by draw and year, open to levers.

Levers first change numbers (`shift`, `factor`), then, when people are counted, money (`add`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .accounts import start_share
from .assumptions import parameter, parameters
from .draws import Dated
from .people import People, project_people, trending_people

if TYPE_CHECKING:
    from .draws import Draws
    from .region import Region

Floats = npt.NDArray[np.float64]

FADING = ("movement", "resident_loss")  # recent trends that die away
PEOPLE = (
    "movement", "retirement_take", "resident_loss", "births_scale", "mortality_scale", "retirement_reform",
    "retirement_delay", "migration", "people_half_life",
)  # fmt: skip


class Plan:
    """Numbers of a region for `years` years, each (draws, years); the first year is after the accounts' one.

    Parameters
    ----------
    region : its accounts, members and assumptions.
    stated : assumptions a scenario states, which are not drawn.
    draws : what is drawn, or None for the point values (one draw).
    """

    def __init__(
        self, region: Region, years: int, stated: Mapping[str, Dated], draws: Draws | None = None
    ) -> None:
        self.region, self.years, self.draws = region, years, draws
        self.first = region.accounts.year + 1
        self.stated = {
            name: Dated.of({year: value for year, value in years_of.items() if year >= self.first})
            for name, years_of in region.events.items()
            if any(year >= self.first for year in years_of)
        } | dict(stated)
        self.count = draws.count if draws else 1
        self._base: dict[str, Floats] = {}
        self._paths: dict[str, Floats] = {}
        self._shifts: dict[str, Floats] = {}
        self._factors: dict[str, Floats] = {}
        self.extra: dict[str, Floats] = {}
        self.scaled: dict[str, Floats] = {}
        self.people: People | None = None
        self.flows: dict[str, Floats] = {}
        self.others: dict[str, Floats] = {}

    # ---- numbers
    def start(self, name: str) -> Floats:
        """(draws,): the value in the start year, before anything is stated."""
        if name not in self._base:
            assumed = self.region.assumptions[name]
            drawn = self.draws.value(name, assumed) if self.draws else np.array([assumed.value])
            self._base[name] = drawn
        return self._base[name]

    def event(self, name: str) -> float:
        """The known departure of the accounts' own year; 0 where there was none."""
        return self.region.events.get(name, {}).get(self.first - 1, 0.0)

    def derive(self, name: str, value: Floats) -> None:
        """Set a derived assumption, (draws,)."""
        self._base[name] = np.broadcast_to(np.asarray(value, np.float64), (self.count,)).copy()

    def path(self, name: str) -> Floats:
        """(draws, years): the value of an assumption in each year, as stated, shifted and scaled."""
        if name not in self._paths:
            self._paths[name] = self._changed(name, self._stated_path(name))
        return self._paths[name]

    def _stated_path(self, name: str) -> Floats:
        what = parameter(name)
        start = self.start(name)
        values = np.repeat(start[:, None], self.years, axis=1)
        if name in FADING:
            values *= self.fading("people_half_life")
        statement = self.stated.get(name)
        if statement is None:
            return values
        if what.yearly:
            for year, number in statement.years_stated(self.first).items():
                if 0 <= year - self.first < self.years:
                    values[:, year - self.first] = number
            return values
        for place in range(self.years):
            parts = statement.parts_of(self.first + place, self.first, np.nan)
            values[:, place] = sum(
                share * (values[:, place] if number != number else number) for share, number in parts
            )
        return values

    def level(self, name: str, start: Floats, grow: Floats, steps: Floats | None = None) -> Floats:
        """(draws, years): a level that grows from `start` by `grow` (share a year) and `steps` (amount a
        year), but for what is stated of it; a stated level grows on from its day."""
        values = np.empty((self.count, self.years))
        now = np.broadcast_to(start, (self.count,)).astype(np.float64)
        statement = self.stated.get(name)
        for place in range(self.years):
            now = now * (1 + grow[:, place])
            if steps is not None:
                now = now + steps[:, place]
            mean = now
            if statement is not None and any(
                (day.year if day else self.first) == self.first + place for day, _ in statement.steps
            ):
                parts = statement.parts_of(self.first + place, self.first, np.nan)
                mean = np.zeros(self.count)
                for share, number in parts:
                    mean = mean + share * (now if number != number else np.full(self.count, number))
                now = np.full(self.count, parts[-1][1])
            values[:, place] = mean
        return self._changed(name, values)

    def _changed(self, name: str, values: Floats) -> Floats:
        if name in self._factors:
            values = values * self._factors[name]
        if name in self._shifts:
            values = values + self._shifts[name]
        what = parameters().get(name)
        return np.clip(values, what.min, what.max) if what and name in self._shifts else values

    def fading(self, half_life: str) -> Floats:
        """(draws, years): 1 in the first year, half of it after each half-life."""
        return np.asarray(0.5 ** (np.arange(self.years) / self.start(half_life)[:, None]))

    def growth(self, start: str | Floats, long: str) -> Floats:
        """(draws, years): yearly growth on its way from the first year's to the long run's."""
        first = self.path(start) if isinstance(start, str) else start
        distant = self.path(long)
        return np.asarray(distant + (first - distant) * self.fading("growth_half_life"))

    # ---- for levers
    def shift(self, name: str, amount: Floats) -> None:
        """Add `amount`, (years,) or (draws, years), to an assumption or a level."""
        self._shifts[name] = self._shifts.get(name, 0.0) + np.atleast_2d(amount)
        self._paths.pop(name, None)

    def factor(self, name: str, factor: Floats) -> None:
        """Multiply an assumption or a level by `factor`."""
        self._factors[name] = self._factors.get(name, 1.0) * np.atleast_2d(factor)
        self._paths.pop(name, None)

    def add(self, line: str, yuan: Floats) -> None:
        """Add yuan, (draws, years) or (years,), to a line of the books."""
        self.extra[line] = self.extra.get(line, 0.0) + np.atleast_2d(yuan)

    def tell(self, who: str, yuan: Floats) -> None:
        """Money outside the funds that moves with them, yuan a year, (draws, years): what `who` (see
        `words.OTHERS`) pays more, or keeps less when positive."""
        now = np.broadcast_to(np.atleast_2d(yuan), (self.count, self.years))
        self.others[who] = self.others.get(who, 0.0) + now

    def scale(self, line: str, factor: Floats) -> None:
        """Multiply what a spending line would be by `factor`, (years,) or (draws, years)."""
        self.scaled[line] = self.scaled.get(line, 1.0) * np.atleast_2d(factor)

    def paid(self, line: str) -> Floats:
        """(draws, years): yuan of a line as the books have it so far, what levers added included; for
        `after`."""
        booked = self.flows.get(line, np.zeros((self.count, self.years)))
        return np.asarray(booked + self.extra.get(line, 0.0))

    # ---- people
    def people_key(self) -> tuple[object, ...]:
        """Same key, same people."""
        return (self.region.id, *(self.path(name).tobytes() for name in PEOPLE))

    def count_people(self) -> People:
        """Carry the region's members on under the assumptions as they now stand."""

        def at(name: str, t: int) -> Floats:
            return self.path(name)[:, t - 1]

        region = self.region
        if region.structure is None:
            return trending_people(region.heads, region.trend, self.years, self.count, at, start_share)
        return project_people(region.structure, self.first - 1, self.years, self.count, at)

    def head_factors(self) -> dict[str, Floats]:
        """By kind of member, (draws, years): heads against what the account of people says."""
        factors = {kind: self.path(f"{kind}_heads") for kind in ("active", "retired", "resident")}
        factors["active"] = factors["active"] * (1 + self.path("active_shock"))
        return factors

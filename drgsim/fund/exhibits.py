"""Tables a valuation answers with: first deficits, present values, bands of the draws, bars of changes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._paths import data_yaml
from ..errors import ArgumentError
from ..sources import resolve
from .assumptions import parameters
from .course import LEVELS, MEASURES, Course, Kept, drawn_money
from .draws import Draws
from .ledger import FEN
from .lever import levers
from .run import run
from .scenario import FundScenario
from .words import pots

if TYPE_CHECKING:
    from .course import Money
    from .valued import Valued


Floats = npt.NDArray[np.float64]


@cache
def discount_rates() -> tuple[tuple[float, ...], float]:
    """The rates a valuation shows, and the one of them that goals use (`data/fund/discount.yaml`).

    >>> discount_rates()
    ((0.02, 0.035, 0.05), 0.035)
    """
    stated = data_yaml("fund", "discount.yaml")
    resolve(stated["source"])
    return tuple(float(rate) for rate in stated["rates"]), float(stated["goal"])


def discounted(balances: Floats, rate: float) -> Floats:
    """(..., years) to (...,): each as in the middle of its year, to the start of the first.

    >>> discounted(np.array([102.0]), 0.0404).round(2)
    np.float64(100.0)
    """
    return np.asarray(balances @ (1 + rate) ** -(np.arange(balances.shape[-1]) + 0.5))[()]


def worth(money: Money, region: int | None, pot: int, rate: float, years: int) -> tuple[Floats, Floats]:
    """(draws,) reserve at the start, and present value of the balances without interest; yuan."""
    opened = money.reserve[:, :, 0, pot]
    held = (opened.sum(1) if region is None else opened[:, region]) / FEN
    return held, discounted(money.measure("primary_balance", region, pot)[:, :years], rate)


def first_deficit(valuation: Valued, chance: float | None) -> pd.DataFrame:
    """See `Valuation.first_deficit`."""
    rows = []
    for course in valuation.courses:
        for name, region in valuation.named_regions():
            for pot in valuation.used_pots:
                if pots()[pot].red is None:
                    continue
                place = list(pots()).index(pot)
                row: dict[str, Any] = {"scenario": course.scenario.id, "region": name, "pot": pot}
                for key, measure, share in (
                    ("current_deficit", "balance", "p_deficit"), ("reserve_gone", "reserve", "p_gone")
                ):  # fmt: skip
                    below = course.money.measure(measure, region, place) < 0
                    if course.drawn is not None:
                        happened = np.logical_or.accumulate(
                            course.drawn.measure(measure, region, place) < 0, axis=1
                        )
                        row[share] = float(happened[:, -1].mean())
                        if chance is not None:
                            below = (happened.mean(0) >= chance)[None]
                    found = np.flatnonzero(below[0])
                    row[key] = valuation.first_year + int(found[0]) if len(found) else pd.NA
                rows.append(row)
    table = pd.DataFrame(rows)
    return table.astype({"current_deficit": "Int64", "reserve_gone": "Int64"})


def present_value(valuation: Valued, rates: Sequence[float] | None) -> pd.DataFrame:
    """See `Valuation.present_value`."""
    rows = []
    for course in valuation.courses:
        for name, region in valuation.named_regions():
            for pot in valuation.used_pots:
                place = list(pots()).index(pot)
                for rate in rates or valuation.discount_rates:
                    held, balances = worth(course.money, region, place, rate, valuation.years)
                    row: dict[str, Any] = {"scenario": course.scenario.id, "region": name, "pot": pot}
                    row |= {"rate": rate, "reserve": float(held[0]), "balances": float(balances[0])}
                    row |= {"present_value": float(held[0] + balances[0]), "low": np.nan, "high": np.nan}
                    if course.drawn is not None:
                        drawn = sum(worth(course.drawn, region, place, rate, valuation.years))
                        row["low"], row["high"] = np.quantile(drawn, [0.05, 0.95]).tolist()
                    rows.append(row)
    return pd.DataFrame(rows)


NOTABLE = 0.1  # of the 90 % band: a distance of median and point that is told with its reason
LOPSIDED = 0.2  # of an interval: a distance of its middle from the value that is told
KEYS = ("scenario", "region", "pot", "measure", "band")
_OUTSIDE = tuple(round((1 - level) / 2, 12) for level in LEVELS)
_EDGES = (0.5, *_OUTSIDE, *(1 - each for each in _OUTSIDE))


def bands(valuation: Valued) -> pd.DataFrame:
    """See `Valuation.bands`."""
    base, keys, numbers = valuation.courses[0], [], []
    asked = product(valuation.courses, valuation.named_regions(), valuation.used_pots, MEASURES)
    for course, (name, region), pot, measure in asked:
        place = list(pots()).index(pot)
        own = _drawn(course, measure, region, place)
        keys.append((course.scenario.id, name, pot, measure, "level"))
        numbers.append(_numbers(*own))
        if course is not base:
            other = _drawn(base, measure, region, place)
            keys.append((course.scenario.id, name, pot, measure, "difference"))
            numbers.append(_numbers(own[0] - other[0], own[1] - other[1]))
    columns = ["point", "median"]
    columns += [f"{side}_{level * 100:.0f}" for side in ("low", "high") for level in LEVELS]
    table = pd.DataFrame(np.concatenate(numbers), columns=columns)
    for place, key in enumerate(KEYS):
        table.insert(place, key, np.repeat([each[place] for each in keys], valuation.years))
    years = np.arange(valuation.first_year, valuation.first_year + valuation.years)
    table.insert(len(KEYS), "year", np.tile(years, len(keys)))
    far = (table["median"] - table["point"]).abs() > NOTABLE * (table["high_90"] - table["low_90"])
    table["reason"] = np.where(far, _reason(valuation), "")
    return table


def _drawn(course: Course, measure: str, region: int | None, pot: int) -> tuple[Floats, Floats]:
    """Draws (draws, years) and point values (years,)."""
    assert course.drawn is not None
    return course.drawn.measure(measure, region, pot), course.money.measure(measure, region, pot)[0]


def _numbers(draws: Floats, point: Floats) -> Floats:
    """(years, columns): point, median, low ends, high ends."""
    return np.column_stack([point, *np.quantile(draws, _EDGES, axis=0)])


def _reason(valuation: Valued) -> str:
    """Why the middle of the draws may be away from the point value."""
    assumptions = valuation.fund.assumptions
    lopsided = []
    for name in assumptions.uncertain:
        at = assumptions[name]
        if at.low is not None and at.high is not None:
            away = abs(at.high + at.low - 2 * at.value)
            if away > LOPSIDED * (at.high - at.low):
                lopsided.append(name)
    words = "growth compounds, so that high draws weigh more than low ones"
    return f"{words}; intervals that reach farther to one side: {', '.join(lopsided)}" if lopsided else words


SUMMED = ("income", "spending", "balance", "reserve")


def waterfall(
    valuation: Valued, scenario: str, *, pot: str | None, measure: str, year: int | None
) -> pd.DataFrame:
    """See `Valuation.waterfall`."""
    if measure not in SUMMED:
        raise ArgumentError("no bars of this measure", got=measure, allowed=SUMMED, nearest=SUMMED)
    last = valuation.first_year + valuation.years - 1
    at = last if year is None else year
    if not valuation.first_year <= at <= last:
        raise ArgumentError("a year that is not valued", got=at, allowed=f"{valuation.first_year} to {last}")
    course = valuation.course(scenario)
    between = [course.scenario.up_to(count) for count in range(1, len(course.scenario.order))]
    books = [valuation.courses[0].point.books]
    books += [run(valuation.fund, each, valuation.years).books for each in between]
    books.append(course.point.books)
    place = at - valuation.first_year
    values = {each: [_fen(one, measure, each, place) for one in books] for each in pots()}
    if pot is None:
        pot = max(values, key=lambda each: abs(values[each][-1] - values[each][0]))
    if pot not in values:
        raise ArgumentError("no such pot", got=pot, allowed=list(pots()), nearest=pots())
    own, edges = values[pot], _bands(valuation, course, between, pot, measure, place)
    rows: list[list[Any]] = [["baseline", "基线", "baseline", own[0] / FEN, *edges[0], "", ""]]
    for number, name in enumerate(course.scenario.order):
        what = levers().get(name) or parameters()[name]
        moved = (own[number + 1] - own[number]) / FEN
        trust = course.scenario.uses.get(name, what)
        rows.append([name, what.zh, what.en, moved, *edges[number + 1], trust.source, trust.state])
    rows.append([scenario, "情景", "scenario", own[-1] / FEN, *edges[-1], "", ""])
    columns = ["step", "zh", "en", "value", "low_90", "high_90", "source", "state"]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs |= {"pot": pot, "measure": measure, "year": at}
    return table


def _bands(
    valuation: Valued, course: Course, between: list[FundScenario], pot: str, measure: str, place: int
) -> list[tuple[float, float]]:
    """Ends of the 90 % band of the baseline, of each bar, and of the scenario; NaN without draws."""
    steps = len(course.scenario.order)
    if course.drawn is None or valuation.courses[0].drawn is None:
        return [(np.nan, np.nan)] * (steps + 2)
    draws, kept = Draws(valuation.draws, seed=int(valuation.seed or 0)), Kept()
    money = [valuation.courses[0].drawn]
    money += [drawn_money(valuation.fund, each, valuation.years, draws, kept) for each in between]
    money.append(course.drawn)
    order = list(pots()).index(pot)
    drawn = [each.measure(measure, None, order)[:, place] for each in money]
    shown = [drawn[0], *(after - before for before, after in pairwise(drawn)), drawn[-1]]
    return [tuple(np.quantile(each, [0.05, 0.95])) for each in shown]


def _fen(books: Any, measure: str, pot: str, place: int) -> int:
    order = list(pots()).index(pot)
    if measure == "reserve":
        return int(books.balance[0, :, place + 1, order].sum())
    if measure == "balance":
        return int((books.balance[0, :, place + 1, order] - books.balance[0, :, place, order]).sum())
    return int(books.by_pot(measure)[0, :, place, order].sum())

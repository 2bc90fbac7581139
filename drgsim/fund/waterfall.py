"""Bars of a scenario: what each of its changes moves, in its order, summing exactly."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from .assumptions import parameters
from .draws import Draws
from .ledger import FEN
from .lever import levers
from .pots import pots
from .run import run
from .scenario import FundScenario
from .valuation import Course, Valuation
from .value import Kept, drawn_money

SUMMED = ("income", "spending", "balance", "reserve")


def waterfall(
    valuation: Valuation, scenario: str, *, pot: str | None, measure: str, year: int | None
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
    valuation: Valuation, course: Course, between: list[FundScenario], pot: str, measure: str, place: int
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

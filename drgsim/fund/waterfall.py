"""Bars of a scenario: what each of its changes moves, in its order, summing exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from .assumptions import parameters
from .ledger import FEN
from .lever import levers
from .pots import pots
from .run import run
from .valuation import Valuation

if TYPE_CHECKING:
    import pandas as pd

SUMMED = ("income", "spending", "balance", "reserve")


def waterfall(
    valuation: Valuation, scenario: str, *, pot: str | None, measure: str, year: int | None
) -> pd.DataFrame:
    """See `Valuation.waterfall`."""
    import pandas as pd

    if measure not in SUMMED:
        raise ArgumentError("no bars of this measure", got=measure, allowed=SUMMED, nearest=SUMMED)
    last = valuation.first_year + valuation.years - 1
    at = last if year is None else year
    if not valuation.first_year <= at <= last:
        raise ArgumentError("a year that is not valued", got=at, allowed=f"{valuation.first_year} to {last}")
    course = valuation.course(scenario)
    books = [valuation.courses[0].point.books]
    for count in range(1, len(course.scenario.order)):
        books.append(run(valuation.fund, course.scenario.up_to(count), valuation.years).books)
    books.append(course.point.books)
    place = at - valuation.first_year
    values = {each: [_fen(one, measure, each, place) for one in books] for each in pots()}
    if pot is None:
        pot = max(values, key=lambda each: abs(values[each][-1] - values[each][0]))
    if pot not in values:
        raise ArgumentError("no such pot", got=pot, allowed=list(pots()), nearest=pots())
    own = values[pot]
    rows: list[list[Any]] = [["baseline", "基线", "baseline", own[0] / FEN]]
    for number, name in enumerate(course.scenario.order):
        what = levers().get(name) or parameters()[name]
        rows.append([name, what.zh, what.en, (own[number + 1] - own[number]) / FEN])
    rows.append([scenario, "情景", "scenario", own[-1] / FEN])
    table = pd.DataFrame(rows, columns=["step", "zh", "en", "value"])
    table.attrs |= {"pot": pot, "measure": measure, "year": at}
    return table


def _fen(books: Any, measure: str, pot: str, place: int) -> int:
    order = list(pots()).index(pot)
    if measure == "reserve":
        return int(books.balance[0, :, place + 1, order].sum())
    if measure == "balance":
        return int((books.balance[0, :, place + 1, order] - books.balance[0, :, place, order]).sum())
    return int(books.by_pot(measure)[0, :, place, order].sum())

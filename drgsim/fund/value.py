"""`value`: a fund over the years under scenarios, with point values and draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ArgumentError
from .course import CHUNK, Course, Kept, Money, drawn_money
from .draws import Draws
from .exhibits import discount_rates as shown_rates
from .fund import Fund
from .people import People
from .run import run
from .scenario import BASELINE, FundScenario
from .valuation import Valuation

LONGEST = 75


def value(
    fund: Fund | None = None,
    scenarios: Any = (),
    *,
    years: int = 30,
    draws: int = 0,
    seed: int | None = None,
    discount_rates: Sequence[float] | None = None,
    as_of: Any = None,
    progress: Callable[[int, int, str], object] | None = None,
) -> Valuation:
    """Value a fund: income, spending, balance and reserve of every pot over the years.

    Parameters
    ----------
    fund : the country's as published when None (as known on `as_of`).
    scenarios : what `FundScenario.of` takes, one or a sequence; the baseline is put first.
    years : projected years after the accounts' one.
    draws : how often assumptions and yearly strays are drawn; 0 gives point values alone.
    seed : required with draws; same seed, same answer, whatever else is asked.
    discount_rates : for `present_value`; those of `data/fund/discount.yaml` when None.
    progress : called with runs done, runs in all and the scenario.

    Returns
    -------
    Valuation

    Raises
    ------
    ArgumentError, FundError
        Years or draws out of bounds, draws without a seed, scenarios of the same id, what they state.

    >>> short = value(scenarios="resident_premium=20", years=2)
    >>> short.scenarios
    ('baseline', 'resident_premium=20')

    Source: fund rules §5.2, §5.3; the form is a convention of this project (F90).
    """
    if fund is None:
        fund = Fund.national(as_of=as_of)
    elif as_of is not None:
        raise ArgumentError("as_of belongs to the fund", do="Fund.national(as_of=…), and value(fund)")
    if not isinstance(fund, Fund):
        raise ArgumentError(
            "not a fund", got=type(fund).__name__, do="Fund.national(), Fund.of(…) or Fund.read(…)"
        )
    if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= LONGEST:
        raise ArgumentError("so many years cannot be valued", got=years, allowed=f"1 to {LONGEST}")
    if isinstance(draws, bool) or not isinstance(draws, int) or not 0 <= draws <= 100_000:
        raise ArgumentError("not a number of draws", got=draws, allowed="0 to 100000")
    if draws and seed is None:
        raise ArgumentError("draws need a seed", do="value(…, draws=1000, seed=1)")
    asked = read_scenarios(scenarios)
    drawn = Draws(draws, seed=int(seed or 0)) if draws else None
    counted: dict[object, People] = {}
    kept = Kept()
    parts = -(-draws // CHUNK)
    courses, total = [], len(asked) * (1 + parts)
    for number, scenario in enumerate(asked):

        def tell(done: int, first: int = number * (1 + parts), name: str = scenario.id) -> None:
            if progress is not None:
                progress(first + done, total, name)

        point = run(fund, scenario, years, counted=counted)
        tell(1)
        money = drawn_money(fund, scenario, years, drawn, kept, tell) if drawn else None
        courses.append(Course(scenario, point, Money.of(point.books), money))
    rates = shown_rates()[0] if discount_rates is None else tuple(discount_rates)
    notes = (*fund.notes, *unmoved(courses, fund, years))
    return Valuation(fund, years, tuple(courses), draws, seed, rates, notes)


def read_scenarios(stated: Any) -> tuple[FundScenario, ...]:
    """The baseline and the scenarios stated; raises ArgumentError when two have the same id."""
    if isinstance(stated, list | tuple):
        each = [FundScenario.of(one) for one in stated]
    else:
        each = [FundScenario.of(stated)] if stated is not None else []
    if not each or each[0].id != BASELINE:
        each.insert(0, FundScenario.baseline())
    ids = [scenario.id for scenario in each]
    if len(set(ids)) < len(ids):
        raise ArgumentError("scenarios need ids of their own", got=ids)
    return tuple(each)


def unmoved(courses: Sequence[Course], fund: Fund, years: int) -> tuple[tuple[str, str, str], ...]:
    """What a scenario stated and that changed no fen, told by scenario."""
    told = []
    base = courses[0].point.books
    for course in courses[1:]:
        names = course.scenario.order
        if names and (course.point.books.money == base.money).all():
            listed = ", ".join(names)
            told.append(
                (f"情景 {course.scenario.id} 未改变任何金额: {listed}",
                 f"scenario {course.scenario.id} moved no fen: {listed}", "read")
            )  # fmt: skip
    return tuple(told)

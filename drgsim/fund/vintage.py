"""Assumption sets by rules from what was published on a day: what a valuation of that day could have used.

The rules are the same whatever the day, so that a back-test tests what a valuation of today does. None sees a
figure whose `known_from` is later. They are conventions of this project (F90):

- heads go on as in the last three years, the trend fading;
- wages grow by the mean of their last growth and that of nominal output, and come to a share of output's
  five-year growth in the long run; care and financing follow them;
- residents' premium and subsidy are those announced, else rise as in the last two years;
- a year's spending grows with income, as budgets do, and a part of its distance from its usual share of
  income is closed each year;
- years stray as they did around these rules.
"""

from __future__ import annotations

import csv
import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from .._paths import data_path
from .._student import widening
from .accounts import national_totals, published_accounts, start_share, valued_places
from .assumptions import Assumed, FundAssumptions, constant, constants, parameters
from .fund_errors import FundError
from .people import Structure, advance, project_people, structure_of, trending_people
from .profiles import census
from .region import Note, Region
from .series import NATION, Known

SOURCE = "F91"


def published_region(
    place: str = NATION, *, as_of: str | datetime.date | None = None
) -> tuple[Region, datetime.date | None]:
    """A place whose yearly figures ship, with the assumptions known on a day, and that day.

    Raises FundError when no accounts were known, or the place has none.
    """
    known = Known(as_of)
    accounts = published_accounts(known, place=place)
    year = accounts.year
    heads = {
        kind: known.at(scheme, "insured", year, place=place) or 0.0
        for kind, scheme in (
            ("active", "employee_active"), ("retired", "employee_retired"), ("resident", "resident")
        )
    }  # fmt: skip
    if not heads["active"]:
        raise FundError(
            "no heads were known for the accounts' year", got=f"{place} {year}", allowed=valued_places(known)
        )
    notes: list[Note] = []
    structure = None
    counted = known.as_of is None or known.as_of >= constants()["census_known_from"]["value"]
    if place == NATION and year >= constant("census_year") and counted:
        structure = structure_of(
            population_at(year, known), heads, year=year, reform=_reform(FundAssumptions.default(known.as_of))
        )
        notes.append(
            ("分年龄结构由2020年普查按联合国死亡率推算，参保身份按假定分布",
             "ages from the census of 2020 carried on; members by assumed shapes", "assumed")
        )  # fmt: skip
    else:
        notes.append(
            ("年龄结构未知，不计老龄化", "no ages were known: no ageing within active and retired", "assumed")
        )
    trend = head_trend(known, place, year)
    wage, wage_note = wage_of(known, year)
    if wage_note:
        notes.append(wage_note)
    events = events_known(known, place)
    base = Region(
        place, accounts, heads, trend, structure, wage, FundAssumptions.default(known.as_of),
        tuple(notes), events,
    )  # fmt: skip
    return with_rules(base, known, place), known.as_of


def with_rules(region: Region, known: Known, place: str = NATION) -> Region:
    """The region with every assumption a rule makes from what is known of its place."""
    values = {**wage_rule(known), **financing_rule(known, region.accounts.year)}
    region = _with(region, values)
    region = _with(region, heads_rule(region))
    region = _with(region, spending_rule(region, known, place))
    return _with(region, noise_rule(known, place))


def _with(region: Region, values: Mapping[str, Assumed]) -> Region:
    return replace(region, assumptions=region.assumptions.with_values(values))


def _reform(assumptions: FundAssumptions) -> float:
    return assumptions["retirement_reform"].value


def population_at(year: int, known: Known) -> np.ndarray:
    """(2, 101): the census carried on to the end of a year, with the births that were counted.

    A year whose births were not known takes those of the year before.
    """
    births = known.series("all", "births")
    start = int(constant("census_year"))
    people, last = census(), births.get(start, 0.0)
    for each in range(start + 1, year + 1):
        last = births.get(each, last)
        people = advance(people, last, each)
    return people


def head_trend(known: Known, place: str, year: int) -> dict[str, float]:
    """Mean yearly growth of heads over the last comparable years known (constant `heads_years`), else 0."""
    trend, span = {}, constant("heads_years")
    for kind, scheme in (
        ("active", "employee_active"), ("retired", "employee_retired"), ("resident", "resident")
    ):  # fmt: skip
        heads = known.series(scheme, "insured", place=place)
        first = constant("comparable_since.resident") if kind == "resident" and place == NATION else 0
        years = [each for each in heads if max(first, year - span) <= each <= year]
        early, late = (min(years), max(years)) if years else (year, year)
        trend[kind] = (heads[late] / heads[early]) ** (1 / (late - early)) - 1 if late > early else 0.0
    return trend


def wage_of(known: Known, year: int) -> tuple[float, Note | None]:
    """The mean wage of a year; carried on by its expected growth where it is not published yet."""
    wages = known.series("all", "mean_wage_urban_nonprivate")
    last = max(each for each in wages if each <= year)
    growth = wage_rule(known)["wage_growth"].value
    note: Note | None = None
    if last < year:
        note = (f"{year}年平均工资由{last}年推算", f"mean wage of {year} carried on from {last}", "assumed")
    return wages[last] * (1 + growth) ** (year - last), note


def _growth(series: Mapping[int, float], year: int) -> float | None:
    return series[year] / series[year - 1] - 1 if year in series and year - 1 in series else None


def wage_rule(known: Known) -> dict[str, Assumed]:
    """Growth of wages at first and in the long run, and of what follows them."""
    wages, output = known.series("all", "mean_wage_urban_nonprivate"), known.series("all", "gdp_nominal")
    last = [_growth(wages, max(wages)), _growth(output, max(output))]
    start = float(np.mean([each for each in last if each is not None]))
    years = [each for each in sorted(output) if each > max(output) - constant("output_years")]
    mean = float(np.mean([growth for each in years if (growth := _growth(output, each)) is not None]))
    kept, bounds = constant("output_share"), constants()["wage_growth_long"]
    long = min(max(kept * mean, bounds["low"]), bounds["high"])
    words = f"wages and output of {max(wages)} and {max(output)}"
    made = {"wage_growth": _around("wage_growth", start, "wage_growth", words)}
    words = f"{kept} of the mean growth of nominal output, {years[0]} to {years[-1]}"
    for name in ("wage_growth_long", "financing_growth_long"):
        made[name] = _around(name, long, "growth_long", words)
    for scheme in ("employee", "resident"):
        for care, less in (("inpatient", constant("inpatient_below_wages")), ("outpatient", 0.0)):
            name = f"{care}_growth_long.{scheme}"
            made[name] = _around(name, long - less, "growth_long", words)
    return made


def financing_rule(known: Known, year: int) -> dict[str, Assumed]:
    """Residents' premium and subsidy of the accounts' year and their first step: announced, or as of late."""
    made = {}
    for name in ("premium", "subsidy"):
        series = known.series("resident", f"{name}_min_per_head")
        last = max(each for each in series if each <= year)
        made[name] = Assumed(series[last], source="F07", state="secondary", note=f"least standard of {last}")
        step = f"{name}_step"
        if last == year and year + 1 in series:
            words, rise = f"announced for {year + 1}", series[year + 1] - series[year]
            made[step] = _around(step, rise, "announced_step", words)
        else:
            before = min(each for each in series if each >= last - 2)
            rise = (series[last] - series[before]) / max(last - before, 1)
            made[step] = _around(
                step, rise, "expected_step", f"mean rise of {before} to {last}; none announced"
            )
    return made


def heads_rule(region: Region) -> dict[str, Assumed]:
    """Movement, retirement and loss of insurance that let heads of the first year grow as of late."""
    if region.structure is None or not region.trend:
        return {}
    values = {name: region.assumptions[name].value for name in ("births_scale", "mortality_scale")}
    values |= {"retirement_reform": _reform(region.assumptions), "retirement_delay": 0.0, "migration": 0.0}
    solved = {"movement": 0.0, "retirement_take": 1.0, "resident_loss": 0.0}
    kinds = {"retirement_take": "retired", "movement": "active", "resident_loss": "resident"}
    structure: Structure = region.structure

    def heads(name: str, value: float) -> float:
        tried = {**values, **solved, name: value}
        people = project_people(
            structure, region.accounts.year, 1, 1, lambda each, _: np.array([tried[each]])
        )
        kind = kinds[name]
        return float((people.resident if kind == "resident" else people[kind])[0, 1])

    for name, kind in kinds.items():
        what = parameters()[name]
        wanted = region.heads[kind] * (1 + region.trend[kind])
        low, high = (constants()[f"searched.{name}"][end] for end in ("low", "high"))
        at = [heads(name, each) for each in (low, high)]
        share = (wanted - at[0]) / (at[1] - at[0]) if at[1] != at[0] else 0.0
        solved[name] = float(np.clip(low + share * (high - low), max(low, what.min), min(high, what.max)))
        if name == "resident_loss":  # two slopes: who leaves, and who comes back from few without insurance
            solved[name] = _falling_to(wanted, lambda value: heads("resident_loss", value), low, high)
    words = "heads of the first year grow as in the last three"
    return {
        name: _around(name, value, name if name == "retirement_take" else "heads", words)
        for name, value in solved.items()
    }


def _falling_to(wanted: float, of: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function of one number is `wanted`; the nearer end when it is not between."""
    at_low, at_high = of(low) - wanted, of(high) - wanted
    if at_low <= 0 or at_high >= 0:
        return low if abs(at_low) < abs(at_high) else high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if of(middle) > wanted else (low, middle)
    return (low + high) / 2


def income_growth(region: Region, people_growth: Mapping[str, float]) -> dict[str, float]:
    """Growth of each scheme's income expected in the first year, without known departures of that year."""
    at = {name: each.value for name, each in region.assumptions.items()}
    financing = (at["premium_step"] + at["subsidy_step"]) / (at["premium"] + at["subsidy"])
    return {
        "employee": (1 + people_growth["active"]) * (1 + at["wage_growth"]) - 1,
        "resident": (1 + people_growth["resident"]) * (1 + financing) - 1,
    }


def spending_rule(region: Region, known: Known, place: str) -> dict[str, Assumed]:
    """Growth of spending beyond heads and age in the first year, and the distance from its usual share."""
    tried = {name: np.array([each.value]) for name, each in region.assumptions.items()}
    year = region.accounts.year
    if region.structure is None:
        people = trending_people(region.heads, region.trend, 1, 1, lambda name, _: tried[name], start_share)
    else:
        people = project_people(region.structure, year, 1, 1, lambda name, _: tried[name])
    grown = {
        "active": float(people["active"][0, 1] / people["active"][0, 0] - 1),
        "resident": float(people.resident[0, 1] / people.resident[0, 0] - 1),
    }
    made = {}
    for scheme, growth in income_growth(region, grown).items():
        name = f"spending_growth.{scheme}"
        index = people.index("inpatient", scheme)
        beyond = (1 + growth) / float(index[0, 1] / index[0, 0]) - 1
        made[name] = _around(
            name, beyond, "spending_growth", "spending grows with income at first, as budgets do"
        )
        shares = spending_shares(known, place, scheme)
        gap = math.log(np.mean(list(shares.values())) / shares[year]) if year in shares else 0.0
        name = f"spending_gap.{scheme}"
        words = f"mean share of income {min(shares)} to {max(shares)} against {year}" if shares else ""
        made[name] = Assumed(within_gap(gap), source=SOURCE, note=words)
    return made


def spending_shares(known: Known, place: str, scheme: str) -> dict[int, float]:
    """Spending over income by comparable year, income without the known departures of a year."""
    income = national_totals(known, "income", place=place)[scheme]
    spending = national_totals(known, "expenditure", place=place)[scheme]
    cut = events_known(known, place).get(f"income_shock.{scheme}", {})
    first = constant(f"comparable_since.{scheme}") - (scheme == "resident") if place == NATION else 0
    return {
        year: spending[year] / (income[year] / (1 + cut.get(year, 0.0)))
        for year in sorted(income)
        if year >= first and year in spending
    }


def noise_rule(known: Known, place: str) -> dict[str, Assumed]:
    """How far years strayed: income around heads and wages or financing, spending around its share of income.

    Few years know their spread badly: it is widened as Student's t is, and never below the shipped value.
    """
    made = {}
    for scheme in ("employee", "resident"):
        shares = np.log(list(spending_shares(known, place, scheme).values()))
        for side, strays in (("spending", shares), ("income", _income_strays(known, place, scheme))):
            name = f"{side}_noise.{scheme}"
            least = parameters()[name].value * (1.0 if place == NATION else start_share("place_noise"))
            if len(strays) >= 3:
                spread = float(np.std(strays, ddof=1)) * widening(len(strays) - 1)
                words = f"spread of {len(strays)} years, widened for their number; not below {least}"
                made[name] = Assumed(
                    min(max(spread, least), constant("noise_most")), source=SOURCE, note=words
                )
    return made


def _income_strays(known: Known, place: str, scheme: str) -> np.ndarray:
    """Yearly departures of income's growth from that of heads and of wages or financing, as logarithms."""
    income = national_totals(known, "income", place=place)[scheme]
    cut = events_known(known, place).get(f"income_shock.{scheme}", {})
    payers = known.series("employee_active" if scheme == "employee" else "resident", "insured", place=place)
    if scheme == "employee":
        a_head = known.series("all", "mean_wage_urban_nonprivate")
    else:
        premium = known.series("resident", "premium_min_per_head")
        subsidy = known.series("resident", "subsidy_min_per_head")
        a_head = {year: premium[year] + subsidy[year] for year in premium if year in subsidy}
    first = constant(f"comparable_since.{scheme}") if place == NATION else 0
    whole = {
        year: math.log(income[year] / (1 + cut.get(year, 0.0)) / payers[year] / a_head[year])
        for year in sorted(income)
        if year >= first and year in payers and year in a_head
    }
    return np.array([whole[year] - whole[year - 1] for year in whole if year - 1 in whole])


def events_known(known: Known, place: str) -> dict[str, dict[int, float]]:
    """Departures of single years that were known, by assumption and year; what became known later counts."""
    found: dict[str, dict[int, float]] = {}
    with data_path("fund", "events.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["known_from"])
    for row in rows:
        seen = known.as_of is None or datetime.date.fromisoformat(row["known_from"]) <= known.as_of
        if seen and row["place"] == place:
            found.setdefault(row["parameter"], {})[int(row["year"])] = float(row["value"])
    return found


def within_gap(gap: float) -> float:
    """A distance of a year's spending from its usual share of income, no further than is believed."""
    most = constant("spending_gap")
    return float(np.clip(gap, -most, most))


def _around(name: str, value: float, reach: str, note: str) -> Assumed:
    """A value a rule made and its interval (`reach.*` of the constants), inside the parameter's bounds."""
    what, half = parameters()[name], constant(f"reach.{reach}")
    value = float(np.clip(value, what.min, what.max))
    low, high = max(value - half, what.min), min(value + half, what.max)
    return Assumed(value, low, high, SOURCE, "assumed", note)

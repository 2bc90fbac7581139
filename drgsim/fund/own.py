"""A bureau's own tables: heads, accounts, and if there are, stays and assumptions.

What is not stated is taken from the country, and told; what is needed and missing is listed, all at once.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._rows import rows_of
from .accounts import Accounts, Booked, explained
from .assumptions import Assumed, FundAssumptions, constant
from .own_tables import Problems, account_rows, assumption_rows, head_rows, stay_rows, tie
from .people import Structure, structure_of
from .region import Note, Region
from .series import Known
from .vintage import heads_rule, population_at, wage_of, with_rules, within_gap
from .words import KINDS as WORDS
from .words import TOTALS, lines, pots

if TYPE_CHECKING:
    import pandas as pd

OWN_SOURCE = "F92"
POT_OF = {"employee": "employee_pool", "resident": "resident"}
KINDS = ("active", "retired", "resident")


def own_regions(
    *,
    heads: pd.DataFrame,
    accounts: pd.DataFrame,
    stays: pd.DataFrame | None = None,
    assumptions: pd.DataFrame | Mapping[str, Any] | None = None,
    wage: float | Mapping[str, float] | None = None,
    year: int | None = None,
    as_of: Any = None,
) -> tuple[tuple[Region, ...], datetime.date | None]:
    """The regions of a bureau's tables, and the day of knowing; names in English ids or Chinese.

    Parameters
    ----------
    heads : year, kind (active, retired, resident; or adult and pupil), persons; optionally region, sex,
    age_from,
        age_to. Several years give the recent trend; ages give the structure.
    accounts : year, pot, line, amount (yuan); lines are income, spending and balance of a pot, and its parts.
        Several years give the usual share of spending in income, and restated history.
    stays : insurance, fund (yuan); optionally region, weight, stays (rows that stand for several), stands_for
        (how many stays the fund paid). Ties simulated stays to the accounts.
    assumptions : parameter, value, and optionally low, high, source, state, note; or a mapping.
    wage : mean wage of the accounts' year, yuan; by region if a mapping. The country's when not stated.
    year : the accounts' year; the last one in the table by default.

    Raises FundError with a list of all problems (`problems`), ScaleError.
    """
    problems = Problems()
    people = head_rows(heads, problems)
    books = account_rows(accounts, problems)
    paid = stay_rows(stays, problems) if stays is not None else None
    stated = assumption_rows(assumptions, problems)
    if not len(books) and not problems:
        problems.add("accounts", "amount", "no amount is filled in", "没有填写任何金额")
    if not len(people) and not problems:
        problems.add("heads", "persons", "nobody is filled in", "没有填写任何人数")
    problems.raise_if_any()
    regions = list(dict.fromkeys(books["region"]))
    last = int(books["year"].max()) if year is None else year
    known = Known(as_of)
    made = []
    for name in regions:
        own_people = people[people["region"] == name]
        own_books = books[books["region"] == name]
        own_paid = paid[paid["region"].isin([name, ""])] if paid is not None and len(paid) else None
        own_wage = wage.get(name) if isinstance(wage, Mapping) else wage
        made.append(_region(name, own_people, own_books, own_paid, stated, own_wage, last, known, problems))
    problems.raise_if_any()
    blank = _blank(books.attrs["blank"])
    found = [replace(each, notes=(*each.notes, *blank)) for each in made if each is not None]
    return tuple(found), known.as_of


def _blank(left: list[tuple[str, str]]) -> list[Note]:
    """What stands in the table without an amount: not split off, and told."""
    if not left:
        return []
    words = [
        (f"{pots()[pot].zh}{lines()[line].zh}", line)
        if line in lines()
        else (f"{pots()[pot].zh}{line}", f"{pot} {line}")
        for pot, line in left
    ]
    zh, en = "、".join(each[0] for each in words), ", ".join(each[1] for each in words)
    return [(f"未填（不单列）：{zh}", f"left blank, not shown apart: {en}", "read")]


def _region(
    name: str,
    people: pd.DataFrame,
    books: pd.DataFrame,
    paid: pd.DataFrame | None,
    stated: Mapping[str, Any],
    wage: float | None,
    year: int,
    known: Known,
    problems: Problems,
) -> Region | None:
    notes: list[Note] = []
    where = name or "accounts"
    by_year = {
        each: _accounts(books[books["year"] == each], int(each), where, problems)
        for each in sorted(set(books["year"]))
    }
    own = by_year.get(year)
    heads = _heads(people, year)
    for kind in KINDS:
        if kind not in heads:
            problems.add("heads", where, f"no {kind} members of {year}", f"缺{year}年{WORDS[kind][0]}人数")
    if year not in by_year:
        problems.add("accounts", where, f"no accounts of {year}", f"缺{year}年收支")
    if own is None or len(heads) < len(KINDS):
        return None
    if paid is not None:
        own, told = _with_stays(own, paid, where)
        notes += told
    else:
        notes.append(
            (
                "未提供住院病例，住院支出按账面增长",
                "no stays given: inpatient money grows from the books",
                "read",
            )
        )
    trend = _trend(people, year)
    if not trend:
        notes.append(
            (
                "仅一年参保人数，人员流动取默认值",
                "heads of one year alone: default movement of members",
                "assumed",
            )
        )
    structure = _structure(people, heads, year, known, notes)
    if wage is None:
        wage, note = wage_of(known, year)
        notes.append(("平均工资取全国", "the country's mean wage", "assumed"))
        notes += [note] if note else []
    region = Region(
        name or "own", own, heads, trend, structure, float(wage), FundAssumptions.default(known.as_of),
        tuple(notes), {}, {each: kept for each, kept in by_year.items() if each != year and kept is not None},
    )  # fmt: skip
    region = with_rules(region, known)
    free = {each: region.assumptions[each] for each in region.assumptions}
    values = {**_usual_shares(region), **{each: value for each, value in stated.items() if each in free}}
    region = replace(region, assumptions=region.assumptions.with_values(values))
    if structure is not None and not {"movement", "retirement_take", "resident_loss"} & set(stated):
        region = replace(region, assumptions=region.assumptions.with_values(heads_rule(region)))
    return region


def _usual_shares(region: Region) -> dict[str, Any]:
    """The spending gap from the region's own history; none from a single year, which shows no usual share."""

    found = {}
    for scheme, members in (
        ("employee", ("employee_pool", "employee_accounts")),
        ("resident", ("resident",)),
    ):
        shares = {}
        for year, books in {**region.history, region.accounts.year: region.accounts}.items():
            income = sum(books.income.get(pot, 0.0) for pot in members)
            spending = sum(books.spending.get(pot, 0.0) for pot in members)
            if income > 0 and spending > 0:
                shares[year] = spending / income
        last = shares.get(region.accounts.year)
        gap = math.log(float(np.mean(list(shares.values()))) / last) if last and len(shares) > 1 else 0.0
        words = f"own accounts of {len(shares)} years"
        found[f"spending_gap.{scheme}"] = Assumed(within_gap(gap), source=OWN_SOURCE, note=words)
    return found


def _accounts(rows: pd.DataFrame, year: int, where: str, problems: Problems) -> Accounts | None:
    money: dict[str, dict[str, float]] = {"income": {}, "spending": {}, "balance": {}}
    parts: dict[str, Booked] = {}
    for row in rows_of(rows):
        if row.line in money:
            money[row.line][row.pot] = float(row.amount)
        else:
            parts[str(row.line)] = Booked(float(row.amount), OWN_SOURCE, "read", "own accounts")
    for pot in POT_OF.values():
        for side in ("income", "spending", "balance"):
            if pot not in money[side]:
                zh = TOTALS[side][0]
                problems.add(
                    "accounts", where, f"{pot} has no {side} of {year}", f"{pots()[pot].zh}缺{year}年{zh}"
                )
    if problems:
        return None
    split = "employee_accounts" in money["income"]
    for pot, total in money["spending"].items():
        own = {
            line: each
            for line, each in parts.items()
            if lines()[line].pot == pot and lines()[line].side == "spending"
        }
        if f"{pot}.unexplained" in lines() and f"{pot}.unexplained" not in own:
            parts |= explained(pot, total, own, source=OWN_SOURCE, state="read")
        elif pot == "employee_accounts" and not own:
            parts["employee_accounts.account_spending"] = Booked(total, OWN_SOURCE, "read")
        elif pot in ("medical_aid", "long_term_care") and not own:
            parts[f"{pot}.benefit"] = Booked(total, OWN_SOURCE, "read")
    balance = {pot: money["balance"].get(pot, 0.0) for pot in pots()}
    return Accounts(year, balance, money["income"], money["spending"], parts, split)


def _heads(people: pd.DataFrame, year: int) -> dict[str, float]:
    own = people[people["year"] == year].groupby("kind")["persons"].sum()
    return {str(kind): float(persons) for kind, persons in own.items() if kind in KINDS}


def _trend(people: pd.DataFrame, year: int) -> dict[str, float]:
    trend = {}
    for kind in KINDS:
        late = people["year"].between(year - constant("heads_years"), year)
        own = people[(people["kind"] == kind) & late]
        by_year = own.groupby("year")["persons"].sum()
        if len(by_year) > 1 and by_year.iloc[0] > 0:
            span = int(by_year.index[-1] - by_year.index[0])
            trend[kind] = float((by_year.iloc[-1] / by_year.iloc[0]) ** (1 / span) - 1)
    return trend if len(trend) == len(KINDS) else {}


def _structure(
    people: pd.DataFrame, heads: Mapping[str, float], year: int, known: Known, notes: list[Note]
) -> Structure | None:
    """Members by age: from the table where it has ages, else by the country's structure, marked."""
    if year < (first := int(constant("census_year"))):
        notes.append((f"{first}年前不推算年龄结构", f"no ages before {first}", "assumed"))
        return None
    country = population_at(year, known)
    share = sum(heads.values()) / (country.sum() * constant("insured_share"))
    population = country * share
    own = people[(people["year"] == year) & people["age_from"].notna()]
    if own.empty:
        notes.append(("分年龄结构取全国", "ages by the country's structure", "assumed"))
        return structure_of(population, heads, year=year)
    cells = {}
    for kind in KINDS:
        table = np.zeros_like(country)
        for row in rows_of(own[own["kind"] == kind]):
            sexes = {"men": (0,), "women": (1,)}.get(str(row.sex), (0, 1))
            ages = slice(int(row.age_from), min(int(row.age_to), 100) + 1)
            room = country[sexes, ages]
            table[sexes, ages] += row.persons * room / room.sum()
        cells[kind] = table
    outside = np.maximum(population - sum(cells.values(), np.zeros_like(country)), 0.0)
    return Structure(cells["active"], cells["retired"], cells["resident"], outside)


def _with_stays(books: Accounts, paid: pd.DataFrame, where: str) -> tuple[Accounts, list[Note]]:
    """Accounts whose inpatient money by case is that of the stays, tied to the fund."""
    parts, notes = dict(books.parts), []
    for scheme, own in paid.groupby("insurance"):
        pot = POT_OF[str(scheme)]
        names = [f"{pot}.{kind}" for kind in ("inpatient_case", "inpatient_item", "cross_region")]
        stands = own["stands_for"].dropna()
        tied = tie(
            str(scheme),
            float((own["fund"] * own["weight"]).sum()),
            float((own["stays"] * own["weight"]).sum()),
            stands_for=float(stands.iloc[0]) if len(stands) else None,
            booked=sum(parts[each].amount for each in names if each in parts) if names[0] in parts else 0.0,
            spending=books.spending[pot],
        )
        others = {
            line: each
            for line, each in parts.items()
            if lines()[line].pot == pot and lines()[line].side == "spending"
            and line not in (names[0], f"{pot}.unexplained")
        }  # fmt: skip
        by_case = Booked(tied.money, OWN_SOURCE, "read", f"simulated stays x {tied.factor:.6g}")
        fixed = explained(
            pot, books.spending[pot], {names[0]: by_case, **others}, source=OWN_SOURCE, state="read"
        )
        parts = {
            line: each
            for line, each in parts.items()
            if lines()[line].pot != pot or lines()[line].side == "income"
        } | fixed
        notes.append(
            (f"住院病例按{tied.factor:.6g}倍放大至基金，为账面的{tied.ratio:.1%}", f"stays tied to the fund: {tied.words}", "read")  # noqa: E501
        )  # fmt: skip
    return replace(books, parts=parts), notes

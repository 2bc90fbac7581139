"""Accounts of the start year: what is published by line, and what is left unexplained.

The parts of a pot's spending sum to its published spending; what no publication splits stands on the line
`unexplained` and is never spread over the others.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from .._paths import data_path
from ..published import series
from .assumptions import constant
from .fund_errors import FundError
from .series import NATION, Known, places
from .words import INSURANCES, lines, pots

UNEXPLAINED = "unexplained"
TOLERANCE = 0.005  # of the whole: figures are printed rounded, so their parts may add up to this much more


@dataclass(frozen=True, slots=True)
class Booked:
    """One amount in yuan of the start year, where it is from and how far it is trusted."""

    amount: float
    source: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Accounts:
    """A year's books: `balance` when it ends, `income` and `spending` by pot, `parts` by line; yuan.

    `split` says whether pooled money and personal accounts of employees are known apart.
    """

    year: int
    balance: Mapping[str, float]
    income: Mapping[str, float]
    spending: Mapping[str, float]
    parts: Mapping[str, Booked]
    split: bool = True
    notes: tuple[tuple[str, str, str], ...] = field(default=())

    def part(self, line: str) -> float:
        """Yuan of a line; 0 where nothing is booked."""
        return self.parts[line].amount if line in self.parts else 0.0

    @property
    def frame(self) -> pd.DataFrame:
        """The reconciliation: pot, line, zh, en, amount, share, source, state, note; for each pot the parts,
        then `published`, which is their sum."""
        rows = []
        for pot, total in self.spending.items():
            for line, booked in self.parts.items():
                if lines()[line].pot == pot and lines()[line].side == "spending":
                    what = lines()[line]
                    rows.append(
                        [pot, what.name, what.zh, what.en, booked.amount, booked.amount / total if total else 0.0,  # noqa: E501
                         booked.source, booked.state, booked.note]
                    )  # fmt: skip
            rows.append([pot, "published", "公布支出合计", "published spending", total, 1.0, "", "", ""])
        columns = ["pot", "line", "zh", "en", "amount", "share", "source", "state", "note"]
        return pd.DataFrame(rows, columns=columns)


def explained(
    pot: str, total: float, parts: Mapping[str, Booked], *, source: str, state: str
) -> dict[str, Booked]:
    """The parts and what is left of the published spending of a pot.

    Raises FundError when the parts are more than the whole.
    """
    known = sum(booked.amount for booked in parts.values())
    if known > total * (1 + TOLERANCE):
        raise FundError(
            f"the parts of the spending of {pot} are more than the whole",
            got=f"parts {known:.0f} yuan, whole {total:.0f} yuan, ratio {known / total if total else 0:.3f}",
            do="check units, and that no part is stated twice",
        )
    rest = Booked(total - known, source, state, "published spending less the parts above")
    return {**parts, f"{pot}.{UNEXPLAINED}": rest}


@cache
def _shares() -> Mapping[str, tuple[float, datetime.date]]:
    with data_path("fund", "start_shares.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["name"]: (float(row["value"]), datetime.date.fromisoformat(row["known_from"] or "1900-01-01"))
            for row in csv.DictReader(file)
        }


def start_share(name: str, known: Known | None = None) -> float:
    """A number by which a published figure becomes fund money (`data/fund/start_shares.csv`); 0 while it was
    not known, so that what it would split off stays unexplained."""
    value, since = _shares()[name]
    return value if known is None or known.as_of is None or since <= known.as_of else 0.0


def national_totals(known: Known, side: str, *, place: str = NATION) -> dict[str, dict[int, float]]:
    """Yearly income or spending (side: income, expenditure) of employees (with maternity) and residents (with
    the rural scheme where it was counted), as known; yuan by scheme and year."""
    employee = known.series("employee", f"fund_{side}", place=place)
    resident = known.series("resident", f"fund_{side}", place=place)
    if place == NATION:
        maternity = known.series("maternity", f"fund_{side}")
        employee = {
            year: money + (maternity.get(year, 0.0) if year < constant("maternity_joined") else 0.0)
            for year, money in employee.items()
        }
        resident |= known.series("resident_with_rural", f"fund_{side}")
    return {"employee": employee, "resident": resident}


def valued_places(known: Known) -> list[str]:
    """Places whose accounts of both schemes, and the heads of their last year, were known.

    >>> valued_places(Known())
    ['china', 'tianjin (inferred)']
    """
    found = []
    for place in places():
        sides = [national_totals(known, side, place=place) for side in ("income", "expenditure")]
        years = set.intersection(*(set(each) for side in sides for each in side.values()))
        if years and known.at("employee_active", "insured", max(years), place=place):
            found.append(place)
    return found


def published_accounts(known: Known, *, place: str = NATION) -> Accounts:
    """The books of the last year whose money of both schemes was known.

    Raises FundError when there was none.
    """
    income = national_totals(known, "income", place=place)
    spending = national_totals(known, "expenditure", place=place)
    years = set.intersection(*(set(each) for side in (income, spending) for each in side.values()))
    if not years:
        raise FundError(
            "no year's accounts of both schemes were known",
            got=place,
            allowed=valued_places(known),
            nearest=valued_places(known),
            where=str(known.as_of or ""),
            do="give a bureau's own tables; `drgsim value --template FILE` writes them blank",
        )
    year = max(years)
    money = {"income": {}, "spending": {}}  # type: dict[str, dict[str, float]]
    split = known.at("employee", "pooled_income", year, place=place) is not None
    names = {"income": "income", "spending": "expenditure"}
    for side, totals in (("income", income), ("spending", spending)):
        if split:
            for pot, word in (("employee_pool", "pooled"), ("employee_accounts", "account")):
                money[side][pot] = known.at("employee", f"{word}_{names[side]}", year, place=place) or 0.0
        else:
            money[side]["employee_pool"] = totals["employee"][year]
        money[side]["resident"] = totals["resident"][year]
    parts: dict[str, Booked] = {}
    if place == NATION:
        parts = _national_parts(known, year, money["spending"], split)
    for pot in ("employee_pool", "resident"):
        own = {line: each for line, each in parts.items() if lines()[line].pot == pot}
        source = "P03" if place == NATION else "F03"
        parts |= explained(pot, money["spending"][pot], own, source=source, state="secondary")
    balance, notes = _balances(known, year, place, split, income, spending)
    if split:
        parts["employee_accounts.account_spending"] = Booked(
            money["spending"]["employee_accounts"], "P03", "secondary"
        )
    if place == NATION:
        _other_pots(known, year, money, parts, balance)
    if not split:
        notes.append(
            ("职工统筹与个人账户未分列，合并测算", "employees' pooled money and accounts are not known apart: valued together", "read")  # noqa: E501
        )  # fmt: skip
    return Accounts(year, balance, money["income"], money["spending"], parts, split, tuple(notes))


def _national_parts(known: Known, year: int, spending: Mapping[str, float], split: bool) -> dict[str, Booked]:
    """Estimates of parts of the country's spending, each held to what is published."""
    parts = _maternity_parts(known, year)
    inpatient, away = _inpatient_money(known, year)
    for scheme, pot in (("employee", "employee_pool"), ("resident", "resident")):
        room = spending[pot] - sum(each.amount for line, each in parts.items() if lines()[line].pot == pot)
        wanted: list[tuple[str, float, str]] = []
        if scheme == "resident" and split:
            heads = known.at("resident", "insured", year) or 0.0
            bought = heads * start_share("catastrophic_a_head", known)
            wanted.append(("to_catastrophic", bought, "heads x an assumed amount"))
        whole = inpatient.get(scheme, 0.0)
        by_case = (whole - away.get(scheme, 0.0)) * start_share("paid_by_case", known)
        made = "estimated: inpatient cost x in-scope share x actual over in-scope share of 2019"
        wanted += [
            ("cross_region", away.get(scheme, 0.0), "stays settled directly, shared between schemes by cost"),
            ("inpatient_case", by_case, f"{made}; share paid by case P16"),
            ("inpatient_item", whole - away.get(scheme, 0.0) - by_case, made),
        ]
        if split:
            cost = known.at(scheme, "chronic_outpatient_cost", year) or 0.0
            chronic = cost * start_share(f"chronic_fund_share.{scheme}", known)
            wanted.append(("chronic", chronic, "published cost x an assumed share of the fund"))
        for name, amount, note in wanted:
            held = min(amount, room)
            if held > 0:
                told = note if held == amount else f"{note}; held to what is published"
                parts[f"{pot}.{name}"] = Booked(held, "F91", "assumed", told)
                room -= held
    return parts


def _inpatient_money(known: Known, year: int) -> tuple[dict[str, float], dict[str, float]]:
    """Estimated fund money of stays by scheme, and that of stays in other provinces within it."""
    inpatient, rate = {}, {}
    for scheme in ("employee", "resident"):
        cost = known.at(scheme, "inpatient_cost", year)
        share = known.at(scheme, "in_scope_fund_share_inpatient", year)
        if cost and share:
            rate[scheme] = share * start_share(f"actual_over_in_scope.{scheme}", known)
            inpatient[scheme] = cost * rate[scheme]
    weight = {s: (known.at(s, "cross_province_cost", year) or 0.0) * rate[s] for s in rate}
    total = sum(weight.values())
    crossed = _cross_region(year)
    return inpatient, {s: crossed * each / total for s, each in weight.items()} if total else {}


def _maternity_parts(known: Known, year: int) -> dict[str, Booked]:
    maternity = known.at("maternity", "fund_expenditure", year)
    if maternity is None:
        return {}
    parts, births = {}, known.at("all", "births", year) or 0.0
    for name in ("delivery", "prenatal"):
        a_birth = start_share(f"maternity_{name}_a_birth", known) * start_share("employee_births", known)
        parts[f"maternity.{name}"] = Booked(
            min(births * a_birth, maternity / constant("maternity_care_parts")),
            "F90",
            "assumed",
            "births x an assumed amount",
        )
    rest = maternity - sum(each.amount for each in parts.values())
    parts["maternity.allowance"] = Booked(rest, "P03", "assumed", "published maternity spending less care")
    parts["employee_pool.to_maternity"] = Booked(maternity, "P03", "secondary", "published maternity")
    return parts


def _cross_region(year: int) -> float:
    """Fund money of cross-province stays settled directly, from the bulletins' table."""
    found = series("cross_province_inpatient_fund").get(year)
    return found.amount if found else 0.0


def _balances(
    known: Known, year: int, place: str, split: bool,
    income: Mapping[str, Mapping[int, float]], spending: Mapping[str, Mapping[int, float]],
) -> tuple[dict[str, float], list[tuple[str, str, str]]]:  # fmt: skip
    """Balances when the year ends; a year that is not published yet is rolled forward, and told."""
    notes: list[tuple[str, str, str]] = []

    def at(measure: str, scheme: str, flows: tuple[Mapping[int, float], Mapping[int, float]]) -> float:
        known_years = known.series(scheme, measure, place=place)
        before = [each for each in known_years if each <= year]
        if not before:
            notes.append(
                (
                    f"{INSURANCES[scheme][0]}期初结余未公布，按0计",
                    f"no balance of {scheme} was known: 0",
                    "assumed",
                )
            )
            return 0.0
        last = max(before)
        value = known_years[last]
        for later in range(last + 1, year + 1):
            value += flows[0].get(later, 0.0) - flows[1].get(later, 0.0)
        if last < year:
            notes.append(
                (f"{INSURANCES[scheme][0]}{year}年末结余由{last}年末滚算", f"balance of {scheme} {year} rolled forward from {last}", "assumed")  # noqa: E501
            )  # fmt: skip
        return value

    both = (income["employee"], spending["employee"])
    balance = {"resident": at("balance_cumulative", "resident", (income["resident"], spending["resident"]))}
    if split:
        for pot, measure, word in (
            ("employee_pool", "pooled_balance", "pooled"),
            ("employee_accounts", "account_balance", "account"),
        ):
            flows = tuple(
                known.series("employee", f"{word}_{side}", place=place) for side in ("income", "expenditure")
            )
            balance[pot] = at(measure, "employee", flows)  # type: ignore[arg-type]
    elif place == NATION:
        pooled = at("pooled_balance", "employee", ({}, {}))
        balance["employee_pool"] = pooled + at("account_balance", "employee", ({}, {}))
    else:
        balance["employee_pool"] = at("balance_cumulative_with_accounts", "employee", both)
    return balance, notes


def _other_pots(
    known: Known, year: int, money: dict[str, dict[str, float]], parts: dict[str, Booked],
    balance: dict[str, float],
) -> None:  # fmt: skip
    aid = known.at("medical_aid", "expenditure", year)
    if aid is not None:
        money["income"]["medical_aid"] = money["spending"]["medical_aid"] = aid
        parts["medical_aid.benefit"] = Booked(aid, "P03", "secondary")
    care = [known.series("long_term_care", f"fund_{side}") for side in ("income", "expenditure")]
    if year in care[0] and year in care[1]:
        money["income"]["long_term_care"], money["spending"]["long_term_care"] = care[0][year], care[1][year]
        parts["long_term_care.benefit"] = Booked(care[1][year], "P03", "secondary")
        balance["long_term_care"] = sum(care[0][each] - care[1][each] for each in care[0] if each <= year)
    for pot in pots():
        balance.setdefault(pot, 0.0)

"""Checks of quantities: several weights in one cell, days/hours/minutes, age against birth, days in the
future, returns soon after a discharge."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from ...codes import Catalogue
from ..case_arrays import CaseArrays, Outcome, list_hits, rows_of
from ..rules import CheckRule

Floats = npt.NDArray[np.float64]
_CATEGORY = 3  # characters of a diagnosis that name its category


def age(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows in which the completed years between birth and admission are not the age."""
    stated, birth, admission = (arrays.number(name) for name in rule.columns)
    years = completed_years(birth, admission)
    rows = rows_of(~np.isnan(stated) & (years >= 0) & (years != np.floor(stated)))
    return rows, [f"{stated[row]:g}, dates say {years[row]:.0f}" for row in rows]


def age_days(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows under one year whose days are not those between birth and admission, give or take `high`."""
    stated, birth, admission = (arrays.number(name) for name in rule.columns)
    days = np.floor(admission) - np.floor(birth)
    infant = (completed_years(birth, admission) == 0) & ~np.isnan(stated)
    rows = rows_of(infant & (np.abs(stated - days) > (rule.high or 0)))
    return rows, [f"{stated[row]:g}, dates say {days[row]:.0f}" for row in rows]


def completed_years(birth: Floats, day: Floats) -> Floats:
    """Birthdays had on `day`, both as days since 1970; NaN where one is missing."""
    known = ~(np.isnan(birth) | np.isnan(day))
    first, last = (np.where(known, np.floor(days), 0).astype("datetime64[D]") for days in (birth, day))
    months = [moment.astype("datetime64[M]").astype(np.int64) for moment in (first, last)]
    days = [(moment - moment.astype("datetime64[M]")).astype(np.int64) for moment in (first, last)]
    whole = months[1] - months[0] - (days[1] < days[0])
    return np.where(known, np.floor_divide(whole, 12), np.nan)


def future(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows with a day after today."""
    today = (date.today() - date(1970, 1, 1)).days
    return rows_of(np.floor(arrays.number(column)) > today), None


def returned(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Stays that begin more than `low` and at most `high` days after the person's last discharge.

    With the argument `same-category`, only those whose principal diagnosis is of the category of the last
    one and of none for which people come back by plan.
    """
    import pandas as pd

    admission, discharge, person = rule.columns
    starts, ends = arrays.number(admission), arrays.number(discharge)
    people, _ = pd.factorize(arrays.text(person))
    able = rows_of((people >= 0) & ~np.isnan(starts) & ~np.isnan(ends))
    order = able[np.lexsort((ends[able], starts[able], people[able]))]
    later, before = order[1:], order[:-1]
    gap = starts[later] - ends[before]
    hit = (people[later] == people[before]) & (gap > (rule.low or 0)) & (gap <= (rule.high or np.inf))
    if rule.argument == "same-category":
        if not arrays.has("diagnoses"):
            return np.zeros(0, dtype=np.int64), []
        category, planned = _categories(arrays)
        hit &= (category[later] == category[before]) & (category[later] >= 0) & ~planned[later]
    rows, days = later[hit], gap[hit]
    order = np.argsort(rows, kind="stable")
    return rows[order], [f"{max(0.0, gap):.1f} days after discharge" for gap in days[order]]


def _categories(arrays: CaseArrays) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """For each row a number for the category of its principal diagnosis (-1 for none); planned returns."""
    lists = arrays.lists("diagnoses")
    codes = Catalogue.load("diagnosis").codes
    heads = {head: place for place, head in enumerate(dict.fromkeys(code[:_CATEGORY] for code in codes))}
    of_code = np.array([heads[code[:_CATEGORY]] for code in codes] + [-1, -1])
    first = np.full(arrays.rows, -1)
    has = lists.counts > 0
    first[has] = lists.flat[lists.offsets[:-1][has] - lists.offsets[0]]
    category = np.where(first >= 0, of_code[first], -1)
    return category, list_hits("diagnoses", ["planned-returns"])[first] & (first >= 0)


_BETWEEN = re.compile(r"[|,，、;；/\s]+")
_HOURS, _MINUTES = 24, 60  # at most, in days/hours/minutes


def weights(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows with a weight outside `low` to `high`; several stand in one cell."""
    low, high = rule.low or 0.0, rule.high or np.inf

    @cache
    def wrong(text: str) -> str:
        pieces = filter(None, _BETWEEN.split(text))
        return " ".join(piece for piece in pieces if not low <= _number(piece) <= high)

    return _told(arrays, column, wrong)


def duration(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows that are not days/hours/minutes with up to 24 hours and 60 minutes."""

    @cache
    def wrong(text: str) -> str:
        parts = [_number(part) for part in text.split("/")]
        if len(parts) != 3 or any(np.isnan(part) or part < 0 for part in parts):
            return text
        return text if parts[1] > _HOURS or parts[2] > _MINUTES else ""

    return _told(arrays, column, wrong)


def _told(arrays: CaseArrays, column: str, wrong: object) -> Outcome:
    texts = arrays.text(column)
    filled = np.flatnonzero((texts.notna() & (texts != "")).to_numpy(dtype=bool))
    told = [wrong(text.strip()) for text in texts.iloc[filled].tolist()]  # type: ignore[operator]
    hit = np.array([bool(one) for one in told], dtype=bool)
    return filled[hit], [one for one in told if one]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan

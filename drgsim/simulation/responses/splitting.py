"""Long stays that become two: the patient is discharged and comes back days later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .declarations import declared
from .frames import (
    ID,
    TOTAL,
    Floats,
    Ints,
    Money,
    copies,
    days,
    draw,
    in_yuan,
    joined,
    kept_in_year,
    minus,
    need,
    number,
    put,
    read_money,
    scaled,
)

if TYPE_CHECKING:
    import pandas as pd

    from .habits import Habits

NAME = "splitting"
HOURS = ("ventilation_hours", "icu_hours")
BY_ORDER = 1  # how the first part ends, whatever becomes of the patient in the second: on doctor's order


def apply(
    cases: pd.DataFrame,
    values: Mapping[str, float],
    *,
    seed: int,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """Of the stays of `min_days` days or more, `share` become two of the same codes and patient.

    Days, cost and hours are parted between them, the odd day to the first; both together cost `added_cost`
    more. The second begins `gap_from` to `gap_from + gap_spread` days after the first ends. Where one of the
    two would end in another year than the stay did, both move, so that no money changes its year.
    """
    declaration = declared()[NAME]
    if declaration.is_idle(values):
        return cases
    value = declaration.filled(values)
    need(cases, NAME, ID, "los", TOTAL)
    rows = np.flatnonzero(number(cases, "los") >= value["min_days"])
    rows = rows[draw(cases, rows, NAME, seed) < value["share"]]
    if not len(rows):
        return cases
    los = number(cases, "los", rows)
    second_days = np.floor(los / 2)
    first_days = los - second_days
    whole = scaled(read_money(cases, rows), np.full(len(rows), 1.0 + value["added_cost"]))
    first = scaled(whole, first_days / los)
    moved = _dates(cases, rows, second_days, value, seed)
    second_stay = copies(cases, rows, "~split", same_person=True)
    every = np.arange(len(rows))
    second_stay = put(
        second_stay, every, _part(second_stay, every, second_days, los, minus(whole, first)) | moved[1]
    )
    first_stay = _part(cases, rows, first_days, los, first) | moved[0]
    if "discharge" in cases.columns:
        first_stay["discharge"] = BY_ORDER
    return joined(put(cases, rows, first_stay), second_stay)


def _part(cases: pd.DataFrame, rows: Ints, own: Floats, los: Floats, money: Money) -> dict[str, Any]:
    """The columns of one of the two."""
    hours = {name: number(cases, name, rows) * own / los for name in HOURS if name in cases.columns}
    return {"los": own.astype(np.int64), **hours, **in_yuan(money, cases, rows)}


def _dates(
    cases: pd.DataFrame, rows: Ints, second_days: Floats, value: Mapping[str, float], seed: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Admission and discharge of the first and of the second part."""
    if not {"admission_date", "discharge_date"} <= set(cases.columns):
        return {}, {}
    spread = np.floor(draw(cases, rows, f"{NAME}.gap", seed) * (np.floor(value["gap_spread"]) + 1))
    gap = np.ceil(value["gap_from"]) + spread
    admitted, left = (cases[name].array[rows] for name in ("admission_date", "discharge_date"))
    moved = kept_in_year(left, -second_days, gap)
    return (
        {"admission_date": admitted + days(moved), "discharge_date": left + days(moved - second_days)},
        {
            "admission_date": left + days(moved + gap - second_days),
            "discharge_date": left + days(moved + gap),
        },
    )

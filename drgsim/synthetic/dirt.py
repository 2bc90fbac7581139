"""Cases with something wrong in them, on request: what a hospital's own export would show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .randomness import BLOCK, Choices, Streams
from .targets import rows

Columns = dict[str, Any]
Ints = npt.NDArray[np.int64]

KIND = "dirt"  # the column that says what is wrong
_DAY = np.timedelta64(1, "D")
_CUT = 4  # characters left of a shortened code: a decimal point and what is before it
_MISSING = -1


def soil(columns: Columns, seed: int, number: int, share: float) -> Columns:
    """The columns of a block with `share` of its cases spoilt, and the kind of what is wrong beside them."""
    kinds = np.full(BLOCK, "", dtype=object)
    if share > 0:
        streams = Streams(seed, number)
        spoilt = np.flatnonzero(streams.uniform("dirt", BLOCK) < share)
        listed = rows("dirt.csv")
        drawn = Choices([float(row["weight"]) for row in listed]).draw(streams.uniform("kind of dirt", BLOCK))
        columns = {name: values.copy() for name, values in columns.items()}
        for place, row in enumerate(listed):
            where = spoilt[drawn[spoilt] == place]
            if row["kind"] == "case_doubled":
                where = where[where > 0]
            _SPOIL[row["kind"]](columns, where, row["argument"])
            kinds[where] = row["kind"]
    return {**columns, KIND: kinds}


def _blank(name: str, value: object = _MISSING) -> Callable[[Columns, Ints, str], None]:
    def spoil(columns: Columns, where: Ints, argument: str) -> None:
        columns[name][where] = value

    return spoil


def _change_principal(change: Callable[[str, str], str]) -> Callable[[Columns, Ints, str], None]:
    """Change the first of the diagnoses; the rest stay."""

    def spoil(columns: Columns, where: Ints, argument: str) -> None:
        diagnoses = columns["diagnoses"]
        for place in where.tolist():
            principal, bar, others = diagnoses[place].partition("|")
            diagnoses[place] = change(principal, argument) + bar + others

    return spoil


def _add_diagnosis(columns: Columns, where: Ints, argument: str) -> None:
    for place in where.tolist():
        columns["diagnoses"][place] += f"|{argument}"


def _add_of_other_sex(columns: Columns, where: Ints, argument: str) -> None:
    """`argument` is a diagnosis of women and one of men."""
    of_women, of_men = argument.split("|")
    for place in where.tolist():
        columns["diagnoses"][place] += f"|{of_women if columns['sex'][place] == 1 else of_men}"


def _reverse_dates(columns: Columns, where: Ints, argument: str) -> None:
    columns["discharge_date"][where] = columns["admission_date"][where] - _DAY


def _wrong_stay(columns: Columns, where: Ints, argument: str) -> None:
    columns["los"][where] += int(argument)


def _wrong_parts(columns: Columns, where: Ints, argument: str) -> None:
    columns["drug_cost"][where] += float(argument)


def _unlisted_discharge(columns: Columns, where: Ints, argument: str) -> None:
    columns["discharge"][where] = int(argument)


def _double(columns: Columns, where: Ints, argument: str) -> None:
    for place in where.tolist():
        columns["case_id"][place] = columns["case_id"][place - 1]


_SPOIL: Mapping[str, Callable[[Columns, Ints, str], None]] = {
    "principal_missing": _change_principal(lambda principal, argument: ""),
    "code_unknown": _add_diagnosis,
    "code_gray": _change_principal(lambda principal, argument: argument),
    "code_shortened": _change_principal(lambda principal, argument: principal[:_CUT]),
    "sex_missing": _blank("sex"),
    "sex_conflict": _add_of_other_sex,
    "age_missing": _blank("age"),
    "dates_reversed": _reverse_dates,
    "stay_wrong": _wrong_stay,
    "parts_wrong": _wrong_parts,
    "cost_missing": _blank("total_cost", np.nan),
    "discharge_unknown": _unlisted_discharge,
    "case_doubled": _double,
}

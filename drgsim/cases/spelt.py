"""How numbers, dates and coded values are spelt.

Each function takes the distinct texts of a column. It answers with their values, one more behind them to
stand for missing, and with the rule each text breaks (`""` for none).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .columns import CaseColumn
from .measures import UNITS, measure, parse_duration
from .texts import folded
from .values import Value

_INT32 = np.iinfo(np.int32)
_COMMA = ","
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[ T]*(\d{1,2})[:时点](?:(\d{1,2})分?)?(?:[:]?(\d{1,2})秒?(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"
    r"|(\d{2})(\d{2})(\d{2})?)?"
)
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")  # days of 1954 to 2119
_CODE_AND_LABEL = re.compile(r"(?P<code>[0-9]{1,3}(?:\.[0-9])?)\s*[-_.、:|)\]\s]\s*(?P<label>\D.*)")
_DAY_ZERO = np.datetime64("1899-12-30", "s")
_COMMON_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d")  # read by the column, the others one by one


class Numbers(NamedTuple):
    """Numbers read from texts, one more behind them for missing.

    Attributes
    ----------
    values : NaN where unreadable
    rules : the rule each text breaks
    told : what is to be told of texts that were read
    also : what else texts say: `days` (float64, NaN), `weights` (tuples or None)
    """

    values: npt.NDArray[np.float64]
    rules: list[str]
    told: list[str]
    also: dict[str, npt.NDArray[Any]]


def coded(texts: Sequence[str], dictionary: Mapping[str, Value | None]) -> tuple[npt.NDArray[Any], list[str]]:
    """Values by a dictionary, in which None marks a text whose meaning is not known."""
    values: list[Value | None] = []
    rules: list[str] = []
    for text in texts:
        plain = folded(text)
        key = next((form for form in (text, plain, re.sub(r"\.0+$", "", plain)) if form in dictionary), None)
        key = _labelled(plain, dictionary) if key is None else key
        value = None if key is None else dictionary[key]
        values.append(value)
        rules.append("" if value is not None else "value-unknown" if key is None else "value-undecided")
    return np.array([*values, None], dtype=object), rules


def _labelled(text: str, dictionary: Mapping[str, Value | None]) -> str | None:
    """The label of a cell that holds a code and its label (`1-男`, `1.城镇职工基本医疗保险`), unless the code
    is known to mean something else."""
    match = _CODE_AND_LABEL.fullmatch(text)
    if match is None or match["label"] not in dictionary:
        return None
    code, label = match["code"], match["label"]
    agree = dictionary.get(code) is None or dictionary[code] == dictionary[label]
    return label if agree else None


def numbers(texts: Sequence[str], *, unit: str, column: CaseColumn) -> Numbers:
    """Numbers in the unit of the case table, NaN where unreadable; a unit in the cell goes before `unit`."""
    import pandas as pd

    cells = pd.Series([*texts, ""], dtype=object)
    durations = bool(unit) and UNITS[unit] is None
    if durations:
        hours = [parse_duration(text) for text in texts]
        found = np.array([*(np.nan if hour is None else hour for hour in hours), np.nan])
    else:
        found = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float).copy()
        for place in np.flatnonzero(~np.isfinite(found[:-1])).tolist():
            found[place] = _number(texts[place])
        found = scaled(found, unit)
    told = [""] * len(texts)
    rules = [""] * len(texts)
    days = np.full(len(found), np.nan)
    weights: npt.NDArray[Any] = np.full(len(found), None, dtype=object)
    again = ~np.isfinite(found[:-1])
    if column.unit == "g":
        again |= np.array([_COMMA in folded(text) for text in texts], dtype=bool)
    for place in np.flatnonzero(again).tolist():
        meant = measure(texts[place], column)
        if meant.value is None:
            if not np.isfinite(found[place]):
                rules[place] = meant.rule
            continue
        found[place], told[place] = meant.value, meant.rule
        days[place] = np.nan if meant.days is None else meant.days
        weights[place] = meant.weights or None
    bad = ~np.isfinite(found)
    if column.kind == "whole":
        bad |= not_whole(found)
    rules = [(rule or "unreadable") if wrong else "" for rule, wrong in zip(rules, bad[:-1], strict=True)]
    told = ["" if rule else said for rule, said in zip(rules, told, strict=True)]
    also = {}
    if not np.isnan(days).all():
        also["days"] = days
    if any(each is not None for each in weights):
        also["weights"] = weights
    return Numbers(found, rules, told, also)


def dates(
    texts: Sequence[str], *, serial: bool = False
) -> tuple[npt.NDArray[np.datetime64], list[str], list[str]]:
    """Moments to the second, NaT where unreadable, and what is to be told. Only what is written year first is
    read; and day numbers of a spreadsheet, where `serial` says that they may be such."""
    import pandas as pd

    cells = pd.Series([*texts, ""], dtype=object)
    moments = np.full(len(cells), "NaT", dtype="datetime64[s]")
    told = [""] * len(texts)
    for form in _COMMON_DATES:
        left = np.flatnonzero(np.isnat(moments))
        if len(left) > 1:
            found = pd.to_datetime(cells.iloc[left], format=form, errors="coerce")
            moments[left] = found.to_numpy().astype("datetime64[s]")
    for place in np.flatnonzero(np.isnat(moments[:-1])).tolist():
        moment = _moment(texts[place])
        if moment is not None:
            moments[place] = np.datetime64(moment, "s")
        elif serial and (number := _SERIAL.fullmatch(folded(texts[place]))):
            seconds = round(float(number[0]) * 86400)
            moments[place] = _DAY_ZERO + np.timedelta64(seconds, "s")
            told[place] = "date-serial"
    return moments, ["unreadable" if wrong else "" for wrong in np.isnat(moments[:-1])], told


def scaled(values: npt.NDArray[np.float64], unit: str) -> npt.NDArray[np.float64]:
    """Values of a unit in the unit of the case table; rounded, because 1.001 kg must be 1001 g; days
    of months are whole ones."""
    times, by = UNITS.get(unit) or (1, 1)
    if times == by:
        return values
    sized = np.round(values * times / by, 9)
    return np.floor(sized) if unit == "months" else sized


def not_whole(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether each value is finite but no whole number that 32 bits hold."""
    finite = np.where(np.isfinite(values), values, 0)
    return (finite != np.floor(finite)) | (finite > _INT32.max) | (finite < _INT32.min)


def _number(text: str) -> float:
    """A number as people write it: full-width digits, thousands commas, a currency sign."""
    text = folded(text).removeprefix("¥").strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) else np.nan


def _moment(text: str) -> dt.datetime | None:
    match = _DATE.fullmatch(folded(text))
    if match is None:
        return None
    parts = match.groups()
    month, day = (parts[1], parts[2]) if parts[1] else (parts[3], parts[4])
    hour, minute, second = (int(part or 0) for part in (parts[5:8] if parts[5] else parts[8:11]))
    try:
        return dt.datetime(int(parts[0]), int(month), int(day), hour, minute, second)
    except ValueError:
        return None

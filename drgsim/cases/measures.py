"""Numbers with a unit in the cell (`15天`, `1岁3月`, `3.5kg`, `1.2万`): the unit decides the value, or the
cell is a problem; the bare number is never taken.

The units of each quantity are rows of `data/cases/units.csv`. A month counts 30.4 days, a year 365.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from .._paths import data_path
from .columns import CaseColumn
from .texts import folded

# unit → (times, divided by) that turn it into the case table's unit (g, hours, yuan): two whole
# numbers, so that 1234 fen become exactly what 12.34 reads as; None: read by parse_duration
UNITS: dict[str, tuple[int, int] | None] = {
    "g": (1, 1),
    "kg": (1000, 1),
    "hours": (1, 1),
    "minutes": (1, 60),
    "days": (24, 1),
    "days/hours/minutes": None,
    "months": (304, 10),  # into days, whole ones
    "yuan": (1, 1),
    "fen": (1, 100),
    "10k yuan": (10000, 1),
}

_DURATION = re.compile(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*/\s*(\d{1,6})\s*")


def parse_duration(text: str) -> float | None:
    """Hours of a duration written 天/时/分, or None when it is not one.

    >>> parse_duration("1/2/30"), parse_duration("0/0/0"), parse_duration("abc")
    (26.5, 0.0, None)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes = map(int, match.groups())
    return days * 24 + hours + minutes / 60


MONTH, YEAR = Fraction(304, 10), 365  # days
CONVERTED, MISFIT, UNREADABLE = "unit-converted", "unit-misfit", "unreadable"
LIGHTEST, HEAVIEST = 100, 9999  # g: what each of several weights in a cell must be

_QUANTITIES = {
    "years": "age", "days": "days", "g": "weight", "hours": "hours", "yuan": "money", "share": "share",
}  # fmt: skip
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_PART = re.compile(r"[零又]?([+-]?)\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*([^\d\s.,+-]+)\s*")
_LONGEST = 200  # signs; nobody writes a longer quantity, and patterns take long over them
_MONTHS_AND_DAYS = re.compile(r"(?:(\d{1,2})\s+)?(\d{1,2})\s*/\s*30\s*(?:个?月)?")
_WEIGHTS = re.compile(r"\d{3,4}(?:\.0+)?(?:\s*[,，、;；/|\s]\s*\d{3,4}(?:\.0+)?)+\s*(?:g|克)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a cell with a unit means.

    Attributes
    ----------
    value : in the unit of the column; None when it cannot be said
    rule : what is to be told of the cell, "" for nothing
    days : for an age below one year, the age in days where the cell says it
    weights : for several weights in one cell, all of them in g
    """

    value: float | None
    rule: str
    days: int | None = None
    weights: tuple[int, ...] = ()


def measure(text: str, column: CaseColumn) -> Measure:
    """A cell that is no bare number, read by the units of the column's quantity.

    >>> from drgsim.cases import case_column
    >>> age, los = case_column("age"), case_column("los")
    >>> [(each.value, each.days) for each in (measure(text, age) for text in ("5天", "3月", "1岁3月"))]
    [(0.0, 5), (0.0, 91), (1.0, None)]
    >>> measure("36小时", los).value, measure("3kg", los).rule
    (2.0, 'unit-misfit')
    >>> measure("3/17/30", case_column("ventilation_hours")).value  # days/hours/minutes
    89.5
    """
    if len(text) > _LONGEST:
        return Measure(None, UNREADABLE)
    text = folded(text).removeprefix("¥").strip()
    quantity = quantity_of(column)
    if quantity == "weight" and (weights := _several_weights(text)):
        return Measure(float(weights[0]), "", weights=weights)
    if quantity in ("age", "days") and (fraction := _MONTHS_AND_DAYS.fullmatch(text)):
        stated = {"months": Fraction(fraction[1] or 0), "days": Fraction(fraction[2])}
        return _of(quantity, stated, told=True)
    if quantity == "hours" and (hours := parse_duration(text)) is not None:
        return Measure(hours, CONVERTED)
    signs = _units().get(quantity, {})
    found = list(_PART.finditer(text))
    if not found or "".join(match[0] for match in found).strip() != text:
        return Measure(None, UNREADABLE)
    parts: dict[str, Fraction] = {}
    told = len(found) > 1
    for match in found:
        number = _number(match[2])
        unit = signs.get(match[3]) or signs.get(match[3].lower())
        if number is None:
            return Measure(None, UNREADABLE)
        if unit is None:
            return Measure(None, MISFIT if match[3] in _every_sign() else UNREADABLE)
        part, factor, own = unit
        told |= not own
        parts[part] = parts.get(part, Fraction(0)) + (-number if match[1] == "-" else number) * factor
    return _of(quantity, parts, told=told)


def quantity_of(column: CaseColumn) -> str:
    """What a column measures, as `units.csv` names it; "" for a column without units."""
    return "stay" if column.name == "los" else _QUANTITIES.get(column.unit, "")


def header_unit(sign: str, column: CaseColumn) -> str | None:
    """The unit of layout files that a sign in a header (`总费用(万元)`) stands for, "" for the column's own;
    None when the column is not measured so."""
    found = _units().get(quantity_of(column), {}).get(sign)
    if found is None:
        return None
    part, factor, own = found
    if own:
        return ""
    if part == "months" and quantity_of(column) == "days":
        return "months"
    same = [name for name, size in UNITS.items() if size is not None and Fraction(*size) == factor]
    return same[0] if same and part not in ("years", "months") and quantity_of(column) != "age" else None


def _of(quantity: str, parts: Mapping[str, Fraction], *, told: bool) -> Measure:
    rule = CONVERTED if told else ""
    if quantity == "age":
        return _age(parts, rule)
    if quantity == "days":
        days = parts.get("years", 0) * YEAR + parts.get("months", 0) * MONTH + parts.get("days", 0)
        return Measure(float(math.floor(days)), rule)
    (value,) = parts.values()
    return Measure(float(math.ceil(value) if quantity == "stay" else value), rule)


def _age(parts: Mapping[str, Fraction], rule: str) -> Measure:
    """Completed years, and days below the first year where the parts say them."""
    years, months, days = (parts.get(name, Fraction(0)) for name in ("years", "months", "days"))
    if years.denominator != 1 or min(years, months, days) < 0:
        return Measure(None, UNREADABLE)
    if "months" not in parts and "days" not in parts:
        return Measure(float(years), rule)
    age = years + months // 12 + (months % 12 * MONTH + days) // YEAR
    exact = math.floor(months * MONTH + days)
    return Measure(float(age), rule, exact if age == 0 else None)


def _several_weights(text: str) -> tuple[int, ...]:
    """Weights of twins in one cell; a comma of thousands is none."""
    if not _WEIGHTS.fullmatch(text):
        return ()
    weights = tuple(int(float(number)) for number in re.findall(r"\d+(?:\.\d+)?", text))
    return weights if all(LIGHTEST <= weight <= HEAVIEST for weight in weights) else ()


def _number(text: str) -> Fraction | None:
    if "," in text:
        if not _GROUPED.fullmatch(text):
            return None
        text = text.replace(",", "")
    return Fraction(text if not text.endswith(".") else text[:-1])


@cache
def _units() -> dict[str, dict[str, tuple[str, Fraction, bool]]]:
    """By quantity and sign: the part it counts, its size in that part, whether it is the column's own."""
    found: dict[str, dict[str, tuple[str, Fraction, bool]]] = {}
    with data_path("cases", "units.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            unit = row["part"], Fraction(int(row["times"]), int(row["by"])), row["own"] == "yes"
            found.setdefault(row["quantity"], {}).update(dict.fromkeys(row["signs"].split("|"), unit))
    return found


@cache
def _every_sign() -> frozenset[str]:
    return frozenset(sign for signs in _units().values() for sign in signs)

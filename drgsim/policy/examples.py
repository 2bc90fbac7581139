"""Published examples in a policy document: inputs and results, to be run by `drgsim policy test`."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..cases.columns import case_columns
from ..errors import nearest_name
from ..sources import STATES, Source
from .entries import A_DAY, as_mapping, read_day
from .parameter_values import canonical
from .parameters import catalogue
from .policy_errors import Mistake, as_text, shown

FIELDS = {
    "id": "name of the example",
    "title": "text",
    "case": "columns of one case",
    "cases": "a list of cases; what they do not say is taken from `case`; `times: 200` stands for 200 such",
    "hospital": "entitlement and booked of one hospital's year, yuan",
    "weights": "group to weight, or to columns of the weight table",
    "set": "parameters as the example has them: path to value",
    "day": "the day the policy is read for",
    "dates": "policy, discharge or admission",
    "budgets": "insurance to the budget of the region, yuan: the point value is then solved",
    "expect": "what was published: column to number; a list of these for cases",
    "tolerance": "largest difference, in the unit of the result",
    "source": "an id of data/sources.csv or of the document",
    "state": ", ".join(STATES),
    "note": "text: what was completed by whom",
}
MOST = 100_000  # stays a row of an example may stand for
DATES = ("policy", "discharge", "admission")


@dataclass(frozen=True, slots=True)
class Example:
    """One example, checked for its form; whether it comes true is another matter."""

    id: str
    title: str
    cases: tuple[Mapping[str, Any], ...]
    hospital: Mapping[str, float]
    weights: Mapping[str, Any]
    changes: Mapping[str, Any]
    expect: tuple[Mapping[str, Any], ...]
    day: datetime.date | None = None
    dates: str = "policy"
    budgets: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = 0.005
    source: str = ""
    state: str = "assumed"
    note: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


def read_examples(
    raw: Any, known: Mapping[str, Source], problems: list[Mistake], *, rules: Any = None
) -> tuple[Example, ...]:
    """The examples of a document; problems are appended, never raised. What the `rules` of the document name
    may be a column of a case, whatever it is called."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        problems.append(Mistake("examples", "not a list of examples", shown(raw)))
        return ()
    found = [_example(each, number, known, problems) for number, each in enumerate(raw, start=1)]
    names = [None if example is None else example.id for example in found]
    for number, name in enumerate(names, start=1):
        if name is not None and name in names[: number - 1]:
            problems.append(Mistake(f"example {number}.id", "two examples of one name", name))
    for number, example in enumerate(found, start=1):
        for row in () if example is None else example.cases:
            problems += _odd_cells(row, f"example {number}", str(rules))
    return tuple(example for example in found if example is not None)


_OF_GROUPERS = ("drg", "dip_code", "score", "status", "kind", "auxiliary_factor", "primary_care", "times")
_NUMBERS = ("money", "decimal", "whole")
_LIKE_A_NUMBER = re.compile(r"\s*[-+]?[\d,.，．]+\s*[%％元]?\s*")


def _odd_cells(row: Mapping[str, Any], where: str, rules: str) -> Iterator[Mistake]:
    """Columns of a case that are likely slips of known ones, and texts where a number is meant."""
    columns = case_columns()
    for name, value in row.items():
        if not isinstance(name, str):
            yield Mistake(f"{where}.{shown(name)}", "not the name of a column")
        elif name not in columns and name not in _OF_GROUPERS and name not in rules:
            near = nearest_name(name, [*columns, *_OF_GROUPERS])
            if near is not None:
                do = "no such column of a case, and no rule asks for it"
                yield Mistake(f"{where}.{name}", do, shown(value), nearest=near)
        elif name in columns and columns[name].kind in _NUMBERS and _misspelt(value):
            yield Mistake(f"{where}.{name}", "not a number", shown(value), "a plain number: 1234.5")


def _misspelt(value: Any) -> bool:
    """A text that is meant to be a number: `40%`, `1,000`."""
    return isinstance(value, str) and _LIKE_A_NUMBER.fullmatch(value) is not None


def _example(raw: Any, number: int, known: Mapping[str, Source], problems: list[Mistake]) -> Example | None:
    where = f"example {number}"
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not a mapping", shown(raw), ", ".join(FIELDS)))
        return None
    before = len(problems)
    for key in (key for key in raw if not isinstance(key, str) or key not in FIELDS):
        problems.append(
            Mistake(f"{where}.{shown(key)}", "unknown field", nearest=nearest_name(str(key), FIELDS))
        )
    if not isinstance(raw.get("id", ""), str | int) or isinstance(raw.get("id"), bool) or raw.get("id") == "":
        problems.append(Mistake(f"{where}.id", "not a name", shown(raw["id"]), FIELDS["id"]))
    texts = {name: as_text(raw.get(name), f"{where}.{name}", problems) for name in ("title", "note")}
    parts = {
        name: as_mapping(raw.get(name), f"{where}.{name}", problems)
        for name in ("case", "hospital", "weights", "set", "budgets")
    }
    many = raw.get("cases")
    if many is not None and not (
        isinstance(many, list) and many and all(isinstance(row, Mapping) for row in many)
    ):
        problems.append(Mistake(f"{where}.cases", "not a list of cases", shown(many)))
        many = None
    cases = [{**parts["case"], **row} for row in many or []] or (
        [dict(parts["case"])] if parts["case"] else []
    )
    for row in cases:
        times = row.get("times", 1)
        if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST:
            problems.append(
                Mistake(f"{where}.cases", "times is not a number of cases", shown(times), f"1 to {MOST}")
            )
    if not cases and not parts["hospital"]:
        problems.append(Mistake(where, "says nothing to run", allowed="case, cases or hospital"))
    for name in ("entitlement", "booked"):
        if parts["hospital"] and not _number(parts["hospital"].get(name)):
            problems.append(
                Mistake(f"{where}.hospital.{name}", "not a number", shown(parts["hospital"].get(name)))
            )
    for name, money in parts["budgets"].items():
        if not _number(money) or money < 0:
            problems.append(Mistake(f"{where}.budgets.{name}", "not an amount", shown(money)))
    for path, value in parts["set"].items():
        parameter = catalogue().get(path) if isinstance(path, str) else None
        if parameter is not None and not isinstance(value, Mapping):  # the rest is told when it is run
            canonical(parameter, value, where=f"{where}.set.{path}", problems=problems)
    for name, value in parts["weights"].items():
        columns = value.values() if isinstance(value, Mapping) else [value]
        if not all(_number(each) and each >= 0 for each in columns):
            problems.append(Mistake(f"{where}.weights.{name}", "not a weight", shown(value)))
    expect = raw.get("expect")
    wanted = expect if isinstance(expect, list) else [expect]
    if not all(
        isinstance(each, Mapping) and each and all(_number(v) or isinstance(v, str) for v in each.values())
        for each in wanted
    ):
        problems.append(Mistake(f"{where}.expect", "not columns and numbers", shown(expect)))
    elif odd := [value for each in wanted for value in dict(each or {}).values() if _misspelt(value)]:
        problems.append(Mistake(f"{where}.expect", "not a number", shown(odd[0]), "a plain number: 0.4"))
    elif len(wanted) != max(len(cases), 1):
        problems.append(Mistake(f"{where}.expect", "one result for each case", len(wanted), str(len(cases))))
    tolerance = raw.get("tolerance", 0.005)
    if not _number(tolerance) or tolerance < 0:
        problems.append(Mistake(f"{where}.tolerance", "not a number", shown(tolerance)))
    day = read_day(raw.get("day"))
    if raw.get("day") is not None and day is None:
        problems.append(Mistake(f"{where}.day", "not a day", shown(raw["day"]), A_DAY))
    dates = raw.get("dates", "policy")
    if dates not in DATES:
        problems.append(Mistake(f"{where}.dates", "no such way to date", shown(dates), ", ".join(DATES)))
    source, state = raw.get("source"), raw.get("state")
    if source is not None and (not isinstance(source, str) or source not in known):
        near = nearest_name(str(source), known)
        problems.append(Mistake(f"{where}.source", "no such source", shown(source), nearest=near))
    if source is None or not isinstance(state, str) or state not in STATES:
        problems.append(Mistake(where, "an example without source or state", allowed=", ".join(STATES)))
    if len(problems) > before:
        return None
    return Example(
        id=str(raw.get("id", number)),
        title=texts["title"],
        cases=tuple(cases),
        hospital={key: float(value) for key, value in parts["hospital"].items() if _number(value)},
        weights=parts["weights"],
        changes=parts["set"],
        expect=tuple(each for each in wanted if isinstance(each, Mapping)),
        day=day,
        dates=str(dates),
        budgets={str(key): float(value) for key, value in parts["budgets"].items()},
        tolerance=float(tolerance),
        source=str(source),
        state=str(state),
        note=texts["note"],
        raw=dict(raw),
    )


def _number(raw: Any) -> bool:
    return (
        isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) < 1e15 and math.isfinite(raw)
    )

"""Whether rules can run: conditions parse, rows exist, texts name facts, and their examples come out as
stated."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..errors import DrgsimError
from .facts import names_asked
from .library import Library
from .rule import Example, Rule
from .screening import audit

_CATALOGUE = "catalogue_"


def check_rules(library: Library) -> list[str]:
    """One sentence for each thing wrong; empty when all can run."""
    kinds = set(library.rows.kinds())
    return [f"{rule.id}: {said}" for rule in library for said in _problems(rule, kinds)]


def _problems(rule: Rule, kinds: set[str]) -> list[str]:
    found = []
    try:
        names_asked(rule)
    except DrgsimError as error:
        found.append(str(error))
    left = re.findall(r"\{(\w+)\}", rule.text(rule.when))
    if left:
        found.append(f"the condition names levers the rule does not have: {', '.join(left)}")
    strange = [kind for kind in rule.rows if kind not in kinds and not kind.startswith(_CATALOGUE)]
    if strange:
        found.append(f"no pack has rows of the kind {', '.join(strange)}")
    if rule.table == "checklist":
        return found
    for kind in ("hit", "miss"):
        if not any(each.kind == kind for each in rule.examples):
            found.append(f"no example that is a {kind}")
    if not rule.evidence.zh:
        found.append("no words of evidence")
    if not rule.clears.zh and rule.result != "data":
        found.append("nothing that would clear a finding")
    return found


DAY = datetime.datetime(2026, 3, 1, 9, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One example and what came of it; `said` is empty when it is as it should be."""

    rule: str
    number: int
    kind: str
    found: int
    amount: float
    said: str

    @property
    def passed(self) -> bool:
        return not self.said


def run_examples(rule: Rule, library: Library) -> list[Outcome]:
    """Run every example of a rule. Raises what the screening raises."""
    return [_run(rule, library, number, each) for number, each in enumerate(rule.examples, 1)]


def _run(rule: Rule, library: Library, number: int, example: Example) -> Outcome:
    alone = Library([rule], library.rows)
    tables = tables_of(example.given)
    result = audit(tables.pop("cases", None), library=alone, **tables)
    found = result.findings
    amount = round(float(found.get_column("amount").fill_null(0.0).sum()), 2) if len(found) else 0.0
    said = ""
    if example.kind == "miss" and len(found):
        said = f"finds {len(found)} where it should find none"
    elif example.kind == "hit" and not len(found):
        said = "finds nothing where it should find something"
    for name, got in (
        ("lines", len(found)),
        ("amount", amount),
        (
            "quantity",
            round(float(found.get_column("quantity").fill_null(0.0).sum()), 4) if len(found) else 0.0,
        ),
    ):
        if name in example.expect and abs(float(example.expect[name]) - got) > 0.005 and not said:
            said = f"{name}: expected {example.expect[name]}, found {got}"
    return Outcome(rule.id, number, example.kind, len(found), amount, said)


def tables_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The tables an example states, what it leaves out filled in with what no rule minds."""
    tables: dict[str, Any] = {
        name: [dict(row) for row in rows]
        for name, rows in given.items()
        if name not in ("visit", "catalogue", "cases", "scheme")
    }
    visit = given.get("visit")
    if visit is not None:
        plain = {
            "visit_id": "V1",
            "patient_id": "P1",
            "hospital_id": "H1",
            "hospital_level": 3,
            "way": "inpatient",
        }
        tables["visits"] = [{**plain, "insurance": "employee", **visit}]
    if "catalogue" in given:
        tables["items_catalogue"] = given["catalogue"]
    if "items" in tables:
        tables["items"] = [line for row in tables["items"] for line in _lines(row, visit or {})]
    for name in ("prescriptions", "dispensings"):
        if name in tables:
            tables[name] = [dict(row) for row in tables[name] for _ in range(int(row.pop("repeat", 1)))]
    for name, ids in (("prescriptions", "prescription_id"), ("dispensings", "line_id")):
        for place, row in enumerate(tables.get(name, ()), 1):
            row.setdefault(ids, f"R{place}")
            row.setdefault("time", DAY)
            row.setdefault("quantity", 1)
            row.setdefault("hospital_id", "H1")
            row.setdefault("patient_id", "P1")
    if "scheme" in given:
        tables["scheme"] = given["scheme"]
    if "cases" in given:
        tables["cases"] = _cases(given["cases"])
    return tables


def _lines(row: dict[str, Any], visit: Mapping[str, Any]) -> list[dict[str, Any]]:
    days = int(row.pop("days", 1))
    start = row.pop("time", None) or visit.get("admission") or DAY
    if isinstance(start, str):
        start = datetime.datetime.fromisoformat(start)
    if not isinstance(start, datetime.datetime):
        start = datetime.datetime.combine(start, datetime.time(9))
    plain = {"visit_id": "V1", "quantity": 1.0, "price": 10.0}
    return [
        {**plain, **row, "time": (start + datetime.timedelta(days=day)).isoformat(sep=" ")}
        for day in range(days)
    ]


def _cases(rows: list[Mapping[str, Any]]) -> Any:
    """Stays of an example. `repeat` gives many persons one stay each; `same_person` and `step_days` give one
    person many; `pairs_days` gives each of the persons a second stay so many days after the first began."""
    plain = {
        "hospital_id": "H1",
        "hospital_level": 3,
        "insurance": "employee",
        "sex": 1,
        "age": 50,
        "procedures": "",
    }
    made: list[dict[str, Any]] = []
    for row in rows:
        row = dict(row)
        count, step = int(row.pop("repeat", 0)), int(row.pop("step_days", 0))
        same, second = row.pop("same_person", 0), row.pop("pairs_days", None)
        hospital = row.get("hospital_id", "H1")
        for number in range(max(count, 1)):
            person = "P1" if same or not count else f"P{hospital}-{number}"
            for shift in (step * number, *(() if second is None else (int(second),))):
                made.append({"case_id": f"C{len(made)}", "patient_id": person, **plain, **_later(row, shift)})
    frame = pd.DataFrame(made)
    for name in ("admission_date", "discharge_date"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name])
    for name in ("sex", "age", "los", "hospital_level", "discharge"):
        if name in frame:
            frame[name] = frame[name].astype("Int64")
    return frame


def _later(row: Mapping[str, Any], days: int) -> dict[str, Any]:
    shift = datetime.timedelta(days=days)
    return {name: value + shift if isinstance(value, datetime.date) else value for name, value in row.items()}

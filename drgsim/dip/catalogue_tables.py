"""The text tables of a catalogue: `catalogue.toml` beside one CSV for each kind of record.

A table that is absent is empty. Every row that cannot be read is reported with its file and line; all of
them at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._damaged import read_text, whole
from .._paths import exists
from ..errors import DrgsimError
from .expressions import (
    Pattern,
    parse_conditions,
    parse_expression,
    parse_patterns,
    print_conditions,
    print_expression,
    print_patterns,
)
from .model import (
    AuxiliaryClass,
    AuxiliaryFactor,
    ComorbidityClass,
    Complication,
    DiagnosisFact,
    DipKey,
    DipType,
    ExcludedProcedure,
    LevelMean,
    PrimaryCareEntry,
    ProcedureFacts,
    Scope,
)
from .words import Kind, ProcedureClass, ProcedureNote, TreatmentClass

Read = Callable[[str], Any]
Print = Callable[[Any], str]


def _number(value: float | None) -> str:
    """The shortest text that reads back as the same number."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _optional(kind: Callable[[str], Any]) -> Read:
    return lambda text: kind(text) if text else None


def _flag(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise ValueError("a flag is 1, or 0, or empty")
    return text == "1"


_TEXT: tuple[Read, Print] = (str, str)
_FLOAT: tuple[Read, Print] = (_optional(float), _number)
_WHOLE: tuple[Read, Print] = (_optional(int), _number)
_FLAG: tuple[Read, Print] = (_flag, lambda value: "1" if value else "")
_PATTERNS: tuple[Read, Print] = (parse_patterns, print_patterns)
_EXPRESSION: tuple[Read, Print] = (parse_expression, print_expression)
_CONDITIONS: tuple[Read, Print] = (parse_conditions, print_conditions)


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV whose columns are fields of one record; the first `required` of them are asked for."""

    file: str
    record: type
    columns: Mapping[str, tuple[Read, Print]]
    required: int

    def read(self, folder: Path, problems: list[str]) -> list[Any]:
        """Its records in the order of the file; a row that cannot be read goes to `problems`."""
        path = folder / self.file
        if not exists(path):
            return []
        with whole(path):
            rows = csv.DictReader(io.StringIO(read_text(path), newline=""))
            header = rows.fieldnames or []
            unknown = [name for name in header if name not in self.columns]
            missing = [name for name in list(self.columns)[: self.required] if name not in header]
            if unknown or missing:
                problems.append(
                    f"{self.file}: columns {', '.join(header)}; missing {missing}, not known {unknown}; "
                    f"allowed are {', '.join(self.columns)}"
                )
                return []
            return self._records(rows, problems)

    def _records(self, rows: csv.DictReader[str], problems: list[str]) -> list[Any]:
        records = []
        for row in rows:
            try:
                if None in row:
                    raise ValueError("more cells than the header has")
                fields = {name: self.columns[name][0]((row[name] or "").strip()) for name in row}
                records.append(self.record(**fields))
            except (DrgsimError, ValueError, KeyError) as error:
                problems.append(f"{self.file} line {rows.line_num}: {error}")
        return records

    def write(self, folder: Path, records: Iterable[Any]) -> None:
        """The records, columns that hold nothing left out; nothing at all for no records."""
        records = list(records)
        if not records:
            return
        cells = {
            name: [column[1](getattr(record, name)) for record in records]
            for name, column in self.columns.items()
        }
        kept = [name for i, name in enumerate(cells) if i < self.required or any(cells[name])]
        with (folder / self.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(kept)
            writer.writerows(zip(*(cells[name] for name in kept), strict=True))


@dataclass(frozen=True, slots=True)
class NamedCode:
    """A row of a plain list of codes, or of several named lists."""

    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ListedDiagnosis:
    list: str
    diagnosis: Any  # patterns


@dataclass(frozen=True, slots=True)
class FactRow:
    fact: str
    scope: str
    diagnosis: Any  # patterns; none for the row that states the default
    value: int


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    cases: str
    catalogue: str


@dataclass(frozen=True, slots=True)
class CoefficientRow:
    level: str
    coefficient: float


TYPES = Table(
    "types.csv",
    DipType,
    {
        "code": _TEXT,
        "name": _TEXT,
        "kind": (Kind, str),
        "score": _FLOAT,
        "primary_care": _FLAG,
        "primary_care_factor": _FLOAT,
        "mean_cost": _FLOAT,
        "mean_los": _FLOAT,
        "cases": _WHOLE,
        "cv": _FLOAT,
        "drug_score": _FLOAT,
        "consumable_score": _FLOAT,
    },
    required=3,
)
KEYS = Table(
    "keys.csv",
    DipKey,
    {
        "type": _TEXT,
        "diagnoses": _PATTERNS,
        "procedures": _EXPRESSION,
        "related": _EXPRESSION,
        "other_diagnoses": _PATTERNS,
        "conditions": _CONDITIONS,
        "treatment_class": (_optional(TreatmentClass), lambda value: value or ""),
        "any_position": _FLAG,
    },
    required=2,
)
PRIMARY_CARE = Table(
    "primary_care.csv",
    PrimaryCareEntry,
    {"code": _TEXT, "name": _TEXT, "diagnoses": _PATTERNS, "procedures": _EXPRESSION},
    required=3,
)
COMORBIDITY_CLASSES = Table(
    "comorbidity_classes.csv",
    ComorbidityClass,
    {"name": _TEXT, "weight": (int, str), "diagnoses": _PATTERNS, "zh": _TEXT},
    required=3,
)
LEVEL_MEANS = Table(
    "level_means.csv",
    LevelMean,
    {"type": _TEXT, "level": _TEXT, "mean_cost": (float, _number), "cases": _WHOLE},
    required=3,
)
EXTRA_CODES = Table("extra_codes.csv", NamedCode, {"code": _TEXT, "label": _TEXT}, required=1)
EXCLUDED_DIAGNOSES = Table("excluded_diagnoses.csv", NamedCode, {"code": _TEXT, "label": _TEXT}, required=1)
EXCLUDED_PROCEDURES = Table(
    "excluded_procedures.csv",
    ExcludedProcedure,
    {"code": _TEXT, "note": (ProcedureNote, str), "allowed_with": _PATTERNS, "label": _TEXT},
    required=2,
)
AUXILIARY_CLASSES = Table(
    "auxiliary_classes.csv",
    AuxiliaryClass,
    {"name": _TEXT, "dimension": _TEXT, "conditions": _CONDITIONS, "zh": _TEXT},
    required=3,
)
AUXILIARY = Table(
    "auxiliary.csv",
    AuxiliaryFactor,
    {"type": _TEXT, "name": _TEXT, "factor": (float, _number), "cases": _WHOLE, "mean_cost": _FLOAT},
    required=3,
)
DIAGNOSIS_FACTS = Table(
    "diagnosis_facts.csv",
    FactRow,
    {"fact": _TEXT, "scope": _TEXT, "diagnosis": _PATTERNS, "value": (int, str)},
    required=4,
)
COMPLICATIONS = Table(
    "complications.csv",
    Complication,
    {"code": _TEXT, "level": _TEXT, "include": _PATTERNS, "exclusion": _TEXT},
    required=2,
)
EXCLUSION_LISTS = Table(
    "exclusion_lists.csv", ListedDiagnosis, {"list": _TEXT, "diagnosis": _PATTERNS}, required=2
)
PROCEDURE_FACTS = Table(
    "procedure_facts.csv",
    ProcedureFacts,
    {"code": _TEXT, "kind": (ProcedureClass, str), "level": _WHOLE, "incision": _WHOLE},
    required=2,
)
CROSSWALK = Table("crosswalk.csv", CrosswalkRow, {"cases": _TEXT, "catalogue": _TEXT}, required=2)
COEFFICIENTS = Table(
    "hospital_coefficients.csv", CoefficientRow, {"level": _TEXT, "coefficient": (float, _number)}, required=2
)


def gather_facts(rows: Iterable[FactRow], problems: list[str]) -> dict[str, DiagnosisFact]:
    """Facts from their rows; a row without a diagnosis states what holds when none is found."""
    values: dict[str, list[tuple[Pattern, int]]] = {}
    scopes: dict[str, str] = {}
    defaults: dict[str, int] = {}
    for row in rows:
        if scopes.setdefault(row.fact, row.scope) != row.scope or row.scope not in set(Scope):
            problems.append(f"diagnosis_facts.csv: fact {row.fact!r} needs one scope of {', '.join(Scope)}")
            continue
        if not row.diagnosis:
            defaults[row.fact] = row.value
        values.setdefault(row.fact, []).extend((pattern, row.value) for pattern in row.diagnosis)
    return {
        name: DiagnosisFact(name, Scope(scopes[name]), tuple(found), defaults.get(name))
        for name, found in values.items()
    }

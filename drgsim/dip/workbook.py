"""The national DIP 3.0 workbook as a catalogue. It is read from a user's own copy; none of it ships."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from .._paths import data_path
from ..errors import DrgsimError, FileFormatError
from .catalogue import DipCatalogue
from .conditions import Condition, parse_conditions
from .expressions import Expression, Pattern, parse_expression, parse_patterns
from .model import DiagnosisFact, DipKey, DipType, ExcludedProcedure, Scope
from .pack import settle
from .prepared import ANY_DIAGNOSIS
from .sheets import Rows, read_workbook_rows
from .words import Kind, ProcedureNote

Row = Mapping[str, str]

_BAND = re.compile(r"(\d+)\s*[-—－~～至]\s*(\d+)\s*(?:g|G|克)")
_PATTERN = re.compile(r"[A-Z]\d{2}(?:\.\w*)?(?:\s*[-—－~～]\s*[A-Z]\d{2})?")
_ENTRY_PARTS = ("early", "combined", "burns", "tumours", "tuberculosis", "basic")


@cache
def _layout() -> Mapping[str, Any]:
    return tomllib.loads(data_path("dip", "workbook.toml").read_text(encoding="utf-8"))


def read_workbook(path: str | Path, *, strict: bool) -> DipCatalogue:
    """See `DipCatalogue.from_official_workbook`."""
    parts = _parts(read_workbook_rows(path), str(path))
    types: dict[str, DipType] = {}
    keys: list[DipKey] = []
    problems: list[str] = []
    doubts: list[str] = []
    for part in _ENTRY_PARTS:
        for row in _numbered(parts[part]):
            try:
                entry = _type(part, row)
                keys.append(_key(part, row, entry.code))
            except (DrgsimError, ValueError) as error:
                problems.append(f"{part} row {row['number']}: {error}")
                continue
            types.setdefault(entry.code, entry)
    catalogue = DipCatalogue(
        id="national-dip-3.0",
        title="National DIP library 3.0",
        title_zh="按病种分值（DIP）付费 3.0 版分组方案",
        version="3.0",
        rules="national-3.0",
        trust="read",
        source=Path(path).name,
        types=_with_primary_care(types, keys, parts["primary_care"], doubts),
        keys=tuple(keys),
        excluded_diagnoses={row["code"]: row["label"] for row in parts["excluded_diagnoses"]},
        excluded_procedures={
            row["code"]: _excluded(row, doubts) for row in parts["excluded_procedures"] if row["code"]
        },
        diagnosis_facts={"drug_resistant": _resistance(parts["resistance"])},
    )
    settle(catalogue, problems, where=Path(path).name, strict=strict, doubtful=doubts)
    return catalogue


def _parts(sheets: Mapping[str, Rows], where: str) -> dict[str, list[dict[str, str]]]:
    """The rows of each part under our column names; FileFormatError when a part is not there."""
    parts = {}
    for part, place in _layout()["sheets"].items():
        name = next((name for name in sheets if all(word in name for word in place["words"])), None)
        if name is None:
            raise FileFormatError(
                f"the workbook has no sheet for {part}",
                got=list(sheets),
                allowed=f"a name with {' and '.join(place['words'])}",
                where=where,
                do="give the DIP 3.0 workbook as NHSA publishes it",
            )
        parts[part] = _rows(sheets[name], name, where)
    return parts


def _rows(rows: Rows, sheet: str, where: str) -> list[dict[str, str]]:
    columns = _layout()["columns"]
    known = {header for headers in columns.values() for header in headers}
    start = next(
        (i for i, row in enumerate(rows) if sum(cell in known for cell in map(_flat, row)) >= 2), None
    )
    if start is None:
        raise FileFormatError("no row of the sheet holds its headers", where=f"{where}, sheet {sheet}")
    header = [_flat(cell) for cell in rows[start]]
    places = {
        name: next((header.index(alias) for alias in aliases if alias in header), None)
        for name, aliases in columns.items()
    }
    return [
        {
            name: "" if place is None or place >= len(row) else row[place].strip()
            for name, place in places.items()
        }
        for row in rows[start + 1 :]
        if any(row)
    ]


def _flat(cell: str) -> str:
    return "".join(cell.split())


def _numbered(rows: Sequence[Row]) -> Iterator[Row]:
    """Rows that say something, each with the number of its group (merged cells state it once)."""
    number = name = ""
    for row in rows:
        if row["number"]:
            number, name = row["number"], row["name"]
        if number and (row["diagnosis"] or row["procedure"]):
            yield {**row, "number": number, "name": row["name"] or name}


def _type(part: str, row: Row) -> DipType:
    place = _layout()["sheets"][part]
    name = row["name"] or "：".join(
        filter(None, (row["diagnosis_name"] or row["diagnosis"], row["other_diagnosis_name"], row["degree"]))
    )
    if not row["name"]:
        name = "：".join(filter(None, (name, row["procedure_name"], row["related_name"])))
    return DipType(f"{place['prefix']}-{int(row['number'])}", name, Kind(place["kind"]))


def _key(part: str, row: Row, code: str) -> DipKey:
    diagnoses = parse_patterns(_spaceless(row["diagnosis"])) or (ANY_DIAGNOSIS,)
    return DipKey(
        code,
        diagnoses,
        _expression(row["procedure"]),
        _expression(row["related"]),
        parse_patterns(_spaceless(row["other_diagnosis"])),
        (*_newborn(part, row), *_burn(row, diagnoses), *_resistant(row)),
        any_position=part == "early" and int(row["number"]) in _layout()["any_position"]["numbers"],
    )


def _expression(cell: str) -> Expression:
    """`|` joins alternatives, `+` terms; a cell without a code asks for no procedure."""
    text = _spaceless(cell)
    return parse_expression(text.replace("|", "/")) if any(mark.isdigit() for mark in text) else ()


def _spaceless(cell: str) -> str:
    return "".join(cell.split()).replace("｜", "|").replace("＋", "+").replace("－", "-")


def _newborn(part: str, row: Row) -> tuple[Condition, ...]:
    layout = _layout()["newborn"]
    if part != "early" or not row["diagnosis"].startswith(layout["diagnosis"]):
        return ()
    band = _BAND.search(f"{row['name']} {row['remark']}")
    weight = f"birth_weight={band.group(1)}..{band.group(2)}" if band else ""
    return parse_conditions(f"{layout['age']}; {weight}")


def _burn(row: Row, diagnoses: Sequence[Pattern]) -> tuple[Condition, ...]:
    """The degree, where the principal diagnosis does not state it itself."""
    if not row["degree"] or all(pattern.specificity > 3 for pattern in diagnoses):
        return ()
    text = _flat(row["degree"])
    degrees = [int(n) for n, words in _layout()["degrees"].items() if any(word in text for word in words)]
    if not degrees:
        raise ValueError(f"no degree of burns is known as {row['degree']!r}")
    return (Condition("burn_degree", min(degrees), max(degrees)),)


def _resistant(row: Row) -> tuple[Condition, ...]:
    if not row["resistant"]:
        return ()
    value = float(row["resistant"].startswith(("是", "耐药")))
    return (Condition("drug_resistant", value, value),)


def _resistance(rows: Sequence[Row]) -> DiagnosisFact:
    patterns = [Pattern(row["code"]) for row in rows if row["code"]]
    return DiagnosisFact(
        "drug_resistant",
        Scope.ANY,
        tuple((pattern, 1) for pattern in (*patterns, Pattern(_layout()["resistance"]["code"]))),
        default=0,
    )


def _excluded(row: Row, doubts: list[str]) -> ExcludedProcedure:
    note = next((note for note in ProcedureNote if note.zh in row["note"]), None)
    if note is None:
        doubts.append(f"excluded procedure {row['code']}: no note is known as {row['note']!r}")
        note = ProcedureNote.NOT_PRINCIPAL
    ranges = _PATTERN.findall(row["note"]) if note is ProcedureNote.LIMITED else []
    patterns = parse_patterns("|".join(re.sub(r"\s*[—－~～]\s*", "-", text) for text in ranges))
    return ExcludedProcedure(row["code"], note, patterns, row["label"])


def _with_primary_care(
    types: Mapping[str, DipType], keys: Sequence[DipKey], rows: Sequence[Row], doubts: list[str]
) -> dict[str, DipType]:
    """The types with those marked that a row of the primary-care sheet names."""
    marked = dict(types)
    by_entry = {(key.diagnoses, key.procedures): key.type for key in reversed(keys) if not key.conditions}
    for row in rows:
        if not row["diagnosis"]:
            continue
        entry = (parse_patterns(_spaceless(row["diagnosis"])), _expression(row["procedure"]))
        code = by_entry.get(entry)
        if code is None:
            doubts.append(f"primary care {row['number']}: no entry is {row['diagnosis']} {row['procedure']}")
        else:
            marked[code] = replace(marked[code], primary_care=True)
    return marked

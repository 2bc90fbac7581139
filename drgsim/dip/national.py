"""The national DIP 3.0 library as a catalogue, from its published rows under our column names.

Words and places of the rows are data (`data/dip/workbook.toml`); what they mean is here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from .._paths import data_path
from ..cases.conditions import Condition
from ..codes import Catalogue
from ..errors import DrgsimError
from .expressions import Expression, Pattern, parse_alternatives, parse_conditions, parse_patterns
from .model import (
    AnyCatalogue,
    DiagnosisFact,
    DipKey,
    DipType,
    ExcludedProcedure,
    PrimaryCareEntry,
    Scope,
    Trust,
)
from .prepared import ANY_DIAGNOSIS
from .words import Kind, ProcedureNote

Row = Mapping[str, str]
Parts = Mapping[str, Sequence[Row]]

NATIONAL_PARTS = ("early", "combined", "burns", "tumours", "tuberculosis", "basic")
"""Parts whose rows are types, in the order in which they are looked up."""

_BAND = re.compile(r"(\d+)\s*[-—－~～至]\s*(\d+)\s*(?:g|G|克)")
_YOUNGER = re.compile(r"[<＜]\s*(\d+)\s*天")
_PATTERN = re.compile(r"[A-Z]\d{2}(?:\.[0-9A-Za-z]*)?(?:\s*[-—－~～]\s*[A-Z]\d{2})?")
_COMPLETE = 7  # characters of a code that is not a beginning


@cache
def layout() -> Mapping[str, Any]:
    """Sheets, headers and words of the workbook."""
    return tomllib.loads(data_path("dip", "workbook.toml").read_text(encoding="utf-8"))


def national_catalogue(
    make: type[AnyCatalogue], parts: Parts, *, trust: Trust, source: str
) -> tuple[AnyCatalogue, list[str], list[str]]:
    """The catalogue, and what is wrong with the rows and what is only doubtful, in words.

    `parts` has the rows of every sheet of `data/dip/workbook.toml`, cells as text under its column names.
    """
    types: dict[str, DipType] = {}
    keys: list[DipKey] = []
    problems: list[str] = []
    doubts: list[str] = []
    for part in NATIONAL_PARTS:
        for row in parts[part]:
            try:
                entry = _type(part, row)
                keys.extend(_keys(part, row, entry.code))
            except (DrgsimError, ValueError) as error:
                problems.append(f"{part} row {row['number']}: {error}")
                continue
            types.setdefault(entry.code, entry)
    primary_care = tuple(_primary_care(parts["primary_care"], problems))
    excluded = {row["code"]: _excluded(row, doubts) for row in parts["excluded_procedures"] if row["code"]}
    extra = _extra(keys, primary_care)
    whole = layout()["wholly"]
    told = f"In no insurance catalogue, kept as they are: {', '.join(extra)}."
    catalogue = make(
        **{**whole, "notes": (*whole["notes"], *([told] if extra else []))},
        trust=trust,
        source=source,
        types=types,
        keys=tuple(keys),
        excluded_diagnoses={row["code"]: row["label"] for row in parts["excluded_diagnoses"] if row["code"]},
        excluded_procedures=excluded,
        diagnosis_facts={fact.name: fact for fact in _facts(parts["resistance"])},
        primary_care=primary_care,
        extra_codes=dict.fromkeys(extra, ""),
    )
    return catalogue, problems, doubts


def _type(part: str, row: Row) -> DipType:
    place = layout()["sheets"][part]
    name = row["name"]
    if not name:
        resistant = layout()["resistance"]["words"][not _says_yes(row)] if row["resistant"] else ""
        words = (
            row["diagnosis_name"] or row["degree"] or row["diagnosis"],
            row["other_diagnosis_name"] or row["area"] or row["other_diagnosis"],
            row["procedure_name"],
            row["related_name"],
            resistant,
        )
        name = "：".join(_spaceless(word) for word in words if word)
    return DipType(f"{place['prefix']}-{int(row['number'])}", name, Kind(place["kind"]))


def _keys(part: str, row: Row, code: str) -> Iterator[DipKey]:
    if part == "early":
        yield _early(row, code)
        return
    diagnoses = parse_patterns(_spaceless(row["diagnosis"]))
    for conditions in _resistant(row):
        yield DipKey(
            code,
            diagnoses,
            _expression(row["procedure"]),
            _expression(row["related"]),
            parse_patterns(_spaceless(row["other_diagnosis"])),
            (*_burn(row, diagnoses), *conditions),
        )


def _early(row: Row, code: str) -> DipKey:
    """Any diagnosis unless one is named; a newborn's may stand in any place, and anything may be done."""
    words, newborn = layout()["part_words"], layout()["newborn"]
    named = _spaceless(row["diagnosis"])
    if named in ("", *words["any_diagnosis"]):
        anywhere = _says(row["remark"], words["any_procedure_position"])
        return DipKey(code, (ANY_DIAGNOSIS,), _expression(row["procedure"]), any_position=anywhere)
    if named != newborn["diagnosis"]:
        return DipKey(code, parse_patterns(named), _expression(row["procedure"]))
    conditions = [*_age(row), *_weight(row)]
    if not _says(row["remark"], words["any_diagnosis_position"]):
        return DipKey(code, parse_patterns(named), conditions=tuple(conditions), any_position=True)
    conditions += parse_conditions(f"{newborn['fact']}=1")
    return DipKey(code, (ANY_DIAGNOSIS,), conditions=tuple(conditions), any_position=True)


def _age(row: Row) -> tuple[Condition, ...]:
    stated = _YOUNGER.search(row["procedure"])
    return parse_conditions(f"age_days<{stated.group(1)}" if stated else layout()["newborn"]["age"])


def _weight(row: Row) -> tuple[Condition, ...]:
    band = _BAND.search(" ".join((row["procedure_name"], row["procedure"], row["name"], row["remark"])))
    if band is None:
        raise ValueError("a newborn group states a band of birth weight, such as 1000-1499克")
    return parse_conditions(f"birth_weight={band.group(1)}..{band.group(2)}")


def _burn(row: Row, diagnoses: Sequence[Pattern]) -> tuple[Condition, ...]:
    """The degree, where the principal diagnosis does not state it itself."""
    if not row["degree"] or all(pattern.specificity > 3 for pattern in diagnoses):
        return ()
    text = _spaceless(row["degree"])
    degrees = [int(n) for n, words in layout()["degrees"].items() if _says(text, words)]
    if not degrees:
        raise ValueError(f"no degree of burns is known as {row['degree']!r}")
    low, high = min(degrees), max(degrees)
    return parse_conditions(f"burn_degree={low}" if low == high else f"burn_degree={low}..{high}")


def _resistant(row: Row) -> list[tuple[Condition, ...]]:
    """The ways in which a row of tuberculosis is met: by the principal diagnosis where its rule says so, or
    by another. A row that asks for no resistance asks that none of them holds."""
    if not row["resistant"]:
        return [()]
    words = layout()["resistance"]
    principal, other = words["facts"]
    by_others = _says(row["rule"], words["other"]) and not _says(row["rule"], words["principal"])
    facts = [other] if by_others else [principal, other]
    if _says_yes(row):
        return [parse_conditions(f"{fact}=1") for fact in facts]
    return [parse_conditions("; ".join(f"{fact}=0" for fact in facts))]


def _says_yes(row: Row) -> bool:
    return row["resistant"].startswith(("是", "耐药"))


def _facts(resistance: Sequence[Row]) -> Iterator[DiagnosisFact]:
    principal, other = layout()["resistance"]["facts"]
    listed = tuple((Pattern(row["code"]), 1) for row in resistance if row["code"])
    yield DiagnosisFact(principal, Scope.PRINCIPAL, listed, default=0)
    yield DiagnosisFact(other, Scope.OTHER, ((Pattern(layout()["resistance"]["code"]), 1),), default=0)
    newborn = layout()["newborn"]
    yield DiagnosisFact(newborn["fact"], Scope.ANY, ((Pattern(newborn["diagnosis"]), 1),), default=0)


def _excluded(row: Row, doubts: list[str]) -> ExcludedProcedure:
    """The note in words; ranges of diagnoses alone stand for the note that limits a procedure to them."""
    text = row["note"]
    ranges = tuple(dict.fromkeys(re.sub(r"\s*[—－~～-]\s*", "-", found) for found in _PATTERN.findall(text)))
    note = next(
        (note for note in ProcedureNote if note.zh in text), ProcedureNote.LIMITED if ranges else None
    )
    if note is None:
        doubts.append(f"excluded procedure {row['code']}: no note is known as {text!r}")
        note = ProcedureNote.NOT_PRINCIPAL
    limits = parse_patterns("|".join(ranges)) if note is ProcedureNote.LIMITED else ()
    return ExcludedProcedure(row["code"], note, limits, row["label"])


def _primary_care(rows: Sequence[Row], problems: list[str]) -> Iterator[PrimaryCareEntry]:
    """A dagger behind a diagnosis says nothing that its digits do not."""
    for row in rows:
        if not row["diagnosis"]:
            continue
        try:
            diagnoses = parse_patterns(_spaceless(row["diagnosis"]).replace("+", ""))
            procedures = _expression(row["procedure"])
        except DrgsimError as error:
            problems.append(f"primary care row {row['number']}: {error}")
            continue
        name = "：".join(_spaceless(word) for word in (row["diagnosis_name"], row["procedure_name"]) if word)
        yield PrimaryCareEntry(f"JCB-{row['number']}", name, diagnoses, procedures)


def _extra(keys: Sequence[DipKey], primary_care: Sequence[PrimaryCareEntry]) -> list[str]:
    """Complete procedure codes that no insurance catalogue has."""
    shipped = Catalogue.load("procedure")
    expressions = [expression for key in keys for expression in (key.procedures, key.related)]
    expressions += [item.procedures for item in primary_care]
    named = {code for expression in expressions for term in expression for code in term}
    return sorted(code for code in named if len(code) >= _COMPLETE and code not in shipped)


def _expression(cell: str) -> Expression:
    """A cell without a code asks for no procedure."""
    text = _spaceless(cell)
    return parse_alternatives(text) if any(mark.isdigit() for mark in text) else ()


def _spaceless(cell: str) -> str:
    return "".join(cell.split()).replace("｜", "|").replace("＋", "+").replace("－", "-")


def _says(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)

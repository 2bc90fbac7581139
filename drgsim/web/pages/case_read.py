"""One case from a form, or from what somebody pasted: a settlement list, a front page, a row of a sheet."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..._atomic import scratch
from ...cases import read_cases
from ...codes import Catalogue
from ...errors import ArgumentError, DrgsimError
from ..plain import plain
from ..taking import cases_of

NUMBERS = ("sex", "age", "age_days", "admission_weight", "los", "discharge", "total_cost", "hospital_level")
LISTS = ("diagnoses", "procedures")
MOST_PASTED = 200_000  # signs
_SPLIT = re.compile(r"[\n|;；,，、]+")
_NAMED = re.compile(r"^\s*([^:：\t=\d]{1,24}?)\s*\d{0,2}\s*[:：\t=]\s*(.+?)\s*$")
_CODE = re.compile(r"(?<![0-9A-Za-z.])([A-Z]\d{2}[0-9A-Za-z.+*†]*|\d{2}\.\d[0-9A-Za-z]*)", re.ASCII)
_MAIN = re.compile("主要|principal|main", re.IGNORECASE)


def codes(text: str) -> list[str]:
    """The codes of a text area: a line each, a name may follow the code.

    >>> codes("K80.101 胆囊结石伴慢性胆囊炎\\nI50.900；J18.903")
    ['K80.101', 'I50.900', 'J18.903']
    """
    return [line.split()[0] for line in _SPLIT.split(text) if line.strip()]


def case_of(form: Mapping[str, str]) -> dict[str, Any]:
    """The case of a form, in the columns of the case table. Raises ArgumentError without a diagnosis."""
    case: dict[str, Any] = {name: "|".join(codes(form.get(name, ""))) for name in LISTS}
    if not case["diagnoses"]:
        raise ArgumentError("no diagnosis yet", do="type a code or a name; the principal diagnosis first")
    for name in NUMBERS:
        text = form.get(name, "").strip().replace(",", "")
        if text:
            try:
                case[name] = float(text) if name == "total_cost" or "." in text else int(text)
            except ValueError:
                raise ArgumentError("this is no number", got=form[name][:20], where=name) from None
    case["insurance"] = form.get("insurance") or "employee"
    return {**case, "case_id": "1"}


def pasted(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The fields of the form from a pasted text, and what is to be told in both languages.

    A 4101 settlement list or HQMS row as JSON; a header and a row copied from a sheet; lines such as
    `主要诊断：K80.101`; else every code in the text, in order. Raises ArgumentError where there is none.
    """
    text = text.strip()
    if len(text) > MOST_PASTED:
        raise ArgumentError(
            "the pasted text is too long", allowed=f"{MOST_PASTED:,} signs", do="use the page of a file"
        )
    if text.startswith(("{", "[")):
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            raise ArgumentError("the pasted text begins like JSON and is none") from None
        return _fields(cases_of(given if isinstance(given, list) else [given]).table())
    for attempt in (_as_sheet, _as_lines):
        try:
            cases = attempt(text)
        except DrgsimError:
            continue
        if cases is not None and len(cases) and cases.get("diagnoses") is not None:
            return _fields(cases)
    return _only_codes(text)


def _as_sheet(text: str) -> pd.DataFrame | None:
    """A header and rows, cells parted by tabs or commas."""
    lines = text.splitlines()
    if len(lines) < 2 or not any(sign in lines[0] for sign in "\t,"):
        return None
    with scratch() as folder:
        path = folder / "pasted.csv"
        path.write_text(text, encoding="utf-8")
        return read_cases(path)


def _as_lines(text: str) -> pd.DataFrame | None:
    """A line a fact: its name, a colon, its value. Several of one name are a list, the main one first."""
    row: dict[str, str] = {}
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    for match in filter(None, map(_NAMED.match, re.split(r"[\n;；]+", text))):
        name, value = match[1].strip(), match[2]
        found = _CODE.findall(value)
        kind = "procedures" if re.search("手术|操作|procedure|operation", name, re.IGNORECASE) else None
        kind = "diagnoses" if kind is None and re.search("诊断|diagnos", name, re.IGNORECASE) else kind
        if kind and found:
            at = 0 if _MAIN.search(name) else len(lists[kind])
            lists[kind][at:at] = found
        elif not kind:
            row.setdefault(name, value)
    if not lists["diagnoses"]:
        return None
    row |= {"诊断编码": "|".join(lists["diagnoses"]), "手术操作编码": "|".join(lists["procedures"])}
    return read_cases(pd.DataFrame([row], dtype=str))


def _only_codes(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    found: dict[str, list[str]] = {name: [] for name in LISTS}
    for code in _CODE.findall(text):
        kind = "diagnoses" if code[0].isalpha() else "procedures"
        if code not in found[kind]:
            found[kind].append(code)
    if not found["diagnoses"]:
        raise ArgumentError(
            "no diagnosis code was found in the pasted text",
            allowed="4101 JSON, a header and a row of a sheet, lines such as 主要诊断：K80.101, or codes",
        )
    note = ("只取了文中的编码；其余请填写。", "Only the codes were taken from the text; fill in the rest.")
    return {name: named(name, listed) for name, listed in found.items()}, [note]


def _fields(cases: pd.DataFrame) -> tuple[dict[str, str], list[tuple[str, str]]]:
    told = []
    if not (n := len(cases)):
        raise ArgumentError("no case was found in the pasted text")
    if n > 1:
        told.append((f"粘贴了 {n} 例，取第 1 例。", f"{n} cases were pasted; the first is taken."))
    row = plain(cases.iloc[:1])[0]
    fields = {name: named(name, str(row.get(name) or "").split("|")) for name in LISTS}
    for name in (*NUMBERS, "insurance"):
        if row.get(name) is not None:
            value = row[name]
            fields[name] = f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
    report = cases.attrs.get("drgsim")
    left = [] if report is None else [each for file in report["files"] for each in file["not_read"]]
    if left:
        names = "、".join(left[:12])
        told.append((f"未读入：{names}", f"Not read: {names}"))
    return fields, told


def named(kind: str, listed: list[str]) -> str:
    """Codes with their names, a line each."""
    catalogue = Catalogue.load("diagnosis" if kind == "diagnoses" else "procedure")
    found = [(code, catalogue.name_of(code) if code in catalogue else "") for code in listed if code]
    return "".join(f"{code} {name}".strip() + "\n" for code, name in found)

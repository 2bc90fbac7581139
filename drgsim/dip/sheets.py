"""A catalogue from sheets: a city's flat table of types, or the national DIP 3.0 workbook."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from .._damaged import read_text, whole
from .._paths import data_path
from ..cases.beside import BOOKS, workbook_rows
from ..errors import ColumnError, DrgsimError, FileFormatError, nearest_name
from .expressions import parse_conditions, parse_expression, parse_patterns
from .model import AnyCatalogue, DipKey, DipType
from .national import NATIONAL_PARTS, Parts, Row, layout, national_catalogue
from .pack import settle
from .words import Kind, TreatmentClass

Rows = list[list[str]]


def read_workbook_rows(path: str | Path) -> dict[str, Rows]:
    """The sheets of an Excel file, cells as text; numbers lose a trailing `.0`."""
    return {
        name: [[_text(cell) for cell in row] for row in rows] for name, rows in workbook_rows(path).items()
    }


def read_sheet(path: str | Path) -> pd.DataFrame:
    """The first sheet of an Excel file, or a CSV (UTF-8, else GB18030), its first row as header."""
    path = Path(path)
    if path.suffix.lower() in BOOKS:
        rows = next(iter(read_workbook_rows(path).values()), [])
    else:
        content = read_text(path)
        with whole(path, message="the table cannot be read to its end", do="save it as CSV UTF-8"):
            rows = list(csv.reader(io.StringIO(content)))
    rows = [row for row in rows if any(row)]
    if not rows:
        raise FileFormatError("the table is empty", where=str(path))
    width = len(rows[0])
    return pd.DataFrame([(row + [""] * width)[:width] for row in rows[1:]], columns=rows[0], dtype=object)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


_NUMBERS = ("score", "mean_cost", "mean_los", "cv", "primary_care_factor")


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(data_path("dip", "table_words.toml").read_text(encoding="utf-8"))


def read_table(
    make: type[AnyCatalogue],
    table: pd.DataFrame | str | Path,
    *,
    id: str = "city",
    title: str = "",
    rules: str = "base",
    source: str = "",
    any_of: str = "/",
    all_of: str = "+",
    strict: bool = True,
) -> AnyCatalogue:
    """The catalogue that a flat table states.

    Parameters
    ----------
    make : the class of the catalogue
    table : a DataFrame, or a CSV (UTF-8 or GB18030) or Excel file; headers in English or Chinese
    id, title, rules, source : of the catalogue that results
    any_of, all_of : what joins procedures of which any, or all, are asked; some cities write `,` for all
    strict : as in `DipCatalogue.load`

    Raises ColumnError when a column that must be there is missing, DipCatalogueError for rows that cannot
    be read, all of them at once. The trust state is `secondary`.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"病种编码": ["K80.1S1"], "病种名称": ["胆囊结石"], "病种类型": ["核心"],
    ...                      "诊断编码": ["K80.1"], "操作编码": ["51.2300"], "分值": ["1180"]})
    >>> from drgsim.dip import DipCatalogue
    >>> DipCatalogue.from_table(rows).types["K80.1S1"].score
    1180.0
    """
    rows = _renamed(read_sheet(table) if isinstance(table, str | Path) else table)
    types: dict[str, DipType] = {}
    keys: list[DipKey] = []
    problems: list[str] = []
    for number, row in enumerate(rows, start=1):
        try:
            kind, key = _entry(row, any_of, all_of)
        except (DrgsimError, ValueError) as error:
            problems.append(f"row {number}: {error}")
            continue
        if types.setdefault(kind.code, kind) != kind:
            problems.append(f"row {number}: {kind.code} is stated twice, and not the same")
        keys.append(key)
    catalogue = make(
        id=id, title=title or id, types=types, keys=tuple(keys), rules=rules, trust="secondary", source=source
    )
    settle(catalogue, problems, where=title or id, strict=strict)
    return catalogue


def _renamed(table: pd.DataFrame) -> list[dict[str, str]]:
    """The rows as text under our names; cells that are empty or missing are ``""``."""
    headers = {str(name).strip(): name for name in table.columns}
    columns = {
        name: next((headers[alias] for alias in aliases if alias in headers), None)
        for name, aliases in _words()["headers"].items()
    }
    lacking = [name for name in ("code", "diagnoses") if columns[name] is None]
    if lacking:
        raise ColumnError(
            f"the table of disease types lacks {', '.join(lacking)}",
            got=list(headers)[:12],
            allowed={name: _words()["headers"][name] for name in lacking},
        )
    text = {
        name: [
            "" if value is None or value != value else str(value).strip() for value in table[column].tolist()
        ]
        for name, column in columns.items()
        if column is not None
    }
    return [dict(zip(text, values, strict=True)) for values in zip(*text.values(), strict=True)]


def _entry(row: Mapping[str, str], any_of: str, all_of: str) -> tuple[DipType, DipKey]:
    kind, primary_care = _kind(row.get("kind", ""))
    name = row.get("name", "") or row["code"]
    values = {field: float(row[field]) for field in _NUMBERS if row.get(field)}
    cases = int(float(row["cases"])) if row.get("cases") else None
    entry = DipType(row["code"], name, kind, primary_care=primary_care, cases=cases, **values)
    conditions = "; ".join(filter(None, (row.get("conditions", ""), _marked(row["code"], name, kind))))
    composite = kind is Kind.COMPOSITE
    key = DipKey(
        row["code"],
        () if kind is Kind.BLANK else parse_patterns(row["diagnoses"]),
        () if composite else _expression(row.get("procedures", ""), any_of, all_of),
        () if composite else _expression(row.get("related", ""), any_of, all_of),
        conditions=parse_conditions(conditions),
        treatment_class=_class(row, name) if composite else None,
    )
    return entry, key


def _kind(word: str) -> tuple[Kind, bool]:
    for kind, words in _words()["kinds"].items():
        if word in words:
            return (Kind.CORE, True) if kind == "primary_care" else (Kind(kind), False)
    if word in set(Kind):
        return Kind(word), False
    if not word:
        return Kind.CORE, False
    allowed = [alias for words in _words()["kinds"].values() for alias in words]
    near = nearest_name(word, allowed)
    raise ValueError(f"no kind of disease type {word!r}" + (f", did you mean {near!r}?" if near else ""))


def _class(row: Mapping[str, str], name: str) -> TreatmentClass | None:
    """From its own column, else the procedures' cell, else the end of the name."""
    cells = [cell for cell in (row.get("treatment_class", ""), row.get("procedures", "")) if cell]
    for kind, words in _words()["classes"].items():
        if any(cell in words for cell in cells):
            return TreatmentClass(kind)
    for kind, words in _words()["classes"].items():
        if not cells and any(name.endswith(word) for word in words):
            return TreatmentClass(kind)
    if cells:
        raise ValueError(f"no treatment class {cells[0]!r}")
    return None


def _expression(cell: str, any_of: str, all_of: str) -> Any:
    if not cell or any(cell in words for words in _words()["classes"].values()):
        return ()
    return parse_expression(cell.replace(any_of, "/").replace(all_of, "+"))


def _marked(code: str, name: str, kind: Kind) -> str:
    """The condition that a mark in the name stands for."""
    for mark in _words()["marks"]:
        found = re.search(mark["pattern"], name)
        if found and mark.get("kind", kind) == kind:
            digit = code[-1:] if mark["from"] == "code" else found.group(1)
            if digit in mark["conditions"]:
                return str(mark["conditions"][digit])
    return ""


def read_workbook(make: type[AnyCatalogue], path: str | Path, *, strict: bool) -> AnyCatalogue:
    """See `DipCatalogue.from_official_workbook`."""
    parts = _parts(read_workbook_rows(path), str(path))
    catalogue, problems, doubts = national_catalogue(make, parts, trust="read", source=Path(path).name)
    settle(catalogue, problems, where=Path(path).name, strict=strict, doubtful=doubts)
    return catalogue


def _parts(sheets: Mapping[str, Rows], where: str) -> Parts:
    """The rows of each part under our column names; FileFormatError when a part is not there."""
    parts: dict[str, list[Row]] = {}
    for part, place in layout()["sheets"].items():
        name = next((name for name in sheets if all(word in name for word in place["words"])), None)
        if name is None:
            raise FileFormatError(
                f"the workbook has no sheet for {part}",
                got=list(sheets),
                allowed=f"a name with {' and '.join(place['words'])}",
                where=where,
                do="give the DIP 3.0 workbook as NHSA publishes it",
            )
        rows = _rows(sheets[name], name, where)
        parts[part] = list(_numbered(rows) if part in NATIONAL_PARTS else rows)
    return parts


def _rows(rows: Rows, sheet: str, where: str) -> list[Row]:
    columns = layout()["columns"]
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
        if any(row) and sum(cell in known for cell in map(_flat, row)) < 2  # a header may stand again
    ]


def _flat(cell: str) -> str:
    return "".join(cell.split())


def _numbered(rows: Sequence[Row]) -> Iterator[Row]:
    """Rows that say something, each with the number of its group (merged cells state it once)."""
    headers = set(layout()["columns"]["number"])
    number = name = ""
    for row in rows:
        if _flat(row["number"]) in headers:
            continue
        if row["number"]:
            number, name = row["number"], row["name"]
        if number and (row["diagnosis"] or row["procedure"]):
            yield {**row, "number": number, "name": row["name"] or name}

"""The sheets of the national DIP 3.0 workbook as rows under our names, and the catalogue of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import FileFormatError
from .catalogue import DipCatalogue
from .national import NATIONAL_PARTS, Parts, Row, layout, national_catalogue
from .pack import settle
from .sheets import Rows, read_workbook_rows


def read_workbook(path: str | Path, *, strict: bool) -> DipCatalogue:
    """See `DipCatalogue.from_official_workbook`."""
    parts = _parts(read_workbook_rows(path), str(path))
    catalogue, problems, doubts = national_catalogue(parts, trust="read", source=Path(path).name)
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

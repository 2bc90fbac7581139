"""What a file seems to be: its layout, its header row, and which header feeds which column of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...cases.case_errors import UnknownLayoutError
from ...cases.headers import header_keys
from ...cases.layouts import find_layout, layouts, nested_lists
from ...cases.raw_table import RawTable
from ...cases.recognise import HEADER_WITHIN, Match, code_looks, recognise, sample_of
from ...cases.sources import raw_tables
from .desk import Visit

MOST_COLUMNS = 400
_SAMPLE = 50
_MOST_WORDS = 0.6


def source_of(visit: Visit) -> Path:
    """The one file of a visit, or the folder of its several files."""
    files = sorted(visit.files.iterdir())
    return files[0] if len(files) == 1 else visit.files


def look(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """Every file of the visit as it would be read, from its first rows alone.

    Options as for reading: layout, rename, ignore. The answer holds headers and never a cell below them.
    """
    tell("look")
    asked = None if options.get("layout", "auto") == "auto" else find_layout(options["layout"])
    nodes = nested_lists() if asked is None else {**nested_lists(), **asked.nodes}
    passed = frozenset(options.get("ignore", ()))
    files = []
    for where, tables, _ in raw_tables(source_of(visit), nodes=nodes):
        try:
            table, match = recognise(
                tables, layout=asked, rename=options.get("rename", {}), where=where, ignore=passed
            )
        except UnknownLayoutError as error:
            files.append(_unknown(where, tables, error))
        else:
            files.append(_known(where, table, match))
    return {"files": files, "options": dict(options), "layouts": _layouts()}


def _known(where: str, table: RawTable, match: Match) -> dict[str, Any]:
    layout = match.layout
    feeds = _feeds(match)
    looks = code_looks(_below(table, match.header_row), match.header)
    columns = [
        {
            "header": " ".join(cell.split()),
            "feeds": feeds.get(place),
            "personal": any(map(layout.is_identifier, header_keys(cell))),
            "codes": bool(looks(place)),
        }
        for place, cell in enumerate(match.header[:MOST_COLUMNS])
        if cell.strip()
    ]
    return {
        "name": where,
        "layout": layout.id,
        "label": {"zh": layout.label_zh, "en": layout.label_en},
        "state": layout.state,
        "note": layout.note,
        "header_row": match.header_row + 1,
        "notes": list(table.notes),
        "columns": columns,
        "left_off": max(0, len(match.header) - MOST_COLUMNS),
    }


def _unknown(where: str, tables: Sequence[RawTable], error: UnknownLayoutError) -> dict[str, Any]:
    """A file no layout fits: the row most like a header, for its columns to be named by hand."""
    row, cells = _like_a_header([table.preview()[:HEADER_WITHIN] for table in tables])
    columns = [
        {"header": " ".join(cell.split()), "feeds": None, "personal": False, "codes": False}
        for cell in cells[:MOST_COLUMNS]
        if cell.strip()
    ]
    return {
        "name": where,
        "layout": None,
        "told": error.message,
        "do": error.do,
        "header_row": row + 1,
        "notes": [],
        "columns": columns,
        "left_off": max(0, len(cells) - MOST_COLUMNS),
    }


def _like_a_header(readings: Sequence[Sequence[Sequence[str]]]) -> tuple[int, Sequence[str]]:
    """Row and cells most like a header, of several readings of a file (sheets, separators).

    It is the first row about as full of words as any: titles above it have a cell or two. The reading in
    which most rows are as wide as the header is the right one; by a wrong separator they are not.
    """
    best: tuple[tuple[float, int], int, Sequence[str]] = ((-1.0, 0), 0, ())
    for rows in readings:
        words = [len({cell for cell in cells if cell.strip() and not _number(cell)}) for cells in rows]
        least = max(words, default=0) * _MOST_WORDS
        for row, cells in enumerate(rows):
            if words[row] < least:
                continue
            wide = sum(len(each) == len(cells) for each in rows[row:]) / (len(rows) - row)
            rank = (wide if words[row] > 1 else 0.0, words[row])
            best = max(best, (rank, row, cells), key=lambda each: each[0])
            break
    return best[1], best[2]


def _feeds(match: Match) -> dict[int, str]:
    """By position, the column of the case table it feeds; the n-th code of a list as `diagnoses2`."""
    found: dict[int, str] = {}
    for name, (_, places) in match.columns.items():
        found |= dict.fromkeys(places, name)
    for name, listed in match.lists.items():
        for beside, at in listed.beside.items():
            found |= {place: beside for place in at if place is not None}
        found |= {place: name for place in listed.attached if place is not None}
        found |= {
            place: f"{name}{number}" for number, place in enumerate(listed.slots, 1) if place is not None
        }
        if listed.joined is not None:
            found[listed.joined] = name
    return found


def _below(table: RawTable, header_row: int) -> Sequence[Sequence[str]]:
    rows = table.preview()[header_row + 1 :]
    return rows[:_SAMPLE] or sample_of(table)


def _number(cell: str) -> bool:
    return cell.strip().replace(".", "", 1).replace("-", "", 2).isdigit()


def _layouts() -> list[dict[str, str]]:
    return [{"id": each.id, "zh": each.label_zh, "en": each.label_en} for each in layouts().values()]

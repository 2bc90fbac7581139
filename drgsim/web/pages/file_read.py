"""The file of a visit: what it seems to be (layout, header, columns), then read as agreed, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ...cases import check_cases, read_cases
from ...cases.case_errors import UnknownLayoutError
from ...cases.given import GROUPS, with_answers
from ...cases.headers import header_keys
from ...cases.hospital_facts import HospitalFacts
from ...cases.layouts import find_layout, layouts, nested_lists
from ...cases.raw_table import RawTable
from ...cases.recognise import HEADER_WITHIN, Match, code_looks, recognise, sample_of
from ...cases.sources import raw_tables
from ...errors import ArgumentError
from ...language import in_chinese, speaking
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


CASES, PROBLEMS = "cases.pickle", "problems.xlsx"
MOST_PROBLEM_ROWS = 1_000_000  # of a sheet


def read(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """The cases into the folder of the visit, the problems into a workbook; the answer holds counts only."""
    done = 0

    def watch(report: Any) -> None:
        nonlocal done
        done += sum(file["rows"] for file in report["files"])
        tell("read", done)

    cases = read_cases(
        source_of(visit),
        layout=options.get("layout", "auto"),
        code_edition=options.get("code_edition", "insurance"),
        rename=options.get("rename", {}),
        ignore=options.get("ignore", ()),
        keep=GROUPS.__contains__,
        watch=watch,
    )
    report = cases.attrs["drgsim"]
    tell("check")
    cases = with_answers(cases)
    problems = check_cases(cases)
    cases, told = HospitalFacts.of(options.get("hospital")).fill(cases)
    cases.to_pickle(visit.folder / CASES)
    found = problems.frame if len(problems.frame) <= MOST_PROBLEM_ROWS else None
    if found is not None:
        tell("write")
        problems.to_file(visit.out / PROBLEMS)
    return {
        "cases": len(cases),
        "account": _in_both(report.account),
        "warnings": [
            {"kind": each.kind, "column": each.column, "zh": each.zh, "en": each.en}
            for each in report.warnings
        ],
        "problems": [
            {name: str(row[name]) for name in ("rule", "column", "severity", "count", "zh", "en", "state")}
            for row in problems.summary().to_dict("records")
        ],
        "problem_cases": int(problems.frame["row"].dropna().nunique()),
        "not_checked": sorted({str(each) for each in problems.not_checked["column"]}),
        "told": {"zh": [in_chinese(line) for line in told], "en": list(told)},
        "columns": [str(name) for name in cases.columns],
        "options": dict(options),
    }


def _in_both(say: Callable[[], str]) -> dict[str, list[str]]:
    """The lines of what is said, in either language."""
    with speaking("zh"):
        zh = in_chinese(say()).splitlines()
    with speaking("en"):
        return {"zh": zh, "en": say().splitlines()}


def must_be_read(visit: Visit) -> Path:
    """Where the cases that were read lie. Raises ArgumentError before, and while codes lie unread."""
    path = visit.folder / CASES
    if not path.is_file():
        raise ArgumentError("the file was not read yet", do="agree to its columns first")
    unread = [each for each in visit.read("read")["warnings"] if each["kind"] == "unread-codes"]
    if unread:
        names = [each["column"] for each in unread]
        raise ArgumentError(
            "a column of codes lies unread", got=names, do="say what it is, or that it is not to be read"
        )
    return path


def cases_of(visit: Visit) -> pd.DataFrame:
    """The cases that were read. Raises ArgumentError as `must_be_read`."""
    return pd.read_pickle(must_be_read(visit))

"""Bodies of calls as cases: JSON objects, settlement lists and front pages as they are, lines, tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .._atomic import scratch
from .._optional import require
from ..cases import read_cases
from ..cases.read_report import report_of
from ..cases.typed_case import typed_case
from ..errors import ArgumentError, FileFormatError

DEEPEST = 64  # levels of a JSON body


@dataclass
class Read:
    """Cases that were read, and what reading them found.

    Attributes
    ----------
    frame : the cases, in the columns of the case table
    plain : the one case as a mapping, where it needed no reading
    told : by position, the problems of that case: column, got, rule, zh, en
    notes : what is to be told of all: keys that feed no column, repairs, warnings
    """

    frame: pd.DataFrame | None = None
    plain: dict[str, Any] | None = None
    told: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def table(self) -> pd.DataFrame:
        """The cases as a table."""
        if self.frame is None:
            self.frame = _frame([self.plain or {}])
        return self.frame

    def one(self, place: int) -> dict[str, Any]:
        """One case as a mapping."""
        if self.plain is not None:
            return self.plain
        row = self.table().iloc[place].to_dict()
        return {
            str(name): None if pd.api.types.is_scalar(cell) and pd.isna(cell) else cell
            for name, cell in row.items()
        }

    def __len__(self) -> int:
        return 1 if self.frame is None else len(self.frame)


def cases_of(given: Sequence[Any], *, read: bool = False) -> Read:
    """Cases as JSON objects: in the columns of the case table, or as settlement lists and front pages are.

    What is typed and spelt as the case table is taken as it stands; all else is read as a file of them would
    be, in a folder that is emptied at once, and what reading repaired or could not read is told. `read`:
    always read. Raises ArgumentError for what is no list of objects, and what `read_cases` raises.
    """
    if not given or not all(isinstance(case, Mapping) and case for case in given):
        raise ArgumentError(
            "cases are JSON objects with columns of a case",
            got=_kinds(given),
            allowed="one object or a list",
            do="see /openapi.json for examples",
        )
    if not read:
        if len(given) == 1:
            plain = typed_case(given[0])
            if plain is not None:
                return Read(plain=plain)
        else:
            typed = [found for found in map(typed_case, given) if found is not None]
            if len(typed) == len(given):
                return Read(frame=_frame(typed))
    text = json.dumps(list(given), ensure_ascii=False)
    return file_of(text.encode("utf-8", "replace"), "cases.json")


def file_of(content: bytes, name: str) -> Read:
    """The cases of a file's content, read as `drgsim` reads files."""
    with scratch() as folder:
        path = folder / name
        path.write_bytes(content)
        frame = read_cases(path, keep=_further)
    return with_report(frame)


def _further(header: str) -> bool:
    return header in ("drg", "dip_code", "score")


def with_report(frame: pd.DataFrame) -> Read:
    """A table as `read_cases` makes it, with what its report says of each case."""
    found = Read(frame=frame)
    report = report_of(frame)
    if report is None:
        return found
    for problem in report.problems.frame.to_dict("records"):
        if problem["row"] is None or problem["row"] != problem["row"]:
            found.notes.append(f"{problem['column']}: {problem['zh']} {problem['en']}")
            continue
        found.told.setdefault(int(problem["row"]), []).append(
            {name: problem[name] for name in ("column", "rule", "got", "zh", "en")}
        )
    for each in report["files"]:
        unread = [header for header in each["not_read"] if not _further(header)]
        found.notes += [f"{header}: 未读入 not read" for header in unread]
    found.notes += [
        f"{each['column']}: {each['zh']} {each['en']} ({each['count']})" for each in report["repairs"]
    ]
    found.notes += [str(warning) for warning in report.warnings]
    return found


def parsed(body: bytes) -> Any:
    """JSON text as values. Raises FileFormatError where it is none; what it says is not repeated."""
    orjson = require("orjson", extra="web", feature="the service")
    try:
        return orjson.loads(body)
    except ValueError as error:
        place = getattr(error, "pos", None)
        raise FileFormatError(
            "the body is not JSON",
            got=f"{len(body)} bytes",
            allowed="UTF-8 JSON: an object or a list of them; numbers are finite",
            where=None if place is None else f"byte {place}",
        ) from None


def arrow_batches(stream: Any) -> Any:
    """The record batches of an Arrow stream, each held to be sound before anything reads it."""
    pa = require("pyarrow", extra="arrow", feature="Arrow streams")
    try:
        with pa.ipc.open_stream(stream) as reader:
            for batch in reader:
                batch.validate(full=True)
                yield batch
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise FileFormatError(
            "the body is no sound Arrow stream",
            got=type(error).__name__,
            allowed="the Arrow IPC stream format (application/vnd.apache.arrow.stream)",
        ) from None


def arrow_frame(batches: Sequence[Any]) -> pd.DataFrame:
    """Record batches as one table of cases, read as `read_cases` reads Arrow."""
    import pyarrow as pa

    return read_cases(pa.Table.from_batches(batches), keep=_further)


def as_arrow(rows: Any, *, always: Sequence[str] = ()) -> Any:
    """Rows as an Arrow table; what is nested stands in it as JSON text. `always`: columns it has anyway."""
    import pyarrow as pa

    if not isinstance(rows, list):
        return rows
    names = list(dict.fromkeys([*(name for row in rows for name in row if name not in always), *always]))
    columns = {}
    for name in names:
        cells = [row.get(name) for row in rows]
        if any(isinstance(cell, dict | list) for cell in cells):
            cells = [None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in cells]
        try:
            found = pa.array(cells)
            columns[name] = found.cast(pa.string()) if pa.types.is_null(found.type) else found
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # of several kinds
            columns[name] = pa.array([None if cell is None else str(cell) for cell in cells])
    return pa.table(columns)


def _frame(cases: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(cases)


def _kinds(given: Sequence[Any]) -> str:
    kinds = sorted({type(case).__name__ for case in given})
    return f"{len(given)} items ({', '.join(kinds)})" if kinds else "no case"

"""A chunk of a source as Arrow columns of the case table and lists of code ids, to be grouped and written.

The same cases as `ChunkToRead.frame` gives, column by column; only what is not plain goes through pandas, of
codes only the rows that hold one the catalogue does not know. Further columns stay as they lie in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..codes import Codebook, CodeLists, Kind
from ..codes.encoder import concatenate
from .arrow_columns import arrow_column, as_arrow, is_text, slots_joined, with_texts
from .assemble import is_number, join_not_applicable, one_column
from .code_columns import (
    beside_codes,
    blank_marks,
    code_list,
    parted_cells,
    parted_findings,
    principal_findings,
    rows_to_look_at,
    without_persons,
)
from .columns import case_columns
from .derive import LOS_FROM, MADE_OF, settle_arrow_weights, settle_stays, with_stay_ids
from .layout import Layout
from .list_places import ListPlaces
from .personal import IDS, STAFF, hide, staff_codes, suspects, without_numbers
from .problems import Finding
from .raw_table import RawChunk, series_of
from .read_chunk import NOT_APPLICABLE, ChunkToRead
from .read_report import ReadReport
from .repair import KINDS, repair_codes
from .texts import as_text, one_array

Rows = npt.NDArray[np.int64]
Repairs = list[dict[str, Any]]


@dataclass(frozen=True)
class ArrowCases:
    """The cases of a chunk.

    Attributes
    ----------
    columns : Arrow arrays by name, in the order of the case table, kept columns behind
    lists : the ids of the codes, by column
    rows, start : how many rows, and the number of the first
    report : what reading did and found
    """

    columns: Mapping[str, Any]
    lists: Mapping[str, CodeLists]
    rows: int
    start: int
    report: ReadReport


def arrow_cases(job: ChunkToRead, books: Mapping[str, Codebook]) -> ArrowCases:
    """Read a chunk; its columns of codes are encoded by `books`, and repaired as the job says."""
    import pandas as pd
    import pyarrow as pa

    if job.chunk is None:
        return _by_frame(job, books)
    chunk, match = job.chunk, job.todo.match
    findings = list(chunk.findings)
    parts: dict[str, Any] = {}
    unapplied: dict[str, Any] = {}
    for name, (source, places) in match.columns.items():
        fast = None
        if len(places) == 1 and places[0] in chunk.arrow:
            column = case_columns()[name]
            fast = arrow_column(chunk.arrow[places[0]], column, match.layout, source.unit)
        if name == "age" and not is_number(chunk, places[0]):
            parts.setdefault("age_days", pa.nulls(chunk.rows, pa.int32()))  # as `settle_ages` makes it
        if fast is None:
            parsed = one_column(chunk, name, source, places, match.layout)
            if parsed.also:
                return _by_frame(job, books)
            fast = as_arrow(parsed)
        parts[name], mask, problems = fast
        findings += [Finding(rule, name, rows, got) for rule, rows, got in problems]
        if mask is not None:
            unapplied[name] = mask
    ids: dict[str, CodeLists] = {}
    repairs: Repairs = []
    editions: dict[str, dict[str, int]] = {}
    for name, listed in match.lists.items():
        read = _Codes(chunk, name, listed, match.layout, books.get(name), job)
        parts[name] = read.texts
        beside = beside_codes(chunk, listed, match.layout, read.texts)
        parts |= {each: _series(texts) for each, texts in beside.items()}
        ids[name] = read.ids
        findings += read.findings
        repairs += read.repairs
        if job.repair:
            editions[name] = read.edition
    named = not job.todo.names_staff and any(suspects(parts[name]).size for name in IDS if name in parts)
    if named or _to_settle(parts):
        return _by_frame(job, books)
    stays = _settled_stays(parts, findings, unapplied)
    if job.todo.gives("los") and (job.first or "los" in match.columns):
        findings += stays
    if job.todo.says_not_applicable:
        parts[NOT_APPLICABLE] = _not_applicable(parts.get(NOT_APPLICABLE), unapplied, chunk.rows)
    if not job.todo.names_staff:
        parts |= {name: _staff(parts[name]) for name in STAFF if name in parts}
        findings += [Finding("identifier-in-cell", name, rows, "(hidden)") for name, rows in hide(parts)]
    parts = _with_stay_ids(parts)
    findings += settle_arrow_weights(parts, ids.get("diagnoses"))
    columns = {name: parts[name] for name in case_columns() if name in parts and job.todo.gives(name)}
    for name, place in job.todo.kept.items():
        lies = place in chunk.arrow
        array = one_array(chunk.arrow[place]) if lies else _series(as_text(chunk.columns[place]))
        columns[name] = array
        if not job.todo.names_staff and name not in job.todo.asked:
            columns[name], rows = without_numbers(array)
            if len(rows):
                findings.append(Finding("identifier-in-cell", name, rows, "(hidden)"))
    columns = {name: one_array(column) for name, column in columns.items()}
    cases = columns.get("case_id") if findings else None
    report = job.report(
        findings,
        sorted(repairs, key=lambda entry: str(entry["column"])),
        editions,
        index=pd.RangeIndex(job.start, job.start + chunk.rows),
        cases=None if cases is None else cases.to_pandas(),
    )
    assert all(isinstance(column, pa.Array) for column in columns.values())
    lists = {name: ids[name] for name in ids if name in books}
    return ArrowCases(columns, lists, chunk.rows, job.start, report)


def _by_frame(job: ChunkToRead, books: Mapping[str, Codebook]) -> ArrowCases:
    """The same by way of a frame, for what is settled column against column; kept columns as they lie."""
    frame = job.frame()
    report: ReadReport = frame.attrs["drgsim"]
    columns = {str(name): _series(frame[name]) for name in frame.columns}
    if job.chunk is not None:
        arrow = job.chunk.arrow
        kept = {name: arrow[place] for name, place in job.todo.kept.items() if place in arrow}
        arrays = {name: one_array(array) for name, array in kept.items()}
        if not job.todo.names_staff:
            asked = job.todo.asked
            arrays = {
                name: array if name in asked else without_numbers(array)[0] for name, array in arrays.items()
            }
        columns |= arrays
    return ArrowCases(columns, _encoded(columns, books), len(frame), job.start, report)


def _settled_stays(
    parts: dict[str, Any], findings: list[Finding], unapplied: dict[str, Any]
) -> list[Finding]:
    """As `settle_stays`, where a length of stay is missing."""
    if any(name not in parts for name in LOS_FROM) or ("los" in parts and not parts["los"].null_count):
        return []
    import pandas as pd

    stays = {name: parts[name].to_pandas() for name in LOS_FROM}
    if "los" in parts:
        stays["los"] = pd.Series(pd.array(parts["los"].to_numpy(zero_copy_only=False), dtype="Int32"))
    told = settle_stays(stays, findings, unapplied)
    parts["los"] = _series(stays["los"])
    return told


def _to_settle(parts: Mapping[str, Any]) -> bool:
    """Whether an age is said in days alone: then the frame's way, the only one that settles it."""
    import pyarrow.compute as pc

    if "age" in parts and "age_days" in parts and parts["age"].null_count:
        days = parts["age_days"]
        return bool(pc.any(pc.and_(pc.is_null(parts["age"]), pc.is_valid(days))).as_py())
    return False


class _Codes:
    """One column of codes: its texts, their ids, and what was found and repaired in them."""

    def __init__(
        self,
        chunk: RawChunk,
        name: str,
        places: ListPlaces,
        layout: Layout,
        book: Codebook | None,
        job: ChunkToRead,
    ) -> None:
        self.name, self.repair, self.names_persons = name, job.repair, job.todo.names_staff
        self.findings: list[Finding] = []
        self.repairs: Repairs = []
        self.texts: Any = self._plain(chunk, places, layout)
        joined, self.parted = places.joined, True
        if self.texts is None:
            self.parted = False
            series, self.findings = code_list(chunk, name, places, layout)
            self.texts = _series(series)
            joined = None
        encoder = book or _catalogue(KINDS[name])
        ids = encoder.encode(self.texts)
        self.edition = {"codes": ids.n_codes, "unknown": 0, "clinical": 0}
        if job.repair == "clinical":
            odd: Rows = np.arange(len(ids))
        else:
            odd, unknown, clinical = rows_to_look_at(self.texts, ids, encoder, name, blank_marks(layout))
            self.edition |= {"unknown": unknown, "clinical": clinical}
        self.ids = self._again(odd, joined, chunk, places, layout, encoder, ids) if odd.size else ids

    def _plain(self, chunk: RawChunk, places: ListPlaces, layout: Layout) -> Any | None:
        """The texts as they lie in Arrow memory; None when they do not."""
        if places.overlapping or any(place not in chunk.arrow for place in places.positions):
            return None
        if places.joined is None:
            return slots_joined(chunk, places, layout)
        texts = one_array(chunk.arrow[places.joined])
        return texts if is_text(texts.type) else None

    def _again(
        self,
        odd: Rows,
        joined: int | None,
        chunk: RawChunk,
        places: ListPlaces,
        layout: Layout,
        book: Codebook,
        ids: CodeLists,
    ) -> CodeLists:
        """Read and repair the rows at `odd`; the ids of all rows then."""
        import pandas as pd
        import pyarrow as pa

        before = self.texts.take(pa.array(odd))
        series = before.to_pandas()
        found: list[Finding] = []
        if joined is not None:
            series, found = code_list(RawChunk({joined: series}, len(odd)), self.name, places, layout)
        elif self.parted:
            series, rows = parted_cells(series, self.name, places.source.separators)
            if places.principal is not None:
                cells = series_of(one_array(chunk.arrow[places.principal]).take(pa.array(odd)))
                found = principal_findings(cells, self.name)
            found += parted_findings(series, rows, self.name, found)
        if not self.names_persons:
            series, named = without_persons(series, self.name)
            found += named
        self.findings += [Finding(each.rule, each.column, odd[each.rows], each.got) for each in found]
        if self.repair:
            repaired = repair_codes(pd.DataFrame({self.name: series}), edition=self.repair)
            self.repairs, series = repaired.repairs, repaired.cases[self.name]
            again = repaired.editions[self.name]
            again["codes"] -= ids.take(odd).n_codes
            self.edition = {each: count + again[each] for each, count in self.edition.items()}
        after = _series(series).cast(self.texts.type)
        if after.equals(before):
            return ids
        self.texts = with_texts(self.texts, odd, after)
        return _spliced(ids, odd, book.encode(after))


def _spliced(ids: CodeLists, rows: Rows, new: CodeLists) -> CodeLists:
    """The lists with others at these rows."""
    if np.array_equal(ids.counts[rows], new.counts):  # nothing moves
        flat, dropped = ids.flat.copy(), ids.dropped.copy()
        starts = ids.offsets[rows] - ids.offsets[0] - new.offsets[:-1]
        flat[np.repeat(starts, new.counts) + np.arange(len(new.flat))] = new.flat
        dropped[rows] = new.dropped
        return CodeLists(flat, ids.offsets - ids.offsets[0], dropped)
    order = np.arange(len(ids), dtype=np.int64)
    order[rows] = len(ids) + np.arange(len(rows))
    return concatenate([ids, new]).take(order)


@cache
def _catalogue(kind: Kind) -> Codebook:
    return Codebook.for_kind(kind)


def _encoded(columns: Mapping[str, Any], books: Mapping[str, Codebook]) -> dict[str, CodeLists]:
    return {name: book.encode(columns[name]) for name, book in books.items() if name in columns}


def _series(series: Any) -> Any:
    """A pandas Series as one Arrow array, text where it is empty."""
    import pyarrow as pa

    array = one_array(pa.array(series, from_pandas=True))
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def _staff(array: Any) -> Any:
    """The names of doctors as codes, each distinct one looked at once."""
    told = one_array(array).dictionary_encode()
    return _series(staff_codes(told.dictionary.to_pandas())[0]).take(told.indices)


def _with_stay_ids(parts: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    there = [name for name in ("case_id", *MADE_OF) if name in parts]
    if "record_number" in there or there in ([], ["case_id"]):
        return parts
    made = with_stay_ids(pd.DataFrame({name: parts[name].to_pandas() for name in there}))
    changed = [name for name in ("case_id", "record_number") if name in made]
    return {**parts, **{name: _series(made[name]) for name in changed}}


def _not_applicable(stated: Any, unapplied: Mapping[str, Any], rows: int) -> Any:
    import pyarrow as pa

    if stated is None and not unapplied:
        return pa.nulls(rows, pa.string())
    return _series(join_not_applicable(None if stated is None else stated.to_pandas(), unapplied, rows))

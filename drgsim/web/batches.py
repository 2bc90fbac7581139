"""Batches piece by piece: lines and Arrow batches in, answers of each piece out. Runs in a thread."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import ArgumentError, DrgsimError
from ..grouping.inputs import REQUIRED
from .answers import Answer, Answers, Options, scheme_facts
from .calls import Call
from .giving import Pieces
from .kinds import Kind
from .settings import Settings
from .taking import Read, arrow_batches, arrow_frame, cases_of, parsed, with_report
from .told import TooLargeError, told, unexpected

_LINES = 2_000  # of a piece
_ROWS = 1 << 17  # of a piece of Arrow
_LONGEST_LINE = 8 << 20


def answered(
    call: Call, body: Kind, kind: Kind, file: io.RawIOBase, work: Answers, options: Options
) -> tuple[Pieces, int]:
    """The answers to a stream of cases, and how many cases it had. Raises what a piece as a whole raises."""
    pieces = Pieces(kind)
    try:
        counted = _all_pieces(call, body, io.BufferedReader(file, 1 << 18), work, options, pieces)
        if not counted:
            raise ArgumentError("no case in the body", got=0, allowed="one or more")
    except BaseException:
        pieces.file.close()
        raise
    return pieces, counted


def _all_pieces(
    call: Call, body: Kind, file: io.BufferedReader, work: Answers, options: Options, pieces: Pieces
) -> int:
    counted = 0
    if call.whole:
        read = _all(call, body, file, work.settings)
        pieces.add(call.run(work, read, options))
        return len(read)
    if body is Kind.ARROW:
        for batches in _gathered(arrow_batches(file)):
            counted += _arrow_piece(call, batches, work, options, pieces)
    else:
        for first, lines in _lines(file):
            rows, facts = _line_piece(call, first, lines, work, options)
            pieces.add(Answer(rows, facts))
            counted += len(lines)
    return counted


def _arrow_piece(call: Call, batches: list[Any], work: Answers, options: Options, pieces: Pieces) -> int:
    """A typed table with the columns of grouping goes straight through the kernel; others are read first."""
    import pyarrow as pa

    table = pa.Table.from_batches(batches)
    if call.path == "/group" and set(REQUIRED) <= set(table.column_names):
        grouper = work.kept.grouper(options.get("scheme"))
        found = grouper.group(table.select([name for name in table.column_names if name != "case_id"]))
        if "case_id" in table.column_names:
            found = found.add_column(0, "case_id", table.column("case_id"))
        pieces.add_table(found, scheme_facts(grouper))
        return table.num_rows
    frame = arrow_frame(batches)
    for start in range(0, len(frame), _LINES):
        part = frame.iloc[start : start + _LINES].reset_index(drop=True)
        part.attrs = {}
        read = with_report(frame) if len(frame) <= _LINES else Read(frame=part)
        pieces.add(call.run(work, read, options))
    return len(frame)


def _gathered(batches: Iterable[Any]) -> Iterator[list[Any]]:
    """Small record batches together, large ones in slices."""
    waiting: list[Any] = []
    rows = 0
    for batch in batches:
        for start in range(0, max(1, batch.num_rows), _ROWS):
            part = batch.slice(start, _ROWS)
            waiting.append(part)
            rows += part.num_rows
            if rows >= _ROWS:
                yield waiting
                waiting, rows = [], 0
    if rows:
        yield waiting


def _lines(file: io.BufferedReader) -> Iterator[tuple[int, list[bytes]]]:
    """Lines that are not empty, in pieces, each with the number of lines before it."""
    before = 0
    while True:
        lines = []
        for line in itertools.islice(iter(lambda: file.readline(_LONGEST_LINE), b""), _LINES):
            if len(line) == _LONGEST_LINE:
                raise TooLargeError("a line is too long", allowed=f"{_LONGEST_LINE} bytes")
            lines.append(line)
        if not lines:
            return
        kept = [line for line in lines if line.strip()]
        if kept:
            yield before, kept
        before += len(lines)


def _line_piece(
    call: Call, before: int, lines: list[bytes], work: Answers, options: Options
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of some lines, in their order; a line that is no case has the error in its row."""
    found: list[dict[str, Any]] = [{} for _ in lines]
    cases: list[Any] = []
    places: list[int] = []
    for place, line in enumerate(lines):
        try:
            case = parsed(line)
            if not isinstance(case, dict) or not case:
                raise ArgumentError("a line is one case as a JSON object", got=type(case).__name__)
        except DrgsimError as error:
            found[place] = {"line": before + place + 1, "error": told(error)}
            continue
        cases.append(case)
        places.append(place)
    facts: dict[str, Any] = {}
    if cases:
        call_options(work, call, options)
        try:
            answer = call.run(work, cases_of(cases, read=call.reads), options)
            facts = answer.facts
            for place, row in zip(places, answer.rows, strict=True):
                found[place] = row
        except DrgsimError:
            for place, case in zip(places, cases, strict=True):
                found[place] = _one_line(call, case, before + place + 1, work, options)
    return found, facts


def _one_line(call: Call, case: Any, line: int, work: Answers, options: Options) -> dict[str, Any]:
    try:
        return call.run(work, cases_of([case], read=call.reads), options).rows[0]
    except DrgsimError as error:
        return {"line": line, "error": told(error)}
    except Exception as error:
        return {"line": line, "error": unexpected(error)}


def call_options(work: Answers, call: Call, options: Options) -> None:
    """Raise for an option that names nothing, before any case is blamed for it."""
    if "scheme" in call.options:
        work.kept.grouper(options.get("scheme"))
    if "catalogue" in call.options and not call.whole:
        work.kept.dip(options.get("catalogue"))


def _all(call: Call, body: Kind, file: io.BufferedReader, settings: Settings) -> Read:
    """All cases of a stream, where they must be seen together. Raises TooLargeError above the limit."""
    if body is Kind.ARROW:
        batches, rows = [], 0
        for batch in arrow_batches(file):
            rows += batch.num_rows
            _fits(rows, settings)
            batches.append(batch)
        if not rows:
            raise ArgumentError("no case in the body", got=0, allowed="one or more")
        return with_report(arrow_frame(batches))
    cases: list[Any] = []
    for before, lines in _lines(file):
        for place, line in enumerate(lines):
            case = parsed(line)
            if not isinstance(case, dict) or not case:
                where = f"line {before + place + 1}"
                raise ArgumentError(
                    "a line is one case as a JSON object", got=type(case).__name__, where=where
                )
            cases.append(case)
        _fits(len(cases), settings)
    return cases_of(cases, read=call.reads)


def _fits(rows: int, settings: Settings) -> None:
    if rows > settings.largest_table:
        raise TooLargeError(
            "too many cases that must be seen together",
            got=rows,
            allowed=settings.largest_table,
            do="send fewer at once, or use the command line, which has no such limit",
        )

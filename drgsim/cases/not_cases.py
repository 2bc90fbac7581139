"""Rows of a sheet that are no cases (a second header, a header again, totals, notes), and cells as a
spreadsheet leaves them: errors, quotes that hold a text together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._kernels._cells import first_signs, holds
from .columns import case_columns
from .headers import StackedCell, header_key, is_rest_of_header
from .layouts import known_headers
from .problems import WHOLE_TABLE, Finding
from .raw_table import RawChunk
from .texts import HELD, buffers, is_missing, one_array, plain_text
from .values import spellings

if TYPE_CHECKING:
    from .recognise import Match

Mask = npt.NDArray[np.bool_]

NOT_A_CASE = "row-not-a-case"
_BLANK = frozenset({"", "-", "--", "—", "——", "/", "无", "NA", "NULL", "null"})
_WHO = "制表|填表|填报|审核|复核|统计|打印|导出|报表|报送|上报|编制|经办|核对|录入"
_FOOT = re.compile(
    r"\s*(?:"
    r"[（(【\[]?(?:本页|本科|科室|全院|分科)?(?:合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|平\s*均|均\s*值)[)）】\]]?"
    r"\s*(?:[:：\d（(].*|金额.*|人数.*|例数.*|费用.*)?$"
    rf"|(?:{_WHO})\s*(?:人|者|员|单位|部门|科室|机构|日期|时间|期间|口径|说明)?\s*[:：].*"
    rf"|(?:{_WHO})(?:人|日期|时间|单位).*"
    r"|(?:单位|科室|部门|医保办?|财务)?负责人(?:签[字名章])?\s*[:：]?.*$"
    r"|(?:备|附)?注\s*[:：].*|说明\s*[:：].*|数据来源.*"
    r"|第\s*\d+\s*页.*|共\s*\d+\s*(?:页|条|例|人|行|份).*"
    r"|(?:total|sum|subtotal|grand total|average)\s*[:：]?\s*$"
    r")",
    re.IGNORECASE,
)
_ERRORS = re.compile(r"#(?:N/A|DIV/0!|REF!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)|#{4,}")
_FIRST_DIGIT, _FIRST_LETTER, _SECOND_DIGIT = 1, 2, 4  # as in _kernels/_cells.pyx
# for Python and Arrow alike, whose \s differ
_DIGIT = "[0-9０-９]"
_DIAGNOSIS = "[A-Za-zＡ-Ｚａ-ｚ][0-9０-９]"
_TOTAL = (
    r"^[\s　]*[（(【\[]?(?:本页|本科|科室|全院|分科)?(?:合|小|总|共|累)[\s　]*计"
    r"[)）】\]]?[\s　]*[:：]?[\s　]*$"
)
_ODD = r"^[\s\v\x1c-\x1f" + "\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000" + r"]*[#='‘]"
_ODD_SIGNS = b"#='" + "‘".encode()[:1]


def cleaned(chunk: RawChunk, match: Match, looked: Sequence[int], *, start: int, held: bool) -> RawChunk:
    """The rows that are cases, with cells as they were meant; what was left out is told.

    A row is judged by its own cells alone, so that a file, its chunks and a frame of it have the same cases.
    `looked` are the positions at hand, `start` says how many rows of the source came before; `held` is False
    for a source whose cells hold values and nothing that keeps a text together (Parquet, JSON).
    """
    chunk = _cells(chunk, match) if held else chunk
    chunk = _without_nested(chunk, match)
    gone, words = _rows(chunk, match, looked, heads=max(0, 3 - start))
    if not gone.any():
        return chunk
    at = chunk.at if chunk.at is not None else np.arange(start + 1, start + chunk.rows + 1)
    told = [f"row {at[row]}: {words[row]}" for row in np.flatnonzero(gone).tolist() if words[row]]
    kept = chunk.keep(~gone)
    findings = [Finding(NOT_A_CASE, "", WHOLE_TABLE, each) for each in told]
    return replace(kept, findings=[*kept.findings, *findings])


def _rows(chunk: RawChunk, match: Match, looked: Sequence[int], *, heads: int) -> tuple[Mask, list[str]]:
    """Which rows are no cases, and by what word; an empty row by none. The first `heads` may be headers."""
    words = [""] * chunk.rows
    gone = np.zeros(chunk.rows, dtype=bool)
    coded = [place for listed in match.lists.values() for place in listed.positions]
    blank = np.ones(chunk.rows, dtype=bool)
    for place in coded:
        blank &= _without_digit(chunk, place)
    likely = _like_header(chunk, match, coded) if coded else np.zeros(chunk.rows, dtype=bool)
    likely[:heads] = True
    heading = np.flatnonzero(likely)
    heads_of = {place: _texts(chunk, place, heading) for place in looked} if heading.size else {}
    for at, row in enumerate(heading.tolist()):
        own = {place: cells[at] for place, cells in heads_of.items()}
        if _is_header(own, match) or (row < heads and is_rest_of_header([*own.values()])):
            gone[row], words[row] = True, "header"
            blank[row] = False
    for finding in chunk.findings:  # a row whose cells could not be told apart is not an empty one
        if finding.rule == "row-too-long":
            blank[finding.rows] = False
    for row in np.flatnonzero(_totals(chunk, match, coded) & ~blank & ~gone).tolist():
        gone[row], words[row] = True, "total"  # with counts where other rows have codes
    rows = np.flatnonzero(blank)
    if not rows.size:
        return gone, words
    texts = {place: _texts(chunk, place, rows) for place in looked}
    fed = [(name, place) for name, (_, places) in match.columns.items() for place in places]
    kinds = {place: case_columns()[name].kind for name, place in fed}
    sexes = match.columns["sex"][1] if "sex" in match.columns else ()
    known = match.layout.values.get("sex") or spellings("sex")
    for at, row in enumerate(rows.tolist()):
        filled = {place: cells[at] for place, cells in texts.items() if cells[at] not in _BLANK}
        if not filled:
            gone[row] = not any(text[at] for text in texts.values())
            continue
        if any(filled.get(place, "").removesuffix(".0") in known for place in sexes):
            continue
        if len(filled) > 2 and _is_header(filled, match):  # the upper row of a header of two, again
            gone[row], words[row] = True, "header"
            continue
        word = next((found[0] for text in filled.values() if (found := _FOOT.match(text))), None)
        only_sums = all(kinds.get(place) == "money" for place in filled)
        if word is not None or only_sums:
            gone[row], words[row] = True, "total" if word is None else _plain(word)
    return gone, words


def _plain(word: str) -> str:
    """The word by which a row is known, without what follows it: that may name a person."""
    return re.split(r"[:：\d（(]", word.strip())[0].strip() or "note"


def _is_header(cells: dict[int, str], match: Match) -> bool:
    """Whether a row repeats the header or is one itself: names under codes, or codes under names."""
    filled = {place: text for place, text in cells.items() if text not in _BLANK}
    if len(filled) < 2:
        return False
    same = sum(header_key(text) in _own_keys(match.header[place]) for place, text in filled.items())
    known = sum(known_headers(header_key(text)) for text in filled.values())
    return max(same, known) * 2 > len(filled)


def _own_keys(cell: str) -> tuple[str, ...]:
    """The keys of a header cell, of both its rows where it has two."""
    return header_key(cell), *((header_key(cell.above),) if isinstance(cell, StackedCell) else ())


def _totals(chunk: RawChunk, match: Match, coded: Sequence[int]) -> Mask:
    """Rows that a cell at their beginning calls a total and that hold no diagnosis."""
    found = np.zeros(chunk.rows, dtype=bool)
    own = match.columns["case_id"][1] if "case_id" in match.columns else ()
    for place in {*own, *range(3)}.difference(coded):
        if place in chunk.columns:
            found |= _matching(chunk, place, _TOTAL)
    if found.any() and "diagnoses" in match.lists:
        for place in match.lists["diagnoses"].positions:
            found &= ~_matching(chunk, place, _DIAGNOSIS)
    return found


def _like_header(chunk: RawChunk, match: Match, coded: Iterable[int]) -> Mask:
    """Rows in which a column of codes repeats its own header."""
    found = np.zeros(chunk.rows, dtype=bool)
    for place in list(coded)[:1]:
        found |= _equals(chunk, place, str(match.header[place]).strip())
    return found


def _cells(chunk: RawChunk, match: Match) -> RawChunk:
    """Errors of a spreadsheet as missing, told; `="007"` and `'007` as 007."""
    names = {place: name for name, (_, places) in match.columns.items() for place in places}
    names |= {place: name for name, listed in match.lists.items() for place in listed.positions}
    changed: dict[int, Any] = {}
    findings: list[Finding] = []
    for place in chunk.columns:
        rows = _odd(chunk, place)
        if not rows.size:
            continue
        texts = _texts(chunk, place, rows)
        new: list[str | None] = []
        wrong = []
        for row, text in zip(rows.tolist(), texts, strict=True):
            if _ERRORS.fullmatch(text):
                wrong.append((row, text))
                new.append(None)
            else:
                held = HELD.fullmatch(text)
                new.append(text if held is None else next(part for part in held.groups() if part is not None))
        changed[place] = (rows, new)
        if wrong and place in names:
            at = np.array([row for row, _ in wrong])
            findings.append(Finding("cell-is-error", names[place], at, [text for _, text in wrong]))
    for rule, place, row, text in chunk.marks:
        if place in names:
            findings.append(Finding(rule, names[place], np.array([row]), [text]))
    return chunk.with_cells(changed, findings) if changed or findings else chunk


def _without_nested(chunk: RawChunk, match: Match) -> RawChunk:
    """Cells of codes that hold parts of their own as missing, told: nobody said which of them is a code."""
    changed: dict[int, Any] = {}
    findings: list[Finding] = []
    for name, listed in match.lists.items():
        for place in listed.positions:
            rows = _nested(chunk, place)
            if rows.size:
                changed[place] = (rows, [None] * len(rows))
                findings.append(Finding("unreadable", name, rows, ["a value of several parts"] * len(rows)))
    return chunk.with_cells(changed, findings) if changed else chunk


def _nested(chunk: RawChunk, place: int) -> npt.NDArray[np.int64]:
    """Rows whose cell is more than a code or a list of codes: structures, maps, lists of lists."""
    array = chunk.arrow.get(place)
    if array is not None:
        import pyarrow as pa

        kind = array.type
        listed = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
        if not pa.types.is_nested(kind) or (listed and not pa.types.is_nested(kind.value_type)):
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
    column = chunk.columns[place]
    if column.dtype != object:
        return np.empty(0, dtype=np.int64)
    flat = (list, tuple, np.ndarray)
    several = (*flat, dict, set)
    return np.flatnonzero(
        [
            isinstance(cell, dict | set)
            or (isinstance(cell, flat) and any(isinstance(part, several) for part in cell))
            for cell in column.tolist()
        ]
    )


def _odd(chunk: RawChunk, place: int) -> npt.NDArray[np.int64]:
    """Rows whose text begins with `#`, `=` or an apostrophe."""
    array = _strings(chunk, place)
    if array is not None:
        text, _ = buffers(one_array(array))
        if not holds(text, _ODD_SIGNS):  # nowhere in the column
            return np.empty(0, dtype=np.int64)
    return np.flatnonzero(_matching(chunk, place, _ODD))


def _without_digit(chunk: RawChunk, place: int) -> Mask:
    """Rows whose cell cannot hold a code."""
    return ~_matching(chunk, place, _DIGIT)


def _matching(chunk: RawChunk, place: int, pattern: str) -> Mask:
    """Rows in whose text the pattern is found, the same by every engine."""
    import pandas as pd

    array = _strings(chunk, place)
    if array is not None:
        import pyarrow as pa
        import pyarrow.compute as pc

        array = one_array(array)
        held, left = _by_first_signs(array, pattern)
        if left.size:
            found = pc.fill_null(pc.match_substring_regex(array.take(pa.array(left)), pattern), False)
            held[left] = found.to_numpy(zero_copy_only=False)
        return held
    column = chunk.columns[place]
    if pd.api.types.is_numeric_dtype(column.dtype):  # a number is a digit and no sign
        return column.notna().to_numpy(dtype=bool) & (pattern == _DIGIT)
    search = re.compile(pattern).search
    cells = column.tolist()
    return np.array([not is_missing(cell) and search(str(cell)) is not None for cell in cells], dtype=bool)


def _by_first_signs(array: Any, pattern: str) -> tuple[Mask, npt.NDArray[np.int64]]:
    """Which texts hold the pattern as their first two signs show, and the rows in which these do not say: a
    code has a digit there, and what no code looks like begins with neither digit nor letter."""
    signs = np.empty(len(array), dtype=np.uint8)
    first_signs(*buffers(array), signs)
    if array.null_count:
        signs[~array.is_valid().to_numpy(zero_copy_only=False)] = 0
    if pattern == _DIGIT:
        held = (signs & (_FIRST_DIGIT | _SECOND_DIGIT)) != 0
        return held, np.flatnonzero(~held & (signs != 0))
    none = np.zeros(len(array), dtype=bool)
    plain = 0 if pattern == _DIAGNOSIS else _FIRST_DIGIT | _FIRST_LETTER
    return none, np.flatnonzero((signs != 0) & (signs & plain == 0))


def _strings(chunk: RawChunk, place: int) -> Any:
    """The Arrow array of a column of text; None of any other, and of a chunk without Arrow."""
    array = chunk.arrow.get(place)
    if array is None:
        return None
    import pyarrow as pa

    return array if pa.types.is_string(array.type) or pa.types.is_large_string(array.type) else None


def _equals(chunk: RawChunk, place: int, text: str) -> Mask:
    array = _strings(chunk, place)
    if array is not None:
        import pyarrow as pa
        import pyarrow.compute as pc

        held = pc.fill_null(pc.equal(array, pa.scalar(text, array.type)), False)
        return np.array(held.to_numpy(zero_copy_only=False), dtype=bool)
    # cell by cell: a list, or an array, has no one answer to `==`
    cells = chunk.columns[place].tolist()
    return np.array([isinstance(cell, str) and cell == text for cell in cells], dtype=bool)


def _texts(chunk: RawChunk, place: int, rows: npt.NDArray[np.int64]) -> list[str]:
    array = _strings(chunk, place)
    if array is not None:
        import pyarrow as pa

        cells = array.take(pa.array(rows)).to_pylist()
    else:
        cells = chunk.columns[place].array.take(rows).tolist()
    return ["" if is_missing(cell) or np.size(cell) == 0 else plain_text(cell) for cell in cells]

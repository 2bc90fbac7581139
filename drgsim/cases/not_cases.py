"""Rows of a sheet that are no cases (a second header, a header again, totals, notes), and cells as a
spreadsheet leaves them: errors, quotes that hold a text together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .cells import HELD
from .columns import case_columns
from .headers import header_key
from .layouts import known_headers
from .problems import WHOLE_TABLE, Finding
from .tables import RawChunk
from .texts import is_missing, plain_text
from .values import spellings

if TYPE_CHECKING:
    import pandas as pd

    from .recognise import Match

Mask = npt.NDArray[np.bool_]

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


def cleaned(
    chunk: RawChunk, match: Match, looked: Sequence[int], *, first: bool, whole: bool = True
) -> RawChunk:
    """The rows of a sheet that are cases, with cells as they were meant; what was left out is told.

    `looked` are the positions at hand; `whole` is False for a table that is no sheet of a spreadsheet: then
    only rows without any cell are left out.
    """
    chunk = _cells(chunk, match)
    if not whole:
        gone, words = _empty_rows(chunk, match, looked), [""] * chunk.rows
    else:
        gone, words = _rows(chunk, match, looked, first=first)
    if not gone.any():
        return chunk
    at = chunk.at if chunk.at is not None else np.arange(chunk.rows)
    told = [f"row {at[row]}: {words[row]}" for row in np.flatnonzero(gone).tolist() if words[row]]
    kept = chunk.keep(~gone)
    findings = [Finding("row-not-a-case", "", WHOLE_TABLE, each) for each in told]
    return replace(kept, findings=[*kept.findings, *findings])


def _rows(chunk: RawChunk, match: Match, looked: Sequence[int], *, first: bool) -> tuple[Mask, list[str]]:
    """Which rows are no cases, and by what word; an empty row by none."""
    words = [""] * chunk.rows
    gone = np.zeros(chunk.rows, dtype=bool)
    coded = [place for listed in match.lists.values() for place in listed.positions]
    blank = np.ones(chunk.rows, dtype=bool)
    for place in coded:
        blank &= _without_digit(chunk, place)
    heads = _like_header(chunk, match, coded) if coded else np.zeros(chunk.rows, dtype=bool)
    if first:
        heads[: min(3, chunk.rows)] = True
    for row in np.flatnonzero(heads).tolist():
        cells = {place: _cell(chunk, place, row) for place in looked}
        if _is_header(cells, match):
            gone[row], words[row] = True, "header"
            blank[row] = False
    for finding in chunk.findings:  # a row whose cells could not be told apart is not an empty one
        if finding.rule == "row-too-long":
            blank[finding.rows] = False
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
        word = next((found[0] for text in filled.values() if (found := _FOOT.match(text))), None)
        only_sums = all(kinds.get(place) == "money" for place in filled)
        if word is not None or only_sums:
            gone[row], words[row] = True, "total" if word is None else _plain(word)
    return gone, words


def _empty_rows(chunk: RawChunk, match: Match, looked: Sequence[int]) -> Mask:
    """Rows without any cell."""
    empty = np.ones(chunk.rows, dtype=bool)
    for place in [*(place for listed in match.lists.values() for place in listed.positions), *looked]:
        empty &= _empty(chunk.columns[place])
        if not empty.any():
            break
    return empty


def _empty(column: pd.Series) -> Mask:
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return (column.isna() | (column == "")).to_numpy(dtype=bool)
    if column.dtype == object:
        return np.array(
            [is_missing(cell) or (isinstance(cell, str) and not cell) for cell in column], dtype=bool
        )
    return column.isna().to_numpy(dtype=bool)


def _plain(word: str) -> str:
    """The word by which a row is known, without what follows it: that may name a person."""
    return re.split(r"[:：\d（(]", word.strip())[0].strip() or "note"


def _is_header(cells: dict[int, str], match: Match) -> bool:
    """Whether a row repeats the header or is one itself: names under codes, or codes under names."""
    filled = {place: text for place, text in cells.items() if text not in _BLANK}
    if len(filled) < 2:
        return False
    same = sum(header_key(text) == header_key(match.header[place]) for place, text in filled.items())
    known = sum(known_headers(header_key(text)) for text in filled.values())
    return max(same, known) * 2 > len(filled)


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


def _odd(chunk: RawChunk, place: int) -> npt.NDArray[np.int64]:
    """Rows whose text begins with `#`, `=` or `'`."""
    import pandas as pd

    array = chunk.arrow.get(place)
    if array is not None:
        import pyarrow.compute as pc

        held = pc.fill_null(pc.match_substring_regex(array, r"^\s*[#='‘]"), False)
        return np.flatnonzero(held.to_numpy(zero_copy_only=False))
    column = chunk.columns[place]
    if isinstance(column.dtype, pd.StringDtype):
        return np.flatnonzero(column.str.match(r"\s*[#='‘]", na=False).to_numpy(dtype=bool))
    if column.dtype != object:
        return np.empty(0, dtype=np.int64)
    cells = column.tolist()
    texts = ((row, cell.lstrip()[:1]) for row, cell in enumerate(cells) if isinstance(cell, str))
    return np.array([row for row, sign in texts if sign in ("#", "=", "'")], dtype=np.int64)


def _without_digit(chunk: RawChunk, place: int) -> Mask:
    """Rows whose cell cannot hold a code."""
    array = chunk.arrow.get(place)
    if array is not None:
        import pyarrow.compute as pc

        held = pc.fill_null(pc.match_substring_regex(array, "[0-9０-９]"), False)
        return ~np.asarray(held.to_numpy(zero_copy_only=False), dtype=bool)
    cells = chunk.columns[place].tolist()
    return np.array([not any(sign.isdigit() for sign in str(cell or "")) for cell in cells], dtype=bool)


def _equals(chunk: RawChunk, place: int, text: str) -> Mask:
    array = chunk.arrow.get(place)
    if array is not None:
        import pyarrow as pa
        import pyarrow.compute as pc

        held = pc.fill_null(pc.equal(array, pa.scalar(text, array.type)), False)
        return np.array(held.to_numpy(zero_copy_only=False), dtype=bool)
    return (chunk.columns[place] == text).to_numpy(dtype=bool, na_value=False).copy()


def _texts(chunk: RawChunk, place: int, rows: npt.NDArray[np.int64]) -> list[str]:
    array = chunk.arrow.get(place)
    if array is not None:
        import pyarrow as pa

        cells = array.take(pa.array(rows)).to_pylist()
    else:
        cells = chunk.columns[place].iloc[rows].tolist()
    return ["" if is_missing(cell) else plain_text(cell) for cell in cells]


def _cell(chunk: RawChunk, place: int, row: int) -> str:
    return _texts(chunk, place, np.array([row]))[0]

"""Columns that hold codes and that nobody reads: no answer may stand while codes lie unread."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ..codes import Catalogue, Kind
from ..codes.normalise import parter
from .header_kinds import is_elsewhere
from .headers import header_keys
from .texts import is_missing, plain_text

if TYPE_CHECKING:
    from .raw_table import RawChunk

LOOKED_AT = 200  # filled cells of a column in a chunk
_BLANK = frozenset({"", "-", "--", "—", "——", "/", "无", "NA", "NULL", "null", "nan", "None"})


def watched(header: Sequence[str], unread: Iterable[int], ignored: Container[str]) -> tuple[int, ...]:
    """Of the positions that nothing reads, those whose header is neither ignored nor names something else."""
    return tuple(
        place
        for place in unread
        if " ".join(header[place].split()) not in ignored
        and not any(map(is_elsewhere, header_keys(header[place])))
    )


def unread_codes(chunk: RawChunk, places: Iterable[int]) -> dict[int, Kind]:
    """Of these positions, those of whose filled cells most are codes, and of which catalogue."""
    found: dict[int, Kind] = {}
    for place in places:
        kind = holds_codes(filled(chunk, place))
        if kind is not None:
            found[place] = kind
    return found


def holds_codes(cells: Sequence[str]) -> Kind | None:
    """The catalogue in which most of the cells are, whatever their spelling; None for none.

    >>> holds_codes(["I10.x00", "j18.900;I50.900", "头晕"]), holds_codes(["36.5", "37.0"])
    ('diagnosis', None)
    """
    kinds: tuple[Kind, ...] = ("diagnosis", "procedure")
    for kind in kinds:
        if cells and sum(_is_code(cell, kind) for cell in cells) * 2 > len(cells):
            return kind
    return None


def _is_code(cell: str, kind: Kind) -> bool:
    if kind == "procedure" and cell.replace(".", "", 1).isdigit():
        return cell in _codes(kind)  # a bare number is a code only as it stands
    if len(cell) < 4 or not any(sign.isdigit() for sign in cell):
        return False
    return any(code in _codes(kind) for code in parter(kind, "clinical").repair(cell).text.split("|"))


@cache
def _codes(kind: Kind) -> frozenset[str]:
    from ..codes import clinical_changes

    return frozenset({*Catalogue.load(kind).codes, *clinical_changes(kind)})


def filled(chunk: RawChunk, place: int) -> list[str]:
    """The first filled cells of a column."""
    column: Any = chunk.arrow.get(place)
    cells: list[str] = []
    step = 1 << 12
    for start in range(0, chunk.rows, step):
        if column is not None:
            part = column.slice(start, step).to_pylist()
        else:
            part = chunk.columns[place].iloc[start : start + step].tolist()
        texts = [plain_text(cell) for cell in part if not is_missing(cell)]
        cells += [text for text in texts if text not in _BLANK]
        if len(cells) >= LOOKED_AT:
            break
    return cells[:LOOKED_AT]

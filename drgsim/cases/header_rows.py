"""Rows that may be a header, alone or two together, and what the first cells below say of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .headers import StackedCell

if TYPE_CHECKING:
    from .list_places import Looks
    from .raw_table import RawTable

SAMPLE_ROWS = 50
# what begins like a code of either kind; a name never does
_LIKE_A_CODE = re.compile(
    r"\s*['=\"]*(?:[A-Za-z]\d[0-9A-Za-z](?:[.\dxX]|$)|\d{1,2}\.\d{1,2}|\d{4}(?:\d|x|X|$))"
)


def header_rows(preview: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """(row, cells) of every row, and of every two rows one below the other, under the number of the lower.

    A cell of two rows stands for its lower text, for both texts together, or for the upper one where there is
    none below; an upper text holds for the empty cells to its right (a merged cell).
    """
    for row, cells in enumerate(preview):
        yield row, cells
    for row in range(1, len(preview)):
        above, below = preview[row - 1], preview[row]
        width = max(len(above), len(below))
        if sum(map(bool, above)) < 2 or not any(map(str.strip, below)):
            continue
        stacked: list[str] = []
        held = ""
        for place in range(width):
            upper = above[place].strip() if place < len(above) else ""
            lower = below[place].strip() if place < len(below) else ""
            held = upper or (held if lower else "")
            stacked.append(StackedCell(lower, held) if lower or upper else "")
        yield row, stacked


def code_looks(sample: Sequence[Sequence[str]], header: Sequence[str]) -> Looks:
    """Whether half of the filled cells of a column, by its position, begin like codes; None when none is."""

    def looks(place: int) -> bool | None:
        cells = [row[place].strip() for row in sample if place < len(row)]
        filled = [
            cell for cell in cells if cell not in ("", "-", "--", "—", "无", "/") and cell != header[place]
        ]
        if not filled:
            return None
        return sum(_LIKE_A_CODE.match(cell) is not None for cell in filled) * 2 >= len(filled)

    return looks


def sample_of(table: RawTable) -> Sequence[Sequence[str]]:
    """The first rows of a source whose header stands apart from its rows."""
    sample = getattr(table, "sample", None)
    return sample(SAMPLE_ROWS) if sample is not None else []

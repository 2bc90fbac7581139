"""Lists of codes from a table: one joined column, or one column a code, into codes joined by `|`.

Places are kept: an empty column before a filled one leaves an empty piece, so that no code slides into the
principal's place or over a gap.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .columns import text_dtype
from .layout import Layout
from .recognise import ListPlaces
from .tables import RawChunk
from .texts import as_text, plain_text

if TYPE_CHECKING:
    import pandas as pd

    from .problems import Finding


_LIST = (list, tuple, np.ndarray)


def code_list(
    chunk: RawChunk, name: str, places: ListPlaces, layout: Layout
) -> tuple[pd.Series, list[Finding]]:
    """The joined codes of every row, and what was found in reading them."""
    blank = frozenset({"", *layout.missing, *layout.text_missing, *layout.not_applicable})
    if places.joined is not None:
        codes = _joined(chunk.columns[places.joined], places.source.separators, blank)
    else:
        codes = _from_slots(chunk, places, blank)
    return codes, _numbers(chunk, name, places)


def _joined(raw: pd.Series, separators: tuple[str, ...], blank: frozenset[str]) -> pd.Series:
    import pandas as pd

    if raw.dtype == object and any(isinstance(cell, _LIST) for cell in raw.dropna().iloc[:1]):
        raw = pd.Series([_listed(cell) for cell in raw], dtype=text_dtype())
    text = as_text(raw)
    if separators != ("|",):
        text = _with_bars(text, separators)
    return text.mask(text.isin(blank - {""}).to_numpy(dtype=bool))


def _with_bars(text: pd.Series, separators: tuple[str, ...]) -> pd.Series:
    """Every separator, and the blanks around it, as a bar."""
    # most cells hold one code, or bars already: a quick look finds those that must be rewritten
    signs = [*(separator for separator in separators if separator != "|"), " |", "| "]
    rows = np.zeros(len(text), dtype=bool)
    for sign in signs:
        rows |= text.str.contains(sign, regex=False, na=False).to_numpy(dtype=bool)
    anyhow = "|".join(map(re.escape, separators))
    return (
        text.mask(rows, text[rows].str.replace(rf"\s*(?:{anyhow})\s*", "|", regex=True))
        if rows.any()
        else text
    )


def _listed(cell: Any) -> str | None:
    if not isinstance(cell, _LIST):
        return None
    return "|".join("" if piece is None else plain_text(piece) for piece in cell)


def _from_slots(chunk: RawChunk, places: ListPlaces, blank: frozenset[str]) -> pd.Series:
    import pandas as pd

    joined: npt.NDArray[Any] = np.full(chunk.rows, "", dtype=object)
    for order in range(len(places.slots) - 1, -1, -1):
        codes = _slot(chunk, places.slots[order], blank)
        if places.attached and places.attached[order] is not None:
            codes = _with_asterisk(codes, _slot(chunk, places.attached[order], blank))
        tail = joined != ""
        alone = (codes != "") & ~tail
        joined[tail] = codes[tail] + "|" + joined[tail]
        joined[alone] = codes[alone]
    return pd.Series(joined, dtype=text_dtype())


def _slot(chunk: RawChunk, place: int | None, blank: frozenset[str]) -> npt.NDArray[Any]:
    """The codes of one column, `""` for none."""
    if place is None:
        return np.full(chunk.rows, "", dtype=object)
    text = as_text(chunk.columns[place])
    empty = text.isna().to_numpy(dtype=bool) | text.isin(blank).to_numpy(dtype=bool)
    if empty.all():
        return np.full(chunk.rows, "", dtype=object)
    return np.where(empty, "", text.to_numpy(dtype=object))


def _with_asterisk(codes: npt.NDArray[Any], extra: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Base codes with the asterisk code of the same place behind `+`; morphology codes are left out."""
    both = np.array([code != "" and "*" in more for code, more in zip(codes, extra, strict=True)], dtype=bool)
    result = codes.copy()
    result[both] = [
        code.rstrip("†+") + "+" + more.lstrip("+")
        for code, more in zip(codes[both], extra[both], strict=True)
    ]
    return result


def _numbers(chunk: RawChunk, name: str, places: ListPlaces) -> list[Finding]:
    """Rows whose code stood there as a number: zeros in front and behind are gone."""
    import pandas as pd

    from .problems import Finding

    found: npt.NDArray[np.bool_] = np.zeros(chunk.rows, dtype=bool)
    for place in places.positions:
        if place in chunk.numbers:
            found |= chunk.numbers[place]
        elif pd.api.types.is_numeric_dtype(chunk.columns[place].dtype):
            found |= chunk.columns[place].notna().to_numpy(dtype=bool)
    return [Finding("code-as-number", name, np.flatnonzero(found))] if found.any() else []

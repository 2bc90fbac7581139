"""Rows of a column as Python texts: for the readable twin, and for a second look at a few rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .columns import LIST, code_text


def pieces_of(column: Any, rows: Iterable[int] | None = None) -> Iterator[list[str]]:
    """The texts of all rows, or of those at some positions; empty texts included, none for a missing row."""
    values = _values(column)
    return map(_pieces, values if rows is None else map(values.__getitem__, rows))


def kept(pieces: list[str]) -> list[str]:
    """Empty texts are dropped, but not from the first place."""
    return [piece for place, piece in enumerate(pieces) if piece or place == 0]


def _values(column: Any) -> list[Any]:
    if hasattr(column, "to_pylist"):  # pyarrow
        return column.to_pylist()
    if hasattr(column, "tolist"):  # pandas, NumPy
        return column.tolist()
    return list(column)


def _pieces(value: Any) -> list[str]:
    """A row that is one empty text has no texts."""
    if isinstance(value, str):
        return value.split("|") if value else []
    if isinstance(value, LIST):
        pieces = ["" if _missing(piece) else code_text(piece) for piece in value]
        return [] if pieces == [""] else pieces
    return [] if _missing(value) else code_text(value).split("|")


def _missing(value: Any) -> bool:
    """None, NaN, NaT or pandas.NA."""
    if value is None or isinstance(value, str):
        return value is None
    import pandas as pd

    return pd.api.types.is_scalar(value) and bool(pd.isna(value))

"""Cells as text: what every reader does before it looks at what a cell says."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import text_dtype

if TYPE_CHECKING:
    import pandas as pd

# stripped around every cell; named, because pandas and Python do not agree on what white space is
BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff"


def plain_text(value: Any) -> str:
    """Any cell as text: whole floats lose their `.0`, which typed sources put there for missing values.

    >>> plain_text(12.0), plain_text("012"), plain_text(True)
    ('12', '012', '1')
    """
    if isinstance(value, str):
        return value.strip(BLANKS)
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, complex | np.complexfloating) and value.imag == 0:
        return plain_text(float(value.real))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip(BLANKS)
    return str(value)


def as_text(raw: pd.Series) -> pd.Series:
    """A raw column as stripped text, missing kept missing."""
    import pandas as pd

    if pd.api.types.is_string_dtype(raw.dtype) and raw.dtype != object:
        with suppress(UnicodeEncodeError):
            return raw.astype(text_dtype()).str.strip(BLANKS)
    cells = [None if is_missing(cell) else plain_text(cell) for cell in raw.tolist()]
    return whole_texts(cells, index=raw.index)


def whole_texts(cells: list[Any], index: pd.Index | None = None) -> pd.Series:
    """Texts as a Series; half a surrogate pair, which nothing can hold or write, becomes `\ufffd`."""
    import pandas as pd

    try:
        return pd.Series(cells, index=index, dtype=text_dtype())
    except UnicodeEncodeError:
        halves = re.compile("[\ud800-\udfff]")
        told = [halves.sub("\ufffd", cell) if isinstance(cell, str) else cell for cell in cells]
        return pd.Series(told, index=index, dtype=text_dtype())


def folded(text: str) -> str:
    """Full-width forms as plain ones, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def is_missing(cell: Any) -> bool:
    """None, NaN, NaT or pandas.NA."""
    import pandas as pd

    return cell is None or (
        not isinstance(cell, str) and pd.api.types.is_scalar(cell) and bool(pd.isna(cell))
    )

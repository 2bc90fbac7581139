"""Doctors in a table of cases: codes as they are, names turned into codes that name nobody at a glance.

The same name gives the same code in every file, so that one doctor's cases stay together.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np

from .columns import text_dtype

if TYPE_CHECKING:
    import pandas as pd

STAFF = ("doctor", "surgeon")
_A_CODE = re.compile(r"[\x21-\x7e]*\d[\x21-\x7e]*")  # a number, with or without letters; a name has no digit


def staff_codes(column: pd.Series) -> tuple[pd.Series, int]:
    """The column with names as codes, and how many cells were names; missing stays missing.

    >>> import pandas as pd
    >>> staff_codes(pd.Series(["D0123", "王医生", None]))[0].tolist()[:2]
    ['D0123', '医师-d179f7']
    """
    import pandas as pd

    places, distinct = pd.factorize(column)
    texts = [str(text) for text in distinct]
    coded = [text if _A_CODE.fullmatch(text) else _code_of(text) for text in texts]
    named = np.array([*(text != code for text, code in zip(texts, coded, strict=True)), False])
    if not named.any():
        return column, 0
    cells = np.array([*coded, None], dtype=object)[places]
    return pd.Series(cells, index=column.index, dtype=text_dtype()), int(named[places].sum())


def _code_of(name: str) -> str:
    return (
        "医师-" + hashlib.blake2b("".join(name.split()).encode("utf-8", "replace"), digest_size=3).hexdigest()
    )

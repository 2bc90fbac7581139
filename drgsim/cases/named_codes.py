"""Named lists of codes for checks, written as prefixes and ranges in `data/cases/code_lists.csv`."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from ..codes import Catalogue, Kind
from .case_errors import CheckRuleError


@cache
def named_codes(name: str) -> npt.NDArray[np.bool_]:
    """For each code of the catalogue, in its order, whether it is in the list; read-only.

    A list is a row or several of words parted by spaces: a prefix (`C51`, `84.51`, `I50.900x007`) or a
    range of prefixes of one length, both ends included (`C51-C58`, `65-75`).
    Raises CheckRuleError when there is no such list.
    """
    rows = [row for row in _rows() if row["list"] == name]
    if not rows:
        raise CheckRuleError(
            "no such list of codes",
            got=name,
            nearest={row["list"] for row in _rows()},
            where="code_lists.csv",
        )
    kind: Kind = "diagnosis" if rows[0]["kind"] == "diagnosis" else "procedure"
    words = [word for row in rows for word in row["codes"].split()]
    codes = np.array(Catalogue.load(kind).codes)
    hit = np.zeros(len(codes), dtype=bool)
    for word in words:
        first, _, last = word.partition("-")
        start = codes.astype(f"U{len(first)}")
        hit |= (start >= first) & (start <= (last or first))
    hit.setflags(write=False)
    return hit


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with data_path("cases", "code_lists.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))

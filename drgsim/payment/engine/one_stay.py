"""One stay as the engine reads stays, from a mapping: no table is made where no rule asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ...cases.arrays import LARGEST, READERS, Amounts, Ints, Labels
from ...cases.fen import to_fen
from .stays import Key, Stays

_NONE = np.broadcast_to(np.int64(0), 1)
_UNKNOWN = np.broadcast_to(np.False_, 1)
_FIRST = np.zeros(1, np.int32)
_MISSING = np.full(1, -1, np.int32)
_NAN = np.full(1, np.nan)
for _shared in (_FIRST, _MISSING, _NAN):
    _shared.flags.writeable = False


class OneStay(Stays):
    """A stay in the columns of the case table, its group among them.

    Columns of plain values (numbers, texts, moments, None) are read without pandas and give what reading
    `pd.DataFrame([case])` gives; what is not plain, and what asks for `frame`, goes that way.
    """

    def __init__(self, case: Mapping[str, Any], group_column: str = "drg") -> None:
        self._case = dict(case)
        self.group_column = group_column
        self.rows: Ints | None = None
        self._whole: Stays = self
        self._kept: dict[Key, Any] = {}
        self._needed: dict[Key, set[Key]] = {}
        self._finding: list[set[Key]] = []

    @cached_property
    def frame(self) -> pd.DataFrame:  # type: ignore[override]
        """The stay as a table of one row."""
        return pd.DataFrame([self._case])

    def __len__(self) -> int:
        return 1

    def __contains__(self, column: str) -> bool:
        return column in self._case

    def ids(self, rows: Ints) -> Any:
        if "case_id" not in self._case:
            return np.asarray(rows).astype(object)
        return np.array([self._case["case_id"]], dtype=object)[rows]

    def _column(self, kind: str, column: str) -> Any:
        return self._keep((kind, column), lambda: self._read(kind, column))

    def _read(self, kind: str, column: str) -> Any:
        found = _PLAIN[kind](self._case.get(column))
        return READERS[kind](self.frame, column) if found is None else found


def _money(value: Any) -> Amounts | None:
    if value is None:
        return Amounts(_NONE, _UNKNOWN)
    if type(value) not in (int, float):
        return None
    if not abs(value) < LARGEST:  # NaN too
        return Amounts(_NONE, _UNKNOWN)
    return Amounts(to_fen(np.array([value], dtype=np.float64)), None)


def _number(value: Any) -> Any:
    if value is None:
        return _NAN
    return np.array([value], dtype=np.float64) if type(value) in (int, float, bool) else None


def _labels(value: Any) -> Labels | None:
    if value is None:
        return Labels(_MISSING, ())
    return Labels(_FIRST, (str(value),)) if type(value) in (int, str) else None


def _first_code(value: Any) -> Labels | None:
    if value is None:
        return Labels(_MISSING, ())
    return Labels(_FIRST, (value.partition("|")[0],)) if type(value) is str else None


def _days(value: Any) -> Any:
    if value is None:
        return _NAN
    if type(value) is not datetime or value.tzinfo is not None:
        return None
    return np.array([np.datetime64(value, "D").astype(np.int64)], dtype=np.float64)


_PLAIN = {"money": _money, "number": _number, "labels": _labels, "first_codes": _first_code, "days": _days}

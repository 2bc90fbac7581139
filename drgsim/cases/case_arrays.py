"""A table of cases as the arrays that checks work on, each made once, and what every check answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..codes import Catalogue, Codebook, CodeLists
from .columns import case_columns
from .layouts import find_layout
from .named_codes import named_codes
from .parse import parse_column
from .repair import KINDS
from .rules import CheckRule
from .texts import as_text

if TYPE_CHECKING:
    import pandas as pd

    from .conditions.columns import FactColumns


Mask = npt.NDArray[np.bool_]


class CaseArrays:
    """Columns of a table of cases as plain arrays; a column that is not there is wholly missing."""

    def __init__(self, cases: pd.DataFrame) -> None:
        self.cases = cases
        self.rows = len(cases)
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}
        self._texts: dict[str, pd.Series] = {}
        self._lists: dict[str, CodeLists] = {}
        self.asked: FactColumns | None = None  # what conditions have read of the table

    def has(self, column: str) -> bool:
        return column in self.cases.columns

    def number(self, column: str) -> npt.NDArray[np.float64]:
        """float64 with NaN for missing; dates are days since 1970, flags 0 and 1."""
        if column not in self._numbers:
            self._numbers[column] = self._number(column)
        return self._numbers[column]

    def text(self, column: str) -> pd.Series:
        """Text by position, missing as missing."""
        if column not in self._texts:
            self._texts[column] = as_text(self.cases[column].reset_index(drop=True))
        return self._texts[column]

    def missing(self, column: str) -> Mask:
        """Rows without a value; those that say the column does not apply are not missing."""
        if case_columns()[column].is_text:
            text = self.text(column)
            absent = text.isna().to_numpy(dtype=bool) | (text == "").to_numpy(dtype=bool)
        else:
            absent = np.isnan(self.number(column))
        return absent & ~self.inapplicable(column)

    def inapplicable(self, column: str) -> Mask:
        """Rows whose source says that the column does not apply to them."""
        if not self._unapplied:
            return np.zeros(self.rows, dtype=bool)
        return self._unapplied.get(column, np.zeros(self.rows, dtype=bool))

    def lists(self, column: str) -> CodeLists:
        """The codes of a code column as ids of its catalogue."""
        if column not in self._lists:
            self._lists[column] = _codebook(column).encode(self.text(column))
        return self._lists[column]

    def code_mask(self, column: str, hit: Mask, role: str) -> Mask:
        """Rows in which a code of `role` (first, other, any) has an id for which `hit` is true.

        `hit` is indexed by id and ends with the answers for EMPTY and UNKNOWN, its last two.
        """
        lists = self.lists(column)
        wanted = hit[lists.flat]
        found = np.zeros(self.rows, dtype=bool)
        first = lists.offsets[:-1][lists.counts > 0] - lists.offsets[0]
        if role == "other":
            wanted[first] = False
        if role == "first":
            found[lists.counts > 0] = wanted[first]
        else:
            found[np.repeat(np.arange(self.rows), lists.counts)[wanted]] = True
        return found

    def pieces(self, column: str, rows: npt.NDArray[np.int64]) -> list[list[str]]:
        """The code texts of these rows; the first stays first even when it is empty."""
        return [text.split("|") for text in self.text(column).iloc[rows].tolist()]

    def _number(self, column: str) -> npt.NDArray[np.float64]:
        import pandas as pd

        if not self.has(column):
            return np.full(self.rows, np.nan)
        schema = case_columns()[column]
        series = self.cases[column].reset_index(drop=True)
        if pd.api.types.is_numeric_dtype(series.dtype):
            return series.to_numpy(dtype=float, na_value=np.nan)
        values = parse_column(series, schema, find_layout("plain")).values
        if schema.kind == "date":
            moments = values.to_numpy().astype("datetime64[s]")
            return np.where(np.isnat(moments), np.nan, moments.astype("int64") / 86400)
        return values.to_numpy(dtype=float, na_value=np.nan)

    @cached_property
    def _unapplied(self) -> dict[str, Mask]:
        if not self.has("not_applicable"):
            return {}
        import pandas as pd

        codes, distinct = pd.factorize(self.text("not_applicable"))
        names = {name for joined in distinct for name in joined.split("|")}
        listing = {
            name: np.array([name in joined.split("|") for joined in distinct] + [False]) for name in names
        }
        return {name: hit[codes] for name, hit in listing.items()}


def list_hits(column: str, names: Sequence[str]) -> Mask:
    """For each id of the column's catalogue, whether its code is in one of the lists; then EMPTY, UNKNOWN."""
    hit = np.zeros(len(Catalogue.load(KINDS[column])) + 2, dtype=bool)
    for name in names:
        hit[:-2] |= named_codes(name)
    return hit


@cache
def _codebook(column: str) -> Codebook:
    return Codebook.for_kind(KINDS[column])


Rows = npt.NDArray[np.int64]
Outcome = tuple[Rows, Sequence[Any] | None]  # None for the column's own values
Check = Callable[[CheckRule, str, CaseArrays], Outcome]


def rows_of(mask: Mask) -> Rows:
    """The positions where a mask is true."""
    return np.flatnonzero(mask)

"""From the clinical edition of the codes to the insurance edition: only when asked, never guessed.

About 250 codes exist in both editions and mean different things, so the same text may or may not
have to change; only the caller knows which edition a file is in.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from .._paths import data_path
from ..errors import ArgumentError
from ..words import pairs
from .catalogue import Kind
from .code_lists import UNKNOWN
from .codebook import Codebook
from .rewrite import as_series, outcome_table, rewrite_rows

if TYPE_CHECKING:
    import pandas as pd

Edition = Literal["insurance", "clinical"]

OUTCOMES = pairs("crosswalk")


@cache
def clinical_changes(kind: Kind) -> dict[str, str]:
    """Clinical code -> insurance code, for the codes that change (source C03); read once a process."""
    if kind not in get_args(Kind):
        raise ArgumentError("no such kind of code", got=kind, allowed=get_args(Kind), nearest=get_args(Kind))
    text = data_path("catalogues", f"clinical_to_insurance_{kind}.csv").read_text(encoding="utf-8")
    return dict(line.split(",") for line in text.splitlines()[1:])


@cache
def _book(kind: Kind) -> Codebook:
    return Codebook.for_kind(kind, extra=clinical_changes(kind))


def to_insurance(column: Any, kind: Kind) -> tuple[pd.Series[Any], pd.DataFrame]:
    """A column of clinical-edition codes in the insurance edition, and a table of what became of them.

    `column` is what `Codebook.encode` takes; the answer is a Series with the same index. The table has
    the columns outcome (mapped, unchanged, unknown), zh, en, count (codes) and examples. A code that is
    in neither edition stays as it is.

    >>> column, outcomes = to_insurance(["A01.000x002|A00.000", "?"], "diagnosis")
    >>> column.tolist(), outcomes["count"].tolist()
    (['A01.003|A00.000', '?'], [1, 1, 1])
    """
    series = as_series(column)
    book = _book(kind)
    changes = clinical_changes(kind)
    lists = book.encode(series)
    changing = np.array([code in changes for code in book.codes] + [False, False])  # EMPTY, UNKNOWN
    rows = lists.rows_where(changing[lists.ids])
    rewritten = rewrite_rows(series, rows, lambda code: changes.get(code, code))
    counts = np.bincount(lists.ids[lists.ids >= 0], minlength=len(book))
    known = {book.codes[id]: int(counts[id]) for id in np.flatnonzero(counts)}
    outcomes = {
        "mapped": Counter({f"{code} → {changes[code]}": n for code, n in known.items() if code in changes}),
        "unchanged": Counter({code: n for code, n in known.items() if code not in changes}),
        "unknown": book.count_unknown(series, rows=lists.rows_with(UNKNOWN)),
    }
    return rewritten, outcome_table("outcome", OUTCOMES, outcomes)

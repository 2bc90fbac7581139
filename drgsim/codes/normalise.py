"""Repair a column of codes, and list every repair."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from ..errors import ArgumentError
from .catalogue import Kind
from .code_lists import UNKNOWN
from .codebook import Codebook
from .crosswalk import Edition, clinical_changes
from .repairs import REPAIRS, repairer
from .rewrite import as_series, outcome_table, rewrite_rows

if TYPE_CHECKING:
    import pandas as pd


def normalise_codes(
    column: Any, kind: Kind, *, edition: Edition = "insurance"
) -> tuple[pd.Series[Any], pd.DataFrame]:
    """A column with misspelt codes repaired where that loses nothing, and a table of the repairs.

    `column` is what `Codebook.encode` takes; the answer is a Series with the same index. `edition` says
    which codes the column holds; it is not changed (`to_insurance` does that). The table has a row for
    each kind of repair that was made, with the columns repair, zh, en, count (codes) and examples
    ("k80.100 → K80.100"); a last row counts texts that could mean several codes and were left alone.
    Codes that are right, or beyond repair, stay as they are.

    Raises ArgumentError for another kind or edition, CodeColumnError for what is no column of codes.

    >>> column, repairs = normalise_codes(["512300| 54.5100X005", None], "procedure")
    >>> column[0], repairs["repair"].tolist()
    ('51.2300|54.5100x005', ['space', 'case', 'decimal'])
    """
    if edition not in get_args(Edition):
        raise ArgumentError(
            "no such edition of the codes", got=edition, allowed=get_args(Edition), nearest=get_args(Edition)
        )
    book = _book(kind, edition)
    series = as_series(column)
    rows = book.encode(series).rows_with(UNKNOWN)
    texts = book.count_unknown(series, rows=rows)
    repaired = {text: repairer(kind, edition).repair(text) for text in texts}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text, result in repaired.items():
        example = f"{text} → {' / '.join(result.may_mean) or result.text}"
        for repair in result.repairs:
            found[repair][example] += texts[text]
    changed = {text: result.text for text, result in repaired.items() if result.text != text}
    rewritten = rewrite_rows(series, rows if changed else rows[:0], lambda text: changed.get(text, text))
    return rewritten, outcome_table("repair", REPAIRS, found)


@cache
def _book(kind: Kind, edition: Edition) -> Codebook:
    return Codebook.for_kind(kind, extra=clinical_changes(kind) if edition == "clinical" else ())

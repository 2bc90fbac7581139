"""Checks of what stands beside codes: their names, their stated count, the days of procedures."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import cache, lru_cache

import numpy as np

from ...codes import EMPTY, Catalogue, Kind
from ..case_arrays import CaseArrays, Outcome, rows_of
from ..repair import KINDS
from ..rules import CheckRule

UNLIKE = 0.35  # names less alike than this are not two wordings of one thing
_NOISE = re.compile(r"[\s,，.。;；:：、()（）\[\]【】{}<>《》“”\"'‘’\-—–_/\\|*+×·]+")


def names(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows in which a name is that of another code, or has nothing of the name its code has."""
    named, coded = rule.columns
    kind = KINDS[coded]
    texts, codes = arrays.text(named), arrays.text(coded)
    stated = (texts.notna() & codes.notna()).to_numpy(dtype=bool)
    rows, got = [], []
    for row, text, joined in zip(
        rows_of(stated).tolist(), texts[stated].tolist(), codes[stated].tolist(), strict=True
    ):
        pairs = zip(joined.split("|"), text.split("|"), strict=False)
        wrong = [f"{code} {name}" for code, name in pairs if code and name and mismatched(kind, code, name)]
        if wrong:
            rows.append(row)
            got.append("; ".join(wrong))
    return np.array(rows, dtype=np.int64), got


@lru_cache(maxsize=1 << 18)
def mismatched(kind: Kind, code: str, name: str) -> bool:
    """Whether `name` cannot be the name of `code`. A code that no catalogue has is told elsewhere.

    >>> mismatched("diagnosis", "I10.x00x002", "胆囊结石"), mismatched("diagnosis", "K80.203", "胆囊结石")
    (True, False)
    """
    catalogue = Catalogue.load(kind)
    place = catalogue.id_of(code)
    own, given = folded(catalogue.names[place]) if place >= 0 else "", folded(name)
    if not own or not given or own in given or given in own:
        return False
    if given in codes_by_name(kind):
        return code not in codes_by_name(kind)[given]
    return difflib.SequenceMatcher(None, own, given, autojunk=False).ratio() < UNLIKE


@cache
def codes_by_name(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The codes of each name, folded."""
    catalogue = Catalogue.load(kind)
    found: dict[str, tuple[str, ...]] = {}
    for code, name in zip(catalogue.codes, catalogue.names, strict=True):
        found[folded(name)] = (*found.get(folded(name), ()), code)
    return found


@lru_cache(maxsize=1 << 18)
def folded(name: str) -> str:
    """A name without width, case, blanks and punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name).casefold())


def count(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows in which the stated number of codes is not that of the list."""
    counted, coded = rule.columns
    lists = arrays.lists(coded)
    owner = np.repeat(np.arange(arrays.rows), lists.counts)
    there = np.bincount(owner[lists.flat != EMPTY], minlength=arrays.rows)
    stated = arrays.number(counted)
    known = arrays.text(coded).notna().to_numpy(dtype=bool)
    rows = rows_of(known & ~np.isnan(stated) & (stated != there))
    return rows, [f"{stated[row]:.0f}, the list has {there[row]}" for row in rows]


def inside(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows with a day outside the stay."""
    first, last = (np.floor(arrays.number(name)) for name in rule.columns[1:])
    texts = arrays.text(column)
    filled = rows_of((texts.notna() & (texts != "")).to_numpy(dtype=bool))
    pieces = [text.split("|") for text in texts.iloc[filled].tolist()]
    days = _days(tuple(sorted({piece for row in pieces for piece in row if piece})))
    rows, got = [], []
    for row, texts_of_row in zip(filled.tolist(), pieces, strict=True):
        outside = [
            piece for piece in texts_of_row
            if piece and (days[piece] < first[row] or days[piece] > last[row])
        ]  # fmt: skip
        if outside:
            rows.append(row)
            got.append(" ".join(outside))
    return np.array(rows, dtype=np.int64), got


def _days(texts: tuple[str, ...]) -> dict[str, float]:
    """Days since 1970 by text; NaN for what is no day."""
    import pandas as pd

    from ..columns import case_columns
    from ..layouts import find_layout
    from ..parse import parse_column

    values = parse_column(
        pd.Series(texts, dtype=object), case_columns()["admission_date"], find_layout("plain")
    ).values
    moments = values.to_numpy().astype("datetime64[s]")
    days = np.where(np.isnat(moments), np.nan, np.floor(moments.astype("int64") / 86400))
    return dict(zip(texts, days.tolist(), strict=True))

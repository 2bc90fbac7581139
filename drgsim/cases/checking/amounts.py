"""Checks of numbers written as text: several weights in one cell, days/hours/minutes."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from ..case_arrays import CaseArrays
from ..rules import CheckRule
from .outcome import Outcome

_BETWEEN = re.compile(r"[|,，、;；/\s]+")
_HOURS, _MINUTES = 24, 60  # at most, in days/hours/minutes


def weights(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows with a weight outside `low` to `high`; several stand in one cell."""
    low, high = rule.low or 0.0, rule.high or np.inf

    @cache
    def wrong(text: str) -> str:
        pieces = filter(None, _BETWEEN.split(text))
        return " ".join(piece for piece in pieces if not low <= _number(piece) <= high)

    return _told(arrays, column, wrong)


def duration(rule: CheckRule, column: str, arrays: CaseArrays) -> Outcome:
    """Rows that are not days/hours/minutes with up to 24 hours and 60 minutes."""

    @cache
    def wrong(text: str) -> str:
        parts = [_number(part) for part in text.split("/")]
        if len(parts) != 3 or any(np.isnan(part) or part < 0 for part in parts):
            return text
        return text if parts[1] > _HOURS or parts[2] > _MINUTES else ""

    return _told(arrays, column, wrong)


def _told(arrays: CaseArrays, column: str, wrong: object) -> Outcome:
    texts = arrays.text(column)
    filled = np.flatnonzero((texts.notna() & (texts != "")).to_numpy(dtype=bool))
    told = [wrong(text.strip()) for text in texts.iloc[filled].tolist()]  # type: ignore[operator]
    hit = np.array([bool(one) for one in told], dtype=bool)
    return filled[hit], [one for one in told if one]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan

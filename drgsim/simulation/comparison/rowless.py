"""A result without its rows: what page, workbook and usual questions need, asked before the rows go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import ColumnError
from ..world.outcome import ALIASES, MARKS, MEASURES, PLACES
from .kept import NO_ROWS

if TYPE_CHECKING:
    from .comparison import Comparison

_KEYS = dict.fromkeys((*ALIASES, *PLACES, "insurance", "mdc", "age_band", *MARKS))


def without_rows(found: Comparison) -> Comparison:
    """See `Comparison.without_rows`."""
    if found.rowless:
        return found
    found.explain()
    for whole in (
        found.summary, found.unpaid, found.cautions, found.outliers, found.bands, found.supervision,
        found.published, found.plausibility, found.supervision,
    ):  # fmt: skip
        whole()
    _ = found.states, found.year, found.fingerprint
    for key in _KEYS:
        if _sums_by(found, key):
            found.by(key)
    for id in (None, *(each.id for each in found.scenarios)):
        for of_one in (found.migration, found.hospitals, found.cost_to_standard, found.closes_a_budget):
            of_one(id)
        for measure in MEASURES:
            found.attribution(id, measure=measure)
            for change in (False, True):
                found.flows(id, measure=measure, change=change)
    small = replace(found, outcomes=NO_ROWS, world=NO_ROWS, drawn_hospitals=None)
    small._kept.update(found._kept)
    return small


def _sums_by(found: Comparison, key: str) -> bool:
    try:
        found.outcomes[found.baseline.id].key(key)
    except ColumnError:
        return False
    return True

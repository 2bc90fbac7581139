"""What changed between two catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from .catalogue_tables import KEYS, TYPES
from .model import CatalogueRecord

_COMPARED = tuple(name for name in TYPES.columns if name != "code")


@dataclass(frozen=True)
class CatalogueDiff:
    """`frame` has a row for every type that is new, gone or changed.

    Columns: code, change (`added`, `removed`, `changed`), what (the columns that differ, `keys` when the
    entries do, joined by `|`), score_before, score_after, score_ratio (after over before).
    """

    before: str
    after: str
    frame: pd.DataFrame

    def summary(self) -> dict[str, Any]:
        """Counts by change, and the median and extreme change of score."""
        counts = self.frame["change"].value_counts()
        ratios = self.frame["score_ratio"].dropna()
        return {
            "before": self.before,
            "after": self.after,
            **{change: int(counts.get(change, 0)) for change in ("added", "removed", "changed")},
            "score_ratio_median": float(ratios.median()) if len(ratios) else None,
            "score_ratio_min": float(ratios.min()) if len(ratios) else None,
            "score_ratio_max": float(ratios.max()) if len(ratios) else None,
        }

    def __repr__(self) -> str:
        counts = self.summary()
        return (
            f"CatalogueDiff({self.before} -> {self.after}: {counts['added']} added, "
            f"{counts['removed']} removed, {counts['changed']} changed)"
        )


def diff(before: CatalogueRecord, after: CatalogueRecord) -> CatalogueDiff:
    """The types that differ, in the order of `before`, then of `after`."""
    keys = _keys_by_type(before), _keys_by_type(after)
    rows = []
    for code in dict.fromkeys((*before.types, *after.types)):
        old, new = before.types.get(code), after.types.get(code)
        if old is None or new is None:
            what, change = "", "added" if old is None else "removed"
        else:
            differs = [name for name in _COMPARED if getattr(old, name) != getattr(new, name)]
            if keys[0].get(code) != keys[1].get(code):
                differs.append("keys")
            what, change = "|".join(differs), "changed"
        if change == "changed" and not what:
            continue
        scores = old and old.score, new and new.score
        ratio = scores[1] / scores[0] if scores[0] and scores[1] else None
        rows.append((code, change, what, *scores, ratio))
    columns = ["code", "change", "what", "score_before", "score_after", "score_ratio"]
    numbers = dict.fromkeys(columns[3:], "float64")
    return CatalogueDiff(before.id, after.id, pd.DataFrame(rows, columns=columns).astype(numbers))


def _keys_by_type(catalogue: CatalogueRecord) -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for key in catalogue.keys:
        cells = tuple(column[1](getattr(key, name)) for name, column in KEYS.columns.items())
        found.setdefault(key.type, set()).add(cells)
    return found

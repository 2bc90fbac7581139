"""How many stays the special rules reach, and how much they move: outliers, reviews, new technology."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...payment.engine.state import Outlier, Review
from ...payment.engine.steps.special_review import SpecialReview

if TYPE_CHECKING:
    from ...payment.faces.payments import Payments

Mask = npt.NDArray[np.bool_]
# what a stay is paid because of each kind, beyond (or short of) its standard
_STEPS = {
    "low_outlier": ("low_outlier",),
    "high_outlier": ("high_outlier", "high_outlier_quota"),
    "extreme_outlier": ("extreme_outlier",),
    "special_review_eligible": (),
    "special_review_filed": (),
    "special_review_accepted": ("special_review",),
    "new_technology": ("new_technology",),
}


def special_load(paid: Mapping[str, Payments]) -> pd.DataFrame:
    """A row a scenario and kind: scenario, kind, cases, share (of all cases), adjustment (yuan against the
    standard)."""
    rows = [(scenario, *row) for scenario, payments in paid.items() for row in _rows(payments)]
    return pd.DataFrame(rows, columns=["scenario", "kind", "cases", "share", "adjustment"])


def _rows(payments: Payments) -> Iterator[tuple[str, int, float, float]]:
    ledger, n = payments.ledger, len(payments)
    for kind, mask in _masks(payments):
        moved = sum(
            int(ledger.adjustments[step][mask].sum()) for step in _STEPS[kind] if step in ledger.adjustments
        )
        cases = int(mask.sum())
        yield kind, cases, cases / n if n else 0.0, moved / 100


def _masks(payments: Payments) -> Iterator[tuple[str, Mask]]:
    outlier, review = payments.findings.outlier, payments.findings.review
    reviewed = _under_a_quota(payments)
    yield "low_outlier", outlier == Outlier.LOW
    yield "high_outlier", (outlier == Outlier.HIGH) | (outlier == Outlier.HIGH_OVER_QUOTA)
    yield "extreme_outlier", outlier == Outlier.EXTREME
    yield "special_review_eligible", review >= Review.ELIGIBLE
    yield "special_review_filed", reviewed & (review >= Review.OVER_QUOTA)
    yield "special_review_accepted", review == Review.ACCEPTED
    technology = payments.ledger.adjustments.get("new_technology")
    yield "new_technology", np.zeros(len(outlier), np.bool_) if technology is None else technology != 0


def _under_a_quota(payments: Payments) -> Mask:
    """Stays of places where reviews are held at all: with a quota of nothing, nothing is filed."""
    held = np.zeros(len(payments), np.bool_)
    for walk in payments.walks:
        held[walk.place.rows] = any(isinstance(step, SpecialReview) and step.quota > 0 for step in walk.steps)
    return held

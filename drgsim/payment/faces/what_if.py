"""What one stay would be paid under each other choice its documented codes leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...errors import ArgumentError
from ..engine.stays import Stays
from ..pay import pay

if TYPE_CHECKING:
    import pandas as pd

    from .estimate import Estimate


def priced_alternatives(estimate: Estimate, row: int, lang: Literal["zh", "en"]) -> pd.DataFrame:
    """`DrgGrouper.what_if` of the stay at position `row`, each row with what it would be paid.

    Raises ArgumentError without a DRG scheme, and what the grouper raises for a case it cannot read.
    """
    from ...grouping import DrgGrouper
    from ...grouping.what_if import what_if

    if estimate.scheme is None or estimate.policy.method == "dip":
        raise ArgumentError(
            "other choices of coding need a DRG scheme",
            got=f"policy {estimate.policy.id}, scheme {estimate.scheme}",
            do="give scheme= to estimate",
        )
    stays = estimate.payments.stays
    case = stays.frame.iloc[[row]]
    choices = what_if(DrgGrouper(estimate.scheme), case, lang=lang)
    same = case.iloc[[0] * len(choices)].reset_index(drop=True)
    asked = same.assign(drg=choices["drg"].array, status=choices["status"].array)
    paid = pay(
        Stays(asked),
        estimate.policy,
        weights=estimate.payments.walks[0].place.weights,
        bill=estimate.bill,
        without=estimate.left_out,
    ).frame
    payment = paid["payment"].to_numpy()
    result = choices.assign(
        weight=paid["weight"].to_numpy(),
        standard=paid["standard"].to_numpy(),
        payment=payment,
        margin=0.0 - paid["borne_by_hospital"].to_numpy(),
        payment_change=payment - payment[0],
    )
    result.attrs = dict(choices.attrs)
    return result

"""Which stays are worth filing for special-case review: by what they would gain, within the quota."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cases.arrays import Ints, Mask
from ...cases.fen import Floats, to_yuan
from ..engine.ranking import Period, places, ranks, scopes
from ..engine.state import Route, State
from ..engine.steps.special_review import SpecialReview
from ..pay import pay
from .payments import Payments

if TYPE_CHECKING:
    from pathlib import Path

    from ...policy.policy import Policy

COLUMNS = (
    "case_id", "hospital_id", "department", "group", "period", "total_cost", "standard", "payment",
    "if_accepted", "gain", "acceptance", "expected_gain", "rank", "within_quota", "reasons_zh", "reasons_en",
)  # fmt: skip
NOTE = {
    "zh": "按预期增益排序;名额按出院人次计;是否通过由评审决定,通过率为假设。",
    "en": "Ranked by expected gain; the quota counts discharges; reviewers decide, the chance is assumed.",
}


def special_review_worklist(
    cases: Any,
    policy: Policy | str | Path,
    *,
    weights: Any = None,
    bill: Any = "recorded",
    acceptance: float | pd.Series[float] | None = None,
) -> pd.DataFrame:
    """The stays worth filing, best first, with the reasons the rule names.

    Parameters
    ----------
    cases, policy, weights, bill : as for `pay`.
    acceptance : chance that a filed case is accepted: one number, or one a case (a Series with the index of
        the cases); None takes the policy's `special_review.acceptance`.

    Returns
    -------
    DataFrame with the index of the cases: case_id, hospital_id, department, group, period, money in yuan
    (total_cost, standard, payment now, if_accepted, gain, expected_gain), rank inside the hospital (or
    region) and period, within_quota, reasons_zh, reasons_en. Empty where the policy has no special review.
    `.attrs["note"]` says how it is to be read.

    Only stays the policy's criteria open, and that would be paid more, are listed (payment rules §4.1).

    Examples
    --------
    >>> import pandas as pd
    >>> from drgsim import special_review_worklist
    >>> cases = pd.DataFrame(
    ...     {
    ...         "case_id": ["A1"],
    ...         "hospital_id": ["H1"],
    ...         "drg": ["GZ13"],
    ...         "hospital_level": [3],
    ...         "insurance": ["employee"],
    ...         "los": [70],
    ...         "total_cost": [90000.0],
    ...         "discharge_date": ["2025-06-30"],
    ...     }
    ... )
    >>> weights = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})
    >>> special_review_worklist(cases, "national-drg-rate", weights=weights)["case_id"].tolist()
    []
    """
    paid = pay(cases, policy, weights=weights, bill=bill, without=(SpecialReview.name,))
    return worth_filing(paid, acceptance=acceptance)[1]


def worth_filing(paid: Payments, *, acceptance: Any = None) -> tuple[Ints, pd.DataFrame]:
    """The positions of the stays worth filing, best first, and the worklist: of a result that was paid
    without special review."""
    found = [_of_state(walk.state, acceptance, paid.stays.frame.index) for walk in paid.walks]
    positions = np.concatenate([rows for rows, _ in found])
    listed = pd.concat([table for _, table in found])
    keys = [listed["rank"], -listed["expected_gain"], ~listed["within_quota"]]
    order = np.lexsort([key.to_numpy() for key in keys])
    listed = listed.iloc[order]
    listed.attrs["note"] = NOTE
    return positions[order], listed


def _of_state(state: State, acceptance: Any, index: pd.Index[Any]) -> tuple[Ints, pd.DataFrame]:
    review = SpecialReview.read(state.book.chapter(SpecialReview.name))
    rows = np.zeros(0, np.int64) if review is None else review.candidates(state)
    if review is None or not len(rows):
        return rows, pd.DataFrame({name: [] for name in COLUMNS}, index=index[rows])
    positions = state.stays.positions(rows)
    now, granted = state.payment[rows], review.result(state, rows)
    chance = review.acceptance if acceptance is None else acceptance
    if hasattr(chance, "reindex"):  # a Series is matched by the labels of the cases
        chance = np.asarray(chance.reindex(index[positions]), dtype=np.float64)
    else:
        chance = np.full(len(rows), float(chance))
    expected = to_yuan(granted - now) * chance
    scope = scopes(state.stays, review.scope, review.period)
    rank = ranks(state.stays, rows, scope[rows], expected)
    room = places(scope, state.route == Route.SCHEME, review.quota)
    met = list(review.eligibility.criteria(state, rows))
    values = (
        state.stays.ids(rows),
        state.stays.labels("hospital_id").words(rows),
        state.stays.labels("department").words(rows),
        state.stays.groups().words(rows),
        _periods(state.stays.days("discharge_date")[rows], review.period),
        to_yuan(state.cost[rows] + state.carved_out[rows]),
        to_yuan(state.standard[rows]),
        to_yuan(now),
        to_yuan(granted),
        to_yuan(granted - now),
        chance,
        expected.round(2),
        rank,
        rank <= room[scope[rows]],
        reasons([(criterion.zh, criterion.met) for criterion in met], len(rows), ";"),
        reasons([(criterion.en, criterion.met) for criterion in met], len(rows), "; "),
    )
    return positions, pd.DataFrame(dict(zip(COLUMNS, values, strict=True)), index=index[positions])


def _periods(days: Floats, period: Period) -> list[str]:
    """2024, 2024Q1 or 2024-03; empty where the discharge date is missing."""
    days_known = pd.to_datetime(pd.Series(days), unit="D")
    periods = days_known.dt.to_period({"year": "Y", "quarter": "Q", "month": "M"}[period])
    return periods.astype(str).where(days_known.notna(), "").tolist()


def reasons(criteria: Sequence[tuple[str, Mask]], n: int, joint: str) -> npt.NDArray[np.object_]:
    """(n,) the criteria each row meets, joined."""
    words = [word for word, _ in criteria]
    met = np.array([mask for _, mask in criteria], dtype=np.bool_).reshape(len(words), n)
    result = np.empty(n, dtype=object)
    result[:] = [joint.join(compress(words, row)) for row in met.T]
    return result

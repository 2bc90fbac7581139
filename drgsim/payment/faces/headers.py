"""What tables for hospitals and bureaus call their columns and words, in Chinese."""

from __future__ import annotations

from ...words import headers
from ..engine.problems import Unpaid
from ..engine.state import Review, Route
from ..engine.steps.routes import ROUTE_WORDS
from ..engine.steps.special_review import REVIEW_WORDS
from .estimate_words import OUTLIER_WORDS
from .standing import Standing

MONEY = headers(
    "total_cost",
    "carved_out",
    "standard",
    "payment",
    "fund_by_item",
    "fund",
    "fund_insured_region",
    "fund_care_region",
    "catastrophic",
    "medical_aid",
    "other_funds",
    "commercial",
    "patient",
    "patient_account",
    "patient_cash",
    "borne_by_hospital",
)
STAY = headers(
    "case_id",
    "department",
    "group",
    "group_name",
    "status",
    "problem",
    "route",
    "weight",
    "coefficient",
    "unit_price",
    "ratio",
    "ratio_to_standard",
    "outlier",
    "review",
    room="payment",
)
ESTIMATE = headers(
    "margin", "standing", "patient_unknown", "review_open", "review_gain", "reasons_zh", room="estimate"
)
WORKLIST = headers(
    "case_id",
    "hospital_id",
    "department",
    "group",
    "period",
    "total_cost",
    "standard",
    "payment",
    "if_accepted",
    "gain",
    "acceptance",
    "expected_gain",
    "rank",
    "within_quota",
    "reasons_zh",
    room="review",
)
UNPAID = headers("case_id", "group", "problem", "zh", room="unpaid")
TOTALS = headers("cases", "not_payable", "cmi")
WORDS = {
    "status": {"paid": "已付费", "not_payable": "无法付费"},
    "problem": {problem.name.lower(): problem.zh for problem in Unpaid},
    "route": {route.name.lower(): ROUTE_WORDS[route][0] for route in Route},
    "outlier": {name: zh for name, (zh, _) in OUTLIER_WORDS.items()},
    "standing": {each.name.lower(): each.zh for each in Standing},
    "review": {review.name.lower(): REVIEW_WORDS[review][0] for review in Review},
}

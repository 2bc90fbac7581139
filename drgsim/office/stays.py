"""Each stay of a month as the office sees it: where, which group, what it earns, in words. No identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..cases.values import value_labels
from ..payment.faces.estimate_words import OUTLIER_WORDS
from ..words import headers
from .references import Reference, reference_of

if TYPE_CHECKING:
    from ..payment.faces.estimate import Estimate

UNNAMED = "未填"
HEADERS = headers(
    "sheet_row",
    "case_id",
    "department",
    "doctor",
    "insurance",
    "group",
    "group_name",
    "standing",
    "weight",
    "total_cost",
    "standard",
    "payment",
    "margin",
    "ratio_to_standard",
    "outlier",
    "los",
    "words",
    room="office",
)


def stays_of(answer: Estimate, given: Any, whole: pd.DataFrame) -> tuple[pd.DataFrame, Reference]:
    """A row a stay, and what its cost and days are held against.

    `given`: a region's means, or None; `whole`: all grouped cases of the file, for its own means.
    """
    cases, frame = answer.payments.stays.frame, answer.frame
    table = pd.DataFrame(index=cases.index)
    for name in ("department", "doctor"):
        column = cases[name].astype(object) if name in cases.columns else pd.Series(None, cases.index, object)
        table[name] = column.where(column.notna() & (column != ""), UNNAMED)
    insurance = cases["insurance"].astype(object) if "insurance" in cases.columns else None
    labels = {str(value): label for value, label in value_labels("insurance").items()}
    table["insurance"] = UNNAMED if insurance is None else insurance.map(labels).fillna(UNNAMED)
    table["group"] = frame["group"].astype(object).where(frame["group"].notna(), "无")
    table["group_name"] = frame["group_name"].astype(object).where(frame["group_name"].notna(), "")
    for name in ("standing", "outlier"):
        table[name] = frame[name].astype(object)
    for name in ("weight", "total_cost", "standard", "payment", "margin", "ratio_to_standard", "review_gain"):
        table[name] = frame[name].astype(np.float64)
    table["review_open"] = frame["review_open"].to_numpy(dtype=bool)
    for name in ("los", "discharge", "examination_cost"):
        table[name] = _numbers(cases, name)
    for name in ("severity", "status", "reason"):
        table[name] = cases[name].astype(object) if name in cases.columns else None
    for name in ("diagnoses", "procedures"):
        table[name] = cases[name].astype(object) if name in cases.columns else None
    table["patient_unknown"] = frame["patient_unknown"]
    reference = reference_of(whole, answer.payments, given)
    table["reference_cost"] = table["group"].map(reference.cost).astype(np.float64)
    table["reference_days"] = table["group"].map(reference.days).astype(np.float64)
    table["problem"] = frame["problem"].astype(object)
    return table, reference


def with_words(stays: pd.DataFrame, problems: dict[str, str], standings: dict[str, str]) -> pd.DataFrame:
    """The stays with a sentence each on what they earn and why."""
    columns = ["standing", "problem", "weight", "standard", "total_cost", "ratio_to_standard", "outlier",
               "payment", "margin", "review_open", "review_gain"]  # fmt: skip
    words = [_sentence(row, problems, standings) for row in stays[columns].itertuples(index=False, name=None)]
    return stays.assign(words=words)


def _sentence(row: tuple[Any, ...], problems: dict[str, str], standings: dict[str, str]) -> str:
    standing, problem, weight, standard, cost, ratio, outlier, payment, margin, opened, gain = row
    if standing == "not_payable":
        return f"无法测算: {problems.get(problem, problem)}"
    if standing != "in_scheme":
        return f"{standings[standing]}, 不计入结余; 费用 {cost:,.2f}, 应付 {payment:,.2f}"
    kind = OUTLIER_WORDS[outlier][0]
    sign = "结余" if margin >= 0 else "亏损"
    told = (
        f"权重 {weight:g}, 标准 {standard:,.2f}, 费用为标准的 {ratio:.2f} 倍, {kind}, "
        f"应付 {payment:,.2f}, {sign} {abs(margin):,.2f}"
    )
    return f"{told}; 可申请特例单议, 通过可增 {gain:,.2f}" if opened else told


def _numbers(cases: pd.DataFrame, name: str) -> Any:
    if name not in cases.columns:
        return np.nan
    return pd.to_numeric(cases[name], errors="coerce").astype("Float64").astype(np.float64)

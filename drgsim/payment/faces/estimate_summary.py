"""An estimate by department, as text and HTML. No case rows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from ...errors import ArgumentError
from ...language import both, stated_language
from ...words import headers, title_in
from ..engine.problems import Unpaid
from .estimated_stays import EstimatedStays
from .standing import Standing, costs, in_english, margins, standings

ZH = headers(
    "cases", "not_payable", "cmi", "total_cost", "payment", "margin", "margin_rate", "low", "high",
    "review_open", "in_scheme", "ambiguous", "ungrouped", "self_pay", "by_item", "cost_in_scheme",
    "cost_beside", room="estimate",
)  # fmt: skip
KINDS = {each: each.name.lower() for each in Standing}
_MONEY = ("total_cost", "payment", "margin", "cost_in_scheme", "cost_beside")
_HIGH = ("high", "high_over_quota", "extreme")


def summary(estimate: EstimatedStays, by: str | Sequence[str] | None) -> pd.DataFrame:
    """One row for each value of `by`, or one in all. Money is summed in fen."""
    paid, frame = estimate.payments, estimate.frame
    standing, cost, margin = standings(paid), costs(paid), margins(paid)
    inside = standing == Standing.IN_SCHEME
    weight = paid.findings.weight
    weighed = inside | (paid.findings.problem == Unpaid.NO_LIMIT)  # a weight stands without a payment
    weighted = weighed & ~np.isnan(weight)
    payable = standing != Standing.NOT_PAYABLE
    columns: dict[str, Any] = {
        "cases": np.ones(len(frame), np.int64),
        "weighted": weighted.astype(np.int64),
        "weight": np.where(weighted, weight, 0.0),
        "total_cost": cost,
        "payment": np.where(payable, cost + margin, 0),
        "margin": np.where(inside, margin, 0),
        "cost_in_scheme": np.where(inside, cost, 0),
        "low": (frame["outlier"] == "low").to_numpy(dtype=np.int64),
        "high": frame["outlier"].isin(_HIGH).to_numpy(dtype=np.int64),
        "review_open": frame["review_open"].to_numpy(dtype=np.int64),
        **{KINDS[each]: (standing == each).astype(np.int64) for each in Standing},
    }
    table = pd.DataFrame(columns)
    if by is None:
        sums = table.sum().to_frame().T
    else:
        keys = [_key(estimate, name).rename(name) for name in ([by] if isinstance(by, str) else by)]
        sums = table.groupby(keys, dropna=False, observed=True).sum()
    result = sums[["cases", "not_payable"]].astype(np.int64)
    result["cmi"] = sums["weight"] / sums["weighted"].where(sums["weighted"] > 0)
    for name in ("total_cost", "payment", "margin"):
        result[name] = sums[name] / 100
    result["margin_rate"] = sums["margin"] / sums["cost_in_scheme"].where(sums["cost_in_scheme"] > 0)
    kinds = (KINDS[each] for each in Standing if each < Standing.NOT_PAYABLE)
    for name in ("low", "high", "review_open", *kinds):
        result[name] = sums[name].astype(np.int64)
    result["cost_in_scheme"] = sums["cost_in_scheme"] / 100
    result["cost_beside"] = (sums["total_cost"] - sums["cost_in_scheme"]) / 100
    return result


def text(estimate: EstimatedStays) -> str:
    """Totals on a few lines."""
    row = summary(estimate, None).iloc[0]
    lines = [f"Estimate of {len(estimate):,} stays 病例测算 ({estimate.policy.id} on {estimate.policy.on})"]
    for name, zh in ZH.items():
        label = f"{name} {zh}" if stated_language() is None else title_in(zh)
        lines.append(f"  {label}: {_shown(name, row[name])}")
    lines += [f"  {told}" for told in [*estimate.told, *(both(*note) for note in notes(estimate))]]
    return "\n".join([*lines, f"  {estimate.payments.trust}"])


def not_priced(estimate: EstimatedStays) -> list[tuple[str, str]]:
    """How many stays cannot be priced and why, (中文, English); nothing where all can."""
    unpaid = standings(estimate.payments) == Standing.NOT_PAYABLE
    codes, counts = np.unique(estimate.payments.findings.problem[unpaid], return_counts=True)
    why = [(Unpaid(int(code)), int(count)) for code, count in zip(codes, counts, strict=True)]
    why.sort(key=lambda each: -each[1])
    zh = "; ".join(f"{problem.zh} {count:,}" for problem, count in why)
    en = "; ".join(f"{problem.en}: {count:,}" for problem, count in why)
    lost = int(unpaid.sum())
    return [(f"无法测算 {lost:,} 例: {zh}", f"{lost:,} stays cannot be priced: {en}")] if lost else []


def notes(estimate: EstimatedStays) -> list[tuple[str, str]]:
    """What a reader must know, (中文, English) each: who is beside the margin, whose part is unknown, and
    which stays are of other days than the rates."""
    found = estimate.frame["patient_unknown"].value_counts()
    lines = [
        (
            f"患者负担无法计算 {count:,} 例: {why}; 支付标准、结余和 CMI 不受影响",
            f"what the patient bears is not known of {count:,} stays ({in_english(why)}); standard, "
            "margin and CMI do not depend on it",
        )
        for why, count in zip(map(str, found.index), found, strict=True)
    ]
    lines += not_priced(estimate)
    row = summary(estimate, None).iloc[0]
    inside, beside = int(row["in_scheme"]), int(row["cases"] - row["in_scheme"])
    if beside:
        lines.append(
            (
                f"结余只计按病组付费的 {inside:,} 例, 其余 {beside:,} 例另列",
                f"the margin is of the {inside:,} stays that the scheme prices; {beside:,} stand beside it",
            )
        )
    return [*lines, *estimate.payments.other_dates]


def html(estimate: EstimatedStays) -> str:
    """Totals by department where the cases have one, as a table for a notebook."""
    by = "department" if "department" in estimate.payments.stays.frame.columns else None
    table = summary(estimate, by)
    head = "".join(f"<th>{escape(f'{zh} {name}')}</th>" for name, zh in ZH.items())
    rows = "".join(
        f"<tr><td>{escape(str(label))}</td>"
        + "".join(f"<td>{_shown(name, row[name])}</td>" for name in ZH)
        + "</tr>"
        for label, row in table.iterrows()
    )
    policy = f"{estimate.policy.id} on {estimate.policy.on}"
    told = [*estimate.told, *(both(*note) for note in notes(estimate)), estimate.payments.trust]
    below = "".join(f"<p>{escape(line)}</p>" for line in told)
    return (
        f"<p>{len(estimate):,} 病例 stays, {escape(policy)}</p><table><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{below}"
    )


def _key(estimate: EstimatedStays, by: str) -> Any:
    cases = estimate.payments.stays.frame
    for table in (cases, estimate.frame):
        if by in table.columns:
            return table[by].reset_index(drop=True)
    known = [*cases.columns]
    raise ArgumentError("no such column to sum by", got=by, allowed=known, nearest=known)


def _shown(name: str, value: float) -> str:
    if name in ("cmi", "margin_rate"):
        return f"{value:.4f}" if name == "cmi" else f"{value:.2%}"
    return f"{value:,.2f}" if name in _MONEY else f"{int(value):,}"

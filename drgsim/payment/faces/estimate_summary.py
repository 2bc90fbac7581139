"""An estimate by department, as text and HTML. No case rows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

    from .estimate import Estimate

ZH = {
    "cases": "病例数",
    "not_payable": "无法测算",
    "cmi": "CMI",
    "total_cost": "总费用",
    "payment": "应付总额",
    "margin": "结余",
    "margin_rate": "结余率",
    "low": "低倍率",
    "high": "高倍率",
    "review_open": "可申请特例单议",
}
_HIGH = ("high", "high_over_quota", "extreme")


def summary(estimate: Estimate, by: str | None) -> pd.DataFrame:
    """One row for each value of `by`, or one in all. Money is summed in fen."""
    import pandas as pd

    paid, frame = estimate.payments, estimate.frame
    found, ledger = paid.findings, paid.ledger
    weighted = (found.route == 0) & (found.problem == 0)
    columns: dict[str, Any] = {
        "cases": np.ones(len(frame), np.int64),
        "not_payable": (found.problem != 0).astype(np.int64),
        "weighted": weighted.astype(np.int64),
        "weight": np.where(weighted, found.weight, 0.0),
        "total_cost": ledger.total_cost,
        "payment": ledger.payment,
        "margin": -ledger.borne_by_hospital,
        "low": (frame["outlier"] == "low").to_numpy(dtype=np.int64),
        "high": frame["outlier"].isin(_HIGH).to_numpy(dtype=np.int64),
        "review_open": frame["review_open"].to_numpy(dtype=np.int64),
    }
    table = pd.DataFrame(columns)
    if by is None:
        sums = table.sum().to_frame().T
    else:
        sums = table.groupby(_key(estimate, by), dropna=False, observed=True).sum().rename_axis(by)
    result = sums[["cases", "not_payable"]].astype(np.int64)
    result["cmi"] = sums["weight"] / sums["weighted"].where(sums["weighted"] > 0)
    for name in ("total_cost", "payment", "margin"):
        result[name] = sums[name] / 100
    result["margin_rate"] = sums["margin"] / sums["total_cost"].where(sums["total_cost"] > 0)
    for name in ("low", "high", "review_open"):
        result[name] = sums[name].astype(np.int64)
    return result


def text(estimate: Estimate) -> str:
    """Totals on a few lines."""
    row = summary(estimate, None).iloc[0]
    policy = estimate.policy
    lines = [f"Estimate of {len(estimate):,} stays 病例测算 ({policy.id} on {policy.on})"]
    lines += [f"  {name} {zh}: {_shown(name, row[name])}" for name, zh in ZH.items()]
    return "\n".join([*lines, f"  {estimate.payments.trust}"])


def html(estimate: Estimate) -> str:
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
    return (
        f"<p>{len(estimate):,} 病例 stays, {escape(policy)}</p><table><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table><p>{escape(estimate.payments.trust)}</p>"
    )


def _key(estimate: Estimate, by: str) -> Any:
    cases = estimate.payments.stays.frame
    for table in (cases, estimate.frame):
        if by in table.columns:
            return table[by].reset_index(drop=True)
    raise ArgumentError(
        "no such column to sum by", got=by, allowed=[*cases.columns], nearest=[*cases.columns]
    )


def _shown(name: str, value: float) -> str:
    if name in ("cmi", "margin_rate"):
        return f"{value:.4f}" if name == "cmi" else f"{value:.2%}"
    return f"{value:,.2f}" if name in ("total_cost", "payment", "margin") else f"{int(value):,}"

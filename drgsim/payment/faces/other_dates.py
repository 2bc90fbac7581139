"""Stays of days that the policy does not know, or of another year than the rates they are paid at: told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from ...policy.policy import Policy


def other_dates(cases: pd.DataFrame, policy: Policy) -> list[str]:
    """A line in Chinese on stays discharged outside the policy's days, and one on those of another year.

    Stays without a discharge date are in neither; `policy.on` is the day whose values were read.
    """
    if "discharge_date" not in cases.columns:
        return []
    days: Any = pd.to_datetime(cases["discharge_date"], errors="coerce", format="mixed").dropna()
    if not len(days):
        return []
    document, lines = policy.document, []
    first, last = (str(day) for day in (document.valid_from, document.valid_to))
    written = days.dt.strftime("%Y-%m-%d")
    outside = int(((written < first) | (written > last)).sum())
    if outside:
        lines.append(f"{outside:,} 例出院日期在政策有效期 ({first} 至 {last}) 之外, 结果只作参考")
    year = str(policy.on)[:4]
    other = int((written.str[:4] != year).sum())
    if other:
        lines.append(f"{other:,} 例出院年份不是 {year}, 按 {policy.on} 的费率和规则测算")
    return lines

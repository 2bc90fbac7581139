"""A result in a few lines: totals, by columns, against another result, as text and HTML. No case rows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from ...errors import ArgumentError
from ...language import both
from ...words import headers
from ..engine.problems import Unpaid
from ..engine.state import Route
from .paid_stays import PaidStays

OUTLIERS = ("low_outlier", "high_outlier", "extreme_outlier")
MONEY = (
    "total_cost", "standard", "payment", "fund", "catastrophic", "medical_aid", "other_funds", "commercial",
    "patient", "borne_by_hospital",
)  # fmt: skip
ZH = headers(
    "cases", "not_payable", "cmi", "total_cost", "standard", "payment", "fund", "catastrophic",
    "medical_aid", "other_funds", "commercial", "patient", "borne_by_hospital",
)  # fmt: skip


def summary(payments: PaidStays, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """cases, not_payable, cmi (mean weight of stays priced in the scheme), and money in yuan.

    Sums are made in fen, so they are exact. One row without `by`, else one for each combination.
    """
    table = _fen(payments)
    if by is None:
        sums = table.sum().to_frame().T
    else:
        names = [by] if isinstance(by, str) else list(by)
        keys = [_column(payments, name) for name in names]
        sums = table.groupby(keys, observed=True, dropna=False).sum()
        sums.index.names = names
    result = sums[["cases", "not_payable"]].astype(np.int64)
    result["cmi"] = sums["weight"] / sums["weighted"].where(sums["weighted"] > 0)
    for name in MONEY:
        result[name] = sums[name] / 100
    return result


def comparison(before: PaidStays, after: PaidStays, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Columns before, after, change (yuan), one row a money column; or by columns of the cases."""
    if len(before) != len(after) or not before.stays.frame.index.equals(after.stays.frame.index):
        raise ArgumentError(
            "two results of different cases cannot be compared",
            got=f"{len(before)} and {len(after)} stays",
            do="pay the same cases by both policies",
        )
    left, right = (summary(each, by)[["cases", *MONEY]] for each in (before, after))
    tables = {"before": left, "after": right, "change": (right - left).round(2)}
    if by is not None:
        return pd.concat(tables, axis=1)
    return pd.DataFrame({name: table.iloc[0] for name, table in tables.items()})


def text(payments: PaidStays) -> str:
    """Several lines: how many, what could not be paid, the totals, the trust."""
    row = summary(payments).iloc[0]
    lines = [f"Payments of {len(payments):,} stays 病例 ({_policies(payments)})"]
    lines += [f"  {name} {ZH[name]}: {row[name]:,.2f} yuan" for name in MONEY]
    counts = _problem_counts(payments)
    if counts:
        lines.append(f"  not payable 无法付费: {'; '.join(counts)}")
    lines += [f"  {note}" for note in _notes(payments)]
    return "\n".join([*lines, f"  {payments.trust}"])


def html(payments: PaidStays) -> str:
    """The same as a table for a notebook."""
    row = summary(payments).iloc[0]
    body = "".join(f"<tr><td>{ZH[name]} {name}</td><td>{row[name]:,.2f}</td></tr>" for name in MONEY)
    problems = "".join(f"<li>{escape(count)}</li>" for count in _problem_counts(payments))
    head = f"<p>{len(payments):,} 病例 stays, {escape(_policies(payments))}</p>"
    unpaid = f"<p>无法付费 not payable</p><ul>{problems}</ul>" if problems else ""
    notes = "".join(f"<p>{escape(note)}</p>" for note in [*_notes(payments), payments.trust])
    return f"{head}<table><tbody>{body}</tbody></table>{unpaid}{notes}"


def _notes(payments: PaidStays) -> list[str]:
    """Rules that were on and could not look at every stay, and stays of other days than the policy's."""
    unmeasured = sum(
        int((np.isnan(walk.state.ratio) & (walk.state.route == Route.SCHEME)).sum())
        for walk in payments.walks
        if any(step.name in OUTLIERS for step in walk.steps)
    )
    notes = (
        [f"no outlier rule for want of a mean cost 缺例均费用、未判倍率: {unmeasured:,}"]
        if unmeasured
        else []
    )
    outside = {
        rule.id: None for walk in payments.walks for rule in walk.place.policy.rules if rule.kind.outside
    }
    if outside:
        told = both("规则用了本程序之外的效果", "rules with an effect from outside drgsim")
        notes.append(f"{told}: {', '.join(outside)}")
    return notes + _undecided(payments) + [both(*told) for told in payments.other_dates]


def _undecided(payments: PaidStays) -> list[str]:
    """Rules that could not say of some stays whether they hold, or what they give."""
    counts: dict[str, int] = {}
    for walk in payments.walks:
        for name, count in walk.state.undecided.items():
            counts[name] = counts.get(name, 0) + count
    return [f"{name}: {count:,}" for name, count in payments.notes.items()] + [
        f"rule {name} could not decide for want of facts 规则缺少所需信息、未执行: {count:,}"
        for name, count in counts.items()
        if count
    ]


def _fen(payments: PaidStays) -> pd.DataFrame:
    """What is summed: counts, weights of stays in the scheme, and fen."""
    found = payments.findings
    inside = (found.route == 0) & (found.problem == 0)
    columns: dict[str, Any] = {
        "cases": np.ones(len(payments), np.int64),
        "not_payable": (found.problem != 0).astype(np.int64),
        "weighted": inside.astype(np.int64),
        "weight": np.where(inside, found.weight, 0.0),
    }
    columns |= {name: getattr(payments.ledger, name) for name in MONEY}
    return pd.DataFrame(columns, copy=False)


def _column(payments: PaidStays, name: str) -> Any:
    """A column of the cases, or of the result, without its index."""
    frame = payments.stays.frame
    if name in frame.columns:
        return frame[name].reset_index(drop=True)
    if name in payments.frame.columns:
        return payments.frame[name].reset_index(drop=True)
    raise ArgumentError(
        "no such column to sum by",
        got=name,
        allowed=[*frame.columns],
        nearest=[*frame.columns, *payments.frame.columns],
    )


def _policies(payments: PaidStays) -> str:
    named = dict.fromkeys(f"{walk.place.policy.id} on {walk.place.policy.on}" for walk in payments.walks)
    return ", ".join(named)


def _problem_counts(payments: PaidStays) -> list[str]:
    counts = np.bincount(payments.findings.problem, minlength=len(Unpaid))
    return [
        f"{problem.en} {problem.zh}: {counts[problem]:,}" for problem in Unpaid if problem and counts[problem]
    ]

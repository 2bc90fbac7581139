"""A comparison at a glance, as text and for a notebook: a line a scenario and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..policy.display import trust_text
from .markup import Cell, Markup, pair, paragraph, table
from .numbers import count, money, percent

if TYPE_CHECKING:
    import pandas as pd

_HEADS = (
    ("方案", "scenario"), ("病例", "cases"), ("基金支付", "fund pays"), ("变化", "change"),
    ("变化率", "share"), ("个人变化", "patients"), ("医院变化", "hospitals"),
    ("其他支付方变化", "other payers"),
)  # fmt: skip
_CHANGES = ("patient_change", "hospital_change", "other_payers_change")


def glance_html(summary: pd.DataFrame, states: Mapping[str, int]) -> str:
    """The summary as a small table, and the trust line."""
    rows: list[list[Cell]] = []
    for place, row in enumerate(summary.reset_index().to_dict("records")):
        name = pair(str(row.get("title_zh", row["scenario"])), str(row.get("title_en", "")))
        figures = _figures(row, "zh", first=place == 0)
        rows.append([Markup(f"{name.text}<br/><code>{pair(str(row['scenario']), '').text}</code>"), *figures])
    unpaid = "".join(paragraph(told) for told in not_payable(summary))
    return table(_HEADS, rows) + unpaid + paragraph(trust_text(states))


def glance_text(summary: pd.DataFrame, states: Mapping[str, int]) -> str:
    """The same in lines of text."""
    lines = [f"Comparison of {len(summary)} scenarios, {count(float(summary['cases'].iloc[0]))} stays"]
    for place, row in enumerate(summary.reset_index().to_dict("records")):
        _, fund, change, share, patient, hospital, others = _figures(row, "en", first=place == 0)
        told = f"  {row['scenario']}: fund {fund}"
        if place:
            told += f" ({change}, {share}); patients {patient}; hospitals {hospital}"
            told += f"; other payers {others}" if abs(float(row["other_payers_change"])) >= 1 else ""
        lines.append(told)
    lines += [f"  {told}" for told in not_payable(summary)]
    return "\n".join([*lines, f"  {trust_text(states)}"])


def not_payable(summary: pd.DataFrame) -> list[str]:
    """A line where stays cannot be paid, or one a scenario where they are not the same."""
    if "not_payable" not in summary or not summary["not_payable"].any():
        return []
    found = {str(id): _left_out(row) for id, row in summary.to_dict("index").items()}
    several = len({*found.values()}) > 1
    lines = [f"{id}: {each}" for id, each in found.items()] if several else [next(iter(found.values()))]
    return [f"not payable, in no amount 无法付费、不计入金额: {line}" for line in lines]


def _left_out(row: Mapping[Any, Any]) -> str:
    cost = money(float(row["not_payable_cost"]), "en")
    return f"{count(float(row['not_payable']))} stays 例, cost 费用 {cost}"


def _figures(row: Mapping[Any, Any], lang: str, *, first: bool) -> list[str]:
    cells = [count(float(row["cases"])), money(float(row["fund"]), lang, figures=4)]
    if first:
        return [*cells, *[""] * (2 + len(_CHANGES))]
    cells += [money(float(row["fund_change"]), lang, signed=True)]
    cells += [percent(float(row["fund_change_share"]), signed=True, digits=2)]
    return cells + [money(float(row[name]), lang, signed=True) for name in _CHANGES]

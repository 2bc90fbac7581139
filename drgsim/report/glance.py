"""A comparison at a glance, as text and for a notebook: a line a scenario and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..language import both, language
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
    """The same in lines of text, in the language users are spoken to in."""
    lang, cases = language(), count(float(summary["cases"].iloc[0]))
    zh = lang == "zh"
    lines = [
        f"{len(summary)} 个方案的比较，{cases} 例"
        if zh
        else f"Comparison of {len(summary)} scenarios, {cases} stays"
    ]
    for place, row in enumerate(summary.reset_index().to_dict("records")):
        _, fund, change, share, patient, hospital, others = _figures(row, lang, first=place == 0)
        other = abs(float(row["other_payers_change"])) >= 1 if place else False
        if zh:
            told = f"  {row.get('title_zh', '')} ({row['scenario']})：基金支付 {fund}"
            told += f"（{change}，{share}）；个人 {patient}；医院 {hospital}" if place else ""
            told += f"；其他支付方 {others}" if other else ""
        else:
            told = f"  {row['scenario']}: fund {fund}"
            told += f" ({change}, {share}); patients {patient}; hospitals {hospital}" if place else ""
            told += f"; other payers {others}" if other else ""
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
    head = both("无法付费、不计入金额", "not payable, in no amount")
    return [f"{head}: {line}" for line in lines]


def _left_out(row: Mapping[Any, Any]) -> str:
    stays = count(float(row["not_payable"]))
    zh, en = (money(float(row["not_payable_cost"]), lang) for lang in ("zh", "en"))
    return both(f"{stays} 例, 费用 {zh}", f"{stays} stays, cost {en}")


def _figures(row: Mapping[Any, Any], lang: str, *, first: bool) -> list[str]:
    cells = [count(float(row["cases"])), money(float(row["fund"]), lang, figures=4)]
    if first:
        return [*cells, *[""] * (2 + len(_CHANGES))]
    cells += [money(float(row["fund_change"]), lang, signed=True)]
    cells += [percent(float(row["fund_change_share"]), signed=True, digits=2)]
    return cells + [money(float(row[name]), lang, signed=True) for name in _CHANGES]

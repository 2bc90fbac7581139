"""How weights are shown: where they come from, then the largest groups; as text, HTML and workbook."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._excel import COUNT, MONEY, RATIO, workbook
from ..words import named

if TYPE_CHECKING:
    import pandas as pd

    from .weights import Weights


_SHOWN = 10
_COLUMNS = ("name", "n", "mean_cost", "weight", "base_points", "sd", "cv", "stable")
LABELS = {name: f"{zh} {en}" for name, (zh, en) in named(*_COLUMNS, room="weights").items()}


def head_lines(weights: Weights) -> list[str]:
    """What is known of the weights as a whole, a line each."""
    frame = weights.frame
    without = int(frame["weight"].isna().sum())
    lines = [f"{name}: {text}" for name, text in weights.facts.items() if text]
    lines.append(f"groups 组数: {len(frame)}" + (f", {without} without a weight" if without else ""))
    if weights.mean_cost is not None:
        unstable = int((~frame["stable"]).sum())
        lines.append(f"mean cost 例均费用: {weights.mean_cost:,.2f} yuan; RIV: {weights.riv:.4f}")
        lines.append(
            f"unstable groups 不稳定组: {unstable}; CV of 1 or more: {int((frame['cv'] >= 1).sum())}"
        )
    return lines


def weights_text(weights: Weights) -> str:
    """The head and the largest groups."""
    return "\n".join([*head_lines(weights), "", largest(weights).to_string()])


def weights_html(weights: Weights) -> str:
    """The same for a notebook; groups only, never cases."""
    head = "<br>".join(escape(line) for line in head_lines(weights))
    table = largest(weights)
    table.columns = [LABELS.get(str(name), str(name)) for name in table.columns]
    return f"<p>{head}</p>{table.to_html()}"


def largest(weights: Weights) -> pd.DataFrame:
    """The groups with most cases, or the highest weight where cases are not known."""
    frame = weights.frame
    by = frame["n"] if "n" in frame else frame["weight"]
    order = np.argsort(-by.to_numpy(dtype=float), kind="stable")
    return frame.iloc[order[:_SHOWN]].round(4)


def write_weights(weights: Weights, path: Path) -> None:
    """Write two sheets, 权重 and 说明; an empty cell is a number that is not known."""
    frame = weights.frame.rename_axis("group").reset_index()
    headers = {str(name): LABELS.get(str(name), str(name)) for name in frame.columns}
    with workbook(path) as book:
        book.table("权重", frame, headers={**headers, "group": "病组 group"}, code=_code)
        book.lines("说明", head_lines(weights))


def _code(name: str) -> str:
    if "cost" in name:
        return MONEY
    return COUNT if name == "cases" else RATIO

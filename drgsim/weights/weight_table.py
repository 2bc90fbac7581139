"""Weights of groups with what is known of them, and how they are shown: origin, then largest groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from .._excel import COUNT, MONEY, RATIO, workbook
from ..policy.parameter_table import Array
from ..words import named

_SHOWN = 10
_COLUMNS = ("name", "n", "mean_cost", "weight", "base_points", "sd", "cv", "stable")
LABELS = {name: f"{zh} {en}" for name, (zh, en) in named(*_COLUMNS, room="weights").items()}


@dataclass(frozen=True, eq=False, repr=False)
class WeightTable:
    """One weight a group, and what is known of where it comes from; `Weights` is the same with where it can
    be had and what is measured by it."""

    frame: pd.DataFrame
    mean_cost: float | None = None
    riv: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def columns(self, groups: Iterable[str]) -> dict[str, Array]:
        """Every column of numbers for these groups, in their order (float64, NaN = not known)."""
        index = self.frame.index.get_indexer(pd.Index(list(groups), dtype=object))
        numbers = self.frame.select_dtypes(["number", "bool"])
        return {
            str(name): np.append(numbers[name].to_numpy(dtype=float), np.nan)[index]
            for name in numbers.columns
        }

    def weight_of(self, groups: Iterable[str]) -> Array:
        """The weight of each of these groups (float64, NaN = the table has none)."""
        return self.columns(groups)["weight"]

    def to_excel(self, path: str | Path) -> None:
        """Write the table and its facts as a workbook (needs the extra `excel`).

        Parameters
        ----------
        path : str or Path
            file to write; one that is there is replaced when all is written

        Raises
        ------
        MissingExtraError, WriteError
            without the writer of workbooks; when the file cannot be written.
        """
        _write(self, Path(path))

    def __len__(self) -> int:
        return len(self.frame)

    def __str__(self) -> str:
        return _text(self)

    def _repr_html_(self) -> str:
        return _html(self)


def _head_lines(weights: WeightTable) -> list[str]:
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


def _text(weights: WeightTable) -> str:
    """The head and the largest groups."""
    return "\n".join([*_head_lines(weights), "", _largest(weights).to_string()])


def _html(weights: WeightTable) -> str:
    """The same for a notebook; groups only, never cases."""
    head = "<br>".join(escape(line) for line in _head_lines(weights))
    table = _largest(weights)
    table.columns = [LABELS.get(str(name), str(name)) for name in table.columns]
    return f"<p>{head}</p>{table.to_html()}"


def _largest(weights: WeightTable) -> pd.DataFrame:
    """The groups with most cases, or the highest weight where cases are not known."""
    frame = weights.frame
    by = frame["n"] if "n" in frame else frame["weight"]
    order = np.argsort(-by.to_numpy(dtype=float), kind="stable")
    return frame.iloc[order[:_SHOWN]].round(4)


def _write(weights: WeightTable, path: Path) -> None:
    """Write two sheets, 权重 and 说明; an empty cell is a number that is not known."""
    frame = weights.frame.rename_axis("group").reset_index()
    headers = {str(name): LABELS.get(str(name), str(name)) for name in frame.columns}
    with workbook(path) as book:
        book.table("权重", frame, headers={**headers, "group": "病组 group"}, code=_code)
        book.lines("说明", _head_lines(weights))


def _code(name: str) -> str:
    if "cost" in name:
        return MONEY
    return COUNT if name == "cases" else RATIO

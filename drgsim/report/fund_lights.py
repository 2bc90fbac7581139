"""The warnings of a projection as sentences: which fund, what, from which year, under which scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..simulation.projection.fund_warnings import fund_warnings
from .words import word

if TYPE_CHECKING:
    import pandas as pd


def fund_lights(projection: pd.DataFrame, marks: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """One (Chinese, English) pair for each fund and light of the whole, the gravest first.

    `marks` gives (scenario, its name in Chinese, its name in English). Where every scenario first shows the
    light in the same year, none is named.
    """
    if not len(projection):
        return []
    whole = projection[(projection["region"].astype(str) == "all") & (projection["warning"] != "")]
    told = []
    for id, light in fund_warnings().items():
        for insurance, part in whole[whole["warning"] == id].groupby("insurance", sort=False):
            first = part.groupby("scenario")["year"].min().to_dict()
            zh, en = _when(first, marks)
            told.append(
                (
                    f"{word(insurance, 'zh')}：{light.zh}（{zh}）。",
                    f"{word(insurance, 'en')}: {light.en} ({en}).",
                )
            )
    return told


def _when(first: dict[object, int], marks: Sequence[tuple[str, str, str]]) -> tuple[str, str]:
    if len(first) == len(marks) and len(set(first.values())) == 1:
        year = next(iter(first.values()))
        return f"各方案均自 {year} 年", f"every scenario, from {year}"
    zh = "、".join(f"{name} {first[id]} 年" for id, name, _ in marks if id in first)
    return f"{zh}起", ", ".join(f"{name} from {first[id]}" for id, _, name in marks if id in first)

"""A tornado: what each assumption moves at the ends of its interval, the largest on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._rows import rows_of
from .. import fonts
from ..theme import BETTER, INK, WIDTH, WORSE, WORSE_HATCH, drawing, finish, tick, wrap

if TYPE_CHECKING:
    from ...fund.sensitivity import Sensitivity


def tornado(told: Sensitivity, *, bars: int = 10, lang: str | None = None) -> Any:
    """One bar an assumption, from its value at the low end to that at the high end; blue lies above the base.

    Money is shown in 10^8 yuan, months as they are.
    """
    lang = fonts.language(lang)
    table = told.tornado(bars).iloc[::-1]
    months = told.measure.name == "reserve_months"
    unit = 1.0 if months else 1e8
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, 0.7 + 0.24 * max(len(table), 1)))
        axes = figure.subplots()
        for place, row in enumerate(rows_of(table)):
            for end in (row.at_low, row.at_high):
                better = end >= told.base
                axes.barh(
                    place, (end - told.base) / unit, left=told.base / unit, height=0.62,
                    color=BETTER if better else WORSE, hatch=None if better else WORSE_HATCH,
                    edgecolor="white", linewidth=0.3,
                )  # fmt: skip
        names = [
            wrap(f"{row.zh if lang == 'zh' else row.en}  {row.low:g} … {row.high:g}", 52, lines=2)
            for row in rows_of(table)
        ]
        axes.set_yticks(range(len(names)), names)
        axes.axvline(told.base / unit, color=INK, linewidth=0.9)
        axes.xaxis.set_major_formatter(tick)
        axes.grid(axis="x")
        axes.set_xlabel(_axis(months, lang))
        return finish(figure)


def _axis(months: bool, lang: str) -> str:
    if months:
        return "可支付月数" if lang == "zh" else "months of spending in reserve"
    return "亿元" if lang == "zh" else "1e8 yuan"

"""How far stays cost more or less than their payment standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import fonts
from ..numbers import percent
from ..theme import (
    FAINT,
    INK,
    SMALL,
    WIDTH,
    Titles,
    drawing,
    finish,
    legend,
    legend_height,
    scenario_label,
    styles,
)

if TYPE_CHECKING:
    import pandas as pd


def cost_to_standard(
    table: pd.DataFrame,
    *,
    width: float = WIDTH,
    lang: str | None = None,
    titles: Titles | None = None,
    note: str | None = None,
) -> Any:
    """Shares of stays by cost ÷ standard; the baseline filled, every scenario that differs as an outline.

    Parameters
    ----------
    table : `Comparison.cost_to_standard()`: scenario, low, high (bin edges; the last may be open), cases.
    """
    lang = fonts.language(lang)
    scenarios = list(dict.fromkeys(table["scenario"]))
    looks = styles(scenarios)
    drawn = _apart(table, scenarios)
    with drawing() as figure_class:
        names = {each: scenario_label(titles, each, lang, 78, 2) for each in drawn}
        figure = figure_class(
            figsize=(width, 1.65 + legend_height([f"{each} · 00.0%" for each in names.values()], width))
        )
        axes = figure.subplots()
        handles, highest = [], 0.0
        for place, scenario in enumerate(drawn):
            edges, share, above, open_end = _shares(table[table["scenario"] == scenario])
            look = looks[scenario]
            highest = max(highest, float(share.max()))
            handles.append(
                axes.stairs(
                    share,
                    edges,
                    fill=place == 0,
                    color=FAINT if place == 0 else look.colour,
                    edgecolor=look.colour,
                    linestyle=look.dash,
                    linewidth=1.2,
                    label=f"{names[scenario]} · {percent(above)}",
                )
            )
        axes.axvline(1.0, color=INK, linewidth=0.9)
        axes.set_xlim(edges[0], edges[-1])
        axes.set_ylim(0, 1.16 * max(highest, 1e-9))
        ticks = np.arange(0.0, edges[-1] + 1e-9, 0.5).tolist()
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.yaxis.set_major_formatter(lambda value, _: percent(value, digits=0))
        axes.grid(axis="y")
        axes.set_xlabel("病例费用 ÷ 支付标准" if lang == "zh" else "Cost ÷ payment standard")
        axes.set_ylabel("病例占比" if lang == "zh" else "Share of stays")
        axes.annotate(
            " 等于标准" if lang == "zh" else " at the standard",
            (1.0, 1.0), xycoords=("data", "axes fraction"), va="top", fontsize=SMALL,
        )  # fmt: skip
        legend(figure, handles)
        return finish(figure, note=_note(lang, open_end, note))


def _shares(part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float, bool]:
    """Edges, share of each bin, the share above 1, and whether the last bin is open."""
    ordered = part.sort_values("low")
    low, high = ordered["low"].to_numpy(float), ordered["high"].to_numpy(float)
    cases = ordered["cases"].to_numpy(float)
    whole = cases.sum() or 1.0
    open_end = not np.isfinite(high[-1])
    last = low[-1] + (low[-1] - low[-2] if len(low) > 1 else 1.0) if open_end else high[-1]
    return np.r_[low, last], cases / whole, float(cases[low >= 1.0 - 1e-9].sum() / whole), open_end


def _apart(table: pd.DataFrame, scenarios: list[str]) -> list[str]:
    counts = {
        each: table[table["scenario"] == each].sort_values("low")["cases"].tolist() for each in scenarios
    }
    return [each for each in scenarios if each == scenarios[0] or counts[each] != counts[scenarios[0]]]


def _note(lang: str, open_end: bool, note: str | None) -> str:
    if lang == "zh":
        own = "图例中的百分数：费用超过标准的病例占比。" + ("最右一格含更高者。" if open_end else "")
    else:
        own = "In the legend: stays that cost more than their standard."
        own += " The last bin holds all above." if open_end else ""
    return f"{own} {note}" if note else own

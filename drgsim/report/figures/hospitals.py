"""Hospitals: who gains and who loses most, and the whole distribution by level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import fonts
from ..numbers import level, percent
from ..theme import BETTER, INK, QUIET, WIDTH, WORSE, drawing, finish, label
from .gains import named_bars

if TYPE_CHECKING:
    import pandas as pd

_FAR = 0.995  # the share of hospitals the axis of the distribution must hold on each side


def hospitals(
    table: pd.DataFrame,
    *,
    shown: int = 8,
    lang: str | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Any:
    """The largest gains and losses in money, and every hospital's change as a share of its cost, by level.

    Parameters
    ----------
    table : `Comparison.hospitals(scenario)`: hospital_id, hospital_level, total_cost, hospital_change (yuan).
    shown : how many gains and how many losses are named.
    lang, note : as for `waterfall`; `title` names the scenario.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = fonts.language(lang)
    ordered = table.sort_values("hospital_change", ascending=False, kind="stable")
    change = ordered["hospital_change"].astype(float)
    best, worst = ordered[change > 0].head(shown), ordered[change < 0].tail(shown)
    levels = sorted(ordered["hospital_level"].astype(str).unique(), reverse=True)
    with drawing() as figure_class:
        rows = max(len(best) + len(worst) + 1, len(levels) * 2, 6)
        figure = figure_class(figsize=(WIDTH, min(5.2, 1.05 + 0.132 * rows)))
        named, spread = figure.subplots(1, 2, width_ratios=(1.0, 1.25))
        _named(named, best, worst, lang)
        _spread(spread, ordered, levels, lang)
        if title:
            figure.suptitle(label(title, 96, 2), x=0.01, ha="left", fontsize=9)
        return finish(figure, note=note)


def _named(axes: Any, best: pd.DataFrame, worst: pd.DataFrame, lang: str) -> None:
    def name(_: Any, each: pd.Series[Any]) -> str:
        return f"{label(each['hospital_id'] or '–', 18, 1)} · {level(each['hospital_level'], lang)}"

    unit = named_bars(axes, best, worst, "hospital_change", name, lang)
    axes.set_ylim(len(best) + len(worst) + 0.6, -0.8)
    axes.xaxis.set_major_locator(_few_ticks(4))
    heading = {
        "zh": f"受益最大的 {len(best)} 家与受损最大的 {len(worst)} 家",
        "en": f"Largest {len(best)} gains and {len(worst)} losses",
    }
    axes.set_title(heading[lang])
    axes.set_xlabel(_with_unit("较基线结余变化", "Change of surplus against the baseline", unit.name, lang))


def _spread(axes: Any, table: pd.DataFrame, levels: list[str], lang: str) -> None:
    share = (table["hospital_change"] / table["total_cost"].where(table["total_cost"] > 0)).astype(float)
    edge = float(np.nanquantile(share.abs(), _FAR)) * 1.1 if share.notna().any() else 0.0
    edge = max(edge, 1e-4)
    named = table["hospital_level"].astype(str)
    for row, each in enumerate(levels):
        own = share[named == each].dropna().sort_values().to_numpy()
        inside = own.clip(-edge, edge)
        lift = _scatter(len(own))
        for gains, colour, marker in ((True, BETTER, "o"), (False, WORSE, "v")):
            mark = inside > 0 if gains else inside < 0
            axes.scatter(
                inside[mark],
                row + lift[mark],
                s=9,
                color=colour,
                marker=marker,
                linewidths=0.3,
                edgecolors="white",
            )
        still = inside == 0
        axes.scatter(
            inside[still], row + lift[still], s=7, facecolors="none", edgecolors=QUIET, linewidths=0.5
        )
        if len(own) >= 5:
            low, middle, high = np.quantile(inside, [0.25, 0.5, 0.75])
            axes.plot([low, high], [row + 0.37] * 2, color=INK, linewidth=2.2, solid_capstyle="butt")
            axes.plot([middle], [row + 0.37], marker="|", color=INK, markersize=7, markeredgewidth=1.4)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlim(-edge * 1.05, edge * 1.05)
    axes.set_ylim(len(levels) - 0.45, -0.55)
    axes.set_yticks(range(len(levels)), [_level_name(share, named, each, lang) for each in levels])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(_few_ticks(5))
    axes.xaxis.set_major_formatter(
        lambda value, _: percent(value, signed=True, digits=1 if edge < 0.1 else 0)
    )
    change = table["hospital_change"]
    up, down = int((change > 0).sum()), int((change < 0).sum())
    heading = {
        "zh": f"全部 {len(table)} 家：{up} 家受益，{down} 家受损",
        "en": f"All {len(table)}: {up} gain, {down} lose",
    }
    axes.set_title(heading[lang])
    axes.set_xlabel(
        "结余变化占本院总费用（横线为中间一半，竖线为中位数）"
        if lang == "zh"
        else "Share of own cost (bar: middle half, tick: median)"
    )


def _scatter(many: int) -> np.ndarray:
    """Heights that keep neighbours apart: the golden ratio's fractions, the same every time."""
    return ((np.arange(many) * 0.618034) % 1.0 - 0.5) * 0.52 - 0.02


def _level_name(share: pd.Series[Any], named: pd.Series[Any], each: str, lang: str) -> str:
    own = share[named == each].dropna()
    return f"{level(each, lang)}\n({len(own)})"


def _with_unit(zh: str, en: str, unit: str, lang: str) -> str:
    return f"{zh}（{unit}）" if lang == "zh" else f"{en} ({unit})"


def _few_ticks(most: int) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(most)

"""Who gains and who loses: bars to both sides of zero, by any key, and what regrouping alone does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import fonts
from ..numbers import Unit, in_unit, unit_for
from ..theme import BETTER, INK, QUIET, SMALL, WIDTH, WORSE, WORSE_HATCH, drawing, finish, label, tick

if TYPE_CHECKING:
    import pandas as pd


def gains(
    table: pd.DataFrame,
    *,
    shown: int = 8,
    lang: str | None = None,
    note: str | None = None,
    width: float = WIDTH,
) -> Any:
    """The largest gains above the largest losses, in money.

    Parameters
    ----------
    table : a money table of a transition: index by key, `change` and `regrouped_change` (yuan). A hollow mark
        shows where regrouping alone, at carried weights, would leave it.
    shown : how many gains and how many losses are named.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = fonts.language(lang)
    ordered = table.sort_values("change", ascending=False, kind="stable")
    best, worst = ordered[ordered["change"] > 0].head(shown), ordered[ordered["change"] < 0].tail(shown)
    with drawing() as figure_class:
        rows = max(len(best) + len(worst) + 1, 4)
        figure = figure_class(figsize=(width, min(5.4, 0.9 + 0.15 * rows)))
        axes = figure.subplots()
        unit = named_bars(axes, best, worst, "change", lambda key, each: _name(str(key)), lang)
        axes.plot(
            [*best["regrouped_change"] / unit.yuan, *worst["regrouped_change"] / unit.yuan],
            axes.get_yticks(), marker="o", markersize=3.5, markerfacecolor="white", markeredgecolor=QUIET,
            linestyle="none",
        )  # fmt: skip
        axes.set_ylim(rows - 0.4, -0.8)
        axes.set_xlabel(
            f"支付变化（{unit.name}；空心点：仅换组）"
            if lang == "zh"
            else f"Change of payment ({unit.name}; hollow: regrouping alone)"
        )
        return finish(figure, note=note)


def named_bars(
    axes: Any,
    best: pd.DataFrame,
    worst: pd.DataFrame,
    column: str,
    name: Callable[[Any, pd.Series[Any]], str],
    lang: str,
) -> Unit:
    """The rows of `best` above those of `worst` as bars of `column` (yuan), gains to the right and losses to
    the left of zero, each with its name and amount. Returns the unit of the axis."""
    unit = unit_for([*best[column], *worst[column]], lang)
    places, names = [], []
    for part, start in ((best, 0), (worst, len(best) + 1)):
        for place, (key, each) in enumerate(part.iterrows(), start):
            value = float(each[column])
            loses = value < 0
            axes.barh(
                place, value / unit.yuan, height=0.7, color=WORSE if loses else BETTER,
                hatch=WORSE_HATCH if loses else None, edgecolor="white", linewidth=0,
            )  # fmt: skip
            axes.annotate(
                in_unit(value, unit, signed=True), (value / unit.yuan, place),
                xytext=(-3 if loses else 3, 0), textcoords="offset points", va="center",
                ha="right" if loses else "left", fontsize=SMALL - 0.5,
            )  # fmt: skip
            places.append(place)
            names.append(name(key, each))
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0, labelsize=SMALL - 0.5)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.margins(x=0.22)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(tick)
    return unit


def _name(key: str) -> str:
    """The whole name where a font can draw it, else its first word: the code."""
    return label(key if fonts.is_drawable(key) else key.partition(" ")[0], 26, 1)

"""Money between regions: whose fund (rows) pays hospitals where (columns)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import fonts
from ..numbers import in_unit, unit_for
from ..theme import FAINT, INK, QUIET, SMALL, WIDTH, columns, drawing, finish, label

if TYPE_CHECKING:
    import pandas as pd

_HEADING = 50  # narrow characters over a panel
MOST_REGIONS = 9  # more would leave no room to write the money into the cells


def flows(
    table: pd.DataFrame,
    *,
    change: pd.DataFrame | None = None,
    lang: str | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Any:
    """A matrix of money, insured region by care region; beside it, if given, what a scenario changes in it.

    Parameters
    ----------
    table : `Comparison.flows()`: insured regions × care regions, yuan.
    change : `Comparison.flows(scenario, change=True)`, the same shape.
    title : names the scenario of `change`.

    Beyond `MOST_REGIONS` regions the smaller ones are put together. Colour tells money that crosses a border
    only; what a region's fund pays at home is written and not coloured.
    """
    lang = fonts.language(lang)
    kept = _largest(table)
    panels = [_gathered(table, kept, lang)]
    if change is not None:
        panels.append(_gathered(change.reindex(index=table.index, columns=table.columns), kept, lang))
    size = len(panels[0])
    with drawing() as figure_class:
        height = min(5.0, 1.1 + 0.16 * (size + 1))
        figure = figure_class(figsize=(WIDTH if len(panels) > 1 else WIDTH * 0.62, height))
        for place, axes in enumerate(figure.subplots(1, len(panels), squeeze=False)[0]):
            _matrix(axes, panels[place], lang, moved=place == 1, title=title)
        return finish(figure, note=_note(lang, note))


def _largest(table: pd.DataFrame) -> list[Any]:
    """Regions in their own order, the largest movers when there are too many."""
    names = list(dict.fromkeys([*table.index, *table.columns]))
    if len(names) <= MOST_REGIONS:
        return names
    whole = table.reindex(index=names, columns=names).fillna(0.0)
    moved = whole.to_numpy(float).copy()
    np.fill_diagonal(moved, 0.0)
    order = np.argsort(-(moved.sum(0) + moved.sum(1)), kind="stable")[: MOST_REGIONS - 1]
    return [names[place] for place in sorted(order)]


def _gathered(table: pd.DataFrame, kept: list[Any], lang: str) -> pd.DataFrame:
    other = "其他" if lang == "zh" else "other"
    rest = [name for name in dict.fromkeys([*table.index, *table.columns]) if name not in kept]
    named = dict.fromkeys(rest, other)
    whole = table.astype(float).fillna(0.0).rename(index=named, columns=named)
    whole = whole.groupby(level=0, sort=False).sum().T.groupby(level=0, sort=False).sum().T
    names = [*kept, *([other] if rest else [])]
    return whole.reindex(index=names, columns=names).fillna(0.0)


def _matrix(axes: Any, table: pd.DataFrame, lang: str, *, moved: bool, title: str | None) -> None:
    values = table.to_numpy(float)
    size = len(values)
    crossing = values.copy()
    np.fill_diagonal(crossing, np.nan)
    largest = float(np.nanmax(np.abs(crossing), initial=0.0)) or 1.0
    unit = unit_for([largest], lang)
    shade = np.ma.masked_invalid(crossing)
    edges = np.arange(size + 1) - 0.5
    axes.pcolormesh(
        edges, edges, shade, cmap="PuOr_r" if moved else "Blues", vmin=-largest if moved else 0, vmax=largest
    )
    rows, columns = np.nansum(crossing, 1), np.nansum(crossing, 0)
    for row in range(size):
        for column in range(size):
            value = values[row, column]
            if row == column:
                axes.add_patch(_square(column, row))
            deep = row != column and abs(value) > (0.72 if moved else 0.6) * largest
            axes.text(
                column, row, in_unit(value, unit, signed=moved and value != 0), ha="center", va="center",
                fontsize=_letter(size), color="white" if deep else QUIET if row == column else INK,
            )  # fmt: skip
        axes.text(
            size - 0.35, row, in_unit(rows[row], unit, signed=moved), va="center", fontsize=_letter(size)
        )
        axes.text(
            row,
            size - 0.25,
            in_unit(columns[row], unit, signed=moved),
            ha="center",
            va="top",
            fontsize=_letter(size),
        )
    words = {
        "zh": ("流出", "流入", "就医地（钱流向的医院）", "参保地（出钱的基金）"),
        "en": ("out", "in", "Care region (hospitals paid)", "Insured region (fund that pays)"),
    }[lang]
    axes.text(size - 0.35, -0.62, words[0], va="bottom", fontsize=SMALL - 0.5, color=QUIET)
    axes.text(-0.62, size - 0.25, words[1], va="top", ha="right", fontsize=SMALL - 0.5, color=QUIET)
    names = [label(name, 10, 1) for name in table.index]
    axes.set_xticks(range(size), names, fontsize=_letter(size))
    axes.set_yticks(range(size), names, fontsize=_letter(size))
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(words[2])
    axes.set_ylabel(words[3])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlim(-0.5, size + 0.75)
    axes.set_ylim(size + 0.3, -0.5)
    axes.set_title(_heading(lang, unit.name, moved, title), pad=8)


def _note(lang: str, note: str | None) -> str:
    own = (
        "灰格为在参保地就医，不着色；“流出”“流入”只计跨区。"
        if lang == "zh"
        else "Grey: care at home, not coloured; “out” and “in” count money that crosses a border only."
    )
    return f"{own} {note}" if note else own


def _square(column: int, row: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=FAINT, edgecolor="white", linewidth=0.8)


def _letter(size: int) -> float:
    return SMALL - 0.5 if size <= 6 else SMALL - 1


def _heading(lang: str, unit: str, moved: bool, title: str | None) -> str:
    if not moved:
        return f"基线：基金支付（{unit}）" if lang == "zh" else f"Baseline: fund payments ({unit})"
    name = title or ("较基线的变化" if lang == "zh" else "Change")
    told = f"：较基线（{unit}）" if lang == "zh" else f": change ({unit})"
    room = _HEADING - columns(told)
    return (
        f"{label(name, room, 2)}{told}"
        if title
        else f"{name}（{unit}）"
        if lang == "zh"
        else f"{name} ({unit})"
    )

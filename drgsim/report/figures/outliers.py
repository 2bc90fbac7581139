"""Outliers and special review: how many stays, and how much money is moved against the standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import fonts
from ..numbers import in_unit, percent, unit_for, word
from ..theme import (
    FAINT,
    INK,
    SMALL,
    WIDTH,
    Titles,
    drawing,
    finish,
    label,
    legend,
    legend_height,
    scenario_label,
    styles,
    tick,
)

if TYPE_CHECKING:
    import pandas as pd


def outliers(
    table: pd.DataFrame,
    *,
    width: float = WIDTH,
    lang: str | None = None,
    titles: Titles | None = None,
    note: str | None = None,
) -> Any:
    """A mark a scenario: left the share of all stays, right the money moved against the standard.

    Of each kind only the scenarios that differ from the baseline are drawn.

    Parameters
    ----------
    table : `Comparison.outliers()`: scenario, kind, cases, share (of 1), adjustment (yuan).
    """
    lang = fonts.language(lang)
    scenarios = list(dict.fromkeys(table["scenario"]))
    looks = styles(scenarios)
    table = _telling(table)
    kinds = list(dict.fromkeys(table["kind"]))
    rows = _rows(table, scenarios)
    drawn = [each for each in scenarios if any(each == scenario for _, scenario, _ in rows)]
    heights = {kind: [height for own, _, height in rows if own == kind] for kind in kinds}
    with drawing() as figure_class:
        names = {each: scenario_label(titles, each, lang, 90, 2) for each in drawn}
        drawing_height = max(1.5, 0.62 + 0.1 * rows[-1][2])
        height = drawing_height + legend_height(list(names.values()), width)
        figure = figure_class(figsize=(width, height))
        share, moved = figure.subplots(1, 2, sharey=True)
        unit = unit_for(table["adjustment"], lang)
        values = table.set_index(["scenario", "kind"])
        _marks(share, rows, values["share"], looks, lambda value: percent(value, digits=2))
        scaled = values["adjustment"] / unit.yuan
        _marks(moved, rows, scaled, looks, lambda value: in_unit(value * unit.yuan, unit, signed=True))
        middles = [sum(each) / len(each) for each in heights.values()]
        share.set_yticks(middles, [label(word(kind, lang), 26, 2) for kind in kinds])
        share.set_ylim(rows[-1][2] + 0.8, -0.8)
        for axes in (share, moved):
            for each in list(heights.values())[1:]:
                axes.axhline(each[0] - 0.65, color=FAINT, linewidth=0.6)
        share.xaxis.set_major_formatter(
            lambda value, _: percent(value, digits=0 if value >= 0.01 or value == 0 else 1)
        )
        share.set_xlabel("占全部病例的比例" if lang == "zh" else "Share of stays")
        moved.xaxis.set_major_formatter(tick)
        moved.set_xlabel(
            f"较标准多付 +、少付 −（{unit.name}）" if lang == "zh" else f"Against the standard\n({unit.name})"
        )
        legend(figure, [_handle(looks[each], names[each]) for each in drawn])
        return finish(figure, note=_note(lang, note))


def _marks(axes: Any, rows: list[tuple[str, str, float]], values: Any, looks: Any, text: Any) -> None:
    for kind, scenario, height in rows:
        value = float(values.get((scenario, kind), 0.0))
        look = looks[scenario]
        axes.plot([0, value], [height] * 2, color=look.colour, linewidth=1.1)
        axes.plot([value], [height], color=look.colour, marker=look.marker, markersize=4, linestyle="none")
        axes.annotate(
            text(value), (value, height), xytext=(5 if value >= 0 else -5, 0), textcoords="offset points",
            va="center", ha="left" if value >= 0 else "right", fontsize=SMALL - 0.8,
        )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.margins(x=0.45 if float(values.min()) < 0 else 0.2)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _telling(table: pd.DataFrame) -> pd.DataFrame:
    """Without kinds that no stay has under any scenario, and without eligible stays where all are filed."""
    largest = table[["share", "adjustment"]].abs().max(axis=1).groupby(table["kind"]).max()
    kept = table[table["kind"].map(largest) > 0]
    asked, filed = (
        kept[kept["kind"] == f"special_review_{each}"].set_index("scenario")["share"]
        for each in ("eligible", "filed")
    )
    kept = kept[kept["kind"] != "special_review_eligible"] if asked.equals(filed) else kept
    return kept if len(kept) else table


def _rows(table: pd.DataFrame, scenarios: list[str]) -> list[tuple[str, str, float]]:
    """kind, scenario and height: the baseline of each kind, and the scenarios that differ from it."""
    found = table.set_index(["kind", "scenario"])[["share", "adjustment"]].astype(float)
    rows, height = [], 0.0
    for kind in dict.fromkeys(table["kind"]):
        own = found.loc[kind]
        base = tuple(own.loc[scenarios[0]]) if scenarios[0] in own.index else (0.0, 0.0)
        for place, scenario in enumerate(scenarios):
            if place == 0 or (scenario in own.index and tuple(own.loc[scenario]) != base):
                rows.append((str(kind), scenario, height))
                height += 1.0
        height += 0.3
    return rows


def _handle(look: Any, name: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=look.colour, marker=look.marker, markersize=4, linewidth=1.1, label=name)


def _note(lang: str, note: str | None) -> str:
    own = "未画出的方案与基线相同。" if lang == "zh" else "A scenario that is not drawn equals the baseline."
    return f"{own} {note}" if note else own

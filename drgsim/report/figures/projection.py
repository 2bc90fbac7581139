"""Years ahead: balance of the year and reserve of each fund, one line a scenario, with the parameter band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import fonts
from ..numbers import unit_for, word
from ..theme import (
    INK,
    WIDTH,
    Style,
    Titles,
    drawing,
    finish,
    legend,
    legend_height,
    scenario_label,
    styles,
    tick,
)

if TYPE_CHECKING:
    import pandas as pd

_ROWS = ("balance", "reserve")


def projection(
    table: pd.DataFrame,
    *,
    region: str = "all",
    lang: str | None = None,
    titles: Titles | None = None,
    note: str | None = None,
) -> Any:
    """A column an insurance; rows: balance of the year, reserve, and the reserve against the baseline.

    Parameters
    ----------
    table : `Comparison.projection()`, yuan; with `balance_low`, `balance_high`, `reserve_low`, `reserve_high`
        the baseline's band is shaded and every scenario's stands as a bar at the last year.
    region : "all" or a region's code.
    """
    lang = fonts.language(lang)
    own = table[table["region"].astype(str) == region]
    kinds = [each for each in ("employee", "resident") if (own["insurance"] == each).any()] or ["all"]
    scenarios = list(dict.fromkeys(own["scenario"]))
    looks = styles(scenarios)
    rows = [*_ROWS, *(["against"] if len(scenarios) > 1 else [])]
    with drawing() as figure_class:
        names = {each: scenario_label(titles, each, lang, 90, 2) for each in scenarios}
        height = 0.55 + 0.98 * len(rows) + legend_height(list(names.values()))
        figure = figure_class(figsize=(WIDTH, height))
        grid = figure.subplots(len(rows), len(kinds), squeeze=False, sharex=True)
        paths = {each: _paths(own[own["insurance"] == each]) for each in kinds}
        for row, measure in enumerate(rows):
            for column, insurance in enumerate(kinds):
                _panel(grid[row][column], paths[insurance], measure, looks, lang)
                if row == 0:
                    grid[row][column].set_title(word(insurance, lang), fontsize=9)
        legend(figure, [_handle(looks[each], names[each]) for each in scenarios])
        return finish(figure, note=_note(own, lang, note))


def _paths(part: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The years of each scenario, in order."""
    scenarios = part.groupby("scenario", sort=False)
    return {str(each): own.set_index("year").sort_index() for each, own in scenarios}


def _panel(
    axes: Any, paths: dict[str, pd.DataFrame], measure: str, looks: dict[str, Style], lang: str
) -> None:
    scenarios = [each for each in looks if each in paths]
    series = {each: _series(paths, measure, each, scenarios[0]) for each in scenarios}
    unit = unit_for([value for each in series.values() for value in each], lang)
    years = sorted({int(year) for each in series.values() for year in each.index})
    for place, (scenario, line) in enumerate(series.items()):
        if measure == "against" and place == 0:
            continue
        look = looks[scenario]
        own = paths[scenario]
        if f"{measure}_low" in own and own[f"{measure}_low"].notna().any():
            low, high = own[f"{measure}_low"] / unit.yuan, own[f"{measure}_high"] / unit.yuan
            if place == 0:
                axes.fill_between(own.index, low, high, color=look.colour, alpha=0.13, linewidth=0)
            if len(scenarios) > 1:
                beside = years[-1] + 0.18 + 0.13 * place
                axes.plot([beside] * 2, [low.iloc[-1], high.iloc[-1]], color=look.colour, linewidth=1.6)
        axes.plot(
            line.index, line / unit.yuan, color=look.colour, linestyle=look.dash, marker=look.marker,
            markersize=3.2, linewidth=1.3, markeredgecolor="white", markeredgewidth=0.3,
        )  # fmt: skip
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xticks(years, [str(year) for year in years])
    axes.set_xlim(years[0] - 0.25, years[-1] + 0.3 + 0.13 * len(scenarios))
    axes.yaxis.set_major_formatter(tick)
    axes.grid(axis="y")
    name = word(measure, lang).capitalize()
    axes.set_ylabel(f"{name}\n({unit.name})", color=INK)


def _series(paths: dict[str, pd.DataFrame], measure: str, scenario: str, baseline: str) -> pd.Series[Any]:
    def of(each: str, column: str) -> Any:
        return paths[each][column].astype(float)

    return (
        of(scenario, "reserve") - of(baseline, "reserve") if measure == "against" else of(scenario, measure)
    )


def _handle(look: Style, name: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        color=look.colour,
        linestyle=look.dash,
        marker=look.marker,
        markersize=3.6,
        linewidth=1.3,
        label=name,
    )


def _note(table: pd.DataFrame, lang: str, note: str | None) -> str | None:
    if "balance_low" not in table:
        return note
    own = (
        "“变化”为较基线；阴影：基线的 90% 参数区间；末年右侧竖条：各方案的 90% 参数区间。"
        if lang == "zh"
        else "Change: against the baseline. Shaded: the baseline's 90 % parameter band; "
        "bars beside the last year: each scenario's."
    )
    return f"{own} {note}" if note else own

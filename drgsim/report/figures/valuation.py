"""Decades ahead: reserve months as a fan, and a tornado of what each assumption moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._rows import rows_of
from ...fund.words import pots
from ...words import named
from .. import fonts
from ..theme import (
    BETTER,
    INK,
    WIDTH,
    WORSE,
    WORSE_HATCH,
    drawing,
    finish,
    legend,
    legend_height,
    styles,
    tick,
    wrap,
)

if TYPE_CHECKING:
    from ...fund.sensitivity import Sensitivity
    from ...fund.valuation import Valuation


_POTS = ("employee_pool", "resident")
_ALPHAS = {90: 0.12, 80: 0.16, 50: 0.22}


def fund_fan(valuation: Valuation, *, measure: str = "reserve_months", lang: str | None = None) -> Any:
    """A panel a fund: the baseline's fan (50, 80, 90 %) where there are draws, and a line a scenario.

    Parameters
    ----------
    measure : reserve_months, or reserve or balance (in 10^8 yuan).
    """
    lang = fonts.language(lang)
    shown = [pot for pot in _POTS if pot in valuation.used_pots]
    frame = valuation.frame
    region = "all" if len(valuation.fund.regions) > 1 else valuation.fund.regions[0].id
    looks = styles(valuation.scenarios)
    unit = 1.0 if measure == "reserve_months" else 1e8
    titles = {each.scenario.id: each.scenario.title for each in valuation.courses}
    with drawing() as figure_class:
        names = {each: wrap(titles[each].get(lang, each), 60, lines=2) for each in valuation.scenarios}
        figure = figure_class(figsize=(WIDTH, 2.0 + legend_height(list(names.values()))))
        grid = figure.subplots(1, len(shown), squeeze=False)[0]
        for axes, pot in zip(grid, shown, strict=True):
            if valuation.draws:
                bands = valuation.bands
                own = bands[
                    (bands["scenario"] == valuation.scenarios[0]) & (bands["region"] == region)
                    & (bands["pot"] == pot) & (bands["measure"] == measure) & (bands["band"] == "level")
                ]  # fmt: skip
                for level, alpha in _ALPHAS.items():
                    low, high = own[f"low_{level}"] / unit, own[f"high_{level}"] / unit
                    axes.fill_between(own["year"], low, high, color="#1f5a99", alpha=alpha, linewidth=0)
            for scenario in valuation.scenarios:
                line = frame[
                    (frame["scenario"] == scenario) & (frame["region"] == region) & (frame["pot"] == pot)
                ]
                look = looks[scenario]
                axes.plot(
                    line["year"], line[measure] / unit, color=look.colour, linestyle=look.dash, linewidth=1.3
                )
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.grid(axis="y")
            axes.yaxis.set_major_formatter(tick)
            axes.set_title(pots()[pot].zh if lang == "zh" else pots()[pot].en, fontsize=9)
        words = named("reserve_months", "reserve", "balance", room="fan")
        grid[0].set_ylabel(words[measure][0 if lang == "zh" else 1])
        legend(figure, [_handle(looks[each], names[each]) for each in valuation.scenarios])
        note = None
        if valuation.draws:
            note = (
                "阴影：基线的 50%、80%、90% 区间。" if lang == "zh" else "Shaded: the baseline's 50, 80 and 90 % bands."  # noqa: E501
            )  # fmt: skip
        return finish(figure, note=note)


def _handle(look: Any, name: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=look.colour, linestyle=look.dash, linewidth=1.3, label=name)


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
            wrap(f"{row.zh if lang == 'zh' else row.en}  {_short(row.low)} … {_short(row.high)}", 52, lines=2)
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


def _short(number: float) -> str:
    return f"{number:.3g}" if abs(number) < 1000 else f"{number:,.0f}"

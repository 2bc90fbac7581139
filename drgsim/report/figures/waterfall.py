"""Attribution: from the baseline to each scenario, one bar a lever, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import fonts
from ..numbers import in_unit, money, percent, unit_for, word
from ..theme import (  # fmt: skip
    BETTER,
    INK,
    QUIET,
    SIZE,
    SMALL,
    TOTAL,
    WIDTH,
    WORSE,
    WORSE_HATCH,
    Titles,
    columns,
    drawing,
    finish,
    label,
    scenario_label,
    tick,
)

if TYPE_CHECKING:
    import pandas as pd

_NAME = 48  # narrow characters of a lever beside its bar
_ONE_LINE = 88  # narrow characters that fit over a panel
_ALIKE = 12.0  # scenarios whose largest moves differ by less than this share one axis
_ROW, _LINE, _AXIS = 0.18, 0.145, 0.26  # inches


def waterfall(
    table: pd.DataFrame,
    *,
    measure: str = "fund",
    lang: str | None = None,
    titles: Titles | None = None,
    note: str | None = None,
) -> Any:
    """What each lever changes, one panel a scenario; bars run on from one another and end at the net change.

    Parameters
    ----------
    table : `Comparison.attribution()`: scenario, lever, title_zh, title_en, kind, value, cumulative (yuan).
    measure : what was attributed; names the axis.
    lang : "zh" or "en"; Chinese where a font can write it by default.
    titles : scenario id → {"zh": …, "en": …}.
    note : a line under the chart: what the figures rest on.

    Returns
    -------
    matplotlib.figure.Figure

    >>> import pandas as pd
    >>> rows = [("baseline", "baseline", 2.0e9, 2.0e9), ("cap", "mechanical", -3.0e7, 1.97e9),
    ...         ("", "total", 1.97e9, 1.97e9)]
    >>> table = pd.DataFrame(rows, columns=["lever", "kind", "value", "cumulative"])
    >>> table = table.assign(scenario="cap", title_zh="封顶", title_en="A cap")
    >>> waterfall(table, lang="en").axes[0].get_xlabel()
    'Change against the baseline: basic fund (million yuan)'
    """
    lang = fonts.language(lang)
    scenarios = list(dict.fromkeys(table["scenario"]))
    parts = {each: table[table["scenario"] == each] for each in scenarios}
    spans = {each: _span(part) for each, part in parts.items()}
    whole = max(spans.values())
    together = whole <= _ALIKE * min(spans.values())
    heights = [_rows(part) * _ROW for part in parts.values()]
    heads = {
        each: _headline(part, measure, lang, scenario_label(titles, each, lang, 92, 2))
        for each, part in parts.items()
    }
    lines = sum(each.count("\n") + 1 for each in heads.values())
    room = (
        lines * _LINE
        + len(parts) * 0.08
        + (_AXIS if together else _AXIS * 1.6 * len(parts))
        + 0.35
        + 0.2 * bool(note)
    )
    with drawing() as figure_class:
        figure = figure_class(figsize=(WIDTH, sum(heights) + room))
        panels = figure.subplots(len(scenarios), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (scenario, part) in zip(panels, parts.items(), strict=True):
            unit_span = whole if together else spans[scenario]
            _panel(axes, part, lang, unit_span, _limits(parts.values() if together else [part]))
            axes.annotate(
                heads[scenario], (0.006, 1.0), xycoords=("figure fraction", "axes fraction"), xytext=(0, 3),
                textcoords="offset points", va="bottom", fontsize=SIZE + 0.3, linespacing=1.25,
            )  # fmt: skip
        axis = _axis_name(measure, lang)
        for axes, each in zip(panels, scenarios, strict=True):
            last = axes is panels[-1]
            if together and not last:
                axes.tick_params(axis="x", length=0, labelbottom=False)
                axes.spines["bottom"].set_visible(False)
            if last or not together:
                unit = unit_for([whole if together else spans[each]], lang).name
                axes.set_xlabel(f"{axis}（{unit}）" if lang == "zh" else f"{axis} ({unit})")
        figure.legend(handles=_legend(lang), loc="outside upper right", ncols=3, handlelength=1.6)
        return finish(figure, note=note)


def _panel(axes: Any, part: pd.DataFrame, lang: str, span: float, limits: tuple[float, float]) -> None:
    unit = unit_for([span], lang)
    base = float(part["value"].iloc[0])
    names, left = [], 0.0
    low, high = (each / unit.yuan for each in limits)
    bars = part[~part["kind"].isin(("baseline", "total"))]
    net = float(part["value"].iloc[-1]) - base
    for row, (_, bar) in enumerate(bars.iterrows()):
        value = float(bar["value"])
        _bar(axes, row, left / unit.yuan, value / unit.yuan, WORSE if value > 0 else BETTER)
        after = left + value
        if len(bars) > 1:
            axes.plot([after / unit.yuan] * 2, [row - 0.33, row + 1.33], color=QUIET, linewidth=0.6)
        _number(axes, row, left, after, in_unit(value, unit, signed=True), unit.yuan, high - low)
        names.append(_bar_name(bar, lang))
        left = after
    if len(bars) != 1:
        _bar(axes, len(bars), 0.0, net / unit.yuan, TOTAL)
        _number(axes, len(bars), 0.0, net, in_unit(net, unit, signed=True), unit.yuan, high - low)
        names.append(word("net_change", lang))
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(low, high)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(tick)
    axes.grid(axis="x")


def _bar(axes: Any, row: int, left: float, width: float, colour: str) -> None:
    hatch = WORSE_HATCH if colour == WORSE else None
    axes.barh(row, width, left=left, height=0.66, color=colour, edgecolor="white", hatch=hatch, linewidth=0)


def _number(axes: Any, row: int, start: float, end: float, text: str, scale: float, room: float) -> None:
    """Beside the bar, on the side it grows to."""
    right = end >= start
    place = (max(start, end) if right else min(start, end)) / scale + (0.008 if right else -0.008) * room
    axes.text(
        place, row, text, va="center", ha="left" if right else "right", fontsize=SMALL + 0.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip


def _bar_name(bar: pd.Series[Any], lang: str) -> str:
    name = str(bar[f"title_{lang}"] or bar["lever"])
    name = name if fonts.is_drawable(name) else str(bar["lever"])
    return f"{label(name, _NAME, 1)} · {word(bar['kind'], lang)}"


def _headline(part: pd.DataFrame, measure: str, lang: str, name: str) -> str:
    before, after = float(part["value"].iloc[0]), float(part["value"].iloc[-1])
    share = f" ({percent((after - before) / before, signed=True, digits=2)})" if before else ""
    what = word(measure, lang)
    levels = " → ".join(money(each, lang, figures=4) for each in (before, after))
    step = f"{what[:1].upper()}{what[1:]} {levels}{share}"
    short = columns(name + step) <= _ONE_LINE and "\n" not in name
    return f"{name}   {step}" if short else f"{name}\n{step}"


def _axis_name(measure: str, lang: str) -> str:
    return (
        f"{word(measure, lang)}较基线的变化"
        if lang == "zh"
        else f"Change against the baseline: {word(measure, lang)}"
    )


def _span(part: pd.DataFrame) -> float:
    low, high = _reach(part)
    return max(high - low, 1.0)


def _reach(part: pd.DataFrame) -> tuple[float, float]:
    moved = part["cumulative"].astype(float) - float(part["value"].iloc[0])
    return min(0.0, float(moved.min())), max(0.0, float(moved.max()))


def _limits(parts: Any) -> tuple[float, float]:
    """Both ends with room for the numbers beside the bars."""
    lows, highs = zip(*(_reach(part) for part in parts), strict=True)
    room = 0.16 * max(max(highs) - min(lows), 1.0)
    return min(lows) - room, max(highs) + room


def _rows(part: pd.DataFrame) -> int:
    """Bars of a panel: the levers, and the net change where it is not the only lever's."""
    levers = len(part) - 2
    return levers if levers == 1 else levers + 1


def _legend(lang: str) -> list[Any]:
    from matplotlib.patches import Patch

    looks = (("increase", WORSE, WORSE_HATCH), ("decrease", BETTER, None), ("net_change", TOTAL, None))
    return [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0, label=word(key, lang))
        for key, colour, hatch in looks
    ]

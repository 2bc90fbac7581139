"""The valuation as HTML: the fan, a table, the tornado, a goal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...fund.goal import seek
from ...fund.lever import levers
from ...fund.sensitivity import sensitivity
from ...fund.value import value
from ...report.markup import Markup
from ...words import unit_text
from .drawing import Curve, fan, tornado
from .fund_asked import MEASURES, POTS, Asked
from .html import inner, many, table, tag
from .shell import STATES, Say, language_of, notes, saying

_BARS = 10
_WIDTHS = ("90", "80", "50")


def valued(asked: Asked, lang: str) -> str:
    """The fan of the baseline and of what was moved, with a table of some years."""
    say = saying(lang)
    zh, en, unit, names = MEASURES[asked.measure]
    found = value(
        asked.fund,
        [asked.scenario] if asked.changes else [],
        years=asked.years,
        draws=asked.draws,
        seed=asked.seed if asked.draws else None,
    )
    curves, rows = [], []
    years = list(range(asked.fund.year + 1, asked.fund.year + asked.years + 1))
    for scenario in found.scenarios:
        base = scenario == found.scenarios[0]
        frame = found.frame
        mine = frame[(frame["scenario"] == scenario) & (frame["pot"] == asked.pot)].sort_values("year")
        points = (mine[asked.measure].astype(float) / unit).tolist()
        bands: list[tuple[list[float], list[float]]] = []
        if asked.draws and (not base or not asked.changes):
            drawn = found.bands
            own = drawn[
                (drawn["scenario"] == scenario)
                & (drawn["pot"] == asked.pot)
                & (drawn["measure"] == asked.measure)
                & (drawn["band"] == "level")
            ].sort_values("year")
            bands = [((own[f"low_{w}"] / unit).tolist(), (own[f"high_{w}"] / unit).tolist()) for w in _WIDTHS]
        label = say("基线", "baseline") if base else _moved(asked, say)
        curves.append(
            Curve(
                label,
                points,
                bands,
                "#444c55" if base and asked.changes else "#1d5fa8",
                "6 4" if base and asked.changes else None,
            )
        )
        rows.append((label, points, bands))
    title = f"{say(*POTS[asked.pot][:2])}: {say(zh, en)}"
    return inner(
        [
            tag("h2", title),
            _sentence(found, asked, say),
            fan(years, curves, title, say(*names)),
            tag("p", say("阴影：90%、80%、50% 区间。", "Shaded: bands of 90, 80 and 50 %."), class_="quiet")
            if asked.draws
            else None,
            _table(years, rows, title, say(*names), say),
            notes(
                say("数据与假设", "Data and assumptions"),
                [f"{say(z, e)} ({say(*STATES[state])})" for z, e, state in found.notes],
            ),
        ]
    )


def _moved(asked: Asked, say: Say) -> str:
    """What the second curve is called: by the sliders, by a scenario, or by both."""
    stated = asked.base.title
    known = stated if isinstance(stated, Mapping) else {}
    title = say(str(known.get("zh", asked.base.id)), str(known.get("en", asked.base.id)))
    slid = len(asked.changes) > len(asked.base.order)
    if not asked.base.order:
        return say("调整后", "as moved")
    return title if not slid else f"{title} + {say('滑块', 'sliders')}"


def _sentence(found: Any, asked: Asked, say: Say) -> Markup:
    """When the current balance and the reserve turn, by scenario."""
    lines = []
    summary = found.summary()
    for scenario in found.scenarios:
        row = summary[(summary["scenario"] == scenario) & (summary["pot"] == asked.pot)]
        if not len(row):
            continue
        one = row.iloc[0]
        label = say("基线", "Baseline") if scenario == found.scenarios[0] else _moved(asked, say)
        deficit = _year(one["current_deficit"], say)
        gone = _year(one["reserve_gone"], say)
        line = say(
            f"{label}：当期首次赤字 {deficit}，结余耗尽 {gone}。",
            f"{label}: first deficit {deficit}, reserve gone {gone}.",
        )
        if "p_gone" in one:
            line += say(
                f"期内耗尽的概率 {one['p_gone']:.0%}。", f" Chance that it is gone: {one['p_gone']:.0%}."
            )
        lines.append(line)
    assumed = sum(each.state == "assumed" for each in asked.fund.assumptions.values())
    lines.append(
        say(
            f"{len(asked.fund.assumptions)} 项假设中 {assumed} 项为假定。",
            f"{assumed} of {len(asked.fund.assumptions)} assumptions are assumed.",
        )
    )
    return tag("div", [tag("p", line) for line in lines], class_="box")


def _year(cell: Any, say: Say) -> str:
    import pandas as pd

    return say("期内未出现", "not within the years") if pd.isna(cell) else str(int(cell))


def _table(years: list[int], rows: list[Any], title: str, unit: str, say: Say) -> Markup:
    step = max(1, len(years) // 10)
    heads = [say("年份", "Year"), *(label for label, _, _ in rows), say("90% 区间", "90 % band")]
    bands = next((bands for _, _, bands in reversed(rows) if bands), None)
    lines = []
    for place in sorted({*range(0, len(years), step), len(years) - 1}):
        band = "–" if bands is None else f"{bands[0][0][place]:,.4g} … {bands[0][1][place]:,.4g}"
        lines.append([years[place], *(f"{points[place]:,.2f}" for _, points, _ in rows), band])
    return table(heads, lines, figures=range(1, len(heads)), caption=f"{title} ({unit})")


def moved_most(asked: Asked, lang: str) -> str:
    """The tornado: each assumption at the ends of its interval."""
    say = saying(lang)
    zh, en, unit, names = MEASURES[asked.measure]
    pot = POTS[asked.pot][2]
    found = sensitivity(asked.fund, f"{asked.measure}.{pot}", scenario=asked.scenario, years=asked.years)
    listed: list[Any] = list(found.tornado(_BARS).itertuples())
    bars = [(say(row.zh, row.en), row.at_low / unit, row.at_high / unit) for row in listed]
    last = asked.fund.year + asked.years
    title = say(
        f"{last} 年末{zh}最受什么影响（{names[0]}）",
        f"What moves “{en}” at the end of {last} most ({names[1]})",
    )
    rows = [
        [
            say(row.zh, row.en),
            unit_text(row.unit, language_of(lang)),
            f"{row.low:g}",
            f"{row.value:g}",
            f"{row.high:g}",
            f"{row.at_low / unit:,.4g}",
            f"{row.at_high / unit:,.4g}",
            row.source,
            say(*STATES[row.state]),
        ]
        for row in listed
    ]
    heads = [
        say("假设", "Assumption"),
        say("单位", "Unit"),
        say("低", "Low"),
        say("现值", "Value"),
        say("高", "High"),
        say("低端结果", "At the low end"),
        say("高端结果", "At the high end"),
        say("来源", "Source"),
        say("依据", "Rests on"),
    ]
    return inner(
        [
            tag("h2", title),
            tornado(bars, found.base / unit, title),
            tag(
                "p",
                say(
                    "蓝：取低端；黄（带边）：取高端。",
                    "Blue: at the low end; yellow with an edge: at the high end.",
                ),
                class_="quiet",
            ),
            table(heads, rows, figures=range(2, 7), caption=title),
        ]
    )


def goal(asked: Asked, form: Mapping[str, str], lang: str) -> str:
    """The least change of one lever that reaches a goal."""
    say = saying(lang)
    lever, number = form.get("goal_lever", ""), form.get("goal_number", "0")
    until = form.get("goal_until") or str(asked.fund.year + 10)
    stated = f"{form.get('goal_measure') or 'reserve_months'}.{POTS[asked.pot][2]} >= {number.strip()} until {until.strip()}"  # noqa: E501
    found = seek(asked.fund, lever, stated, scenario=asked.scenario if asked.changes else None)
    what = levers().get(lever)
    name = say(what.zh, what.en) if what is not None else lever
    if found.amount is None:
        text = say(
            f"{name} 在 {found.low:g} 至 {found.high:g} 之间无解：最好为 {found.value:,.4g}（取 {found.best:g}）。",  # noqa: E501
            f"No value of “{name}” from {found.low:g} to {found.high:g} reaches the goal: the best is "
            f"{found.value:,.4g}, at {found.best:g}.",
        )
    elif found.amount == 0 and what is not None:
        text = say(
            f"现行水平已满足目标：{found.now:,.4g}。", f"The goal holds without any change: {found.now:,.4g}."
        )
    else:
        unit = unit_text(found.unit, language_of(lang))
        text = say(
            f"{name} 需为 {found.amount:g} {unit}（不调整时为 {found.now:,.4g}，调整后 {found.value:,.4g}）。",  # noqa: E501
            f"“{name}” has to be {found.amount:g} {unit}: {found.value:,.4g}; without it {found.now:,.4g}.",
        )
    return inner(
        many(
            tag("p", text, class_="box", id="sought"),
            tag("p", say("命令行的写法：", "On the command line: "), tag("code", stated), class_="quiet"),
        )
    )

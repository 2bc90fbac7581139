"""The page of the fund: levers and assumptions as sliders, beside them what they do."""

from __future__ import annotations

from typing import Any

from ...fund.assumptions import parameters
from ...fund.fund import Fund
from ...fund.lever import levers
from ...report.markup import Markup
from .fund_asked import (
    DRAWS,
    FIRST_ASSUMED,
    FIRST_LEVERS,
    LEAST_YEARS,
    MEASURES,
    MOST_DRAWS,
    MOST_YEARS,
    PLACES,
    POTS,
    assumed,
    fund_of,
    sliders,
)
from .html import field, select, tag
from .shell import STATES, Say, saying, shell

TITLE = ("基金测算", "The fund")
LEAD = (
    "移动滑块即重算；取值、来源与依据逐项标明。基线为已公布数据推算。",
    "Move a slider and the valuation follows; each has its source and what it rests on. The baseline is projected from "  # noqa: E501
    "published figures.",
)


def fund_page(lang: str, place: str) -> str:
    """The form, and places for the valuation, the tornado and the goal."""
    say, fund = saying(lang), fund_of(place or PLACES[0])
    body = tag(
        "div",
        tag(
            "form",
            *_what(say, fund, place or PLACES[0]),
            tag(
                "fieldset",
                tag("legend", say("政策杠杆（0 为不变）", "Levers (0: no change)")),
                [_lever(name, say) for name in FIRST_LEVERS],
                tag(
                    "details",
                    tag("summary", say("其他杠杆", "Further levers")),
                    [_lever(name, say) for name in sliders() if name not in FIRST_LEVERS],
                ),
            ),
            tag(
                "fieldset",
                tag("legend", say("假设（滑块两端为其区间）", "Assumptions (sliders span their interval)")),
                [_assumption(name, fund, say) for name in assumed(fund) if name in FIRST_ASSUMED],
                tag(
                    "details",
                    tag("summary", say("其他假设", "Further assumptions")),
                    [_assumption(name, fund, say) for name in assumed(fund) if name not in FIRST_ASSUMED],
                ),
            ),
            tag("button", say("重算", "Value"), type="submit", formaction="/fund/value"),
            tag("button", say("全部复位", "Reset"), type="reset", class_="quiet"),
            tag(
                "button",
                say("下载情景文件", "Download the scenario"),
                type="submit",
                class_="quiet",
                formaction="/fund/scenario",
                id="download",
            ),
            id="fund",
            method="post",
            action="/fund/value",
            autocomplete="off",
        ),
        tag(
            "div",
            tag("div", id="valued", aria_live="polite"),
            tag(
                "details",
                tag("summary", say("敏感性（龙卷风图）", "Sensitivity (tornado)")),
                tag("div", id="tornado"),
                id="tornado-part",
            ),
            _goal(say, fund),
        ),
        class_="one",
    )
    return shell(lang, TITLE, body, here="/fund", scripts=("fund.js",), lead=LEAD)


def _what(say: Say, fund: Fund, place: str) -> list[Markup]:
    first = fund.year + 1
    return [
        tag(
            "fieldset",
            tag("legend", say("看什么", "What to look at")),
            tag(
                "div",
                field(
                    say("地方", "Place"),
                    select(
                        "place",
                        [
                            (each, say("全国", "the country") if each == PLACES[0] else each)
                            for each in PLACES
                        ],
                        place,
                    ),
                    for_="place",
                ),
                field(
                    say("基金", "Fund"),
                    select(
                        "pot", [(name, say(zh, en)) for name, (zh, en, _) in POTS.items()], "employee_pool"
                    ),
                    for_="pot",
                ),
                field(
                    say("指标", "Measure"),
                    select("measure", [(name, say(each[0], each[1])) for name, each in MEASURES.items()]),
                    for_="measure",
                ),
                _number("years", say("年数", "Years"), 20, LEAST_YEARS, MOST_YEARS),
                _number("since", say("起始年", "From the year"), first + 1, first, fund.year + MOST_YEARS),
                _number("draws", say("抽样次数", "Draws"), DRAWS, 0, MOST_DRAWS),
                _number("seed", say("种子", "Seed"), 1, 0, 1 << 31),
                class_="pair",
            ),
        )
    ]


def _number(name: str, label: str, value: int, least: int, most: int) -> Markup:
    return field(
        label, tag("input", type="number", id=name, name=name, value=value, min=least, max=most), for_=name
    )


def _slider(name: str, label: str, now: float, low: float, high: float, step: float, hint: str) -> Markup:
    """A slider with its number beside it: either can be moved, the number is what is sent."""
    return tag(
        "div",
        tag("label", label, for_=name),
        tag(
            "div",
            tag(
                "input",
                type="range",
                id=f"{name}-range",
                min=f"{low:g}",
                max=f"{high:g}",
                step="any",
                value=f"{now:g}",
                data_for=name,
                data_step=f"{step:g}",
                aria_label=label,
            ),
            tag(
                "input",
                type="number",
                id=name,
                name=name,
                min=f"{low:g}",
                max=f"{high:g}",
                step="any",
                value=f"{now:g}",
                data_now=f"{now:g}",
                aria_describedby=f"{name}-hint",
            ),
            class_="slider",
        ),
        tag("small", hint, id=f"{name}-hint"),
        class_="field",
    )


def _lever(name: str, say: Say) -> Markup:
    one = levers()[name]
    hint = f"{one.unit} · {one.source} · {say(*STATES[one.state])}"
    return _slider(f"l.{name}", say(one.zh, one.en), 0.0, one.min, one.max, one.step, hint)


def _assumption(name: str, fund: Fund, say: Say) -> Markup:
    one, known = fund.assumptions[name], parameters()[name]
    hint: Any = (
        f"{known.unit} · {say('现值', 'now')} {one.value:g} · {one.source} · {say(*STATES[one.state])}"
    )
    low = one.value if one.low is None else one.low
    high = one.value if one.high is None else one.high
    step = (high - low) / 100 or 1.0
    return _slider(f"a.{name}", say(known.zh, known.en), one.value, low, high, step, hint)


def _goal(say: Say, fund: Fund) -> Markup:
    choices = [(name, say(levers()[name].zh, levers()[name].en)) for name in sliders()]
    return tag(
        "form",
        tag("h2", say("目标求解", "Goal seek")),
        tag(
            "div",
            field(
                say("移动哪个杠杆", "Which lever to move"),
                select("goal_lever", choices, "resident_premium"),
                for_="goal_lever",
            ),
            field(
                say("目标指标", "Measure"),
                select(
                    "goal_measure",
                    [
                        (name, say(MEASURES[name][0], MEASURES[name][1]))
                        for name in ("reserve_months", "reserve", "balance")
                    ],
                ),
                for_="goal_measure",
            ),
            field(
                say("不低于（金额为元）", "At least (money in yuan)"),
                tag("input", type="number", id="goal_number", name="goal_number", value="6", step="any"),
                for_="goal_number",
            ),
            _number(
                "goal_until",
                say("直到年份", "Until the year"),
                fund.year + 15,
                fund.year + 1,
                fund.year + MOST_YEARS,
            ),
            class_="fields",
        ),
        tag("button", say("求解", "Seek"), type="submit"),
        tag("div", id="goal-answer", aria_live="polite"),
        id="goal",
        method="post",
        action="/fund/goal",
    )

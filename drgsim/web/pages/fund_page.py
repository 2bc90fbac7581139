"""The page of the fund: levers and assumptions as sliders, beside them what they do."""

from __future__ import annotations

from collections.abc import Mapping

from ...fund.assumptions import parameters
from ...fund.fund import Fund
from ...fund.lever import levers
from ...fund.scenario import BASELINE, FundScenario
from ...report.markup import Markup
from ...words import unit_text
from .desk import Visit
from .file_page import drop_box, progress
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
    Funds,
    assumed,
    sliders,
)
from .html import field, many, select, tag
from .shell import STATES, Say, error_box, language_of, saying, shell

TITLE = ("基金测算", "The fund")
LEAD = (
    "移动滑块即重算；取值、来源与依据逐项标明。基线为已公布数据推算。",
    "Move a slider and the valuation follows; each has its source and what it rests on. The baseline is projected from "  # noqa: E501
    "published figures.",
)


def fund_page(lang: str, funds: Funds, place: str) -> str:
    """The form, and places for the valuation, the tornado and the goal."""
    say, fund = saying(lang), funds.of(place)
    body = tag(
        "div",
        tag(
            "form",
            *_what(say, fund, funds.places(place), place),
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
    parts = (_own_tables(say), body)
    query = {"place": place} if place != PLACES[0] else None
    return shell(lang, TITLE, *parts, here="/fund", scripts=("file.js", "fund.js"), lead=LEAD, query=query)


def opening_page(visit: Visit, lang: str) -> str:
    """While the tables that were opened are read, and what is wrong with them."""
    say, state = saying(lang), visit.state
    parts = [progress(visit, lang, f"/file/{visit.key}", f"/fund/own/{visit.key}")]
    if state["state"] == "failed":
        parts.append(error_box(lang, state["error"]))
    parts.append(_own_tables(say, open_=True))
    parts.append(tag("p", tag("a", say("返回基金测算", "Back to the fund"), href="/fund")))
    return shell(lang, TITLE, *parts, here="/fund", path=f"/fund/own/{visit.key}", scripts=("file.js",))


def _own_tables(say: Say, *, open_: bool = False) -> Markup:
    """Where a bureau opens its own tables."""
    return tag(
        "details",
        tag("summary", say("用本地的参保人数与收支测算", "Value your own fund: heads and accounts")),
        drop_box(
            say,
            say("把表格拖到这里，或选择文件", "Drop the tables here, or choose them"),
            ".xlsx,.csv",
            many(
                say(
                    "一个工作簿，或按表名命名的几个 CSV；与命令行所读相同。放在临时文件夹，一小时后清空。",
                    "One workbook, or CSV files named like its sheets, as for drgsim value. They lie in a "
                    "temporary folder of this machine, emptied after an hour without use.",
                ),
                " ",
                tag("a", say("下载空白模板", "Blank template"), href="/fund/template", download="fund.xlsx"),
            ),
            "/fund/own",
        ),
        open=open_,
        class_="own",
    )


def _what(say: Say, fund: Fund, places: Mapping[str, str], place: str) -> list[Markup]:
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
                            (name, say("全国", "the country") if name == PLACES[0] else called)
                            for name, called in places.items()
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
                field(
                    say("情景", "Scenario"),
                    select("from", _scenarios(say), BASELINE, aria_describedby="from-hint"),
                    for_="from",
                    hint=say("滑块在其上继续", "the sliders go on from it"),
                ),
                field(
                    say("打开情景文件", "Open a scenario file"),
                    many(
                        tag(
                            "input",
                            type="file",
                            id="document-file",
                            accept=".yaml,.yml",
                            aria_describedby="document-file-hint",
                        ),
                        tag("input", type="hidden", id="document", name="document"),
                    ),
                    for_="document-file",
                    hint=say("命令行所用的情景文件（YAML）", "a YAML file, as for the command line"),
                ),
                _number("years", say("年数", "Years"), 20, LEAST_YEARS, MOST_YEARS),
                _number("since", say("起始年", "From the year"), first + 1, first, fund.year + MOST_YEARS),
                _number("draws", say("抽样次数", "Draws"), DRAWS, 0, MOST_DRAWS),
                _number("seed", say("种子", "Seed"), 1, 0, 1 << 31),
                class_="pair",
            ),
        )
    ]


def _scenarios(say: Say) -> list[tuple[str, str]]:
    shipped = [FundScenario.of(name) for name in (BASELINE, *FundScenario.available())]
    return [(each.id, say(each.title["zh"], each.title["en"])) for each in shipped]


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
    hint = f"{_unit(one.unit, say)} · {one.source} · {say(*STATES[one.state])}"
    return _slider(f"l.{name}", say(one.zh, one.en), 0.0, one.min, one.max, one.step, hint)


def _unit(unit: str, say: Say) -> str:
    return unit_text(unit, language_of(say("zh", "en")))


def _assumption(name: str, fund: Fund, say: Say) -> Markup:
    one, known = fund.assumptions[name], parameters()[name]
    now = f"{say('现值', 'now')} {one.value:g}"
    hint = f"{_unit(known.unit, say)} · {now} · {one.source} · {say(*STATES[one.state])}"
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

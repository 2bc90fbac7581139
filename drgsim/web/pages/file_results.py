"""The forms that compute from a file's cases, and what each found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...audit.schema import TABLES
from ...report.markup import Markup
from ...words import named, pairs
from .desk import Visit
from .file_tasks import SHOWN
from .html import field, many, select, table, tag
from .shell import Say, notes, saying

TASKS = pairs("task")
FROM_TO = {"from": "chs-drg-2.0", "to": "chs-drg-3.0"}  # the schemes a transition offers first
_COLUMNS = dict.fromkeys([*SHOWN["office"], *SHOWN["audit"], "insurance", "index"])
_HEADS = {name: (zh, en[0].upper() + en[1:]) for name, (zh, en) in named(*_COLUMNS, room="page").items()}


def compute_forms(say: Say, at: str, choices: Mapping[str, Any]) -> Markup:
    """The three computations, each with what it needs."""
    return tag(
        "section",
        tag("h2", say("计算", "Compute")),
        tag("div", *(form(say, at, choices) for form in (_office, _transition, _audit)), class_="cards"),
    )


def result(visit: Visit, task: str, lang: str, at: str) -> Markup:
    """What a computation found: its text, a table of sums, its files. No case rows."""
    found = visit.read(task)
    if found is None:
        return many()
    say = saying(lang)
    rows = found["table"]
    heads = [say(*_HEADS.get(name, (name, name))) for name in rows["heads"]]
    more = rows["left_off"]
    return tag(
        "section",
        tag("h2", say(*TASKS[task])),
        files_of(found["files"], at, say),
        tag(
            "ul",
            [tag("li", line.strip()) for line in found["text"][say("zh", "en")] if line.strip()],
            class_="told",
        ),
        table(heads, _spoken(rows["rows"], say), figures=range(1, len(heads)), caption=say(*TASKS[task])),
        tag("p", say(f"另有 {more} 行，见工作簿。", f"{more} more rows are in the workbook."), class_="quiet")
        if more
        else None,
        notes(say("依据", "It rests on"), [say(zh, en) for zh, en in found.get("notes", [])]),
        id=task,
    )


def _spoken(rows: list[list[Any]], say: Say) -> list[list[str]]:
    """Rows whose cells may be in both languages."""
    return [[say(*cell) if isinstance(cell, list) else cell for cell in row] for row in rows]


def files_of(names: list[str], at: str, say: Say) -> Markup:
    """Ways to open a report and to take files away."""
    links = [
        tag(
            "a",
            say("打开报告", "Open the report"),
            href=f"{at}/out/{name}",
            target="_blank",
            rel="noopener",
            class_="button",
        )
        for name in names
        if name.endswith(".html")
    ]
    links += [
        tag(
            "a",
            f"{say('下载', 'Download')} {name}",
            href=f"{at}/out/{name}?download=1",
            download=name,
            class_="button quiet",
        )
        for name in names
    ]
    return tag("p", [many(each, " ") for each in links])


def _office(say: Say, at: str, choices: Mapping[str, Any]) -> Markup:
    return _card(
        say,
        at,
        "office",
        say(
            "CMI、费用与时间指数、倍率、科室与病组盈亏、特例单议线索。",
            "CMI, cost and time index, outliers, margins by department and group, cases worth a review.",
        ),
        _policies(say, "office", choices),
        field(
            say("月份", "Month"),
            tag("input", id="office-month", name="month", type="month", aria_describedby="office-month-hint"),
            for_="office-month",
            hint=say("空：文件中最后一个完整的月", "empty: the last whole month of the file"),
        ),
        _ids(
            say,
            "office",
            say("工作簿列出病案标识（仅本院使用）", "Put case ids into the workbook (own desk only)"),
        ),
    )


def _transition(say: Say, at: str, choices: Mapping[str, Any]) -> Markup:
    schemes = [(each, each) for each in choices["schemes"]]
    return _card(
        say,
        at,
        "transition",
        say(
            "谁换组、为什么、金额如何变化、哪版更能解释费用。",
            "Who changes group and why, what that does to money, which scheme explains cost better.",
        ),
        field(say("从", "From"), select("from", schemes, FROM_TO["from"]), for_="from"),
        field(say("到", "To"), select("to", schemes, FROM_TO["to"]), for_="to"),
        _ids(
            say,
            "transition",
            say(
                "工作簿列出需核对的病例（仅本院使用）",
                "Put the cases to look at into the workbook (own desk only)",
            ),
        ),
    )


def _audit(say: Say, at: str, choices: Mapping[str, Any]) -> Markup:
    return _card(
        say,
        at,
        "audit",
        say(
            "按监管规则筛查住院病例；疑点不等于违规。工作簿逐条列出疑点。",
            "Screens stays by the supervision rules; a suspicion is no guilt. The workbook lists each finding.",  # noqa: E501
        ),
        _policies(say, "audit", choices),
        _tables(say, at, choices["tables"]),
    )


def _tables(say: Say, at: str, there: Mapping[str, Any]) -> Markup:
    """What is screened beside the stays: charge items, prescriptions, trace codes …"""
    given = [say(*TABLES[kind]) for kind in there]
    rows = [
        field(
            say(zh, en),
            tag(
                "input",
                type="file",
                id=f"table-{kind}",
                accept=".csv,.xlsx",
                data_table=f"{at}/table/{kind}",
            ),
            for_=f"table-{kind}",
        )
        for kind, (zh, en) in TABLES.items()
    ]
    summary = say("附加表：收费明细、处方等", "Further tables: charge items, prescriptions …")
    return many(
        tag("p", say("已有：", "Given: "), ", ".join(given), class_="quiet") if given else None,
        tag(
            "details",
            tag("summary", summary),
            rows,
            tag("a", say("下载空白模板", "Blank template"), href="/file/tables/template", download=True),
            tag("p", id="table-told", role="status", aria_live="polite"),
        ),
    )


def _card(say: Say, at: str, task: str, told: str, *fields: Markup) -> Markup:
    return tag(
        "form",
        tag("h3", say(*TASKS[task])),
        tag("p", told, class_="quiet"),
        *fields,
        tag("button", say("计算", "Compute"), type="submit"),
        method="post",
        action=f"{at}/compute/{task}",
        class_="card",
        aria_label=say(*TASKS[task]),
    )


def _policies(say: Say, task: str, choices: Mapping[str, Any]) -> Markup:
    listed = [
        (each["id"], f"{say(each['title']['zh'], each['title']['en'])} ({each['id']})")
        for each in choices["policies"]
    ]
    name = f"{task}-policy"
    return field(say("付费政策", "Policy"), select("policy", listed, choices["policy"], id=name), for_=name)


def _ids(say: Say, task: str, words: str) -> Markup:
    name = f"{task}-ids"
    return tag(
        "div",
        tag("input", type="checkbox", id=name, name="case_ids", value="1"),
        tag("label", words, for_=name),
        class_="check",
    )

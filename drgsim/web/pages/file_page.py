"""The page of a file: drop it, agree what its columns are, see its problems, compute, take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...report.markup import Markup
from ...words import pairs
from .desk import RUNNING, Visit
from .file_columns import called, recognition
from .file_results import compute_forms, result
from .html import many, table, tag
from .shell import STATES, Say, error_box, notes, saying, shell

TITLE = ("文件", "A file")
LEAD = (
    "拖入病案首页、结算清单或医保导出文件：CSV、Excel、HQMS、4101 JSON、Parquet。先看列是怎样识别的，确认后才计算。",  # noqa: E501
    "Drop front pages, settlement lists or exports: CSV, Excel, HQMS, 4101 JSON, Parquet. See first how its columns "  # noqa: E501
    "were recognised; nothing is computed before you agree.",
)
_SEVERITIES = pairs("severity")
_STAGES = pairs("stage")


def drop_page(lang: str) -> str:
    """Where files are dropped or chosen."""
    say = saying(lang)
    body = tag(
        "form",
        drop_box(
            say,
            say("把文件拖到这里，或选择文件", "Drop files here, or choose them"),
            ".csv,.txt,.tsv,.gz,.xlsx,.xlsm,.xls,.json,.jsonl,.ndjson,.parquet",
            say(
                "可一次选几个同类文件（如各月）。文件只放在本机的临时文件夹，完成、取消、停止服务或一小时不用即清空。",
                "Several files of one kind may be chosen (months). They lie in a temporary folder of this "
                "machine, emptied when you finish, cancel, stop the service, or after an hour.",
            ),
        ),
        tag("noscript", say("需要启用脚本才能上传。", "Scripts must be enabled to send a file.")),
        id="upload",
    )
    return shell(lang, TITLE, body, here="/file", scripts=("file.js",), lead=LEAD)


def drop_box(say: Say, label: str, kinds: str, hint: Any, to: str | None = None) -> Markup:
    """Where files of some endings are dropped or chosen; `to`: where the script sends them, else `/file`."""
    return many(
        tag(
            "div",
            tag("label", label, for_="files"),
            tag(
                "input",
                type="file",
                id="files",
                name="files",
                multiple=True,
                accept=kinds,
                aria_describedby="files-hint",
            ),
            tag("small", hint, id="files-hint"),
            id="drop",
            class_="drop",
            data_to=to,
        ),
        tag("progress", id="sent", max="1", value="0", hidden=True, aria_label=say("上传进度", "Upload")),
        tag("p", id="told", role="status", aria_live="polite"),
    )


def visit_page(visit: Visit, lang: str, choices: Mapping[str, Any]) -> str:
    """The visit as it stands: what runs, what was recognised, read and computed."""
    say = saying(lang)
    state = visit.state
    at = f"/file/{visit.key}"
    parts: list[Any] = [progress(visit, lang, at)]
    looked, was_read = visit.read("look"), visit.read("read")
    if state["state"] == "failed":
        parts.append(error_box(lang, state["error"]))
    if state["state"] not in RUNNING:
        if was_read is not None:
            parts.append(_account(was_read, say, at))
            parts += [result(visit, task, lang, at) for task in ("office", "transition", "audit")]
            if not any(each["kind"] == "unread-codes" for each in was_read["warnings"]):
                parts.append(compute_forms(say, at, {**choices, "tables": visit.tables}))
                ask = say("用这批病例问一个政策问题", "Ask a policy question of these cases")
                parts.append(tag("p", tag("a", ask, href=f"/question?visit={visit.key}")))
        if looked is not None:
            parts.append(recognition(looked, was_read, say, at))
    parts.append(ending(say, at))
    return shell(lang, TITLE, *parts, here="/file", path=at, scripts=("file.js",))


def progress(visit: Visit, lang: str, at: str, page: str | None = None) -> Markup:
    """How far the computation is, with a way to stop it; the script asks for more. `page` shows it."""
    say, state = saying(lang), visit.state
    if state["state"] == "cancelled":
        return tag("p", say("已取消。", "Cancelled."), class_="note box", role="status")
    if state["state"] not in RUNNING:
        return many()
    zh, en = _STAGES.get(state.get("stage", "start"), ("计算", "computing"))
    total = state.get("total") or 0
    return tag(
        "section",
        tag(
            "p",
            tag("span", say(zh, en), id="stage"),
            " ",
            tag("span", id="done"),
            role="status",
            aria_live="polite",
        ),
        tag(
            "progress",
            id="progress",
            max=total or None,
            value=state.get("done") if total else None,
            aria_label=say("进度", "Progress"),
        ),
        tag(
            "form",
            tag("button", say("取消", "Cancel"), type="submit", class_="quiet"),
            method="post",
            action=f"{at}/cancel",
        ),
        tag("noscript", tag("a", say("刷新看进度", "Reload to see how far it is"), href=page or at)),
        id="running",
        data_state=f"{at}/state",
        class_="box",
    )


def ending(say: Say, at: str) -> Markup:
    """The way out: everything of the visit is emptied."""
    return tag(
        "form",
        tag("button", say("完成并清空", "Finish and empty"), type="submit", class_="quiet"),
        method="post",
        action=f"{at}/end",
        class_="ending",
    )


def stages(lang: str) -> dict[str, str]:
    """What the stages of a computation are called."""
    say = saying(lang)
    return {name: say(*words) for name, words in _STAGES.items()}


def _account(was_read: Mapping[str, Any], say: Say, at: str) -> Markup:
    unread = was_read["warnings"]
    rows = [
        [
            say(*_SEVERITIES.get(each["severity"], (each["severity"],) * 2)),
            each["rule"],
            called(each["column"], say),
            f"{int(each['count']):,}",
            say(each["zh"], each["en"]),
            say(*STATES.get(each["state"], (each["state"],) * 2)),
        ]
        for each in was_read["problems"]
    ]
    problems: Markup = tag("p", say("没有发现问题。", "No problems were found."))
    if rows:
        problems = many(
            tag(
                "p",
                say(
                    f"{was_read['problem_cases']:,} 例有问题；逐例明细在工作簿中。",
                    f"{was_read['problem_cases']:,} cases have some; the workbook lists them.",
                ),
                " ",
                tag(
                    "a",
                    say("下载问题表 Excel", "Problems as Excel"),
                    href=f"{at}/out/problems.xlsx",
                    download=True,
                ),
            ),
            table(
                [
                    say("级别", "Severity"),
                    say("规则", "Rule"),
                    say("列", "Column"),
                    say("次数", "Count"),
                    say("说明", "Finding"),
                    say("依据", "Rests on"),
                ],
                rows,
                figures=[3],
                caption=say("问题汇总", "Problems by rule"),
            ),
        )
    skipped = was_read["not_checked"]
    return tag(
        "section",
        tag("h2", say(f"已读 {was_read['cases']:,} 例", f"{was_read['cases']:,} cases read")),
        notes(
            say("先看这些，否则结果会错", "Look at these first, or answers will be wrong"),
            [say(each["zh"], each["en"]) for each in unread],
            "bad box",
        ),
        notes(
            say("按医院信息补充", "Filled in from facts on the hospital"), was_read["told"][say("zh", "en")]
        ),
        tag(
            "details",
            tag("summary", say("读取说明", "What reading did")),
            tag("pre", "\n".join(was_read["account"][say("zh", "en")])),
        ),
        tag("h2", say("数据问题", "Problems in the data")),
        problems,
        tag(
            "p",
            say("缺列而未核查：", "Not checked for want of a column: "),
            ", ".join(called(each, say) for each in skipped),
            class_="quiet",
        )
        if skipped
        else None,
    )

"""The recognised columns of a file, to be agreed to or corrected by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...cases.columns import case_columns
from ...language import in_chinese
from ...report.markup import Markup
from .html import field, select, table, tag
from .shell import STATES, Say, notes

MOST_CODES = 40
NOT_READ, AS_IS = "-", ""


def targets() -> list[str]:
    """What a header may be said to feed: a column, or a place in a list of codes."""
    lists = [f"{name}{n or ''}" for name in ("diagnoses", "procedures") for n in range(MOST_CODES + 1)]
    return [NOT_READ, *lists, *(each.name for each in case_columns().values() if each.kind != "codes")]


def called(feeds: str | None, say: Say) -> str:
    """A column of the case table, or a place in a list of codes, in words."""
    if feeds is None:
        return "–"
    bare = feeds.rstrip("0123456789")
    for name, words in (("diagnoses", ("诊断", "Diagnosis")), ("procedures", ("手术操作", "Procedure"))):
        if bare == name:
            return f"{say(*words)} {feeds.removeprefix(name)}".strip()
    known = case_columns().get(feeds)
    return feeds if known is None else f"{say(known.label_zh, known.label_en)} ({feeds})"


def recognition(looked: Mapping[str, Any], was_read: Any, say: Say, at: str) -> Markup:
    options = looked["options"]
    renamed, ignored = options.get("rename", {}), options.get("ignore", ())
    shown: set[str] = set()
    number = 0
    parts = []
    for file in looked["files"]:
        rows = []
        for column in file["columns"]:
            header = column["header"]
            chosen = renamed.get(header, NOT_READ if header in ignored else AS_IS)
            control: Any = say("同名，见上", "as above")
            if header not in shown:
                shown.add(header)
                control = tag(
                    "input",
                    list="targets",
                    id=f"c{number}",
                    name=f"c{number}",
                    value=chosen,
                    placeholder=say("照识别", "as recognised"),
                    autocomplete="off",
                    aria_label=f"{header}: {say('改为', 'change to')}",
                )
                number += 1
            note = say("个人信息，不读", "personal, not read") if column["personal"] else ""
            note = say("已指定不读", "not read, as you said") if header in ignored else note
            if column["codes"] and column["feeds"] is None and header not in ignored:
                note = say("像编码而未被读入", "looks like codes, and nothing reads it")
            rows.append([header, called(column["feeds"], say), note, control])
        known = file["layout"] is not None
        head = (
            say(
                f"版式：{file['label']['zh']}（{file['layout']}），表头在第 {file['header_row']} 行",
                f"Layout: {file['label']['en']} ({file['layout']}), header in row {file['header_row']}",
            )
            if known
            else say("未识别出版式，请逐列指定", "No layout fits: say what each column is")
        )
        trust = (
            [say("版式依据：", "layout rests on: ") + say(*STATES.get(file["state"], (file["state"],) * 2))]
            if known and file["state"] != "read"
            else []
        )
        lines = file["notes"] if known else [file["told"], *([file["do"]] if file["do"] else [])]
        told = [*(line if say("zh", "en") == "en" else in_chinese(line) for line in lines), *trust]
        parts += [
            tag("h3", file["name"]),
            tag("p", head, class_="" if known else "bad"),
            notes(say("请注意", "Note"), told),
            table(
                [
                    say("表头", "Header"),
                    say("识别为", "Recognised as"),
                    say("说明", "Note"),
                    say("改为", "Change to"),
                ],
                rows,
                caption=say("表头识别", "Columns recognised"),
            ),
        ]
    layouts = [
        ("auto", say("自动", "automatic")),
        *((each["id"], say(each["zh"], each["en"])) for each in looked["layouts"]),
    ]
    editions = [
        ("insurance", say("医保版", "insurance edition")),
        ("clinical", say("国临版（转换）", "clinical edition (translated)")),
    ]
    named = [
        tag("option", say("不读", "do not read") if name == NOT_READ else called(name, say), value=name)
        for name in targets()
    ]
    again = say("按所改再识别", "Recognise again as changed")
    form = tag(
        "form",
        tag("datalist", named, id="targets"),
        tag(
            "p",
            say(
                "“改为”一栏可输入或选择：病例表的列名、diagnoses2（第2个诊断）、procedures1（主要手术）、-（不读）。空：照识别。",
                "Under “Change to” type or choose a column of the case table, diagnoses2 (the second diagnosis), "  # noqa: E501
                "procedures1 (the main procedure), or - (do not read). Empty: as recognised.",
            ),
            class_="quiet",
        ),
        parts,
        tag(
            "div",
            field(
                say("版式", "Layout"), select("layout", layouts, options.get("layout", "auto")), for_="layout"
            ),
            field(
                say("编码版本", "Edition of the codes"),
                select("code_edition", editions, options.get("code_edition", "insurance")),
                for_="code_edition",
            ),
            class_="fields",
        ),
        tag(
            "p",
            tag("button", say("确认并读取", "Agree and read"), type="submit", name="do", value="read"),
            " ",
            tag("button", again, type="submit", name="do", value="look", class_="quiet"),
        ),
        method="post",
        action=f"{at}/columns",
    )
    heading = say("列的识别", "How the columns are recognised")
    if was_read is not None:
        return tag(
            "details", tag("summary", say("更改列的识别并重读", "Change the columns and read again")), form
        )
    return tag("section", tag("h2", heading), form)

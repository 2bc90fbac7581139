"""The page of a question: a baseline, its parameters with present values, what is changed, the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ...policy.display import label_text
from ...report.markup import Markup
from ...words import unit_text, words
from .desk import RUNNING, Visit
from .file_page import ending, progress
from .file_results import files_of
from .html import field, many, select, table, tag
from .question_asked import (
    CASES,
    FIELD,
    FIRST_BASELINE,
    LEAST_CASES,
    MOST_CASES,
    MOST_DRAWS,
    MOST_YEARS,
    Row,
    baseline,
    baselines,
    policy_of,
    rows,
)
from .shell import STATES, Say, error_box, notes, saying, shell

TITLE = ("政策问题", "A question")
LEAD = (
    "选基线，改参数，在合成省份或自己的病例上试算。每个参数有单位、来源、依据和现值；填在“改为”中的即为改革。",
    "Choose a baseline, change parameters, and try it on an invented province or your own cases. Each parameter has "  # noqa: E501
    "unit, source, trust and present value; what you fill in is the reform.",
)


def question_page(lang: str, word: str, visit: Visit | None) -> str:
    """The form. With a visit whose file was read, its cases are the ones to run on."""
    say = saying(lang)
    word = word or FIRST_BASELINE
    scenario = baseline(word)
    policy = policy_of(scenario)
    listed = list(rows(policy, lang))
    declared = [row for row in listed if row.declared]
    others = [row for row in listed if not row.declared]
    query = {"baseline": word, **({"visit": visit.key} if visit else {})}
    chooser = tag(
        "form",
        field(
            say("基线", "Baseline"),
            select("baseline", [(name, _baseline_title(name, say)) for name in baselines()], word),
            for_="baseline",
        ),
        tag("input", type="hidden", name="visit", value=visit.key) if visit else None,
        tag("button", say("选用", "Choose"), type="submit", class_="quiet"),
        method="get",
        action="/question",
        class_="card",
    )
    body = tag(
        "form",
        tag("input", type="hidden", name="baseline", value=word, id="word"),
        tag("input", type="hidden", name="visit", value=visit.key) if visit else None,
        tag("h2", say(f"基线所定参数：{policy.title['zh']}", f"Set by the baseline: {policy.title['en']}")),
        field(
            say("筛选", "Filter"), tag("input", type="search", id="filter", autocomplete="off"), for_="filter"
        ),
        _parameters(declared, say),
        tag(
            "details",
            tag(
                "summary",
                say(
                    f"其余参数（{len(others)} 项，现为中性默认值）",
                    f"Other parameters ({len(others)}, at their neutral defaults)",
                ),
            ),
            _parameters(others, say),
        ),
        tag("div", tag("div", id="checked", role="status", aria_live="polite"), class_="sticky"),
        _run(say, visit),
        id="question",
        method="post",
        action="/question",
        autocomplete="off",
    )
    return shell(
        lang, TITLE, chooser, body, here="/question", scripts=("question.js",), lead=LEAD, query=query
    )


def _baseline_title(name: str, say: Say) -> str:
    """What a baseline is called, with its id; the title of the policy where it has none of its own."""
    scenario = baseline(name)
    title = scenario.title or policy_of(scenario).title
    return f"{say(str(title.get('zh', name)), str(title.get('en', name)))} ({name})"


def _parameters(listed: list[Row], say: Say) -> Markup:
    lines = []
    lang: Literal["zh", "en"] = say("zh", "en")  # type: ignore[assignment]
    for row in listed:
        known = row.parameter
        name = say(known.zh, known.en) + (f" · {label_text(row.key, lang)}" if row.key else "")
        control = _control(row, name, say)
        lines.append(
            [
                tag("label", name, for_=FIELD + row.path),
                tag("code", row.path),
                unit_text(known.unit, lang) or "–",
                row.now,
                control,
                row.source or "–",
                say(*STATES.get(row.state, ("–", "–"))),
            ]
        )
    heads = [
        say("参数", "Parameter"),
        say("路径", "Path"),
        say("单位", "Unit"),
        say("现值", "Now"),
        say("改为", "Change to"),
        say("来源", "Source"),
        say("依据", "Rests on"),
    ]
    return table(heads, lines, caption=say("参数", "Parameters"))


def _control(row: Row, name: str, say: Say) -> Markup:
    label = f"{say('改为', 'Change to')}: {name}"
    said = f"{row.parameter.allowed}"
    shared: dict[str, Any] = {
        "id": FIELD + row.path,
        "name": FIELD + row.path,
        "aria_label": label,
        "title": said,
    }
    if row.parameter.choices and not row.parameter.varies:
        options = [("", say("（不改）", "(as now)"))]
        options += [(key, say(words["zh"], words["en"])) for key, words in row.parameter.choices.items()]
        return select(shared["id"], options, "", aria_label=label, title=said)
    if row.parameter.type == "bool":
        options = [("", say("（不改）", "(as now)")), ("true", say("是", "yes")), ("false", say("否", "no"))]
        return select(shared["id"], options, "", aria_label=label, title=said)
    return tag("input", **shared, placeholder=say("不改", "as now"), autocomplete="off")


def _run(say: Say, visit: Visit | None) -> Markup:
    def number(name: str, label: str, value: int, least: int, most: int) -> Markup:
        control = tag("input", type="number", id=name, name=name, value=value, min=least, max=most)
        return field(label, control, for_=name)

    own = visit is not None
    on = (
        say("在您读入的病例上运行。", "It runs on the cases you read in.")
        if own
        else say(
            "在合成省份的小样本上运行；不含任何真实患者。",
            "It runs on a small sample of an invented province; no row is a real person's.",
        )
    )
    return tag(
        "fieldset",
        tag("legend", say("运行", "Run")),
        tag(
            "p",
            on,
            " ",
            None
            if own
            else tag(
                "a",
                say("改用自己的病例：先在“文件”页读入", "Use your own: read them on the page of a file"),
                href="/file",
            ),
            class_="quiet",
        ),
        tag(
            "div",
            None if own else number("n", say("病例数", "Cases"), CASES, LEAST_CASES, MOST_CASES),
            number("years", say("预测年数", "Years ahead"), 3, 0, MOST_YEARS),
            number("draws", say("抽样次数", "Draws"), 100, 0, MOST_DRAWS),
            number("seed", say("种子", "Seed"), 0, 0, 1 << 31),
            class_="fields",
        ),
        tag("button", say("运行", "Run"), type="submit"),
        tag(
            "button",
            say("下载情景文件", "Download the scenario"),
            type="submit",
            formaction="/question/document",
            class_="quiet",
            id="download",
        ),
    )


def run_page(visit: Visit, lang: str) -> str:
    """A run: how far it is, then what it found."""
    say, state, at = saying(lang), visit.state, f"/question/{visit.key}"
    parts: list[Any] = [progress(visit, lang, f"/file/{visit.key}", at)]
    if state["state"] == "failed":
        parts.append(error_box(lang, state["error"]))
    found = visit.read("question")
    if found is not None and state["state"] not in RUNNING:
        parts.append(_found(found, visit, say))
    task = visit.read("task") or {"options": {}}
    word = task["options"].get("baseline", FIRST_BASELINE)
    again = f"/question?baseline={word}" + (f"&visit={visit.key}" if found and found["own"] else "")
    parts += [
        tag("p", tag("a", say("另问一题", "Ask another"), href=again)),
        ending(say, f"/file/{visit.key}"),
    ]
    return shell(lang, TITLE, *parts, here="/question", path=at, scripts=("file.js",))


def _found(found: Mapping[str, Any], visit: Visit, say: Say) -> Markup:
    summary = found["table"]
    hashes = [(name, tag("code", value)) for name, value in found["hashes"].items()]
    return many(
        tag(
            "section",
            tag("h2", say("结果", "Result")),
            files_of(found["files"], f"/file/{visit.key}", say),
            tag(
                "pre",
                "\n".join(line for line in found["text"][say("zh", "en")] if line.strip()),
                class_="mono",
            ),
            table(
                [say("指标", "Measure"), *summary["heads"][1:]],
                [
                    [_measure(row[0], say), *row[1:]]
                    for row in summary["rows"]
                    if row[0] != say("title_en", "title_zh")  # the title in the language of the page
                ],
                figures=range(1, len(summary["heads"])),
                caption=say("各方案汇总", "Summary by scenario"),
            ),
        ),
        tag(
            "section",
            tag("h2", say("情景文件的哈希", "Hashes of the scenario documents")),
            table([say("情景", "Scenario"), "SHA-256"], hashes, caption=say("哈希", "Hashes")),
        ),
    )


def _measure(name: str, say: Say) -> str:
    """A measure of the summary in words; its own name where there are none."""
    if name in ("title_zh", "title_en"):
        return say("标题", "Title")
    known = words().get(name)
    return name if known is None else say(known.zh, known.en)


def checked(found: Mapping[str, Any], say: Say) -> str:
    """What the changes are and whether they can be, as HTML."""
    problems = [f"{path}: {text}" for path, text in found["problems"].items()]
    lines = [f"{path}: {now} → {new}" for path, now, new in found["changes"]]
    body = many(
        notes(say("不能这样改", "This cannot be"), problems, "bad box"),
        notes(say("改革", "The reform"), lines)
        if lines
        else tag("p", say("尚未改动。", "Nothing is changed yet."), class_="box"),
        tag(
            "p",
            say("情景哈希 ", "hash of the scenario "),
            tag("code", found["hash"], id="hash"),
            class_="quiet",
        )
        if found["hash"]
        else None,
    )
    return body.text

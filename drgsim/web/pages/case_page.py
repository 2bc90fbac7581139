"""The page of one case: its form, and beside it the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...report.markup import Markup
from ..answers import Answers
from .html import field, many, select, tag
from .policies import choices
from .shell import Say, notes, saying, shell

TITLE = ("单病例分组与测算", "One case: group and estimate")
_NUMBERS = (
    ("age", "年龄（岁）", "Age, years"),
    ("age_days", "不足1岁：天数", "Below one year: days"),
    ("admission_weight", "新生儿入院体重（克）", "Newborn's weight, g"),
    ("los", "住院天数", "Days of stay"),
    ("total_cost", "总费用（元）", "Total cost, yuan"),
)


def case_page(form: Mapping[str, str], work: Answers, lang: str, answer: str = "", told: Any = ()) -> str:
    """The whole page; `answer` is HTML that is made already."""
    say = saying(lang)
    body = tag(
        "div",
        _form(form, work, say),
        tag(
            "div",
            notes(say("粘贴所得", "From what was pasted"), [say(*each) for each in told]),
            tag(
                "div",
                Markup(answer)
                if answer
                else tag(
                    "p",
                    say(
                        "输入诊断后即给出分组；填总费用即给出测算。上下键选编码，回车取用，Tab 到下一栏。",
                        "Type a diagnosis to see the group; fill in the cost to see the estimate. Arrows choose a code, Enter "  # noqa: E501
                        "takes it, Tab goes on.",
                    ),
                    class_="box",
                ),
                id="quick",
            ),
            tag("div", id="further"),
            aria_live="polite",
            aria_atomic="false",
        ),
        class_="one",
    )
    return shell(lang, TITLE, body, here="/", scripts=("case.js",))


def _form(form: Mapping[str, str], work: Answers, say: Say) -> Markup:
    settings = work.settings
    offered = choices(settings, work.kept)
    policies = [
        (each["id"], f"{say(each['title']['zh'], each['title']['en'])} ({each['id']})")
        for each in offered["policies"]
    ]
    schemes = [(each, each) for each in offered["schemes"]]
    by_policy = ("", say("按政策", "as the policy says"))
    level = form.get("hospital_level") or str(
        settings.hospital.level if settings.hospital.level is not None else "3"
    )
    insurance = form.get("insurance") or settings.hospital.insurance or "employee"
    return tag(
        "form",
        tag(
            "details",
            tag(
                "summary",
                say("粘贴首页、结算清单或表格一行", "Paste a front page, a settlement list or a row"),
            ),
            tag("label", say("粘贴内容", "Pasted text"), for_="paste"),
            tag(
                "textarea",
                "",
                id="paste",
                name="paste",
                rows=5,
                spellcheck="false",
                aria_describedby="paste-hint",
            ),
            tag(
                "small",
                say(
                    "4101 JSON、带表头的一行、“主要诊断：K80.101”这样的行，或只有编码。",
                    "4101 JSON, a row under its header, lines such as 主要诊断：K80.101, or codes alone.",
                ),
                id="paste-hint",
            ),
            tag("button", say("填入", "Fill in"), type="submit", name="do", value="paste", class_="quiet"),
            open=bool(form.get("paste")),
        ),
        tag(
            "fieldset",
            tag("legend", say("编码", "Codes")),
            _area(
                "diagnoses",
                say("诊断：主要诊断在前，每行一个", "Diagnoses: the principal first, a line each"),
                4,
                form,
                say,
            ),
            _area(
                "procedures", say("手术操作：主要手术在前", "Procedures: the main one first"), 3, form, say
            ),
        ),
        tag(
            "fieldset",
            tag("legend", say("病例", "Case")),
            tag(
                "div",
                field(
                    say("性别", "Sex"),
                    select(
                        "sex",
                        [("", "–"), ("1", say("男", "male")), ("2", say("女", "female"))],
                        form.get("sex", ""),
                    ),
                    for_="sex",
                ),
                *(
                    field(
                        say(zh, en),
                        tag(
                            "input",
                            id=name,
                            name=name,
                            inputmode="decimal",
                            autocomplete="off",
                            value=form.get(name, ""),
                        ),
                        for_=name,
                    )
                    for name, zh, en in _NUMBERS
                ),
                field(
                    say("离院方式", "Discharge"),
                    select("discharge", [("", "–"), *_discharges(say)], form.get("discharge", "")),
                    for_="discharge",
                ),
                field(
                    say("险种", "Insurance"),
                    select(
                        "insurance",
                        [("employee", say("职工", "employee")), ("resident", say("居民", "resident"))],
                        insurance,
                    ),
                    for_="insurance",
                ),
                field(
                    say("医院等级", "Hospital level"),
                    select(
                        "hospital_level",
                        [
                            ("3", say("三级", "3")),
                            ("2", say("二级", "2")),
                            ("1", say("一级", "1")),
                            ("0", say("未定级", "none")),
                        ],
                        level,
                    ),
                    for_="hospital_level",
                ),
                class_="pair",
            ),
        ),
        tag(
            "fieldset",
            tag("legend", say("按什么", "By what")),
            field(
                say("付费政策", "Policy"),
                select("policy", policies, form.get("policy") or offered["policy"]),
                for_="policy",
            ),
            tag(
                "div",
                field(
                    say("分组方案", "Scheme"),
                    select("scheme", [by_policy, *schemes], form.get("scheme", "")),
                    for_="scheme",
                ),
                field(
                    say("对照的地方方案", "Local scheme beside"),
                    select("local", [("", "–"), *schemes], form.get("local", "")),
                    for_="local",
                ),
                class_="pair",
            ),
        ),
        tag("button", say("分组与测算", "Group and estimate"), type="submit", name="do", value="answer"),
        id="case",
        method="post",
        action="/",
        autocomplete="off",
    )


def _area(name: str, label: str, rows: int, form: Mapping[str, str], say: Say) -> Markup:
    """A text area of codes, and the list of codes found for the line at the cursor."""
    hint = say("编码、中文名或拼音首字母", "code, Chinese name or pinyin initials")
    return many(
        tag("label", label, for_=name),
        tag(
            "textarea",
            form.get(name, ""),
            id=name,
            name=name,
            rows=rows,
            spellcheck="false",
            aria_autocomplete="list",
            aria_controls=f"{name}-found",
            placeholder=hint,
            aria_haspopup="listbox",
            data_kind="procedure" if name == "procedures" else "diagnosis",
        ),
        tag(
            "ul",
            id=f"{name}-found",
            role="listbox",
            class_="found",
            aria_label=say("检索结果", "Codes found"),
        ),
    )


def _discharges(say: Say) -> list[tuple[str, str]]:
    return [
        ("1", say("1 医嘱离院", "1 by order")),
        ("2", say("2 转院", "2 to another hospital")),
        ("3", say("3 转社区", "3 to primary care")),
        ("4", say("4 非医嘱离院", "4 against advice")),
        ("5", say("5 死亡", "5 died")),
        ("9", say("9 其他", "9 other")),
    ]

"""The answer to one case as HTML: group, schemes side by side, money with each number's source, and more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import DrgsimError
from ...payment.faces.explain import explain as chain_of
from ...policy.display import STATE_ZH, value_text
from ...policy.parameters import catalogue
from ...policy.policy import Policy
from ...report.markup import Markup
from ...words import english_name_of, pairs, unit_text
from ..kept import NATIONAL_DIP
from ..plain import plain
from ..told import told
from .drawing import margin_bar
from .html import inner, many, table, tag
from .one_case import OneCase
from .shell import Say, error_box, language_of, notes

NATIONAL = ("chs-drg-2.0", "chs-drg-3.0")
_STATUS = pairs("case_status")


def quick(one: OneCase) -> str:
    """Group, money and schemes side by side."""
    return inner([_told(part, one) for part in (_group, _money, _beside)])


def further(one: OneCase) -> str:
    """Warnings, other choices and reasons."""
    return inner([_told(part, one) for part in (_warnings, _choices, _why)])


def _told(part: Callable[[OneCase], Markup], one: OneCase) -> Markup:
    """A part, or its error: one part that cannot be answered hides no other."""
    try:
        return part(one)
    except DrgsimError as error:
        return error_box(one.lang, told(error))


def status_word(status: Any, say: Say) -> str:
    """A grouper's status in words."""
    return say(*_STATUS.get(str(status), (str(status), str(status))))


def _group(one: OneCase) -> Markup:
    say = one.say
    found = one.asked("group")
    good = found["status"] == "grouped"
    reason = f" · {found['reason']}" if found.get("reason") else ""
    return tag(
        "section",
        tag("h2", say("分组", "Group"), " ", tag("small", one.scheme)),
        tag("p", found["drg"] or "–", " ", _called(one, found, "drg"), class_="drg"),
        tag(
            "p",
            f"{found['mdc'] or '–'} {_called(one, found, 'mdc')} › "
            f"{found['adrg'] or '–'} {_called(one, found, 'adrg')}",
        ),
        tag(
            "p",
            status_word(found["status"], say),
            " · ",
            say("严重程度 ", "severity "),
            found["severity"],
            reason,
            class_="good" if good else "bad",
        ),
        id="group",
    )


def _called(one: OneCase, found: Mapping[str, Any], level: str) -> str:
    """The name of a group in the language of the page; its English is our own translation."""
    name = found.get(f"{level}_name") or ""
    return name if one.lang == "zh" else english_name_of(name)


def _money(one: OneCase) -> Markup:
    say = one.say
    heading = tag(
        "h2", say("测算", "Estimate"), " ", tag("small", f"{say(*_title(one.policy))} ({one.policy.id})")
    )
    if one.case.get("total_cost") is None:
        return many(
            heading,
            tag("p", say("填写总费用后测算。", "Fill in the total cost to estimate."), class_="quiet"),
        )
    made = one.estimated(one.scheme)
    found = plain(made.frame)[0]
    weights = one.weights(one.scheme)
    table_of = "" if weights is None else f"{say('权重表：', 'Weights: ')}{_title_of(weights, say)} "
    if found["payment"] is None:
        body: Any = tag(
            "p", say("这一例无法测算：", "This case cannot be priced: "), str(found["problem"]), class_="bad"
        )
    else:
        names = (
            ("weight", "权重", "Weight"),
            ("standard", "支付标准", "Standard"),
            ("payment", "应付", "Payment"),
            ("fund", "基金支付", "Fund"),
            ("patient", "个人", "Patient"),
            ("total_cost", "总费用", "Cost"),
            ("margin", "结余", "Margin"),
        )
        cells = [_shown(found, name) for name, _, _ in names]
        body = many(
            table(
                [say(zh, en) for _, zh, en in names],
                [cells],
                figures=range(len(names)),
                caption=say("金额（元）", "Money, yuan"),
            ),
            margin_bar(found["payment"], found["total_cost"], say),
        )
    return tag(
        "section",
        heading,
        body,
        _review(one, made, found),
        tag(
            "details",
            tag(
                "summary", say("从病例到金额：每个数的来源", "From case to money: where each number is from")
            ),
            tag("pre", chain_of(made.payments, "1", language_of(one.lang)), id="chain"),
        ),
        tag(
            "p",
            table_of,
            made.payments.trust_in(language_of(one.lang)),
            " ",
            " ".join(made.told),
            class_="quiet",
        ),
        *(tag("p", say(*each), class_="bad") for each in made.payments.other_dates),
        id="money",
    )


def _title_of(weights: Any, say: Say) -> str:
    """What a weight table is called; an example is told to be one."""
    facts = weights.facts
    if "title_zh" not in facts:
        return f"{facts.get('title', '')}."
    example = (
        say("（示例，非任何地区的规定）", " (an example, no place's rule)")
        if facts.get("example") == "yes"
        else ""
    )
    return say(f"{facts['title_zh']}{example}。", f"{facts['title_en']}{example}.")


def _review(one: OneCase, made: Any, found: Mapping[str, Any]) -> Markup:
    """Whether a special review is open, what it would bring, and the terms with their sources."""
    say, lang = one.say, language_of(one.lang)
    in_force = made.payments.walks[0].state.book.reading.in_force
    terms = []
    for path, dated in in_force.items():
        if not path.startswith("special_review."):
            continue
        known = catalogue()[path]
        trust = say(STATE_ZH[dated.state], dated.state)
        unit = f" {unit_text(known.unit, lang)}" if known.unit else ""
        value = f"{value_text(dated.value, known, plain=lang)}{unit}"
        terms.append(f"{say(known.zh, known.en)} = {value} ({dated.source}, {trust})")
    if found["review_open"]:
        reasons = found["reasons_zh"] if one.lang == "zh" else found["reasons_en"]
        gain = f"{found['review_gain']:,.2f}"
        head = say(
            f"可申请特例单议：{reasons}。若通过，应付约增加 {gain} 元；能否通过由经办机构评审。",
            f"A special review is open: {reasons}. If accepted it would add about {gain} yuan; whether it is, the "  # noqa: E501
            "agency decides.",
        )
    else:
        head = say("按所给条件不符合特例单议申请情形。", "By what is given, no special review is open.")
    details = (
        tag(
            "details",
            tag("summary", say("条件与来源", "Terms and sources")),
            tag("ul", [tag("li", each) for each in terms]),
        )
        if terms
        else None
    )
    return tag("div", tag("p", head), details, class_="box", id="review")


def _beside(one: OneCase) -> Markup:
    say = one.say
    rows = []
    for scheme in dict.fromkeys([*NATIONAL, one.scheme, *([one.local] if one.local else [])]):
        found = one.asked("group", scheme)
        money = one.priced(scheme) or {}
        rows.append(
            [
                scheme,
                found["drg"] or "–",
                _called(one, found, "drg"),
                status_word(found["status"], say),
                *(_shown(money, name) for name in ("weight", "standard", "margin")),
            ]
        )
    dip = one.asked("dip")
    score = dip.get("score")
    rows.append(
        [
            NATIONAL_DIP,
            dip["dip_code"] or "–",
            dip.get("dip_name") or "",
            status_word(dip["status"], say),
            say("分值未公布", "no score published") if score is None else f"{score:g}",
            "–",
            "–",
        ]
    )
    heads = [
        say("方案", "Scheme"),
        say("组", "Group"),
        say("名称", "Name"),
        say("状态", "Status"),
        say("权重", "Weight"),
        say("支付标准", "Standard"),
        say("结余", "Margin"),
    ]
    return tag(
        "section",
        tag("h2", say("各方案对照", "Schemes side by side")),
        table(
            heads, rows, figures=(4, 5, 6), caption=say("同一病例按各方案", "The same case by each scheme")
        ),
        id="beside",
    )


def _warnings(one: OneCase) -> Markup:
    say = one.say
    given = set(one.case)
    found = [
        each
        for each in one.work.check(one.read, {}).rows
        if each["row"] is not None or each["column"] in given
    ]
    lines = []
    for each in found:
        number = f"{each['number']} " if each["number"] else ""
        got = f" ({each['got']})" if each["got"] else ""
        proposal = f" → {each['proposal']}" if each["proposal"] else ""
        lines.append(f"{number}{say(each['zh'], each['en'])}{got}{proposal}")
    body = (
        notes(say("提交前请核对", "Look at these before submission"), lines)
        if lines
        else tag("p", say("未触发核查规则。", "No rule was broken."), class_="good")
    )
    return tag(
        "section", tag("h2", say("提示（W 与 Q 规则）", "Warnings (rules W and Q)")), body, id="warnings"
    )


def _choices(one: OneCase) -> Markup:
    say = one.say
    found = one.asked("what_if")
    prices: dict[str, dict[str, Any] | None] = {}
    rows = []
    for each in found["choices"]:
        drg = each["drg"]
        if drg and drg not in prices:
            prices[drg] = one.priced(one.scheme, drg)
        money = prices.get(drg) or {}
        rows.append(
            [
                each["change"],
                each["principal"] or "",
                each["main_procedure"] or "",
                drg or "–",
                each["drg_name"] or status_word(each["status"], say),
                *(_shown(money, name) for name in ("weight", "standard", "margin")),
            ]
        )
    heads = [
        say("改动", "Change"),
        say("主要诊断", "Principal"),
        say("主要手术操作", "Main procedure"),
        say("组", "Group"),
        say("名称", "Name"),
        say("权重", "Weight"),
        say("支付标准", "Standard"),
        say("结余", "Margin"),
    ]
    return tag(
        "section",
        tag("h2", say("其他有据选择", "Other documented choices")),
        tag("p", found["note"], class_="box"),
        table(
            heads,
            rows,
            figures=(5, 6, 7),
            caption=say("改选主要诊断或主要手术的结果", "By another principal diagnosis or main procedure"),
        ),
        id="choices",
    )


def _why(one: OneCase) -> Markup:
    text = one.asked("explain")["text"]
    return tag("section", tag("h2", one.say("为什么入这一组", "Why this group")), tag("pre", text, id="why"))


def _title(policy: Policy) -> tuple[str, str]:
    return policy.title["zh"], policy.title["en"]


def _shown(found: Mapping[str, Any], name: str) -> str:
    """A figure of an estimate; a stay without a weight has no standard, whatever zero stands there."""
    value = found.get(name)
    return _figure(name, None if name == "standard" and not value else value)


def _figure(name: str, value: Any) -> str:
    if value is None or isinstance(value, str):
        return "–"
    return f"{value:,.4f}" if name == "weight" else f"{value:,.2f}"

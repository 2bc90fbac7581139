"""The page of a screening: what was screened and found, hospitals in funnels, what could not be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import replacing
from ..audit.words import SUSPICION, told, word
from . import fonts
from .figures.funnel import funnel
from .markup import (
    CSS,
    Markup,
    beside,
    bullets,
    chart,
    document,
    heading,
    pair,
    paragraph,
    section,
    svg,
    table,
)

if TYPE_CHECKING:
    from ..audit.result import AuditResult

TITLE = ("医保基金监管筛查", "Screening of fund use")
_RULES, _FUNNELS, _LEAST = 20, 6, 5


def audit_page(result: AuditResult, *, lang: str | None = None) -> str:
    """The whole page as HTML text, in both languages.

    It holds sums by rule, kind and family, and hospitals as points without names; no case rows, no persons.
    `lang` is that of the charts' labels.
    """
    body = [
        heading(*TITLE, rank=1),
        paragraph(_screened(result), kind="lead"),
        section(paragraph(pair(*SUSPICION)), kind="trust"),
        *_found(result),
        *_funnels(result, fonts.language(lang)),
        *_untold(result),
        *_assumed(result),
    ]
    return document(TITLE, CSS, body)


def write_audit_page(result: AuditResult, path: Any, *, lang: str | None = None) -> Path:
    """Write the page; the file is there whole or not at all. Needs the extra `plot`."""
    text = audit_page(result, lang=lang)
    with replacing(Path(path)) as part:
        part.write_text(text, encoding="utf-8")
    return Path(path)


def _screened(result: AuditResult) -> Markup:
    zh = "、".join(f"{count:,} {word('table', name, 'zh')}" for name, count in result.screened.items())
    en = ", ".join(f"{count:,} {word('table', name, 'en')}" for name, count in result.screened.items())
    return pair(f"已筛查：{zh}。", f"Screened: {en}.")


def _found(result: AuditResult) -> list[str]:
    if not len(result):
        return [heading("发现", "Found"), paragraph(pair("未发现疑点。", "Nothing was found."))]
    kinds = [
        (
            pair(word("table", str(each.table), "zh"), word("table", str(each.table), "en")),
            f"{each.findings:,}",
            f"{each.violations:,}",
            f"{each.explained:,}",
            f"{each.money:,.2f}",
        )
        for each in result.summary("table").reset_index().itertuples()
    ]
    top = [
        (
            pair(result.library[each.rule].name.zh, result.library[each.rule].name.en),
            pair(*(word("result", result.library[each.rule].result, lang) for lang in ("zh", "en"))),
            f"{each.findings:,}",
            f"{each.institutions:,}",
            f"{each.money:,.2f}",
        )
        for each in result.summary().reset_index().head(_RULES).itertuples()
    ]
    money = ("计入金额（元）", "amount counted, yuan")
    return [
        heading("发现", "Found"),
        table(
            [("数据", "table"), ("疑点", "findings"), ("规则结果为违规", "of kind violation"),
             ("已说明", "explained"), money],
            kinds,
        ),
        heading("主要规则", "Top rules"),
        table(
            [("规则", "rule"), ("结果类型", "kind"), ("疑点", "findings"), ("机构", "institutions"), money],
            top,
            words=2,
        ),
    ]  # fmt: skip


def _funnels(result: AuditResult, lang: str) -> list[str]:
    if not len(result.hospitals):
        return []
    drawn: list[str] = []
    for rule in dict.fromkeys(result.hospitals.get_column("rule").to_list()):
        own = result.hospitals.filter(result.hospitals.get_column("rule") == rule)
        if len(own) < _LEAST or own.get_column("expected").sum() < _LEAST:
            continue
        name = result.library[rule].name
        figure = funnel(own, limit=float(result.library[rule].value("p")), lang=lang)
        text = svg(figure, f"funnel-{len(drawn)}", describe=name[lang])
        drawn.append(chart(text, name.zh, name.en, share=0.48))
        if len(drawn) == _FUNNELS:
            break
    if not drawn:
        return []
    drawn += ['<figure style="width: 48%"></figure>'] * (len(drawn) % 2)
    pairs = [beside(*drawn[place : place + 2]) for place in range(0, len(drawn), 2)]
    said = pair(
        "每点为一家医院，不列名；虚线、实线为95%、99.8%精确二项界限；菱形为超出界限者。规模小的医院界限宽，不作排名。",
        "A point is a hospital, unnamed; dashed and solid lines are exact binomial limits of 95 and 99.8 %; "
        "diamonds lie beyond. Small hospitals have wide limits and are not ranked.",
    )
    return [heading("医院漏斗图", "Hospitals in funnels"), paragraph(said), *pairs]


def _untold(result: AuditResult) -> list[str]:
    said = [pair(zh, en) for zh, en in zip(told(result, "zh"), told(result, "en"), strict=True)]
    return [heading("数据不能说明的事项", "What the data could not tell"), bullets(said)] if said else []


def _assumed(result: AuditResult) -> list[str]:
    if not result.assumed:
        return []
    return [
        heading("假设", "Assumed"),
        paragraph(
            pair(
                "以下规则或参数没有发布依据，为本软件的建议：",
                "These rules and levers rest on no publication; they are proposals of this software:",
            )
        ),
        paragraph(", ".join(result.assumed)),
    ]

"""The report: one self-contained page a bureau director can read and print on A4. No script, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from . import fonts
from .facts import RunFacts
from .markup import CSS, Markup, bullets, document, heading, pair, paragraph, section
from .numbers import count
from .page_charts import charts
from .page_checks import checks, run_table
from .page_headlines import headlines

if TYPE_CHECKING:
    from .reader_tables import Tables

TITLE = ("医保支付政策测算报告", "What a payment reform changes")


def page(
    tables: Tables,
    facts: RunFacts,
    *,
    lang: str | None = None,
    more: Sequence[str] = (),
    drawn: Iterable[str] | None = None,
) -> str:
    """The whole report as HTML text.

    Parameters
    ----------
    tables : anything with a result's table methods (`drgsim.report.reader_tables.Tables`).
    facts : what the run was: scenarios, input, trust.
    lang : language of the charts' labels; headings and tables are in both languages anyway.
    more : sections of HTML that stand after the charts, such as `thirty_years.thirty_years`.
    drawn : the sections of `page_charts.charts`, where they were drawn before.

    Returns
    -------
    str. It holds sums only: no case rows and no case ids.
    """
    body = [
        heading(*TITLE, rank=1),
        paragraph(_input(facts), kind="lead"),
        _trust(facts),
        *headlines(tables, facts),
        *(charts(tables, facts, lang=fonts.language(lang)) if drawn is None else drawn),
        *more,
        *checks(tables, facts),
        run_table(facts),
    ]
    return document(TITLE, CSS, body)


def _input(facts: RunFacts) -> Markup:
    year = f"{facts.year} 年 " if facts.year else ""
    zh = f"{year}{count(facts.cases)} 例住院病例"
    en = f"{count(facts.cases)} stays{f' of {facts.year}' if facts.year else ''}"
    for number, zh_unit, en_unit in (
        (facts.hospitals, "家医疗机构", "hospitals"),
        (facts.regions, "个统筹区", "regions"),
    ):
        if number:
            zh += f"，{count(number)} {zh_unit}"
            en += f", {count(number)} {en_unit}"
    many = len(facts.scenarios) - 1
    return pair(
        f"{zh}；{many} 个方案与基线比较。",
        f"{en}; {many} {'reform' if many == 1 else 'reforms'} beside the baseline.",
    )


def _trust(facts: RunFacts) -> str:
    """What it all rests on comes before any number."""
    trusted = section(
        paragraph(pair(f"可信度：{facts.trust('zh')}", f"Trust: {facts.trust('en')}")), kind="trust"
    )
    if not facts.warnings:
        return trusted
    listed = bullets(pair(zh, en) for zh, en in facts.warnings)
    return trusted + section(paragraph(pair("请注意", "Please note")), listed, kind="warn")

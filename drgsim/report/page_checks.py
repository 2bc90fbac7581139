"""Why one may believe it: beside published figures, within plausible ranges, every lever alive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..published import measures
from .facts import RunFacts
from .markup import Cell, Markup, bullets, heading, pair, paragraph, section, table
from .numbers import count, money, number, percent
from .page_headlines import short
from .tables import check_table
from .words import word

if TYPE_CHECKING:
    import pandas as pd

    from .tables import Tables


def checks(tables: Tables, facts: RunFacts) -> Iterator[str]:
    """Published figures, plausibility, liveness."""
    yield heading("可信吗", "Can it be believed")
    beside = check_table(tables, "published")
    if len(beside):
        yield paragraph(pair("模拟值与公布值并列", "Simulated beside published"))
        yield _published(beside)
    yield _plausible(check_table(tables, "plausibility"), facts)
    yield _alive(check_table(tables, "liveness"), facts)


def amount(value: float, measure: str, lang: str = "zh") -> str:
    """A figure in the unit its measure is published in."""
    known = measures().get(measure)
    unit = known.unit if known else ""
    if unit == "yuan":
        return money(value, lang, figures=4)
    if unit == "share":
        return percent(value)
    return count(value) if unit in ("persons", "cases") else number(value, figures=4)


def _published(beside: pd.DataFrame) -> str:
    heads = [
        ("指标", "measure"), ("险种", "insurance"), ("来源·可信度", "source, trust"), ("年度", "year"),
        ("模拟值", "simulated"), ("公布值", "published"), ("差距", "gap"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for _, row in beside.iterrows():
        measure = str(row["measure"])
        rows.append(
            [
                pair(str(row["title_zh"]), str(row["title_en"])),
                pair(word(row["insurance"], "zh"), word(row["insurance"], "en")),
                pair(f"{row['source']} {word(row['state'], 'zh')}", word(row["state"], "en")),
                str(row["year"]),
                amount(float(row["simulated"]), measure),
                amount(float(row["published"]), measure),
                percent(float(row["gap"]), signed=True),
            ]
        )
    return table(heads, rows, words=3)


def _plausible(found: pd.DataFrame, facts: RunFacts) -> str:
    if not len(found):
        return ""
    good = found["ok"].astype(bool)
    told = pair(
        f"{len(found)} 项合理性检查中 {int(good.sum())} 项在范围内。",
        f"{int(good.sum())} of {len(found)} plausibility checks lie within their range.",
    )
    if good.all():
        return paragraph(told)
    return section(
        paragraph(told), bullets(_outside(row, facts) for _, row in found[~good].iterrows()), kind="warn"
    )


def _outside(row: pd.Series[Any], facts: RunFacts) -> Markup:
    edges = f"{number(float(row['low']))} ~ {number(float(row['high']))}"
    who = short(facts, str(row["scenario"])).text
    what = pair(str(row["title_zh"]), str(row["title_en"])).text
    range_ = pair(f"合理范围 {edges}", "plausible range").text
    trust = pair(word(row["state"], "zh"), word(row["state"], "en")).text
    return Markup(f"{who}: {what} {number(float(row['value']))} ({range_}; {trust})")


def _alive(found: pd.DataFrame, facts: RunFacts) -> str:
    if not len(found):
        return ""
    still = found[~found["moved"].astype(bool)]
    if not len(still):
        told = pair(
            f"所改的 {len(found)} 项参数都起了作用。", f"All {len(found)} parameters changed moved something."
        )
        return paragraph(told)
    told = pair(
        f"所改的 {len(found)} 项参数中 {len(still)} 项在这批病例上没有作用：",
        f"{len(still)} of the {len(found)} parameters changed moved nothing on these stays:",
    )
    listed = [
        Markup(
            f"{short(facts, str(row['scenario'])).text}: "
            f'<span class="mono">{pair(str(row["path"]), "").text}</span> '
            f"{pair(str(row['reason_zh']), str(row['reason_en'])).text}"
        )
        for _, row in still.iterrows()
    ]
    return paragraph(told) + bullets(listed)


def run_table(facts: RunFacts) -> str:
    """Version, seed, input and the hash of every scenario: what it takes to run it again."""
    told = [f"drgsim {facts.version}"]
    if facts.seed is not None:
        told.append(f"seed {facts.seed}")
    if facts.draws:
        told.append(f"draws {count(facts.draws)}")
    if facts.fingerprint:
        told.append(f"input {facts.fingerprint[:16]}")
    told += [
        f"{facts.mark(each.id) or word('baseline', 'zh')} {each.id} {each.hash[:16]}".rstrip()
        for each in facts.scenarios
    ]
    return heading("运行记录", "The run") + paragraph("; ".join(told), kind="small mono")

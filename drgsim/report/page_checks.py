"""Why one may believe it: beside published figures, within plausible ranges, every lever alive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..language import either, stated_language
from ..published import measures
from .facts import RunFacts
from .markup import Cell, Markup, bullets, heading, kept, pair, paragraph, section, table
from .numbers import count, money, number, percent, word
from .page_headlines import short
from .reader_tables import check_table

if TYPE_CHECKING:
    import pandas as pd

    from .reader_tables import Tables

_MOST_MEASURES = 7
_MOST_STILL = 6
_LARGE = 1e6  # yuan: from here on in 万元 or 亿元


def checks(tables: Tables, facts: RunFacts) -> Iterator[str]:
    """Published figures, plausibility, liveness."""
    yield heading("可信吗", "Can it be believed")
    beside = check_table(tables, "published")
    if len(beside):
        yield paragraph(
            pair("模拟值与公布值并列（pp 为百分点）", "Simulated beside published (pp: percentage points)")
        )
        yield _published(beside)
    yield _plausible(check_table(tables, "plausibility"), facts)
    yield _alive(check_table(tables, "liveness"), facts)


def amount(value: float, unit: str) -> str:
    """A figure in the unit it is published in.

    >>> amount(11522.0, "yuan"), amount(0.2245, "share"), amount(9.2, "days")
    ('11,522', '22.4%', '9.20')
    """
    if unit == "share":
        return percent(value)
    if unit == "yuan" and abs(value) >= _LARGE:
        return money(value, either("zh", "en"), figures=4)
    return count(value) if unit in ("persons", "cases", "yuan") else number(value)


def _published(beside: pd.DataFrame) -> str:
    """A row a measure, the insurances side by side; the year of the cases first, and not more than fit."""
    kinds = list(dict.fromkeys(beside["insurance"]))
    lang = either("zh", "en")
    heads = [("指标", "measure"), ("来源·可信度", "source, trust"), ("年度", "year")]
    for kind in kinds:
        heads += [(f"{word(kind, 'zh')}模拟", f"{word(kind, 'en')}"), ("公布", "published"), ("差距", "gap")]
    rows: list[list[Cell]] = []
    ordered = beside.sort_values("year", kind="stable")
    groups = list(ordered.groupby(["year", "measure", "title_zh"], sort=False))
    for (year, _, _), part in groups[:_MOST_MEASURES]:
        first = part.iloc[0]
        cells: list[Cell] = [
            pair(str(first["title_zh"]), str(first["title_en"])),
            kept(f"{first['source']} {word(first['state'], lang)}"),
            str(year),
        ]
        for kind in kinds:
            own = part[part["insurance"] == kind].to_dict("records")
            cells += _beside(own[0]) if own else [""] * 3
        rows.append(cells)
    rest = len(groups) - len(rows)
    more = pair(f"另有 {rest} 项见工作簿。", f"{rest} more in the workbook.") if rest else None
    return table(heads, rows, words=2) + (paragraph(more, kind="small") if more else "")


def _beside(row: Mapping[Any, Any]) -> list[Cell]:
    known = measures().get(str(row["measure"]))
    unit = str(row.get("unit") or (known.unit if known else ""))
    gap = float(row["gap"])
    told = f"{number(gap * 100, signed=True, figures=2)} pp" if unit == "share" else percent(gap, signed=True)
    return [amount(float(row["simulated"]), unit), amount(float(row["published"]), unit), told]


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
        for _, row in still.head(_MOST_STILL).iterrows()
    ]
    if len(still) > _MOST_STILL:
        rest = len(still) - _MOST_STILL
        listed.append(pair(f"另有 {rest} 项见工作簿。", f"{rest} more in the workbook."))
    return paragraph(told) + bullets(listed)


def run_table(facts: RunFacts) -> str:
    """Version, seed, input and the hash of every scenario: what it takes to run it again."""
    told = [f"drgsim {facts.version}"]
    seed, draws, read = ("种子", "抽样", "输入") if stated_language() == "zh" else ("seed", "draws", "input")
    told += [] if facts.seed is None else [f"{seed} {facts.seed}"]
    told += [f"{draws} {count(facts.draws)}"] if facts.draws else []
    told += [f"{read} {facts.fingerprint[:16]}"] if facts.fingerprint else []
    told += [
        f"{facts.mark(each.id) or word('baseline', either('zh', 'en'))} {each.id} {each.hash[:16]}".rstrip()
        for each in facts.scenarios
    ]
    return heading("运行记录", "The run") + paragraph("; ".join(told), kind="small mono")

"""Words for what a screening says of itself, in both languages (`data/audit/words.csv`)."""

from __future__ import annotations

import csv
from functools import cache

from .._paths import data_path
from .record import AuditRecord

SUSPICION = (
    "疑点不等于违规：除规则结果类型为“违规”者外，均须核实病历与凭证后认定。",
    "A suspicion is no guilt: all but rules whose result kind says violation await a look at the record.",
)


@cache
def _words() -> dict[tuple[str, str], tuple[str, str]]:
    with data_path("audit", "words.csv").open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["name"]): (row["zh"], row["en"]) for row in csv.DictReader(file)}


def word(kind: str, name: str, lang: str) -> str:
    """The word for a name of a kind (told, table, result, decision, way, insurance, matched, sex).

    >>> word("way", "inpatient", "zh")
    '住院'
    """
    return _words().get((kind, name), (name, name))[lang == "en"]


def number(value: object) -> str:
    """A number for people: no zeros behind the point that say nothing.

    >>> number(2.50), number(26.0), number(None)
    ('2.5', '26', '?')
    """
    if value is None or value != value:
        return "?"
    amount = float(value)  # type: ignore[arg-type]
    return f"{amount:,.0f}" if amount == round(amount) else f"{amount:,.2f}".rstrip("0").rstrip(".")


def told(result: AuditRecord, lang: str) -> list[str]:
    """What the tables could not tell, one sentence each."""
    en = lang == "en"
    gap = " " if en else ""
    known = {name for kind, name in _words() if kind == "told"}
    said = [
        f"{count:,}{gap}{word('told', name, lang)}" for name, count in result.told.items() if name in known
    ]
    for name, count in result.undecided.items():
        title = result.library[name].name[lang]
        said.append(
            f"{title}: {count:,} rows not decidable, a fact is missing"
            if en
            else f"“{title}”有{count:,}行因信息缺失无法判断"
        )
    for name, headers in result.unread.items():
        shown = ", ".join(headers[:8])
        table = word("table", name, lang)
        said.append(f"{table}: headers not read: {shown}" if en else f"{table}未读取的列：{shown}")
    if len(result.problems):
        cells = f"{len(result.problems):,}"
        said.append(f"{cells} cells could not be read" if en else f"{cells}个单元格无法读取")
    if result.unused:
        tables = sorted({word("table", result.library[name].table, lang) for name in result.unused})
        said.append(
            f"{len(result.unused)} rules did not run, their tables were not given: {', '.join(tables)}"
            if en
            else f"{len(result.unused)}条规则未运行，没有提供：{'、'.join(tables)}"
        )
    return said


def result_text(result: AuditRecord, lang: str) -> str:
    """A few lines for the terminal."""
    en = lang == "en"
    comma = ", " if en else "、"
    named = {word("table", name, lang): f"{count:,}" for name, count in result.screened.items()}
    rows = [f"{count} {table}" if en else f"{table} {count} 行" for table, count in named.items()]
    lines = [("screened: " if en else "已筛查：") + comma.join(rows)]
    column = result.findings.get_column("table")
    for table in sorted(set(column.to_list())):
        own = result.findings.filter(column == table)
        money = number(own.get_column("counted").fill_null(0.0).sum())
        certain = int((own.get_column("result") == "violation").sum())
        title = word("table", table, lang)
        lines.append(
            f"{title}: {len(own):,} findings, {certain:,} by rules of kind violation; {money} yuan"
            if en
            else f"{title}：{len(own):,} 条疑点，其中规则结果类型为违规的 {certain:,} 条；涉及 {money} 元"
        )
    if not len(result.findings):
        lines.append("nothing found" if en else "未发现疑点")
    if len(result.checklist):
        total = int(result.checklist.get_column("lines").sum())
        lines.append(
            f"checklist: {total:,} lines whose limit only the record can show"
            if en
            else f"核查清单：{total:,}行的限定条件须查病历"
        )
    lines += [("could not be told: " if en else "数据不能说明：") + each for each in told(result, lang)]
    if result.assumed:
        lines.append(("assumed: " if en else "假设：") + ", ".join(result.assumed))
    lines.append(SUSPICION[en])
    return "\n".join(lines)

"""Workbooks: a valuation's tables to read, and the four tables a bureau fills in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .._excel import workbook
from ..language import LANGUAGES, either, speaking, stated_language, told
from ..settlement.settlement_workbook import write_tables
from ..words import headers, title_in
from .assumptions import constants, parameters
from .own_tables import SHEETS
from .words import COLUMNS, INSURANCES, KINDS, SEXES, TOTALS, fund_cells, lines, pots

HOW = "填写说明"
# by band, so that ageing is the region's own; one row without ages will do
BANDS = ((0, 17), (18, 29), (30, 39), (40, 49), (50, 54), (55, 59), (60, 69), (70, 79), (80, 100))
OF_AGE = ("active", "retired", "resident")
NEEDED_POTS = ("employee_pool", "resident")
OPTIONAL_POTS = ("employee_accounts", "medical_aid", "long_term_care")
WORDS = (
    "一、“参保人数”与“基金收支”必填，“住院病例”与“测算假设”可留空；金额单位为元，人数为年末数。",
    "二、至少填一个年份；填三年以上可得近年趋势与常年收支比。不需要的行请留空或删除，留空的项目会在结果中列出。",
    "三、各项支出之和应等于“支出合计”，差额列为“未能分解”；各项之和大于合计时拒绝计算并给出比值。",
    "四、“住院病例”每行一例，或一行代表若干例（出院人次、抽样权重）；抽样时填“全部出院人次”，金额与账面不符时拒绝并给出比值。",
    "五、“测算假设”的数值留空即用默认值（可信度见表）；下限与上限之间为90%的可能范围。来源填 data/sources.csv 中的编号，自有数据填 F92。",  # noqa: E501
    "Fill in heads and accounts (yuan, persons at the end of the year); stays and assumptions may stay empty.",  # noqa: E501
)


def tables(years: tuple[int, ...] = (2023, 2024, 2025)) -> Mapping[str, pd.DataFrame]:
    """The blank tables by name, Chinese headers, the last year with ages."""
    last = max(years)
    heads = [
        [None, year, either(KINDS[kind][0], kind), None, None, None, None]
        for year in years
        if year != last
        for kind in OF_AGE
    ]
    heads += [
        [None, last, either(KINDS[kind][0], kind), either(SEXES[sex][0], sex), first, end, None]
        for kind in OF_AGE
        for ages in [constants()[f"form_ages.{kind}"]]
        for sex in SEXES
        for first, end in BANDS
        if end >= ages["low"] and first <= ages["high"]
    ]
    books = []
    for year in years:
        for pot in (*NEEDED_POTS, *OPTIONAL_POTS):
            names = [either(names[0], total) for total, names in TOTALS.items()]
            if year == last:
                names += [
                    either(line.zh, line.en) for line in lines().values()
                    if line.pot == pot and line.side == "spending" and line.index and line.name != "unexplained"  # noqa: E501
                ]  # fmt: skip
            titled = either(pots()[pot].zh, pots()[pot].en)
            books += [[None, year, titled, name, None, None] for name in names]
    assumed = [
        [
            either(each.zh, each.name),
            None,
            None,
            None,
            each.source,
            each.state,
            either(
                f"默认 {each.value:g}（{each.unit}） {told(each.note)}",
                f"{each.en}: {each.value:g} ({each.unit}) by default. {each.note}",
            ).strip(),
        ]
        for each in parameters().values()
        if not each.derived and not each.yearly
    ]
    stays = [[None, either(names[0], each), None, None, None, None] for each, names in INSURANCES.items()]
    return {
        "heads": _named(heads, ("region", "year", "kind", "sex", "age_from", "age_to", "persons")),
        "accounts": _named(books, ("region", "year", "pot", "line", "amount", "note")),
        "stays": pd.DataFrame(
            _named(stays, ("region", "insurance", "fund", "weight", "stays", "stands_for"))
        ),
        "assumptions": _named(assumed, ("parameter", "value", "low", "high", "source", "state", "note")),
    }


def _named(rows: list[Any], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[either(COLUMNS[each][0], each) for each in columns])


def write_template(path: Any, *, years: tuple[int, ...] = (2023, 2024, 2025)) -> None:
    """Write the blank workbook; `Fund.read` reads it when it is filled in.

    Raises MissingExtraError without XlsxWriter, NotFoundError for a folder that is not there.
    """
    with workbook(path, as_given=True) as book:
        book.lines(
            title_in(HOW), [title_in(HOW), *map(title_in, WORDS if stated_language() is None else WORDS[:-1])]
        )
        for name, table in tables(years).items():
            book.table(either(*SHEETS[name]), table)


LABELS = headers(
    "scenario", "region", "pot", "scheme", "year", "income", "spending", "balance", "reserve",
    "reserve_months", "light", "line", "side", "zh", "en", "amount", "current_deficit", "reserve_gone",
    "p_deficit", "p_gone", "rate", "balances", "present_value", "parameter", "unit", "value", "low", "high",
    "source", "state", "note", "share", "step", "active", "retired", "adult", "pupil", "active_per_retired",
    "aged_per_working", room="valuation",
)  # fmt: skip


def write_workbook(
    sheets: Mapping[tuple[str, str], pd.DataFrame], path: Any, lang: str | None = None
) -> None:
    """The tables of a valuation by their Chinese and English names, one a sheet; money in yuan.

    Raises MissingExtraError without XlsxWriter, ArgumentError for another language.
    """
    spoken = lang if lang in LANGUAGES else stated_language() or "zh"  # another is refused below
    with speaking(spoken):
        said = {names: fund_cells(table) for names, table in sheets.items()}
    write_tables(path, said, LABELS, lang)  # type: ignore[arg-type]

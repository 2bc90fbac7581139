"""Half a page: the fund in thirty years: fan, first deficits, what moves it, who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._rows import rows_of
from ..fund.words import pots
from ..language import either
from . import fonts
from .figures.valuation import fund_fan, tornado
from .markup import Cell, chart, heading, pair, paragraph, section, svg, table
from .numbers import NONE, money

if TYPE_CHECKING:
    from ..fund.sensitivity import Sensitivity
    from ..fund.valuation import Valuation

TITLE = ("三十年后的基金", "The fund in thirty years")


def thirty_years(valuation: Valuation, told: Sensitivity, *, lang: str | None = None) -> str:
    """The section as HTML: sums only."""
    lang = fonts.language(lang)
    assumed = sum(each.state == "assumed" for each in valuation.fund.assumptions.values())
    whole = len(valuation.fund.assumptions)
    last = valuation.first_year + valuation.years - 1
    bars = tornado(told, lang=lang)
    return section(
        heading(TITLE[0].replace("三十", _years(valuation.years)), TITLE[1]),
        paragraph(
            pair(
                f"{_of(valuation, 'zh')}{valuation.fund.year}年账目起，至{last}年；{whole}项假设中{assumed}项为假定。",  # noqa: E501
                f"{_of(valuation, 'en')}from the accounts of {valuation.fund.year} to {last}; {assumed} of {whole} "  # noqa: E501
                "assumptions are assumed.",
            ),
            kind="lead",
        ),
        chart(
            svg(fund_fan(valuation, lang=lang), "fund-fan", describe="reserve months by year with bands"),
            "可支付月数", "Months of spending in reserve",
        ),
        deficits(valuation),
        chart(
            svg(bars, "fund-tornado", describe="assumptions by what they move"),
            f"影响最大的十项假设（{told.measure.until}年末）", f"Ten assumptions that move it most, end of {told.measure.until}",  # noqa: E501
        ),
        who_pays(valuation),
    )  # fmt: skip


def _years(years: int) -> str:
    return "三十" if years == 30 else str(years)


def _of(valuation: Valuation, lang: str) -> str:
    if [region.id for region in valuation.fund.regions] == ["china"]:
        return "全国基金，自" if lang == "zh" else "The country's funds, "
    return "自" if lang == "zh" else "The fund's pots, "


def deficits(valuation: Valuation) -> str:
    """First deficits by scenario and fund, with the share of draws in which they come."""
    heads = [
        ("情景", "scenario"),
        ("基金", "fund"),
        ("首次当期赤字", "first deficit"),
        ("结余用尽", "reserve gone"),
    ]
    drawn = valuation.draws > 0
    if drawn:
        heads += [("赤字概率", "chance of a deficit"), ("用尽概率", "chance it is gone")]
    titles = {course.scenario.id: course.scenario.title for course in valuation.courses}
    rows: list[list[Cell]] = []
    several = len(valuation.fund.regions) > 1
    for row in rows_of(valuation.first_deficit()):
        if several and row.region != "all":
            continue
        title = titles[row.scenario]
        cells: list[Cell] = [
            pair(title["zh"], title["en"]), pair(pots()[row.pot].zh, pots()[row.pot].en),
            _year(row.current_deficit), _year(row.reserve_gone),
        ]  # fmt: skip
        if drawn:
            cells += [f"{row.p_deficit:.0%}", f"{row.p_gone:.0%}"]
        rows.append(cells)
    return table(heads, rows, words=2)


def _year(value: object) -> str:
    return NONE if str(value) == "<NA>" else str(value)


def who_pays(valuation: Valuation) -> str:
    """By scenario: what each fund and everyone outside pays more or less over the years valued, yuan."""
    frame, others = valuation.frame, valuation.others
    several = len(valuation.fund.regions) > 1
    own = frame[frame["region"] == "all"] if several else frame
    base = own[own["scenario"] == valuation.scenarios[0]].set_index(["pot", "year"])["balance"]
    blocks = []
    for course in valuation.courses[1:]:
        name = course.scenario.id
        moved = own[own["scenario"] == name].set_index(["pot", "year"])["balance"] - base
        rows: list[list[Cell]] = []
        for pot in dict.fromkeys(moved.index.get_level_values(0)):
            change = float(moved[pot].sum())
            if abs(change) >= 1:
                rows.append(
                    [pair(pots()[str(pot)].zh, pots()[str(pot)].en), *_spread(moved[pot].to_numpy(), signed=True)]  # noqa: E501
                )  # fmt: skip
        outside = others[(others["scenario"] == name) & (others["who"] != "working_capital")]
        for _, table_of in outside.groupby("who", sort=False):
            by_year = table_of.groupby("year")["amount"].sum()
            zh, en = table_of["zh"].iloc[0], table_of["en"].iloc[0]
            if by_year.abs().sum() >= 1:
                rows.append([pair(str(zh), str(en)), *_spread(by_year.to_numpy(), signed=True)])
        if rows:
            title = course.scenario.title
            heads = [
                ("谁付（基金为结余变化，其余为多付）", "who pays (funds: change of balance; others: what they pay more)"),  # noqa: E501
                ("第一年", "first year"), ("年均", "a year"), ("合计", "in all"),
            ]  # fmt: skip
            blocks.append(paragraph(pair(title["zh"], title["en"])) + table(heads, rows))
    return "".join(blocks)


def _spread(values: object, *, signed: bool) -> list[Cell]:
    path = np.asarray(values, dtype=float)
    return [
        money(float(each), either("zh", "en"), signed=signed) for each in (path[0], path.mean(), path.sum())
    ]

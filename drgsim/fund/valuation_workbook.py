"""A valuation as a workbook: results, books, people, assumptions with sources, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..settlement.settlement_workbook import write_tables
from ..words import headers

if TYPE_CHECKING:
    from .valuation import Valuation

LABELS = headers(
    "scenario",
    "region",
    "pot",
    "scheme",
    "year",
    "income",
    "spending",
    "balance",
    "reserve",
    "reserve_months",
    "light",
    "line",
    "side",
    "zh",
    "en",
    "amount",
    "current_deficit",
    "reserve_gone",
    "p_deficit",
    "p_gone",
    "rate",
    "balances",
    "present_value",
    "parameter",
    "unit",
    "value",
    "low",
    "high",
    "source",
    "state",
    "note",
    "share",
    "step",
    "active",
    "retired",
    "adult",
    "pupil",
    "active_per_retired",
    "aged_per_working",
    room="valuation",
)


def write_workbook(valuation: Valuation, path: Any, lang: str = "zh") -> None:
    """Every table of a valuation, one a sheet; money in yuan.

    Raises MissingExtraError without XlsxWriter, ArgumentError for another language.
    """
    notes = pd.DataFrame(valuation.notes, columns=["zh", "en", "state"])
    sheets: dict[tuple[str, str], pd.DataFrame] = {
        ("概要", "summary"): valuation.summary(),
        ("基金", "funds"): valuation.frame,
        ("收支明细", "lines"): valuation.lines,
        ("人口与参保", "people"): valuation.people,
        ("抚养比", "dependency"): valuation.dependency(),
        ("现值", "present value"): valuation.present_value(),
        ("起始年对账", "start year"): pd.concat(
            [region.accounts.frame.assign(region=region.id) for region in valuation.fund.regions]
        ),
        ("假设", "assumptions"): valuation.fund.assumptions.frame,
        ("说明", "notes"): notes,
    }
    if valuation.draws:
        sheets["区间", "bands"] = valuation.bands
    for course in valuation.courses[1:]:
        if course.scenario.order:
            name = course.scenario.id[:20].translate(str.maketrans("[]:*?/\\", "       "))
            sheets[f"分解 {name}", f"bars {name}"] = valuation.waterfall(course.scenario.id)
    write_tables(path, sheets, LABELS, lang)  # type: ignore[arg-type]

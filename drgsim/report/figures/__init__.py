"""Charts: each a pure function of a result's tidy table, returning a matplotlib Figure.

`CHARTS` is the register: a chart of the report stands here with its heading in both languages, and under the
same name `Comparison.plot_<name>` draws it and the page shows it. The register of sheets is in
`report/comparison_workbook.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .cost_to_standard import cost_to_standard
from .flows import flows
from .hospitals import hospitals
from .outliers import outliers
from .projection import projection
from .waterfall import waterfall


@dataclass(frozen=True, slots=True)
class ChartKind:
    """A chart of the report: what draws it, and its heading."""

    draw: Callable[..., Any]
    zh: str
    en: str


CHARTS: dict[str, ChartKind] = {
    "waterfall": ChartKind(
        waterfall, "钱从哪里变：各项措施对基金支付的影响", "Where the money moves, lever by lever"
    ),
    "hospitals": ChartKind(
        hospitals,
        "医院：影响最大的方案下谁受益、谁受损",
        "Hospitals: who gains and loses under the reform that moves most",
    ),
    "flows": ChartKind(
        flows, "统筹区之间：谁的基金付给哪里的医院", "Between regions: whose fund pays hospitals where"
    ),
    "outliers": ChartKind(outliers, "倍率病例与特例单议", "Outliers and special review"),
    "cost_to_standard": ChartKind(cost_to_standard, "费用与支付标准之比", "Cost to standard"),
    "projection": ChartKind(
        projection,
        "未来年度：统筹基金当期与累计结余",
        "Years ahead: balance and reserve of the pooled funds",
    ),
}

__all__ = [
    "CHARTS",
    "ChartKind",
    "cost_to_standard",
    "flows",
    "hospitals",
    "outliers",
    "projection",
    "waterfall",
]

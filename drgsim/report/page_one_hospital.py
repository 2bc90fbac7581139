"""The page of one hospital: its margin under each reform, and the departments and groups that move most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING

import pandas as pd

from .facts import RunFacts
from .markup import Cell, heading, pair, paragraph, table
from .numbers import NONE, percent
from .page_headlines import cut, short
from .words import title

if TYPE_CHECKING:
    from .reader_tables import Tables

_SHOWN = 8  # rows of a cut
_CUTS = (("department", "科室", "department"), ("drg", "病组", "group"))
_TITLE = 34  # narrow characters of a title in a table


def is_one_hospital(facts: RunFacts) -> bool:
    """Whether the cases are of a single hospital of a single region, or do not say of which."""
    return facts.hospitals <= 1 and facts.regions <= 1


def one_hospital(tables: Tables, facts: RunFacts, reforms: Sequence[str]) -> Iterator[str]:
    """Sections: the hospital's margin under every scenario, then its departments and groups under each."""
    yield heading("本院：各方案下的结余", "this hospital's margin under each scenario")
    yield table(
        [("方案", "scenario"), ("总费用（元）", "cost"), ("结余（元）", "margin"), ("结余率", "rate"),
         ("较基线（元）", "change")],
        [_margin(tables, facts, each) for each in (facts.baseline, *reforms)],
    )  # fmt: skip
    for key, zh, en in _CUTS:
        moved = _moved(tables, key, reforms)
        if moved is None:
            continue
        yield heading(f"{zh}：各方案下结余的变化最大者", f"{en}s whose margin moves most")
        titles = [
            (f"{facts.mark(each)} {cut(title(facts.titles, each, 'zh'), _TITLE)}", "") for each in reforms
        ]
        heads = [(zh, en), ("病例数", "cases"), ("基线结余（元）", "margin"), *titles]
        rows: list[list[Cell]] = [
            [str(label), f"{row.iloc[0]:,.0f}", *(_yuan(float(value)) for value in row.iloc[1:])]
            for label, row in moved.iterrows()
        ]
        yield table(heads, rows)
    if not any(_moved(tables, key, reforms) is not None for key, _, _ in _CUTS):
        yield paragraph(pair("各方案下本院结余不变。", "No reform moves this hospital's margin."))


def _margin(tables: Tables, facts: RunFacts, scenario: str) -> list[Cell]:
    frame = tables.hospitals(scenario)
    cost, borne = float(frame["total_cost"].sum()), float(frame["borne_by_hospital"].sum())
    rate = percent(-borne / cost, digits=2) if cost else ""
    change = float(frame["hospital_change"].sum())
    return [short(facts, scenario, width=_TITLE), _yuan(cost), _yuan(-borne), rate, _yuan(change)]


def _moved(tables: Tables, key: str, reforms: Sequence[str]) -> pd.DataFrame | None:
    """cases, margin (baseline), and the change under each reform: the rows that move most; None for none."""
    from ..errors import DrgsimError

    try:
        frame = tables.by(key)
    except (DrgsimError, KeyError):
        return None  # the cases have no such column
    if frame[key].isna().all():
        return None
    first = frame[frame["scenario"] == frame["scenario"].iloc[0]].set_index(key)
    table_ = pd.DataFrame({"cases": first["cases"], "margin": -first["borne_by_hospital"]})
    for each in reforms:
        own = frame[frame["scenario"] == each].set_index(key)
        table_[each] = own["hospital_change"].reindex(table_.index).fillna(0.0)
    size = table_[list(reforms)].abs().max(axis=1)
    moved = table_.loc[size[size > 0].sort_values(ascending=False, kind="stable").index[:_SHOWN]]
    return moved if len(moved) else None


def _yuan(value: float) -> str:
    return f"{value:,.2f}" if isfinite(value) else NONE

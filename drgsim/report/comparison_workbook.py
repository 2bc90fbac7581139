"""Every table of a result as a sheet: Chinese headers with English under them, and first what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import pandas as pd

from .._excel import MONEY, SHARE, workbook
from ..language import both as said
from ..language import stated_language, told
from ..words import chinese, pairs
from .facts import RunFacts
from .numbers import both, level
from .reader_tables import Tables, attributions, check_table, projected, reforms

_FORMATS = {
    **dict.fromkeys(("fund_change_share", "margin", "share", "gap"), SHARE),
    **dict.fromkeys(("cmi", "reserve_months"), "0.000"),
    **dict.fromkeys(("year", "hospital_level"), "0"),
    **dict.fromkeys(("cases", "insured", "not_payable"), "#,##0"),
}
_TITLE = ("医保支付政策测算结果", "What a payment reform changes")
_RATIO_SHEETS = {"cost_to_standard": ("low", "high")}  # edges are ratios there, money elsewhere
_PLAIN_SHEETS = {"published": ("simulated", "published"), "plausibility": ("value", "low", "high")}
_LEVEL = "hospital_level"
_WORDED = ("kind", "band", "insurance", "state", "measure")  # ids that have a word in both languages
NAMES = chinese("sheet")


def sheet_name(name: str) -> str:
    """The name on the tab of a sheet: Chinese, but for who asked for English."""
    return pairs("sheet")[name][1] if stated_language() == "en" else NAMES[name]


def write_workbook(path: Any, tables: Tables, facts: RunFacts) -> None:
    """Write `results.xlsx`; the file is there whole or not at all.

    Every text is written as text: nothing in it can become a formula. No case rows.

    Raises
    ------
    MissingExtraError without XlsxWriter; ArgumentError when a table has more rows than a sheet holds.
    """
    found = {name: make(tables) for name, make in SHEETS.items()}
    sheets = {name: frame for name, frame in found.items() if len(frame)}
    asked = stated_language()
    with workbook(path, lang=asked or "zh") as book:
        book.pairs(sheet_name("about"), said(*_TITLE), _about(facts, sheets))
        for name, frame in sheets.items():
            zh, en = zip(*(both(column) for column in frame.columns), strict=True)
            names = [str(column) for column in frame.columns]
            worded = frame.assign(
                **{
                    column: frame[column].astype(object).map(cache(partial(_shown, column=column)))
                    for column in (*_WORDED, _LEVEL)
                    if column in names
                }
            )
            book.table(
                sheet_name(name),
                worded,
                headers=dict(zip(names, en if asked == "en" else zh, strict=True)),
                under=None if asked else dict(zip(names, en, strict=True)),
                code=partial(_code, name),
            )


def _shown(cell: Any, column: str) -> Any:
    """A cell with its ids in words."""
    if isinstance(cell, str):
        named = both(cell)
        return said(*named) if column in _WORDED and named[0] != cell else cell
    if column == _LEVEL and cell is not None and cell == cell:
        return level(cell, stated_language() or "zh")
    return cell


def _code(name: str, column: str) -> str:
    if column in _RATIO_SHEETS.get(name, ()):
        return "0.00"
    if column in _PLAIN_SHEETS.get(name, ()):
        return "#,##0.0000"
    return _FORMATS.get(column, MONEY)


def _about(facts: RunFacts, sheets: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    lines = [
        (
            said("金额单位", "money"),
            said("元；变化均为较基线", "yuan; changes are against the baseline"),
        ),
        (said("可信度", "trust"), said(facts.trust("zh"), facts.trust("en"))),
        (said("输入", "input"), _input(facts)),
        (
            said("版本", "version"),
            f"drgsim {facts.version}"
            + (f"; {said('种子', 'seed')} {facts.seed}" if facts.seed is not None else ""),
        ),
        (said("隐私", "privacy"), said("本表只有合计，没有病例明细。", "Sums only; no case rows.")),
    ]
    warned = (*facts.warnings, *facts.notes_on_years)
    lines += [(said("请注意", "please note"), said(zh, en)) for zh, en in warned]
    for place, each in enumerate(facts.scenarios):
        kind = said("基线", "baseline") if place == 0 else f"{said('方案', 'scenario')} {facts.mark(each.id)}"
        asked = stated_language()
        own = [each.title[asked]] if asked and each.title.get(asked) else each.title.values()
        titles = " / ".join(dict.fromkeys(text for text in own if text))
        lines.append((kind, f"{each.id}: {titles} [{each.hash[:16]}] {told(each.note)}".rstrip()))
    lines += [
        (sheet_name(name), f"{name}: {len(frame):,} {said('行', 'rows')}") for name, frame in sheets.items()
    ]
    return lines


def _input(facts: RunFacts) -> str:
    found = [f"{facts.cases:,} {said('例', 'stays')}"]
    if facts.hospitals:
        found.append(f"{facts.hospitals:,} {said('家医院', 'hospitals')}")
    if facts.regions:
        found.append(f"{facts.regions:,} {said('个统筹区', 'regions')}")
    if facts.year:
        found.append(str(facts.year))
    if facts.fingerprint:
        found.append(facts.fingerprint)
    return ", ".join(found)


def _each_reform(make: Callable[[Tables, str], pd.DataFrame]) -> Callable[[Tables], pd.DataFrame]:
    """One table for all reforms, with the scenario in front."""

    def together(tables: Tables) -> pd.DataFrame:
        parts = []
        for each in reforms(tables):
            own = make(tables, each)
            if len(own):
                parts.append(own.drop(columns="scenario", errors="ignore").assign(scenario=each))
        if not parts:
            return pd.DataFrame()
        table = pd.concat(parts, ignore_index=True)
        return table[["scenario", *[name for name in table.columns if name != "scenario"]]]

    return together


def _long(flows: pd.DataFrame) -> pd.DataFrame:
    """insured_region, care_region, fund."""
    table = flows.rename_axis(index="insured_region", columns="care_region")
    return table.reset_index().melt("insured_region", var_name="care_region", value_name="fund")


# the register of sheets, in their order; the name on the tab is a word of the kind `sheet` in data/words.csv
SHEETS: dict[str, Callable[[Tables], pd.DataFrame]] = {
    "summary": lambda tables: tables.summary().rename_axis("scenario").reset_index(),
    "unpaid": lambda tables: check_table(tables, "unpaid"),
    "by_insurance": lambda tables: tables.by("insurance"),
    "by_region": lambda tables: tables.by("insured_region"),
    "by_level": lambda tables: tables.by("hospital_level"),
    "by_mdc": lambda tables: tables.by("mdc"),
    "attribution": attributions,
    "flows": lambda tables: _long(tables.flows(str(tables.summary().index[0]))),
    "flows_change": _each_reform(lambda tables, each: _long(tables.flows(each, change=True))),
    "hospitals": _each_reform(lambda tables, each: tables.hospitals(each)),
    "migration": _each_reform(lambda tables, each: tables.migration(each)),
    "outliers": lambda tables: tables.outliers(),
    "supervision": lambda tables: check_table(tables, "supervision"),
    "cost_to_standard": lambda tables: tables.cost_to_standard(),
    "projection": projected,
    "bands": lambda tables: tables.bands(),
    "published": lambda tables: check_table(tables, "published"),
    "plausibility": lambda tables: check_table(tables, "plausibility"),
    "liveness": lambda tables: check_table(tables, "liveness"),
}

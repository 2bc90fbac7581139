"""The charts of the page, each with its heading and a short table beside it where figures help."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import DrgsimError
from ..language import stated_language
from ..words import region_words
from .facts import RunFacts
from .figures import CHARTS, cost_to_standard, flows, hospitals, outliers, projection, waterfall
from .markup import Cell, beside, chart, heading, pair, paragraph, svg, table
from .numbers import NONE, count, in_unit, level, number, percent, table_unit, title, word
from .page_headlines import chart_titles, cut, short
from .reader_tables import (  # fmt: skip
    across,
    attributions,
    by_level,
    explained,
    hospital_changes,
    most_moving,
    projected,
    reforms,
    winners_and_losers,
    years_ahead,
)
from .theme import WIDTH

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
        [("方案", "scenario"), ("总费用（元）", "cost, yuan"), ("结余（元）", "margin, yuan"),
         ("结余率", "rate"), ("较基线（元）", "change, yuan")],
        [_margin(tables, facts, each) for each in (facts.baseline, *reforms)],
    )  # fmt: skip
    for key, zh, en in _CUTS:
        moved = _moved(tables, key, reforms)
        if moved is None:
            continue
        yield heading(f"{zh}：各方案下结余的变化最大者", f"{en}s whose margin moves most")
        asked = stated_language() or "zh"
        told = [f"{facts.mark(each)} {cut(title(facts.titles, each, asked), _TITLE)}" for each in reforms]
        titles = [(each, each) for each in told]
        heads = [(zh, en), ("病例数", "cases"), ("基线结余（元）", "margin at the baseline, yuan"), *titles]
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


_Section = Callable[["Tables", RunFacts, list[str], str], Iterator[str]]
_WIDE, _NARROW = 4.2, 2.75  # inches, side by side
NOT_EXPLAINED = pair(
    "本次测算未计算各项措施的影响分解与参数作用（explain=False）；调用 explain() 后重新出具报告即可。",
    "What each lever moved and which parameters moved nothing was not worked out (explain=False); "
    "call explain() and write the report again.",
)


def charts(tables: Tables, facts: RunFacts, *, lang: str) -> Iterator[str]:
    """One section for each question: levers, hospitals, regions, outliers and costs, years."""
    for draw in charts_to_draw(tables, facts, lang=lang):
        yield from draw()


def charts_to_draw(tables: Tables, facts: RunFacts, *, lang: str) -> list[Callable[[], list[str]]]:
    """What makes the sections of `charts`, each of them apart from the others."""
    names = reforms(tables)
    sections: list[_Section] = [_levers, _whose, _regions, _stays, _years]
    return [partial(_drawn, each, tables, facts, names, lang) for each in sections]


def _drawn(section: _Section, tables: Tables, facts: RunFacts, names: list[str], lang: str) -> list[str]:
    return [*section(tables, facts, names, lang)]


def _levers(tables: Tables, facts: RunFacts, names: list[str], lang: str) -> Iterator[str]:
    if not names:
        return
    if not explained(tables):
        yield paragraph(NOT_EXPLAINED)
        return
    drawn = waterfall(attributions(tables), lang=lang, titles=chart_titles(facts, width=46))
    yield _figure(drawn, "waterfall")


def _whose(tables: Tables, facts: RunFacts, names: list[str], lang: str) -> Iterator[str]:
    if names:
        yield from (
            one_hospital(tables, facts, names)
            if is_one_hospital(facts)
            else _hospitals(tables, facts, names, lang)
        )


def _stays(tables: Tables, facts: RunFacts, _: list[str], lang: str) -> Iterator[str]:
    titles = chart_titles(facts)
    load = outliers(tables.outliers(), width=_WIDE, lang=lang, titles=titles)
    spread = cost_to_standard(tables.cost_to_standard(), width=_NARROW, lang=lang, titles=titles)
    yield beside(
        _figure(load, "outliers", share=_WIDE / (_WIDE + _NARROW)),
        _figure(spread, "cost_to_standard", share=_NARROW / (_WIDE + _NARROW)),
    )


def _figure(figure: Any, name: str, *, share: float | None = None) -> str:
    kind = CHARTS[name]
    drawn = svg(figure, name, describe=f"{kind.zh} {kind.en}")
    if share is None and figure.get_figwidth() < WIDTH:  # letters keep their size
        drawn = f'<div style="width: {figure.get_figwidth() / WIDTH:.0%}">{drawn}</div>'
    return chart(drawn, kind.zh, kind.en, share=share)


def _hospitals(tables: Tables, facts: RunFacts, names: list[str], lang: str) -> Iterator[str]:
    changes = hospital_changes(tables, names)
    chosen = most_moving({each: table_["hospital_change"] for each, table_ in changes.items()})
    titles = chart_titles(facts, width=90)
    if chosen is not None:
        drawn = hospitals(changes[chosen], shown=4, lang=lang, title=titles[chosen][lang])
        yield _figure(
            drawn,
            "hospitals",
        )
    yield _hospital_table(changes, facts)


def _hospital_table(changes: dict[str, pd.DataFrame], facts: RunFacts) -> str:
    sides, levels = winners_and_losers(changes), by_level(changes)
    unit = table_unit(levels.to_numpy().ravel())
    heads = [("方案", "scenario"), ("受益/受损/不变", "gain / lose / same"), ("中间一半医院", "middle half")]
    heads += [unit.over(level(each, "zh"), level(each, "en")) for each in levels]
    rows: list[list[Cell]] = []
    for scenario, row in sides.iterrows():
        middle = " ~ ".join(percent(float(row[name]), signed=True, digits=2) for name in ("low", "high"))
        figures = [in_unit(float(value), unit, signed=True) for value in levels.T[scenario]]
        sums = " / ".join(count(float(row[name])) for name in ("gaining", "losing", "same"))
        rows.append([short(facts, str(scenario), width=_TITLE), sums, middle, *figures])
    return table(heads, rows)


def _regions(tables: Tables, facts: RunFacts, names: list[str], lang: str) -> Iterator[str]:
    base = tables.flows(facts.baseline)
    if base.shape[0] < 2 and base.shape[1] < 2:
        return
    titles = chart_titles(facts, width=32 if lang == "zh" else 46)
    changes = {each: tables.flows(each, change=True) for each in names}
    chosen = most_moving({each: _crossing(moved) for each, moved in changes.items()})
    drawn = flows(
        base, change=None if chosen is None else changes[chosen], lang=lang,
        title=None if chosen is None else titles[chosen][lang],
    )  # fmt: skip
    yield _figure(
        drawn,
        "flows",
    )
    if names:
        yield _region_table(tables, facts, names)


def _crossing(moved: pd.DataFrame) -> Any:
    """Money across borders only."""
    long = moved.stack()
    home = long.index.get_level_values(0).astype(str) == long.index.get_level_values(1).astype(str)
    return long[~home]


def _region_table(tables: Tables, facts: RunFacts, names: list[str]) -> str:
    wide = across(tables.by("insured_region"), "insured_region", "fund_change", names)
    unit = table_unit(wide.to_numpy().ravel())
    heads = [unit.over("方案：各参保地基金支付变化", "scenario: change of what each region's fund pays")]
    for each in map(str, wide.index):
        zh, en = region_words(each)  # with both, the code stands once
        heads.append((zh, en if stated_language() else en.removeprefix(each).strip()))
    rows: list[list[Cell]] = [
        [
            short(facts, each, width=_TITLE),
            *(in_unit(float(value), unit, signed=True) for value in wide[each]),
        ]
        for each in names
    ]
    return table(heads, rows)


def _years(tables: Tables, facts: RunFacts, _: list[str], lang: str) -> Iterator[str]:
    ahead = projected(tables)
    if not len(ahead) or ahead["year"].nunique() < 2:
        return
    drawn = projection(ahead, lang=lang, titles=chart_titles(facts))
    yield _figure(
        drawn,
        "projection",
    )
    told = years_ahead(ahead)
    kinds = list(dict.fromkeys(told["insurance"]))
    last = int(told["year"].max())
    unit = table_unit(told["reserve"])
    heads = [("方案", "scenario")]
    for kind in kinds:
        heads.append((f"{word(kind, 'zh')}首次赤字", f"{word(kind, 'en')}: first deficit"))
        heads.append(unit.over(f"{last} 年结余", f"reserve {last} (90 %)"))
        heads.append(("月数", "months"))
    found = told.set_index(["scenario", "insurance"])
    rows: list[list[Cell]] = []
    for scenario in dict.fromkeys(told["scenario"]):
        cells: list[Cell] = [short(facts, str(scenario), width=_TITLE)]
        for kind in kinds:
            row = found.loc[(scenario, kind)] if (scenario, kind) in found.index else None
            cells += [NONE] * 3 if row is None else _outlook(row, unit)
        rows.append(cells)
    yield table(heads, rows)
    yield from (paragraph(pair(zh, en), kind="small") for zh, en in facts.notes_on_years)


def _outlook(row: pd.Series[Any], unit: Any) -> list[Cell]:
    deficit = row["first_deficit"]
    known = deficit is not None and deficit == deficit
    first: Cell = str(int(deficit)) if known else pair("无", "none")
    reserve = in_unit(float(row["reserve"]), unit)
    if row["reserve_low"] == row["reserve_low"]:
        edges = " ~ ".join(in_unit(float(row[name]), unit) for name in ("reserve_low", "reserve_high"))
        reserve = f"{reserve} ({edges})"
    return [first, reserve, number(float(row["reserve_months"]))]

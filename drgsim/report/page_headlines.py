"""The first thing read: what happens to the fund, the hospitals, the regions and the patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..language import either, stated_language
from ..words import region_words
from .facts import RunFacts
from .markup import Cell, Markup, bullets, heading, pair, table
from .numbers import Unit, both, in_unit, money, percent, table_unit, title, unit_for, word
from .reader_tables import (
    Edges,
    across,
    change_band,
    closes_a_budget,
    hospital_changes,
    reforms,
    winners_and_losers,
)
from .theme import columns

if TYPE_CHECKING:
    import pandas as pd

    from .reader_tables import Tables


_NOTHING = 1.0  # yuan: a closed budget is met but for the rounding of shares
_KINDS = {"sampling": ("抽样", "sampling"), "parameters": ("参数", "parameters")}


@dataclass(frozen=True, slots=True)
class Effect:
    """One reform in figures, yuan and shares; the bands are of the change of the fund. `closed`: its funds
    spend a budget, so that draws of hospitals say nothing of their sum."""

    fund: float
    share: float
    patient: float
    cases: float
    bands: Mapping[str, Edges | None]  # by "sampling" and "parameters"
    closed: bool = False

    @property
    def meets_its_budget(self) -> bool:
        return self.closed and abs(self.fund) < _NOTHING


def effect_zh(effect: Effect) -> str:
    """The sentence in Chinese."""
    parts = [_fund(effect, "统筹基金支出不变", "统筹基金多支出", "统筹基金少支出", "zh")]
    if effect.meets_its_budget:
        parts.append("预算封闭，钱在医院之间移动")
    unit, told = _bands(effect, "zh", "至")
    if told:
        parts.append(f"有 90% 把握在 {'、'.join(told)}{unit}之间")
    if _either_way(effect):
        parts.append("是增是减尚不能断定")
    if abs(effect.patient) >= _NOTHING and effect.cases:
        more = "多" if effect.patient > 0 else "少"
        parts.append(f"患者平均每例{more}负担 {money(abs(effect.patient) / effect.cases, 'zh')}")
    return "；".join(parts) + "。"


def effect_en(effect: Effect) -> str:
    """The sentence in English."""
    parts = [_fund(effect, "The fund pays the same", "The fund pays more:", "The fund pays less:", "en")]
    if effect.meets_its_budget:
        parts.append("its budget is closed, and money moves between hospitals")
    unit, told = _bands(effect, "en", "and")
    if told:
        parts.append(f"with 90 % between {', between '.join(told)} {unit}")
    if _either_way(effect):
        parts.append("whether more or less cannot be told")
    if abs(effect.patient) >= _NOTHING and effect.cases:
        more = "more" if effect.patient > 0 else "less"
        parts.append(f"patients pay {money(abs(effect.patient) / effect.cases, 'en')} {more} a stay")
    return "; ".join(parts) + "."


def _fund(effect: Effect, same: str, more: str, less: str, lang: str) -> str:
    if abs(effect.fund) < _NOTHING:
        return same
    share = percent(effect.share, signed=True, digits=2)
    told = f"{more if effect.fund > 0 else less} {money(abs(effect.fund), lang)}"
    return f"{told}（{share}）" if lang == "zh" else f"{told} ({share})"


def _bands(effect: Effect, lang: str, joint: str) -> tuple[str, list[str]]:
    """The unit the bands share, and each band as `low joint high (kind)`."""
    drawn = _drawn(effect)
    edges_of = [edge for each in drawn.values() for edge in (each.low, each.high)]
    unit = unit_for(edges_of if abs(effect.fund) < _NOTHING else [effect.fund], lang)
    told = []
    for kind, edges in drawn.items():
        low, high = (in_unit(edge, unit, signed=True) for edge in (edges.low, edges.high))
        zh, en = _KINDS[kind]
        year = "" if edges.year is None else f"{edges.year} 年" if lang == "zh" else f" {edges.year}"
        name = f"（{year}{zh}）" if lang == "zh" else f" ({en}{year})"
        told.append(f"{low} {joint} {high}{name}")
    return unit.name, told


def _drawn(effect: Effect) -> dict[str, Edges]:
    """The bands worth a word: not those in which nothing ever moves, nor draws of a sum that is closed."""
    known = {kind: edges for kind, edges in effect.bands.items() if edges is not None}
    if effect.meets_its_budget:
        known.pop("sampling", None)
    return {kind: edges for kind, edges in known.items() if max(abs(edges.low), abs(edges.high)) >= _NOTHING}


def _either_way(effect: Effect) -> bool:
    return any(each.low < 0 < each.high for each in _drawn(effect).values())


KINDS = ("sampling", "parameters")
_YUAN = 1.0  # less than this has not moved
_SAME_FOR_PATIENTS = pair(
    "个人负担不变：患者按项目结算，上述方案只改变基金与医院之间的支付。",
    "Patients pay the same: they are billed item by item; these rules change what the fund pays hospitals.",
)


def headlines(tables: Tables, facts: RunFacts) -> Iterator[str]:
    """A table of all scenarios and a sentence a reform."""
    summary, names = tables.summary(), reforms(tables)
    yield heading("要点", "Headlines")
    yield _table(tables, summary, names, facts)
    bands = tables.bands()
    sentences = []
    for each in names:
        effect = _effect(summary.loc[each].to_dict(), bands, each, closed=closes_a_budget(tables, each))
        told = pair(effect_zh(effect), f"{title(facts.titles, each, 'en')}: {effect_en(effect)}")
        sentences.append(Markup(f"<b>{facts.mark(each)}</b> {told.text}"))
    if names and (summary.loc[names, "patient_change"].abs() < _YUAN).all():
        sentences.append(_SAME_FOR_PATIENTS)
    yield bullets(sentences)


def short(facts: RunFacts, scenario: str, *, width: int = 200) -> Markup:
    """Letter and title, the Chinese one in a page of both languages, cut to what a table has room for."""
    if scenario == facts.baseline:
        return pair("基线", "baseline")
    mark = facts.mark(scenario)
    text = cut(title(facts.titles, scenario, stated_language() or "zh"), width)
    told = pair(text, text)
    return Markup(f"<b>{mark}</b> {told.text}") if mark else told


def chart_titles(facts: RunFacts, *, width: int = 28) -> dict[str, dict[str, str]]:
    """Letter and as much of the title as a legend has room for."""
    told = {}
    for each in facts.scenarios:
        mark = facts.mark(each.id)
        texts = {lang: title(facts.titles, each.id, lang) for lang in ("zh", "en")}
        told[each.id] = {
            lang: cut(f"{mark} {text}", width) if mark else word("baseline", lang)
            for lang, text in texts.items()
        }
    return told


def cut(text: str, width: int) -> str:
    """As much of a text as fits into `width` narrow characters."""
    if columns(text) <= width:
        return text
    kept = text
    while columns(kept) > width - 2:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def money_heads(words: list[tuple[str, str]], amounts: list[pd.Series[float]]) -> list[tuple[str, str]]:
    """Column heads with the unit the column is written in."""
    heads = []
    for (zh, en), column in zip(words, amounts, strict=True):
        heads.append(table_unit(column).over(zh, en))
    return heads


def _table(tables: Tables, summary: pd.DataFrame, names: list[str], facts: RunFacts) -> str:
    words = {
        name: both(name) for name in ("fund", "fund_change", "patient", "patient_change", "hospital_change")
    }
    if summary["other_payers_change"].abs().max() >= _YUAN:
        words["other_payers_change"] = ("其他支付方变化", "other payers, change")
    heads = [("方案", "scenario"), *money_heads(list(words.values()), [summary[each] for each in words])]
    heads.insert(3, ("变化率", "change"))
    heads += [
        ("受益/受损医院", "hospitals gain / lose"),
        _region_unit().over("变动最大统筹区", "region moved most"),
    ]
    sides = winners_and_losers(hospital_changes(tables, names)) if names else None
    regions = _regions(tables, names)
    rows: list[list[Cell]] = []
    for scenario, row in summary.iterrows():
        base = str(scenario) not in names
        cells: list[Cell] = [short(facts, str(scenario))]
        for name in words:
            changed = name.endswith("_change")
            unit = table_unit(summary[name])
            figure = in_unit(float(row[name]), unit, signed=changed, figures=3 if changed else 4)
            cells.append("" if changed and base else figure)
        cells.insert(3, "" if base else percent(float(row["fund_change_share"]), signed=True, digits=2))
        if sides is not None:
            counts = [] if base else [str(sides[name][str(scenario)]) for name in ("gaining", "losing")]
            cells += [" / ".join(counts), regions.get(str(scenario), "")]
        rows.append(cells)
    return table(heads if sides is not None else heads[:-2], rows)


def _regions(tables: Tables, names: list[str]) -> dict[str, str]:
    """The insured region whose fund moves most under each reform."""
    if not names:
        return {}
    wide = across(tables.by("insured_region"), "insured_region", "fund_change", names, most=10_000)
    wide.index = wide.index.astype(str)
    told = {}
    for each in names:
        moved = wide[each].abs()
        if len(moved) > 1 and moved.max() >= 1.0:
            place = str(moved.idxmax())
            named = either(*region_words(place)) if stated_language() else place
            told[each] = f"{named}: {in_unit(float(wide[each][place]), _region_unit(), signed=True)}"
    return told


def _region_unit() -> Unit:
    """万元 whatever the amount, so that regions of several runs compare; millions for who reads English."""
    return table_unit([1e6])


def _effect(row: dict[Any, Any], bands: pd.DataFrame, scenario: str, *, closed: bool) -> Effect:
    return Effect(
        fund=float(row["fund_change"]),
        share=float(row["fund_change_share"]),
        patient=float(row["patient_change"]),
        cases=float(row["cases"]),
        bands={kind: change_band(bands, scenario, kind) for kind in KINDS},
        closed=closed,
    )

"""What each reform does to the fund, in a sentence of each language, with its bands in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .numbers import in_unit, money, percent, unit_for
from .reader_tables import Edges

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

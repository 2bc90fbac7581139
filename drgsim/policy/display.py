"""Values, rules and trust of a policy in words, both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..language import Language, both, language, stated_language, told
from ..sources import STATES
from ..words import chinese, pairs, unit_text
from .parameters import OTHER, Parameter, band_labels, dimensions

if TYPE_CHECKING:
    from .rules.rule import Rule

STATE_ZH = chinese("trust")


def value_text(value: Any, parameter: Parameter | None = None, *, plain: Language | None = None) -> str:
    """A canonical value on one line: keys as `3: 3; other: 2`, bands as `≤1: 3, >1: 2`.

    `plain` says choices and keys in the words of one language, for who reads and does not write documents.
    """
    if isinstance(value, dict):
        return "; ".join(
            f"{_key_text(key, plain)}: {_inner(each, parameter, plain)}" for key, each in value.items()
        )
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        uppers = [upper for upper, _ in value]
        within = [f"≤{each:g}" for each in uppers if each is not None]
        # the last has no upper bound: above that of the one before it
        bands = [*within, within[-1].replace("≤", ">") if within else ">"]
        return ", ".join(
            f"{band}: {value_text(each, plain=plain)}" for band, (_, each) in zip(bands, value, strict=False)
        )
    if isinstance(value, tuple):
        return " ".join(value) if value else "–"
    if value is None:
        return "–"
    if isinstance(value, bool) and plain == "zh":
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    if parameter is not None and value in parameter.choices:
        choice = parameter.choices[value]
        if plain is not None:
            return choice[plain]
        return f"{value} ({choice['en'] if stated_language() == 'en' else choice['zh']})"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key_text(key: str, plain: Language | None) -> str:
    """A key of a value; in English a place's own class of hospitals is `level 3, class A (三甲)`."""
    if plain == "zh" or (plain is None and key == OTHER):
        return label_text(key, plain) if plain else both("其他", "other", "/")
    if key.isascii() or (plain or stated_language()) != "en" or key not in (known := pairs("value")):
        return key
    return known[key][1] if plain else f"{known[key][1]} ({key})"


def after(en: str, zh: str) -> str:
    """A label in the language somebody asked for, else in both, the English first."""
    return both(zh, en) if stated_language() else f"{en} {zh}"


def label_text(key: str, lang: Language) -> str:
    """What a key of a value is called: 职工, employee; one that has no words stands as it is."""
    return chinese("value").get(key, key) if lang == "zh" else key


def trust_text(states: Mapping[str, int]) -> str:
    """`12 parameters: 3 secondary 二手来源, 9 assumed 假设`."""
    total = sum(states.values())
    parts = [f"{states[state]} {state_text(state)}" for state in (*STATES, "default") if states.get(state)]
    if language() == "zh":
        return f"参数 {total} 个：{'、'.join(parts) or '无'}"
    return f"{total} {both('参数', 'parameters')}: {', '.join(parts) or 'none'}"


def state_text(state: str) -> str:
    return both(STATE_ZH[state], state) if stated_language() else f"{state} {STATE_ZH[state]}"


def rule_text(rule: Rule) -> str:
    """A rule on one line: when, effect, days, place."""
    plain = rule.plain()
    days = ", ".join(f"{name} {day}" for name, day in plain.get("valid", {}).items())
    place = [f"instead of {', '.join(rule.instead_of)}" if rule.instead_of else ""]
    place.append(f"after {rule.after}" if rule.after else "")
    outside = f" ({both('外部效果', 'an effect from outside drgsim')})" if rule.kind.outside else ""
    known = f"known {rule.known}" if rule.known else ""
    parts = [f"when {rule.when}", f"{rule.effect} {_flow(dict(rule.raw))}{outside}", days, known, *place]
    return "; ".join(part for part in parts if part)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value_text(value)


def origin_text(name: str) -> str:
    return f", {'自' if language() == 'zh' else 'from '}{name}"


def _inner(value: Any, parameter: Parameter | None, plain: Language | None) -> str:
    text = value_text(value, parameter, plain=plain)
    return f"({text})" if isinstance(value, dict) else text


def declared(parameter: Parameter) -> str:
    """What may be said: the values allowed, the dimensions with their keys, the bands, the unit."""
    parts = [f"{after('allowed', '可取')}: {told(parameter.allowed)}"]
    for name in parameter.by:
        keys = dimensions()[name].keys
        parts.append(
            f"{after('by', '按')} {name} ({', '.join(keys) if keys else after('own names', '自定')})"
        )
    if parameter.band is not None:
        band = band_labels()[parameter.band]
        kind = after("slices", "分段") if parameter.slices else after("bands", "分档")
        named = f"{parameter.band} {both(band['zh'], band['en'])}"
        of = ": " if stated_language() else " of "
        parts.append(f"{kind}{of}{named} {unit_text(band.get('unit', ''))}".strip())
    if parameter.unit:
        parts.append(f"{after('unit', '单位')}: {unit_text(parameter.unit)}")
    return "; ".join(parts)

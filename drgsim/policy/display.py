"""A policy as people read it: text and HTML, both languages, trust before values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from ..errors import NotFoundError
from ..language import Language, both, language, stated_language, told
from ..schemes.registry import chain
from ..sources import STATES
from ..words import chinese, unit_text
from .dated_scheme import DatedScheme
from .parameters import OTHER, Parameter, band_labels, catalogue, dimensions
from .rules.facts import rule_facts
from .rules.menu import effects

if TYPE_CHECKING:
    from .entries import Dated
    from .policy import Policy
    from .rules.rule import Rule

STATE_ZH = chinese("trust")
_METHOD_ZH = chinese("method")


def value_text(value: Any, parameter: Parameter | None = None, *, plain: Language | None = None) -> str:
    """A canonical value on one line: keys as `3: 3; other: 2`, bands as `≤1: 3, >: 2`.

    `plain` says choices and keys in the words of one language, for who reads and does not write documents.
    """
    known = chinese("value") if plain == "zh" else {}
    if isinstance(value, dict):
        other = both("其他", "other", "/") if plain is None else known.get(OTHER, OTHER)
        parts = [
            f"{other if key == OTHER else known.get(key, key)}: {_inner(each, parameter, plain)}"
            for key, each in value.items()
        ]
        return "; ".join(parts)
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join(
            f"{'>' if upper is None else f'≤{upper:g}'}: {value_text(v, plain=plain)}" for upper, v in value
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


def after(en: str, zh: str) -> str:
    """A label in the language somebody asked for, else in both, the English first."""
    return both(zh, en) if stated_language() else f"{en} {zh}"


def label_text(key: str, lang: Language) -> str:
    """What a key of a value is called: 职工, employee; one that has no words stands as it is."""
    return chinese("value").get(key, key) if lang == "zh" else key


def trust_text(states: Mapping[str, int]) -> str:
    """`12 parameters: 3 secondary 二手来源, 9 assumed 假设`."""
    total = sum(states.values())
    parts = [f"{states[state]} {_state(state)}" for state in (*STATES, "default") if states.get(state)]
    if language() == "zh":
        return f"参数 {total} 个：{'、'.join(parts) or '无'}"
    return f"{total} {both('参数', 'parameters')}: {', '.join(parts) or 'none'}"


def _state(state: str) -> str:
    return both(STATE_ZH[state], state) if stated_language() else f"{state} {STATE_ZH[state]}"


def policy_text(policy: Policy, *, every: bool = False, used: Iterable[str] | None = None) -> str:
    """The values in force by area, each with unit, day, state and source."""
    lines = [*_head_lines(policy), ""]
    area = ""
    for path, dated in _chosen(policy, every, used):
        if path.partition(".")[0] != area:
            area = path.partition(".")[0]
            lines.append(f"[{area}]")
        lines.append(_line(catalogue()[path], dated, policy.id, every))
    if used is None and policy.document.rules:
        lines.append(f"[{both('规则', 'rules')}]")
        lines += [_rule_line(rule, policy.id) for rule in policy.document.rules]
    if every:
        lines.append(f"[{both('规则的效果', 'effects of rules')}]")
        lines += [f"  {kind.name}  {both(kind.zh, kind.en)}" for kind in effects().values()]
        lines.append(f"[{both('条件中的事实', 'facts of conditions')}]")
        lines += [
            f"  {fact.name}  {both(fact.zh, fact.en)} ({fact.kind}{', ' + fact.unit if fact.unit else ''})"
            + (f": {', '.join(fact.values)}" if fact.values else "")
            for fact in rule_facts().values()
        ]
    return "\n".join(lines)


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


def _rule_line(rule: Rule, own: str) -> str:
    origin = _origin(rule.origin) if rule.origin not in (own.removesuffix("-reform"), "") else ""
    trust = f"{_state(rule.state)}, {rule.source}{origin}"
    note = f"  # {told(rule.note)}" if rule.note else ""
    words = rule.when.in_words("en" if stated_language() == "en" else "zh")
    kind = rule.kind.en if stated_language() == "en" else rule.kind.zh
    return (
        f"  {rule.id}  {both(rule.title['zh'], rule.title['en'])}: {rule_text(rule)}  [{trust}]{note}\n"
        f"      {words} → {kind}"
    )


def _origin(name: str) -> str:
    return f", {'自' if language() == 'zh' else 'from '}{name}"


def policy_html(policy: Policy) -> str:
    """The same as a table for a notebook."""
    head = "<br>".join(escape(line) for line in _head_lines(policy))
    rows = []
    for path, dated in _chosen(policy, every=False, used=None):
        parameter = catalogue()[path]
        cells = (
            (
                f"{both(parameter.zh, parameter.en)}",
                path,
                f"{value_text(dated.value, parameter)} {unit_text(parameter.unit)}",
                str(dated.since),
                _state(dated.state),
                dated.source,
                told(dated.note),
            )
            if dated
            else ()
        )
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    titles = (
        ("参数", "parameter"),
        ("路径", "path"),
        ("值", "value"),
        ("起", "since"),
        ("可信度", "trust"),
        ("来源", "source"),
        ("说明", "note"),
    )
    header = "".join(f"<th>{both(*title)}</th>" for title in titles)
    return f"<p>{head}</p><table><thead><tr>{header}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _chosen(policy: Policy, every: bool, used: Iterable[str] | None) -> list[tuple[str, Dated | None]]:
    paths = set(catalogue() if every else policy.in_force) if used is None else set(used)
    return [(path, policy.in_force.get(path)) for path in catalogue() if path in paths]


def _head_lines(policy: Policy) -> list[str]:
    document = policy.document
    method = both(
        *((_METHOD_ZH[policy.method], policy.method) if policy.method else ("供其他政策引用", "part"))
    )
    region, scheme = policy.region or "–", _scheme(policy)
    since, until, on = document.valid_from, document.valid_to, policy.on
    lines = [
        f"{both(str(policy.title.get('zh')), str(policy.title.get('en')))} ({policy.id})",
        f"地区 {region}；支付方式 {method}；分组方案 {scheme}；有效期 {since} 至 {until}；取值日 {on}"
        if language() == "zh"
        else f"region {region}; method {method}; scheme {scheme}; valid {since} to {until}; on {on}",
        trust_text(policy.states),
    ]
    lines += [f"{_covered(row['state'])}: {told(row['clause'])}" for row in document.coverage]
    return [*lines, told(document.note)] if document.note else lines


def _covered(state: str) -> str:
    return chinese("coverage").get(state, state) if language() == "zh" else state


def _scheme(policy: Policy) -> str:
    """The scheme of the policy's day, and those of other days."""
    if policy.scheme is None:
        return "–"
    stated = policy.document.scheme
    by_day = f" ({stated})" if isinstance(stated, DatedScheme) else ""
    try:
        chain(policy.scheme)
    except NotFoundError:
        return f"{policy.scheme} ({after('not installed', '未附带')}){by_day}"
    return f"{policy.scheme}{by_day}"


def _inner(value: Any, parameter: Parameter | None, plain: Language | None) -> str:
    text = value_text(value, parameter, plain=plain)
    return f"({text})" if isinstance(value, dict) else text


def _line(parameter: Parameter, dated: Dated | None, own: str, every: bool = False) -> str:
    label = f"  {parameter.path}  {both(parameter.zh, parameter.en)}: "
    return _value_line(label, parameter, dated, own) + (f"\n      {declared(parameter)}" if every else "")


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


def _value_line(label: str, parameter: Parameter, dated: Dated | None, own: str) -> str:
    if dated is None:
        return f"{label}{value_text(parameter.default, parameter)}  [{after('default', '中性默认')}]"
    text = value_text(dated.value, parameter)
    unit = f" {unit_text(parameter.unit)}" if parameter.unit else ""
    if parameter.band is not None and "≤" in text:
        band = band_labels()[parameter.band]
        unit += f", {'按' if language() == 'zh' else 'by '}{both(band['zh'], band['en'])}"
    note = f"  # {told(dated.note)}" if dated.note else ""
    origin = _origin(dated.origin) if dated.origin != own.removesuffix("-reform") else ""
    since = f"{dated.since} 起" if language() == "zh" else f"since {dated.since}"
    trust = f"{_state(dated.state)}, {dated.source}, {since}{origin}"
    return f"{label}{text}{unit}  [{trust}]{note}"

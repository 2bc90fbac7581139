"""A policy as people read it: text and HTML, both languages, trust before values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from ..errors import NotFoundError
from ..language import both, language
from ..schemes.registry import chain
from ..sources import STATES
from ..words import chinese
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


def value_text(value: Any, parameter: Parameter | None = None) -> str:
    """A canonical value on one line: keys as `3: 3; other: 2`, bands as `≤1: 3, >: 2`."""
    if isinstance(value, dict):
        parts = [
            f"{'其他/other' if key == OTHER else key}: {_inner(each, parameter)}"
            for key, each in value.items()
        ]
        return "; ".join(parts)
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join(f"{'>' if upper is None else f'≤{upper:g}'}: {value_text(v)}" for upper, v in value)
    if isinstance(value, tuple):
        return " ".join(value) if value else "–"
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    if parameter is not None and value in parameter.choices:
        return f"{value} ({parameter.choices[value]['zh']})"
    return str(value).lower() if isinstance(value, bool) else str(value)


def trust_text(states: Mapping[str, int]) -> str:
    """`12 parameters: 3 secondary 二手来源, 9 assumed 假设`."""
    total = sum(states.values())
    parts = [f"{states[state]} {_state(state)}" for state in (*STATES, "default") if states.get(state)]
    if language() == "zh":
        return f"参数 {total} 个：{'、'.join(parts) or '无'}"
    return f"{total} parameters 参数: {', '.join(parts) or 'none'}"


def _state(state: str) -> str:
    return both(STATE_ZH[state], state) if language() == "zh" else f"{state} {STATE_ZH[state]}"


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
        lines.append("[rules 规则]")
        lines += [_rule_line(rule, policy.id) for rule in policy.document.rules]
    if every:
        lines.append("[effects of rules 规则的效果]")
        lines += [f"  {kind.name}  {both(kind.zh, kind.en)}" for kind in effects().values()]
        lines.append("[facts of conditions 条件中的事实]")
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
    parts = [f"when {rule.when}", f"{rule.effect} {_flow(dict(rule.raw))}", days, *place]
    return "; ".join(part for part in parts if part)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value_text(value)


def _rule_line(rule: Rule, own: str) -> str:
    outside = ", an effect from outside drgsim 外部效果" if rule.kind.outside else ""
    origin = f", from {rule.origin}" if rule.origin not in (own.removesuffix("-reform"), "") else ""
    trust = f"{_state(rule.state)}, {rule.source}{origin}{outside}"
    note = f"  # {rule.note}" if rule.note else ""
    return (
        f"  {rule.id}  {both(rule.title['zh'], rule.title['en'])}: {rule_text(rule)}  [{trust}]{note}\n"
        f"      {rule.when.in_words('zh')} → {rule.kind.zh}"
    )


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
                f"{value_text(dated.value, parameter)} {parameter.unit}",
                str(dated.since),
                _state(dated.state),
                dated.source,
                dated.note,
            )
            if dated
            else ()
        )
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    titles = ("参数 parameter", "path", "值 value", "起 since", "可信度 trust", "来源 source", "说明 note")
    header = "".join(f"<th>{title}</th>" for title in titles)
    return f"<p>{head}</p><table><thead><tr>{header}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _chosen(policy: Policy, every: bool, used: Iterable[str] | None) -> list[tuple[str, Dated | None]]:
    paths = set(catalogue() if every else policy.in_force) if used is None else set(used)
    return [(path, policy.in_force.get(path)) for path in catalogue() if path in paths]


def _head_lines(policy: Policy) -> list[str]:
    document = policy.document
    method = both(_METHOD_ZH[policy.method], policy.method) if policy.method else "part 供其他政策引用"
    lines = [
        f"{both(str(policy.title.get('zh')), str(policy.title.get('en')))} ({policy.id})",
        f"region {policy.region or '–'}; method {method}; scheme {_scheme(policy)}; "
        f"valid {document.valid_from} to {document.valid_to}; on {policy.on}",
        trust_text(policy.states),
    ]
    lines += [f"{row['state']}: {row['clause']}" for row in document.coverage]
    return [*lines, document.note] if document.note else lines


def _scheme(policy: Policy) -> str:
    """The scheme of the policy's day, and those of other days."""
    if policy.scheme is None:
        return "–"
    stated = policy.document.scheme
    by_day = f" ({stated})" if isinstance(stated, DatedScheme) else ""
    try:
        chain(policy.scheme)
    except NotFoundError:
        return f"{policy.scheme} (not installed 未附带){by_day}"
    return f"{policy.scheme}{by_day}"


def _inner(value: Any, parameter: Parameter | None) -> str:
    text = value_text(value, parameter)
    return f"({text})" if isinstance(value, dict) else text


def _line(parameter: Parameter, dated: Dated | None, own: str, every: bool = False) -> str:
    label = f"  {parameter.path}  {both(parameter.zh, parameter.en)}: "
    return _value_line(label, parameter, dated, own) + (f"\n      {declared(parameter)}" if every else "")


def declared(parameter: Parameter) -> str:
    """What may be said: the values allowed, the dimensions with their keys, the bands, the unit."""
    parts = [f"allowed 可取: {parameter.allowed}"]
    for name in parameter.by:
        keys = dimensions()[name].keys
        parts.append(f"by 按 {name} ({', '.join(keys) if keys else 'own names 自定'})")
    if parameter.band is not None:
        band = band_labels()[parameter.band]
        kind = "slices 分段" if parameter.slices else "bands 分档"
        parts.append(f"{kind} of {parameter.band} {band['zh']} {band.get('unit', '')}".strip())
    if parameter.unit:
        parts.append(f"unit 单位: {parameter.unit}")
    return "; ".join(parts)


def _value_line(label: str, parameter: Parameter, dated: Dated | None, own: str) -> str:
    if dated is None:
        return f"{label}{value_text(parameter.default, parameter)}  [default 中性默认]"
    text = value_text(dated.value, parameter)
    unit = f" {parameter.unit}" if parameter.unit else ""
    if parameter.band is not None and "≤" in text:
        band = band_labels()[parameter.band]
        unit += f", by {both(band['zh'], band['en'])}"
    note = f"  # {dated.note}" if dated.note else ""
    inherited = dated.origin != own.removesuffix("-reform")
    origin = f", from {dated.origin}" if inherited else ""
    trust = f"{_state(dated.state)}, {dated.source}, since {dated.since}{origin}"
    return f"{label}{text}{unit}  [{trust}]{note}"

"""A document read for one day: what holds then, and how people read it: both languages, trust first."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from html import escape

from ..errors import NotFoundError
from ..language import both, language, stated_language, told
from ..schemes.registry import chain
from ..words import chinese, unit_text
from .dated_scheme import DatedScheme
from .display import after, declared, origin_text, rule_text, state_text, trust_text, value_text
from .document import Document
from .entries import Dated
from .parameters import Parameter, band_labels, catalogue
from .reading import Readable
from .rules.facts import rule_facts
from .rules.menu import effects
from .rules.rule import Rule

_METHOD_ZH = chinese("method")


class PolicyOnDay(Readable):
    """The rules a document states for one day; `Policy` is the same with what is made of them."""

    document: Document
    on: datetime.date

    @property
    def id(self) -> str:
        return self.document.id

    @property
    def title(self) -> Mapping[str, str]:
        return self.document.title

    @property
    def region(self) -> str | None:
        return self.document.region

    @property
    def method(self) -> str | None:
        """drg_rate, drg_points, dip or ffs; None for a part that is only extended."""
        return self.document.method

    @property
    def scheme(self) -> str | None:
        """The scheme that groups on the policy's day; `document.scheme` has those of other days."""
        stated = self.document.scheme
        if isinstance(stated, DatedScheme):
            return stated.on(max(self.on, self.document.valid_from))
        return stated

    @cached_property
    def in_force(self) -> Mapping[str, Dated]:
        """Path to the value in force on `on`, for the parameters some document sets.

        A day before the document's validity reads its first day (and was warned about).
        """
        day = max(self.on, self.document.valid_from)
        found = {path: _on(timeline, day) for path, timeline in self.document.parameters.items()}
        return {path: dated for path, dated in found.items() if dated is not None}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that may hold on `on`, in their order; one by admission or discharge day always may."""
        day = max(self.on, self.document.valid_from)
        return tuple(rule for rule in self.document.rules if rule.by or rule.holds_on(day))

    @property
    def states(self) -> Counter[str]:
        """How many of the declared parameters and rules are read, secondary and assumed."""
        return Counter([each.state for each in self.in_force.values()] + [rule.state for rule in self.rules])

    def show(self, *, every: bool = False, used: Iterable[str] | None = None) -> str:
        """The values in force as text, by area, in Chinese and English.

        `every` adds parameters at their neutral default; `used` limits the list to these paths.
        """
        return _text(self, every=every, used=used)

    def __str__(self) -> str:
        return self.show()

    def _repr_html_(self) -> str:
        return _html(self)


def _text(policy: PolicyOnDay, *, every: bool = False, used: Iterable[str] | None = None) -> str:
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


def _rule_line(rule: Rule, own: str) -> str:
    origin = origin_text(rule.origin) if rule.origin not in (own.removesuffix("-reform"), "") else ""
    trust = f"{state_text(rule.state)}, {rule.source}{origin}"
    note = f"  # {told(rule.note)}" if rule.note else ""
    words = rule.when.in_words("en" if stated_language() == "en" else "zh")
    kind = rule.kind.en if stated_language() == "en" else rule.kind.zh
    return (
        f"  {rule.id}  {both(rule.title['zh'], rule.title['en'])}: {rule_text(rule)}  [{trust}]{note}\n"
        f"      {words} → {kind}"
    )


def _html(policy: PolicyOnDay) -> str:
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
                state_text(dated.state),
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


def _chosen(policy: PolicyOnDay, every: bool, used: Iterable[str] | None) -> list[tuple[str, Dated | None]]:
    paths = set(catalogue() if every else policy.in_force) if used is None else set(used)
    return [(path, policy.in_force.get(path)) for path in catalogue() if path in paths]


def _head_lines(policy: PolicyOnDay) -> list[str]:
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


def _scheme(policy: PolicyOnDay) -> str:
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


def _line(parameter: Parameter, dated: Dated | None, own: str, every: bool = False) -> str:
    label = f"  {parameter.path}  {both(parameter.zh, parameter.en)}: "
    return _value_line(label, parameter, dated, own) + (f"\n      {declared(parameter)}" if every else "")


def _value_line(label: str, parameter: Parameter, dated: Dated | None, own: str) -> str:
    if dated is None:
        return f"{label}{value_text(parameter.default, parameter)}  [{after('default', '中性默认')}]"
    text = value_text(dated.value, parameter)
    unit = f" {unit_text(parameter.unit)}" if parameter.unit else ""
    if parameter.band is not None and "≤" in text:
        band = band_labels()[parameter.band]
        unit += f", {'按' if language() == 'zh' else 'by '}{both(band['zh'], band['en'])}"
    note = f"  # {told(dated.note)}" if dated.note else ""
    origin = origin_text(dated.origin) if dated.origin != own.removesuffix("-reform") else ""
    since = f"{dated.since} 起" if language() == "zh" else f"since {dated.since}"
    trust = f"{state_text(dated.state)}, {dated.source}, {since}{origin}"
    return f"{label}{text}{unit}  [{trust}]{note}"


def _on(timeline: tuple[Dated, ...], day: datetime.date) -> Dated | None:
    started = [dated for dated in timeline if dated.since <= day]
    return started[-1] if started else None

"""A reform: a flat mapping of path to value, or to values by date, laid over a document."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import ArgumentError, FileFormatError, nearest_name
from ..sources import load as load_sources
from .dated_scheme import Scheme, laid_over, read_scheme
from .document import METHODS, Document, refuse
from .entries import Dated, read_day, read_entry, steps
from .library import missing
from .parameter_values import INVALID, canonical, to_plain
from .parameters import OTHER, Parameter, catalogue, dimensions
from .policy_errors import Mistake, Mistakes
from .rules.order import order_problems
from .rules.rule import Rule, read_rules
from .yaml_text import plain_yaml

SOURCE, STATE = "R000", "assumed"
_WHOLE = ("method", "scheme")  # fields of the document a reform may change, undated


def reformed(document: Document, changes: Mapping[str, Any]) -> Document:
    """`document` with the changes laid over it; the same object when they change nothing.

    Raises PolicyError with every problem of the reform.
    """
    problems = Mistakes(lambda found: refuse(found, "the reform"))
    parameters = dict(document.parameters)
    fields: dict[str, Any] = {}
    rules = document.rules
    for path, raw in changes.items():
        if path in _WHOLE:
            fields[path] = _scheme(document, raw, problems) if path == "scheme" else _method(raw, problems)
            continue
        if str(path).startswith("rules/"):
            rules = _rule_changed(document, rules, str(path).removeprefix("rules/"), raw, problems)
            continue
        name, *cell = str(path).split("/")
        parameter = catalogue().get(name)
        if parameter is None:
            near = nearest_name(
                name, (*catalogue(), *_WHOLE, *(f"rules/{rule.id}" for rule in document.rules))
            )
            problems.append(Mistake(str(path), "no such parameter", nearest=near))
            continue
        before = parameters.get(name, ())
        after = _laid_over(document, parameter, before, cell, raw, problems)
        if steps(after) != steps(before or _neutral(document, parameter)):
            parameters[name] = after
    order = {path: parameters[path] for path in catalogue() if path in parameters}
    if [rule.meaning() for rule in rules] != [rule.meaning() for rule in document.rules]:
        fields["rules"] = rules
        problems += order_problems(rules)
    result = replace(document, parameters=order, **fields)
    if result == document:
        refuse(problems, "the reform")
        return document
    refuse(problems or missing(result), "the reform")
    return replace(result, id=f"{document.id}-reform" if not document.id.endswith("-reform") else document.id)


def _rule_changed(
    document: Document, rules: tuple[Rule, ...], name: str, raw: Any, problems: list[Mistake]
) -> tuple[Rule, ...]:
    """The rules with one added, put in the place of its namesake, or (None) taken out."""
    if raw is None:
        if name not in {rule.id for rule in rules}:
            near = nearest_name(name, [rule.id for rule in rules])
            problems.append(Mistake(f"rules/{name}", "no such rule to take out", nearest=near))
        return tuple(rule for rule in rules if rule.id != name)
    filled = {"source": SOURCE, "state": STATE, **raw, "id": name} if isinstance(raw, Mapping) else raw
    known = {**load_sources(), **document.sources}
    found = read_rules([filled], document.lists, known, "reform", problems)
    kept = {rule.id: rule for rule in rules}
    return tuple({**kept, **{rule.id: rule for rule in found}}.values())


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """`path=value` and `path@date=value`, values in YAML, as a reform.

    >>> parse_assignments(["outlier.high.threshold/3=2.5", "fund.convention@2026-01-01=substitute"])
    {'outlier.high.threshold/3': 2.5, 'fund.convention': {'2026-01-01': 'substitute'}}
    """
    changes: dict[str, Any] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        path, at, day = name.strip().partition("@")
        if not equals or not path or (at and read_day(day) is None):
            raise ArgumentError("not an assignment", got=text, allowed="path=value or path@YYYY-MM-DD=value")
        try:
            parsed = plain_yaml(value, name="value")
        except FileFormatError as error:
            raise ArgumentError(
                "the value of an assignment cannot be read", got=text, allowed="YAML"
            ) from error
        if path in changes and not (at and _by_date(changes[path])):
            raise ArgumentError("the same path is set twice", got=path)
        if at:
            changes.setdefault(path, {})[day] = parsed
        else:
            changes[path] = parsed
    return changes


def _laid_over(
    document: Document,
    parameter: Parameter,
    before: tuple[Dated, ...],
    cell: list[str],
    raw: Any,
    problems: list[Mistake],
) -> tuple[Dated, ...]:
    start = before[0].since if before else document.valid_from
    entry = raw if _is_entry(raw) else {"value": raw}
    if _by_date(entry.get("value")):
        entry = {"values": entry["value"], **{key: entry[key] for key in entry if key != "value"}}
    entry = {"source": SOURCE, "state": STATE, **entry}
    if cell:
        return _cell_laid_over(document, parameter, before, start, cell, entry, problems)
    known = {**load_sources(), **document.sources}
    own = read_entry(parameter, entry, start, "reform", known, problems)
    if not own:
        return before
    kept = before or _neutral(document, parameter)
    return tuple(dated for dated in kept if dated.since < own[0].since) + own


def _cell_laid_over(
    document: Document,
    parameter: Parameter,
    before: tuple[Dated, ...],
    start: datetime.date,
    cell: list[str],
    entry: Mapping[str, Any],
    problems: list[Mistake],
) -> tuple[Dated, ...]:
    """The cell keeps its new value from its day on, whatever the rest of the table does later."""
    if len(cell) > len(parameter.by):
        by = ", ".join(parameter.by) or "nothing"
        problems.append(Mistake(parameter.path, f"varies by {by}", got="/".join(cell)))
        return before
    cell = [dimensions()[name].label(key) for name, key in zip(parameter.by, cell, strict=False)]
    values = entry["values"] if "values" in entry else {start: entry["value"]}
    timeline = {dated.since: dated for dated in before or _neutral(document, parameter)}
    for day, value in sorted(_days(values), key=lambda pair: pair[0]):
        timeline.setdefault(day, _standing(timeline, day))
        for since in sorted(timeline):
            if since >= day:
                where = f"{parameter.path}/{'/'.join(cell)}"
                tree = _with_cell(to_plain(timeline[since].value), cell, value)
                checked = canonical(parameter, tree, where=where, problems=problems)
                if checked is INVALID:
                    return before
                note = f"cell {'/'.join(cell)} reformed; the rest: {timeline[since].source}"
                timeline[since] = Dated(since, checked, entry["source"], entry["state"], note, "reform")
    return tuple(timeline[since] for since in sorted(timeline))


def _days(values: Mapping[Any, Any]) -> list[tuple[datetime.date, Any]]:
    return [(day, value) for key, value in values.items() if (day := read_day(key)) is not None]


def _with_cell(tree: Any, cell: list[str], value: Any) -> Any:
    if not cell:
        return value
    key, *rest = cell
    table = dict(tree) if isinstance(tree, Mapping) else {OTHER: tree}
    table[key] = _with_cell(table.get(key, table.get(OTHER)), rest, value)
    return table


def _standing(timeline: Mapping[datetime.date, Dated], day: datetime.date) -> Dated:
    return timeline[max((since for since in timeline if since <= day), default=min(timeline))]


def _neutral(document: Document, parameter: Parameter) -> tuple[Dated, ...]:
    return (Dated(document.valid_from, parameter.default, SOURCE, STATE),)


def _is_entry(raw: Any) -> bool:
    return isinstance(raw, Mapping) and ("value" in raw or "values" in raw)


def _by_date(raw: Any) -> bool:
    return isinstance(raw, Mapping) and bool(raw) and all(read_day(key) is not None for key in raw)


def _method(raw: Any, problems: list[Mistake]) -> Any:
    if raw not in METHODS:
        problems.append(
            Mistake("method", "no such method", raw, ", ".join(METHODS), nearest_name(str(raw), METHODS))
        )
    return raw


def _scheme(document: Document, raw: Any, problems: list[Mistake]) -> Scheme:
    if raw is None:
        problems.append(Mistake("scheme", "not the name of a scheme, or names by date", got=raw))
    return laid_over(document.scheme, read_scheme(raw, "scheme", problems), document.valid_from)

"""A reform in one spelling: paths in the order of the catalogue, values canonical, days as text."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ...errors import nearest_name
from ...policy.document import METHODS
from ...policy.entries import Dated, read_day, read_entry
from ...policy.parameter_values import to_plain
from ...policy.parameters import OTHER, Parameter, catalogue, dimensions
from ...policy.policy_errors import Mistake
from ...policy.reform import SOURCE, STATE
from ...policy.rules.rule import read_rules
from ...sources import Source, load

_PROVENANCE = ("source", "state", "note")
_VALUE = ("value", "values")
RULES = "rules/"  # rules/<id> adds or changes a rule, or takes it out where the value is null


def canonical_reform(raw: Any, where: str, problems: list[Mistake]) -> dict[str, Any]:
    """A flat reform with every spelling of the same change made one; problems are collected.

    A path maps to a value, to `{date: value}`, or, where a source is given, to a mapping with value(s),
    source, state and note. A whole parameter comes before its cells, so the order of writing says nothing.

    >>> canonical_reform({"outlier.high.threshold/三级": 2.0, "outlier.low.threshold": 0.40}, "", [])
    {'outlier.low.threshold': 0.4, 'outlier.high.threshold/3': 2}
    """
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not a mapping of parameter paths to values", raw))
        return {}
    found: dict[tuple[int, tuple[str, ...]], tuple[str, Any]] = {}
    order = _order()
    for path, value in raw.items():
        here = f"{where}.{path}" if where else str(path)
        if path == "method":
            if value in METHODS:
                found[-1, ()] = ("method", value)
                continue
            near = nearest_name(str(value), METHODS)
            problems.append(Mistake(here, "no such method", value, ", ".join(METHODS), near))
            continue
        if str(path).startswith(RULES):
            rule = _rule(str(path).removeprefix(RULES), value, here, problems)
            found[len(order), (str(path),)] = (str(path), rule)
            continue
        name, *cell = str(path).split("/")
        parameter = catalogue().get(name)
        if parameter is None:
            problems.append(_unknown(name, here))
        elif len(cell) > len(parameter.by):
            by = ", ".join(parameter.by) or "nothing"
            problems.append(Mistake(here, f"varies by {by}", got="/".join(cell)))
        else:
            labels = _labels(parameter, cell, here, problems)
            if (order[name], labels) in found:
                problems.append(Mistake(here, "the same path twice, in two spellings"))
            below = replace(parameter, path=here, by=parameter.by[len(cell) :])
            entry = _entry(below, value, problems)
            found[order[name], labels] = ("/".join((name, *labels)), entry)
    return {path: entry for _, (path, entry) in sorted(found.items(), key=lambda pair: pair[0])}


def bare(reform: Mapping[str, Any]) -> dict[str, Any]:
    """A canonical reform without where its values come from: what its hash covers."""
    return {
        path: _meaning(entry) if path.startswith(RULES) else _bare(entry) for path, entry in reform.items()
    }


def states(reform: Mapping[str, Any]) -> Counter[str]:
    """How many of a canonical reform's values are read, secondary and assumed."""
    return Counter(
        str(entry["state"]) if isinstance(entry, Mapping) and "source" in entry else STATE
        for path, entry in reform.items()
        if path != "method" and entry is not None
    )


def _rule(name: str, raw: Any, where: str, problems: list[Mistake]) -> dict[str, Any] | None:
    """A rule added or changed, in one spelling; None takes it out."""
    if raw is None:
        return None
    given = {"source": SOURCE, "state": STATE, **raw, "id": name} if isinstance(raw, Mapping) else raw
    own: list[Mistake] = []
    rules = read_rules([given], {}, _sources(), "", own)
    problems += [replace(problem, path=f"{where}: {problem.path}") for problem in own]
    plain = rules[0].plain() if rules else {}
    plain.pop("id", None)
    if "valid" in plain:
        plain["valid"] = {key: str(value) for key, value in plain["valid"].items()}
    return plain


def _meaning(rule: Any) -> Any:
    """What makes it a different rule."""
    left = ("title", "note", *_PROVENANCE)
    return rule if rule is None else {key: value for key, value in rule.items() if key not in left}


def _bare(entry: Any) -> Any:
    if isinstance(entry, Mapping) and "source" in entry:
        return entry["value"] if "value" in entry else entry["values"]
    return entry


def _entry(parameter: Parameter, raw: Any, problems: list[Mistake]) -> Any:
    entry = dict(raw) if isinstance(raw, Mapping) and any(key in raw for key in _VALUE) else {"value": raw}
    given = any(key in entry for key in _PROVENANCE)
    if _by_date(entry.get("value")):
        entry["values"] = entry.pop("value")
    entry = {"source": SOURCE, "state": STATE, **entry}
    timeline = read_entry(parameter, entry, datetime.date.min, "", _sources(), problems)
    value = _plain(timeline, undated="value" in entry)
    if not given:
        return value
    first = timeline[0] if timeline else Dated(datetime.date.min, None, SOURCE, STATE)
    found = {"value" if "value" in entry else "values": value, "source": first.source, "state": first.state}
    return found | ({"note": first.note} if first.note else {})


def _plain(timeline: tuple[Dated, ...], *, undated: bool) -> Any:
    if undated:
        return to_plain(timeline[0].value) if timeline else None
    return {dated.since.isoformat(): to_plain(dated.value) for dated in timeline}


def _labels(parameter: Parameter, cell: list[str], where: str, problems: list[Mistake]) -> tuple[str, ...]:
    labels = []
    for name, raw in zip(parameter.by, cell, strict=False):
        dimension = dimensions()[name]
        label = dimension.label(raw)
        if dimension.keys is not None and label not in (*dimension.keys, OTHER):
            near = nearest_name(label, dimension.keys)
            allowed = ", ".join((*dimension.keys, OTHER))
            problems.append(Mistake(where, f"not a key of {name}", raw, allowed, near))
        labels.append(label)
    return tuple(labels)


def _unknown(name: str, where: str) -> Mistake:
    if name == "scheme":
        return Mistake(
            where, "a scheme is switched by the lever's own field", allowed="scheme: beside reform"
        )
    return Mistake(where, "no such parameter", nearest=nearest_name(name, (*catalogue(), "method")))


def _by_date(raw: Any) -> bool:
    return isinstance(raw, Mapping) and bool(raw) and all(read_day(key) is not None for key in raw)


@cache
def _order() -> Mapping[str, int]:
    return {path: place for place, path in enumerate(catalogue())}


@cache
def _sources() -> Mapping[str, Source]:
    return dict(load())

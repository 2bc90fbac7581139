"""A policy document: its fields, read from a mapping with every problem found in one pass."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from ..errors import nearest_name
from ..sources import STATES, Source
from ..sources import load as load_sources
from .dated_scheme import DatedScheme, Scheme, read_scheme
from .entries import A_DAY, Dated, as_mapping, read_day, read_entry
from .examples import Example, read_examples
from .parameter_values import to_plain
from .parameters import catalogue
from .policy_errors import Mistake, Mistakes, PolicyError, as_text, counted, shown
from .rules.rule import Rule, read_lists, read_rules
from .yaml_text import write_yaml

DOCUMENT_VERSION = 1
METHODS = ("drg_rate", "drg_points", "dip", "ffs")
FIELDS = {
    "drgsim_policy": "version of the document's form",
    "id": "name of the policy: letters, digits, dots and hyphens",
    "title": "zh and en, or one of them",
    "region": "division code of the region, null for none",
    "valid": "from and to: the days the rules are known to hold",
    "method": f"{', '.join(METHODS)}, or null for a part that others extend",
    "scheme": "the DRG scheme, or schemes by the day they group from; null for none",
    "extends": "policies whose parameters this one takes over, the last named wins",
    "coverage": "clauses of the rule: modelled, approximated or not_modelled",
    "note": "text",
    "sources": "sources of this document's own, by id",
    "parameters": "path to value or values, source, state, note",
    "lists": "the document's own lists of codes or texts, for @name in conditions",
    "rules": "a list of rules: id, title, when, effect, valid, source, state",
    "examples": "published inputs and results that `drgsim policy test` runs",
}
REQUIRED = ("drgsim_policy", "id", "title", "valid", "parameters")
SOURCE_MORE = ("issuer", "date", "address", "note")
COVERAGE = ("modelled", "approximated", "not_modelled")


@dataclass(frozen=True, slots=True)
class Document:
    """A checked policy document. `parameters` maps a path to its values, rising by date."""

    id: str
    title: Mapping[str, str]
    valid_from: datetime.date
    valid_to: datetime.date
    region: str | None = None
    method: str | None = None
    scheme: Scheme = None
    extends: tuple[str, ...] = ()
    coverage: tuple[Mapping[str, str], ...] = ()
    note: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)
    parameters: Mapping[str, tuple[Dated, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    examples: tuple[Example, ...] = ()


def read_document(
    raw: Mapping[str, Any],
    *,
    name: str,
    inherited_lists: Mapping[str, tuple[str, ...]] | None = None,
    inherited_sources: Mapping[str, Source] | None = None,
) -> Document:
    """The document a mapping holds; raises PolicyError with all its problems.

    `name` is what the error calls it (a file name, an id); the inherited lists and sources are those of the
    documents it extends.
    """
    problems = Mistakes(lambda found: refuse(found, name))
    head = _head(raw, problems)
    own = _own_sources(raw.get("sources"), problems)
    known = {**load_sources(), **(inherited_sources or {}), **own}
    parameters: dict[str, tuple[Dated, ...]] = {}
    for path, entry in as_mapping(raw.get("parameters"), "parameters", problems).items():
        parameter = catalogue().get(path) if isinstance(path, str) else None
        if parameter is None:
            near = nearest_name(str(path), catalogue())
            problems.append(Mistake(str(path), "no such parameter", nearest=near))
        else:
            timeline = read_entry(parameter, entry, head["valid_from"], head["id"], known, problems)
            if timeline:
                parameters[path] = timeline
    lists = read_lists(raw.get("lists"), problems)
    rules = read_rules(raw.get("rules"), {**(inherited_lists or {}), **lists}, known, head["id"], problems)
    examples = read_examples(raw.get("examples"), known, problems, rules=raw.get("rules"))
    refuse(problems, name)
    return Document(**head, sources=own, parameters=parameters, lists=lists, rules=rules, examples=examples)


def refuse(problems: Iterable[Mistake], name: str) -> None:
    """Raise PolicyError when there is any problem."""
    found = list(problems)
    if found:
        raise PolicyError(
            f"{name} cannot be used: {counted(found)} {'problem' if len(found) == 1 else 'problems'}",
            problems=found,
            do="correct them; `drgsim policy check FILE` lists them again",
        )


def _head(raw: Mapping[str, Any], problems: list[Mistake]) -> dict[str, Any]:
    for key in (key for key in raw if not isinstance(key, str) or key not in FIELDS):
        problems.append(Mistake(str(key), "unknown field", nearest=nearest_name(str(key), FIELDS)))
    for key in REQUIRED:
        if raw.get(key) is None:
            problems.append(Mistake(key, "is missing", allowed=FIELDS[key]))
    version = raw.get("drgsim_policy")
    if version is not None and (version != DOCUMENT_VERSION or isinstance(version, bool)):
        problems.append(
            Mistake("drgsim_policy", "a form this drgsim does not know", version, str(DOCUMENT_VERSION))
        )
    method = raw.get("method")
    if method is not None and (not isinstance(method, str) or method not in METHODS):
        near = nearest_name(str(method), METHODS)
        problems.append(Mistake("method", "no such method", shown(method), ", ".join(METHODS), near))
        method = None
    name = raw.get("id")
    if name is not None and not (isinstance(name, str) and name.replace("-", "").replace(".", "").isalnum()):
        problems.append(Mistake("id", "not a name", shown(name), FIELDS["id"]))
    extends = raw.get("extends") or ()
    if not isinstance(extends, str) and not (
        isinstance(extends, list | tuple) and all(isinstance(each, str) for each in extends)
    ):
        problems.append(Mistake("extends", "not a policy or a list of policies", shown(extends)))
        extends = ()
    valid_from, valid_to = _valid(raw.get("valid"), problems)
    return {
        "id": str(name),
        "title": _title(raw.get("title"), problems),
        "valid_from": valid_from,
        "valid_to": valid_to,
        "region": _text(raw.get("region"), "region", problems),
        "method": method,
        "scheme": read_scheme(raw.get("scheme"), "scheme", problems),
        "extends": (extends,) if isinstance(extends, str) else tuple(extends),
        "coverage": _coverage(raw.get("coverage"), problems),
        "note": as_text(raw.get("note"), "note", problems),
    }


def _valid(raw: Any, problems: list[Mistake]) -> tuple[datetime.date, datetime.date]:
    valid = as_mapping(raw, "valid", problems) if raw is not None else {}
    for key in (key for key in valid if key not in ("from", "to")):
        near = nearest_name(str(key), ("from", "to"))
        problems.append(Mistake(f"valid.{key}", "unknown field", allowed="from, to", nearest=near))
    days = []
    for key in ("from", "to"):
        day = read_day(valid.get(key))
        if day is None and raw is not None:
            problems.append(Mistake(f"valid.{key}", "not a day", shown(valid.get(key)), A_DAY))
        days.append(day or datetime.date.min)
    if days[0] > days[1]:
        problems.append(Mistake("valid", "ends before it begins", got=[str(day) for day in days]))
    return days[0], days[1]


def _own_sources(raw: Any, problems: list[Mistake]) -> dict[str, Source]:
    sources = {}
    for name, row in as_mapping(raw or {}, "sources", problems).items():
        texts = _texts(row, f"sources.{name}", ("title", "state"), problems, more=SOURCE_MORE)
        if texts["state"] not in STATES:
            problems.append(
                Mistake(f"sources.{name}", "not a state of trust", texts["state"], ", ".join(STATES))
            )
            texts["state"] = STATES[-1]
        sources[str(name)] = Source(id=str(name), **texts)
    return sources


def _coverage(raw: Any, problems: list[Mistake]) -> tuple[Mapping[str, str], ...]:
    rows = []
    if raw is not None and not isinstance(raw, list | tuple):
        problems.append(Mistake("coverage", "not a list of clauses", shown(raw)))
        return ()
    for number, row in enumerate(raw or (), start=1):
        texts = _texts(row, f"coverage {number}", ("clause", "state"), problems)
        if texts["state"] not in COVERAGE:
            problems.append(Mistake(f"coverage {number}", "unknown", texts["state"], ", ".join(COVERAGE)))
        rows.append(texts)
    return tuple(rows)


def _texts(
    raw: Any, path: str, needed: tuple[str, ...], problems: list[Mistake], *, more: tuple[str, ...] = ()
) -> dict[str, str]:
    """The named texts of a mapping, `needed` ones and those that may be there `more`."""
    for key in (key for key in as_mapping(raw, path, problems) if key not in (*needed, *more)):
        problems.append(Mistake(f"{path}.{key}", "unknown field", allowed=", ".join((*needed, *more))))
    texts = {
        str(key): str(value)
        for key, value in (raw.items() if isinstance(raw, Mapping) else ())
        if value is not None and key in (*needed, *more)
    }
    for key in texts:
        if isinstance(raw[key], Mapping | list | tuple | bool):
            problems.append(Mistake(f"{path}.{key}", "not text (put it in quotes)", shown(raw[key])))
    for key in needed:
        if raw is not None and not texts.get(key):
            problems.append(Mistake(f"{path}.{key}", "is missing"))
    return {**dict.fromkeys((*needed, *more), ""), **texts}


def _text(raw: Any, path: str, problems: list[Mistake]) -> str | None:
    if raw is not None and not isinstance(raw, str):
        problems.append(Mistake(path, "not text (put it in quotes)", got=shown(raw)))
        return None
    return raw


def _title(raw: Any, problems: list[Mistake]) -> dict[str, str]:
    """Both languages; where there is one it stands for the other."""
    if isinstance(raw, str) and raw.strip():
        return {"zh": raw, "en": raw}
    texts = as_mapping(raw, "title", problems)
    for key in (key for key in texts if key not in ("zh", "en")):
        problems.append(Mistake(f"title.{key}", "unknown field", allowed="zh, en"))
    found = {key: text for key in ("zh", "en") if (text := _text(texts.get(key), f"title.{key}", problems))}
    if raw is not None and not found:
        problems.append(Mistake("title", "is missing", allowed=FIELDS["title"]))
    one = next(iter(found.values()), "")
    return {"zh": found.get("zh", one), "en": found.get("en", one)}


def document_yaml(document: Document) -> str:
    """The document as YAML; what it extends is already written out in it."""
    return write_yaml(document_mapping(document))


def document_mapping(document: Document) -> dict[str, Any]:
    """The document as plain lists, mappings and texts, fields in their fixed order.

    >>> from drgsim import Policy
    >>> document_mapping(Policy.load("national-drg-rate").document)["method"]
    'drg_rate'
    """
    scheme = document.scheme
    fields = {
        "drgsim_policy": DOCUMENT_VERSION,
        "id": document.id,
        "title": dict(document.title),
        "region": document.region,
        "valid": {"from": document.valid_from, "to": document.valid_to},
        "method": document.method,
        "scheme": scheme.to_plain() if isinstance(scheme, DatedScheme) else scheme,
        "coverage": [dict(row) for row in document.coverage],
        "note": document.note,
        "sources": {
            name: {key: text for key, text in asdict(source).items() if text and key != "id"}
            for name, source in document.sources.items()
        },
        "parameters": {path: _entries(timeline, document) for path, timeline in document.parameters.items()},
        "lists": {name: list(words) for name, words in document.lists.items()},
        "rules": [rule.plain() for rule in document.rules],
        "examples": [dict(example.raw) for example in document.examples],
    }
    return {key: value for key, value in fields.items() if value or key == "parameters"}


def _entries(timeline: tuple[Dated, ...], document: Document) -> Any:
    """One mapping, or a list of them where the values do not share their source."""
    entries = [
        _entry(list(shared), document)
        for _, shared in groupby(timeline, key=lambda dated: (dated.source, dated.state, dated.note))
    ]
    return entries[0] if len(entries) == 1 else entries


def _entry(timeline: list[Dated], document: Document) -> dict[str, Any]:
    first = timeline[0]
    entry: dict[str, Any]
    if len(timeline) == 1 and first.since == document.valid_from:
        entry = {"value": to_plain(first.value)}
    else:
        entry = {"values": {dated.since: to_plain(dated.value) for dated in timeline}}
    entry |= {"source": first.source, "state": first.state}
    return entry | ({"note": first.note} if first.note else {})

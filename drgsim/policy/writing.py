"""A whole document back into YAML, in one spelling."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import Any

from .dated_scheme import DatedScheme
from .document import DOCUMENT_VERSION, Document
from .entries import Dated
from .parameter_values import to_plain
from .yaml_text import write_yaml


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

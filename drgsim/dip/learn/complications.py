"""Complications and comorbidities of a DRG scheme, for a DIP catalogue that has none of its own."""

from __future__ import annotations

from ...schemes import registry
from ..expressions import Pattern
from ..model import Complication


def of_scheme(name: str) -> tuple[dict[str, Complication], dict[str, tuple[Pattern, ...]]]:
    """The CC and MCC of a scheme, and the principal diagnoses that keep each from counting."""
    scheme = registry.load(name)
    tables: dict[str, list[Pattern]] = {}
    for principal, listed in sorted(scheme.exclusion.items()):
        for table in listed:
            tables.setdefault(table, []).append(Pattern(principal))
    found = {}
    for code, table in scheme.cc.items():
        found[code] = Complication(code, "cc", exclusion=table if table in tables else "")
    for code, table in scheme.mcc.items():
        found[code] = Complication(code, "mcc", exclusion=table if table in tables else "")
    used = {item.exclusion for item in found.values()}
    return found, {table: tuple(patterns) for table, patterns in tables.items() if table in used}

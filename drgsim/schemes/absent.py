"""Tables that a scheme's own rules need, and that are empty or not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .codes_file import read_blocks
from .model import Scheme
from .pack_tables import read_text
from .rows import TABLES, table_rows
from .rules.terms import HasSeverity
from .rules.walk import leaves
from .scheme_errors import PackError

Absent = tuple[str, str, str]  # check of `drgsim.schemes.check`, table, detail

_FATAL = {
    "no-rows": "the scheme has no row in this table, so no case finds a group",
    "no-severity": "rules ask for MCC or CC, but the scheme lists no diagnosis as either",
    "no-exclusions": "MCC and CC name exclusion tables, but the scheme states none, so none is ever excluded",
}
_FILES = {"severity": "severity.txt", "exclusion": "exclusion.txt"}


def absent(scheme: Scheme) -> Iterator[Absent]:
    """What the rules of `scheme` need and do not find."""
    for table, rows in table_rows(scheme).items():
        if not rows:
            yield "no-rows", table, ""
    asked = {
        leaf.severity.value
        for rows in table_rows(scheme).values()
        for row in rows
        for leaf in leaves(row.rule)
        if isinstance(leaf, HasSeverity)
    }
    if not asked:
        return
    listed = {"MCC": scheme.mcc, "CC": scheme.cc}
    if not any(listed.values()):
        yield "no-severity", "severity", ""
        return
    for severity in sorted(asked):
        if not listed[severity]:
            yield "empty-severity", "severity", severity
    named = {*scheme.mcc.values(), *scheme.cc.values()} - {""}
    if named and not scheme.exclusion:
        yield "no-exclusions", "exclusion", ""


def refuse_absent(scheme: Scheme, where: str) -> None:
    """Raises PackError when a table is absent without which cases come into wrong groups, or none."""
    for check, table, _ in absent(scheme):
        if check in _FATAL:
            raise PackError(
                _FATAL[check],
                got=f"an empty table, or none: {_FILES.get(table, f'{table}.csv')}",
                where=where,
                do="complete the pack, or copy it again whole",
            )


def odd_but_usable(scheme: Scheme, folder: Path) -> list[str]:
    """What to warn of in a scheme read from this folder."""
    found = [f"{name} is there but states nothing" for name in _stated_empty(folder)]
    found += [
        f"rules ask for {detail}, but no diagnosis is listed as one"
        for check, _, detail in absent(scheme)
        if check == "empty-severity"
    ]
    return found


def _stated_empty(folder: Path) -> list[str]:
    """The files of a pack that are there and state nothing."""
    tables = [f"{table.name}{end}" for table in TABLES for end in (".csv", ".csv.gz")]
    empty = [name for name in tables if (folder / name).is_file() and not _has_rows(read_text(folder / name))]
    texts = ("sets.txt", "severity.txt", "exclusion.txt")
    return empty + [name for name in texts if (folder / name).is_file() and not read_blocks(folder / name)]


def _has_rows(text: str) -> bool:
    """Whether something stands below the header."""
    return any(line.strip() for line in text.splitlines()[1:])

"""Write a scheme as a pack: whole, or as an overlay that states only what differs from its base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from .._atomic import together
from .codes_file import KINDS, Block, Kind, Universes, difference, write_blocks
from .metadata import FILE, write_metadata
from .pack import (
    DEPARTURE_COLUMNS,
    EXTRA,
    exclusion_sets,
    read_pack,
    scheme_universes,
    severity_sets,
)
from .pack_tables import natural, write_table
from .rows import ORDER_COLUMNS, TABLES, AnyRow, Table, table_rows
from .rules.walk import print_rule
from .scheme import Scheme
from .scheme_errors import PackError

_COMMENT = "Code lists: prefixes with exceptions over the catalogue. docs/scheme-packs.md has the grammar."
_TABLE_FILES = ("mdc.csv", "adrg.csv", "drg.csv", "order.csv", "departures.csv")
_TEXT_FILES = ("sets.txt", "severity.txt", "exclusion.txt", EXTRA)


def write_pack(
    scheme: Scheme,
    folder: str | Path,
    *,
    base: Scheme | None = None,
    beside: Callable[[Path], object] | None = None,
) -> Path:
    """Write `scheme` to `folder`, which is made; files of an older pack there are replaced.

    With `base`, the pack is an overlay on it. `beside` writes further files: to the folder it is given, whose
    files take their places together. The pack is read back and compared before it takes the
    place of what was there: PackError when it does not read back the same.
    """
    path = Path(folder)
    with together(path) as draft:
        _write(scheme, draft, base)
        if beside is not None:
            beside(draft)
        for name in (*_TABLE_FILES, *_TEXT_FILES):
            if not (draft / name).exists():
                (path / name).unlink(missing_ok=True)
    return path


def _write(scheme: Scheme, path: Path, base: Scheme | None) -> None:
    old = base or replace(scheme, mdcs=(), adrgs=(), drgs=(), sets={}, cc={}, mcc={}, exclusion={})
    write_metadata(path / FILE, scheme, base)
    _write_rows(path, scheme, old, overlay=base is not None)
    _write_lists(path, scheme, old)
    if scheme.departures:
        write_table(path / "departures.csv", DEPARTURE_COLUMNS, map(astuple, scheme.departures))
    written = read_pack(type(scheme), path, base=base)
    stated = replace(scheme, base=base.id if base else None)
    if written != stated:
        raise PackError("this scheme does not survive being written", got=_first_difference(stated, written))


def _write_rows(path: Path, scheme: Scheme, old: Scheme, *, overlay: bool) -> None:
    orders: list[tuple[str, str]] = []
    for table in TABLES:
        own, before = table_rows(scheme)[table.name], table_rows(old)[table.name]
        changes = _row_changes(table, own, before)
        if overlay:
            if changes:
                write_table(path / f"{table.name}.csv", ("change", *table.columns), changes)
            orders += _orders(table, own, before)
        else:
            write_table(path / f"{table.name}.csv", table.columns, (change[1:] for change in changes))
    if orders:
        write_table(path / "order.csv", ORDER_COLUMNS, orders)


def _row_changes(table: Table, own: Sequence[AnyRow], before: Sequence[AnyRow]) -> list[tuple[str, ...]]:
    old = {row.code: row for row in before}
    kept = {row.code for row in own}
    blank = ("",) * (len(table.columns) - 1)
    changes = [("remove", row.code, *blank) for row in before if row.code not in kept]
    for row in own:
        if old.get(row.code) != row:
            changes.append(("change" if row.code in old else "add", *_cells(table, row)))
    return changes


def _cells(table: Table, row: AnyRow) -> tuple[str, ...]:
    values: dict[str, Any] = {name: getattr(row, name) for name in table.columns}
    return tuple(print_rule(value) if name == "rule" else str(value) for name, value in values.items())


def _orders(table: Table, own: Sequence[AnyRow], before: Sequence[AnyRow]) -> list[tuple[str, str]]:
    """For each parent whose rows do not stand as the overlay would leave them: the order it needs."""
    rows = {row.code: row for row in own}
    left = [row.code for row in before if row.code in rows]
    left += [code for code in rows if code not in set(left)]
    wanted, default = _by_parent(table, own), _by_parent(table, [rows[code] for code in left])
    return [(parent, " ".join(codes)) for parent, codes in wanted.items() if codes != default[parent]]


def _by_parent(table: Table, rows: Sequence[AnyRow]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(table.parent_of(row), []).append(row.code)
    return found


def _write_lists(path: Path, scheme: Scheme, old: Scheme) -> None:
    own, before = scheme_universes(scheme), scheme_universes(old)
    universes: Universes = {kind: before[kind].with_codes(own[kind].codes) for kind in KINDS}
    extra = [_extra(kind, universes, before) for kind in KINDS]
    write_blocks(path / EXTRA, (block for block in extra if block.prefixes), "Codes beyond the catalogue.")
    write_blocks(path / "sets.txt", difference(old.sets, scheme.sets, universes), _COMMENT)
    for name, of in (("severity.txt", severity_sets), ("exclusion.txt", exclusion_sets)):
        blocks = difference(of(old), of(scheme), universes)
        write_blocks(path / name, sorted(blocks, key=lambda block: natural(block.name)), _COMMENT)


def _extra(kind: Kind, universes: Universes, before: Universes) -> Block:
    codes = sorted(universes[kind].members - before[kind].members)
    odd = next((code for code in codes if not code or code[0] in "-=#" or code.split() != [code]), None)
    if odd is not None:
        raise PackError("a code that a pack cannot hold", got=odd)
    return Block("codes", kind, "", codes)


def _first_difference(a: Scheme, b: Scheme) -> str:
    names = [name for name in a.__dataclass_fields__ if getattr(a, name) != getattr(b, name)]
    return ", ".join(names)

"""The rows of a pack: read them, change a base's rows by an overlay's, and keep the order of testing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .model import Adrg, AdrgKind, Drg, Mdc, StatedScheme
from .pack_tables import Row, parsed, read_table
from .rules.parse import parse_rule
from .rules.terms import Count, Member, Role, Rule
from .rules.walk import holds_without_codes, leaves
from .scheme_errors import PackError


def principal_terms(scheme: StatedScheme) -> Iterator[Member | Count]:
    """The terms whose sets list principal diagnoses: those of the MDCs, and of the ADRGs in an MDC that
    takes cases without a look at their codes, as CHS-DRG 3.0 takes newborns by age alone.
    """
    opened = {mdc.code for mdc in scheme.mdcs if holds_without_codes(mdc.rule)}
    rules: list[Rule] = [mdc.rule for mdc in scheme.mdcs]
    rules += [adrg.rule for adrg in scheme.adrgs if adrg.mdc in opened]
    for rule in rules:
        for leaf in leaves(rule):
            if not isinstance(leaf, Count | Member) or Role.PRINCIPAL_DIAGNOSIS not in leaf.roles:
                continue
            if isinstance(leaf, Count) or not leaf.negated:
                yield leaf


ORDER_COLUMNS = ("parent", "children")
TOP = "*"  # the parent of the MDCs in order.csv
WORDS = ("add", "change", "remove")

AnyRow = Any  # Mdc, Adrg or Drg: what they share is `code`


@dataclass(frozen=True, slots=True)
class Table:
    """One of the three tables of a pack. `parent` names the field that holds the row above."""

    name: str
    columns: tuple[str, ...]
    parent: str
    make: Callable[[Row], AnyRow]

    def parent_of(self, row: AnyRow) -> str:
        return getattr(row, self.parent) if self.parent else TOP


def _rule(row: Row) -> Any:
    return parsed(row, "rule", parse_rule)


def _adrg(row: Row) -> Adrg:
    if row["kind"] not in list(AdrgKind):
        kinds = [kind.value for kind in AdrgKind]
        raise PackError(
            "unknown kind of ADRG", got=row["kind"], allowed=kinds, nearest=kinds, where=row.where
        )
    return Adrg(row["code"], row["mdc"], row["name"], AdrgKind(row["kind"]), _rule(row))


TABLES = (
    Table("mdc", ("code", "name", "rule"), "", lambda row: Mdc(row["code"], row["name"], _rule(row))),
    Table("adrg", ("code", "mdc", "name", "kind", "rule"), "mdc", _adrg),
    Table(
        "drg",
        ("code", "adrg", "name", "rule"),
        "adrg",
        lambda row: Drg(row["code"], row["adrg"], row["name"], _rule(row)),
    ),
)


def table_rows(scheme: StatedScheme) -> dict[str, tuple[AnyRow, ...]]:
    """The rows of a scheme by the name of their table."""
    return {"mdc": scheme.mdcs, "adrg": scheme.adrgs, "drg": scheme.drgs}


def apply_rows(folder: Path, base: StatedScheme, *, overlay: bool) -> list[tuple[AnyRow, ...]]:
    """MDCs, ADRGs and DRGs of the pack in `folder`, each in the order of testing."""
    explicit = _read_order(folder) if overlay else {}
    above: Sequence[str] = (TOP,)
    parents: set[str] = set()
    found = []
    for table in TABLES:
        rows = _changed(table, folder, table_rows(base)[table.name], overlay=overlay)
        ordered = in_order(table, rows.values(), above, explicit)
        parents.update(table.parent_of(row) for row in ordered)
        above = [row.code for row in ordered]
        found.append(ordered)
    idle = explicit.keys() - parents
    if idle:
        raise PackError("an order for rows that are not there", got=min(idle), where="order.csv")
    return found


CodeRows = dict[str, dict[str, Row]]


def code_rows(folder: Path, base: CodeRows | None) -> CodeRows:
    """The rows of a pack by table and code, their rules unread; `base` are those of its base."""
    rows: CodeRows = {}
    for table in TABLES:
        below = dict(base[table.name]) if base else {}
        columns = ("change", *table.columns) if base else table.columns
        for row in read_table(folder, table.name, columns, optional=base is not None):
            if row.get("change") == "remove":
                below.pop(row["code"], None)
            else:
                below[row["code"]] = row
        rows[table.name] = below
    return rows


def count_rows(rows: CodeRows) -> dict[str, int]:
    """How many rows there are: mdc, adrg and drg without the ambiguous ones; ambiguous ADRGs."""
    ambiguous = {code for code, row in rows["adrg"].items() if row["kind"] == AdrgKind.AMBIGUOUS}
    drgs = sum(row["adrg"] not in ambiguous for row in rows["drg"].values())
    adrgs = len(rows["adrg"]) - len(ambiguous)
    return {"mdc": len(rows["mdc"]), "adrg": adrgs, "drg": drgs, "ambiguous": len(ambiguous)}


def in_order(
    table: Table, rows: Iterable[AnyRow], above: Sequence[str], explicit: Mapping[str, Sequence[str]]
) -> tuple[AnyRow, ...]:
    """`rows` by the order of their parents `above`; under one parent as `explicit` says, else as given."""
    children: dict[str, dict[str, AnyRow]] = {parent: {} for parent in above}
    for row in rows:
        parent = table.parent_of(row)
        if parent not in children:
            raise PackError(
                f"a row of {table.name}.csv names a parent that is not there",
                got=f"{row.code} under {parent}",
                nearest=above,
            )
        children[parent][row.code] = row
    ordered: list[AnyRow] = []
    for parent, below in children.items():
        codes = explicit.get(parent, tuple(below)) if below else ()
        if len(set(codes)) < len(codes) or set(codes) != below.keys():
            odd = sorted(set(codes) ^ below.keys()) or sorted(codes)
            raise PackError(
                "an order must name every row below its parent once",
                got=" ".join(codes),
                allowed=f"differs in {', '.join(odd[:5])}",
                where=f"order.csv, {parent}",
            )
        ordered += [below[code] for code in codes]
    return tuple(ordered)


def _changed(table: Table, folder: Path, base: Sequence[AnyRow], *, overlay: bool) -> dict[str, AnyRow]:
    columns = ("change", *table.columns) if overlay else table.columns
    rows = {row.code: row for row in base}
    seen: set[str] = set()
    for row in read_table(folder, table.name, columns, optional=overlay):
        word = row.get("change", "add")
        code = row["code"]
        if not code or code in seen:
            raise PackError(
                "a row without a code" if not code else "a row stands twice", got=code, where=row.where
            )
        seen.add(code)
        if word not in WORDS:
            raise PackError("unknown change", got=word, allowed=WORDS, nearest=WORDS, where=row.where)
        if (code in rows) == (word == "add"):
            state = "has such a row" if word == "add" else "has no such row"
            raise PackError(f"cannot {word} this row: the base {state}", got=code, where=row.where)
        if word == "remove":
            del rows[code]
        else:
            rows[code] = table.make(row)
    return rows


def _read_order(folder: Path) -> dict[str, list[str]]:
    order: dict[str, list[str]] = {}
    for row in read_table(folder, "order", ORDER_COLUMNS, optional=True):
        if row["parent"] in order:
            raise PackError("an order stands twice", got=row["parent"], where=row.where)
        order[row["parent"]] = row["children"].split()
    return order

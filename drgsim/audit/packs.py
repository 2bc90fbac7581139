"""Packs of item rows: the national batches by source and date, own packs, and what of them is in force.

A later pack replaces the rows of the same kind and item, from its own day on. It withdraws nothing that it
does not name, because an update lists only drugs inside the catalogue.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .._damaged import read_text, read_toml, whole
from .._paths import data_path
from ..errors import FileFormatError, NotFoundError
from .audit_errors import AuditRuleError
from .codes import CodeIndex

NUMBERS = (
    "sex",
    "cap",
    "days",
    "gap_days",
    "age_min",
    "age_max",
    "level_min",
    "start_hours",
    "share",
    "price",
    "label_max",
)
TEXTS = ("group", "unit", "way", "period", "needs", "insurance", "includes")


@dataclass(frozen=True, slots=True)
class Pack:
    """One publication of rows."""

    id: str
    issuer: str
    batch: str
    valid_from: datetime.date
    source: str
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    """One published row: which codes, and what limit.

    `limits` holds numbers by the names in `NUMBERS` and texts by those in `TEXTS`. `valid_to` is the last
    day before a later pack replaced the row.
    """

    kind: str
    pack: Pack
    number: str
    item: str
    codes: tuple[str, ...]
    limits: dict[str, Any]
    valid_to: datetime.date | None = None
    superseded_by: str = ""

    @property
    def id(self) -> str:
        return f"{self.pack.id}/{self.kind}/{self.number}"

    def in_force(self, day: datetime.date | None) -> bool:
        """Whether the row holds on a day; without one, whether nothing later replaced it."""
        if day is None:
            return self.valid_to is None
        return self.pack.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class KnownFalse:
    """A name that is known to hit wrongly, and how it is handled.

    exact_only : the whole code alone matches; diagnosis : exempt with a diagnosis that begins with one of
    `diagnoses`, for persons of `sex`; label_wording : kept, and marked as weak.
    """

    kind: str
    item: str
    handling: str
    diagnoses: tuple[str, ...]
    sex: int | None
    zh: str
    en: str


class Rows:
    """The rows of some packs, and the codes that lead to them."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows: tuple[Row, ...] = tuple(rows)
        self.known_false = known_false()

    def of_kind(self, *kinds: str, on: datetime.date | None = None) -> list[Row]:
        """The rows of these kinds in force on a day (without one: the newest)."""
        return [row for row in self.rows if row.kind in kinds and row.in_force(on)]

    def kinds(self) -> list[str]:
        return sorted({row.kind for row in self.rows})

    def handling(self, row: Row) -> KnownFalse | None:
        """How a row known to hit wrongly is handled; None for the others."""
        return next((k for k in self.known_false if k.kind == row.kind and k.item in row.item), None)

    def index(self, rows: Sequence[Row]) -> CodeIndex:
        """Charged code → position in `rows`. Of one kind a later pack's code wins over an earlier one's."""
        newest: dict[tuple[str, str], datetime.date] = {}
        for row in rows:
            for code in row.codes:
                key = (row.kind, code)
                newest[key] = max(newest.get(key, row.pack.valid_from), row.pack.valid_from)
        index = CodeIndex()
        for place, row in enumerate(rows):
            known = self.handling(row)
            exact = known is not None and known.handling == "exact_only"
            for code in row.codes:
                if row.pack.valid_from == newest[row.kind, code]:
                    index.add(code, place, exact_only=exact)
        return index


def superseded(rows: Iterable[Row]) -> list[Row]:
    """The rows with the day their successor ends them: the same kind and item in a later pack."""
    by_item: dict[tuple[str, str], set[tuple[datetime.date, str]]] = {}
    rows = list(rows)
    for row in rows:
        by_item.setdefault((row.kind, row.item), set()).add((row.pack.valid_from, row.pack.id))
    made = []
    for row in rows:
        later = sorted(each for each in by_item[row.kind, row.item] if each[0] > row.pack.valid_from)
        if not later:
            made.append(row)
            continue
        until = later[0][0] - datetime.timedelta(days=1)
        made.append(Row(row.kind, row.pack, row.number, row.item, row.codes, row.limits, until, later[0][1]))
    return made


@lru_cache(maxsize=8)
def load_rows(*folders: Path) -> Rows:
    """The shipped packs and those below `folders`, with what later packs replaced marked.

    Raises NotFoundError, FileFormatError.

    >>> len(load_rows().of_kind("service_frequency"))
    67
    """
    found: list[Row] = []
    for folder in (data_path("audit", "packs"), *folders):
        if not folder.is_dir():
            raise NotFoundError("no such folder of packs", got=str(folder))
        for path in sorted(folder.glob("*/pack.toml")):
            found += _pack_rows(path.parent)
    return Rows(superseded(found))


def _pack_rows(folder: Path) -> list[Row]:
    facts = read_toml(folder / "pack.toml")
    try:
        pack = Pack(
            facts["id"],
            facts.get("issuer", ""),
            str(facts.get("batch", "")),
            facts["valid_from"],
            facts["source"],
            facts["state"],
        )
    except KeyError as error:
        raise FileFormatError(
            "a pack does not say all it must",
            got=str(error.args[0]),
            allowed="id, valid_from, source, state",
            where=f"{folder.name}/pack.toml",
        ) from None
    if not isinstance(pack.valid_from, datetime.date):
        raise FileFormatError(
            "valid_from is no date", got=str(pack.valid_from), where=f"{folder.name}/pack.toml"
        )
    with whole(folder / "rows.csv"):
        reader = csv.DictReader(io.StringIO(read_text(folder / "rows.csv"), newline=""))
        known = {"kind", "row", "item", "codes", *NUMBERS, *TEXTS}
        strange = [name for name in reader.fieldnames or () if name not in known]
        if strange:
            raise FileFormatError(
                "columns of a pack that mean nothing",
                got=strange,
                allowed=sorted(known),
                where=f"{folder.name}/rows.csv",
            )
        return [_row(pack, cells, line, folder) for line, cells in enumerate(reader, 2)]


def _row(pack: Pack, cells: dict[str, str], line: int, folder: Path) -> Row:
    limits: dict[str, Any] = {name: cells[name] for name in TEXTS if cells.get(name)}
    try:
        limits |= {name: float(cells[name]) for name in NUMBERS if cells.get(name)}
    except ValueError as error:
        raise FileFormatError(
            "a limit is no number", got=str(error), where=f"{folder.name}/rows.csv line {line}"
        ) from None
    codes = tuple(cells.get("codes", "").split())
    if not cells.get("kind") or not codes:
        raise AuditRuleError("a row needs a kind and codes", where=f"{folder.name}/rows.csv line {line}")
    return Row(cells["kind"], pack, cells.get("row") or str(line), cells.get("item", ""), codes, limits)


@lru_cache(maxsize=1)
def known_false() -> tuple[KnownFalse, ...]:
    """The names known to hit wrongly, from `data/audit/known_false.csv`."""
    with data_path("audit", "known_false.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            KnownFalse(
                row["kind"],
                row["item"],
                row["handling"],
                tuple(row["diagnoses"].split()),
                int(row["sex"]) if row["sex"] else None,
                row["zh"],
                row["en"],
            )
            for row in csv.DictReader(file)
        )

"""A chunk of a recognised table as a frame of the case table, with what was found on the way."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .code_columns import beside_codes, code_list, without_persons
from .columns import case_column, case_columns, text_dtype
from .derive import CHILDREN, settle_ages, settle_stays, with_stay_ids
from .headers import header_keys
from .layout import ColumnSource, Layout
from .parse import Parsed, parse_column
from .personal import IDS, STAFF, hide, mostly_personal, pseudonyms, staff_codes, without_numbers
from .problems import Finding
from .raw_table import RawChunk
from .recognise import Match
from .texts import as_text
from .unread import Doubled, doubled, filled, watched

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Plan:
    """What to take from a recognised table: columns of the case table, and further columns as they stand."""

    match: Match
    kept: Mapping[str, int]  # name in the result → position
    not_read: tuple[str, ...]
    identifiers: tuple[str, ...]
    doubled: tuple[Doubled, ...]
    says_not_applicable: bool = True  # whether the result has the column `not_applicable`
    wanted: frozenset[str] | None = None  # the columns of the result; None for all
    names_staff: bool = False  # whether doctors stay as they are written
    watched: tuple[int, ...] = ()  # positions nobody reads, looked at for codes
    by_content: tuple[str, ...] = ()  # headers left out because their cells name persons
    asked: frozenset[str] = frozenset()  # headers that were asked for by name, whomever their cells name

    def gives(self, name: str) -> bool:
        return self.wanted is None or name in self.wanted or name == "not_applicable"

    @property
    def positions(self) -> list[int]:
        return sorted({*self.match.positions, *self.kept.values(), *self.watched})

    def without_personal(self, chunk: RawChunk) -> Plan:
        """The same without the kept columns whose first cells name persons."""
        if self.names_staff:
            return self
        found = {
            name
            for name, place in self.kept.items()
            if name not in self.asked and mostly_personal(filled(chunk, place))
        }
        if not found:
            return self
        kept = {name: place for name, place in self.kept.items() if name not in found}
        return replace(self, kept=kept, by_content=tuple(name for name in self.kept if name in found))


def plan(
    match: Match,
    *,
    keep: Callable[[str], bool],
    asked: Container[str] = (),
    keep_identifiers: bool,
    rename: Mapping[str, str],
    ignore: Container[str] = (),
) -> Plan:
    """Sort the cells of the header. `keep` says of a header that names no person whether to keep it, and
    `asked` holds those asked for by name, persons or not."""
    used = set(match.positions)
    kept: dict[str, int] = {}
    not_read: list[str] = []
    identifiers: list[str] = []
    unread: list[int] = []
    for place, cell in enumerate(match.header):
        name = " ".join(cell.split())
        if place in used or not name:
            continue
        personal = any(map(match.layout.is_identifier, header_keys(name)))
        unread += [] if personal else [place]
        wanted = keep_identifiers or name in asked if personal else keep(name)
        if wanted and name not in kept and name not in case_columns():
            kept[name] = place
        else:
            (identifiers if personal else not_read).append(name)
    return Plan(
        match,
        kept,
        tuple(not_read),
        tuple(identifiers),
        tuple(doubled(match, rename)),
        names_staff=keep_identifiers,
        watched=watched(match.header, unread, ignore),
        asked=frozenset(name for name in kept if name in asked),
    )


def assemble(chunk: RawChunk, plan: Plan) -> tuple[pd.DataFrame, list[Finding]]:
    """The frame, with columns that only help to settle others; and the findings.

    Codes are as they stand in the source but for blanks around them.
    """
    import pandas as pd

    match = plan.match
    findings = list(chunk.findings)
    parts: dict[str, pd.Series] = {}
    unapplied: dict[str, Any] = {}
    also: dict[tuple[str, str], Any] = {}
    for name, (source, places) in match.columns.items():
        parsed = one_column(chunk, name, source, places, match.layout)
        parts[name] = parsed.values
        told = [*parsed.problems, *parsed.told]
        findings.extend(Finding(rule, name, rows, got) for rule, rows, got in told)
        unapplied[name] = parsed.not_applicable
        also |= {(name, each): cells for each, cells in parsed.also.items()}
    for name, listed in match.lists.items():
        parts[name], found = code_list(chunk, name, listed, match.layout)
        if not plan.names_staff:
            parts[name], named = without_persons(parts[name], name)
            found += named
        parts |= beside_codes(chunk, listed, match.layout, parts[name])
        findings.extend(found)
    days = also.get(("age", "days"))
    if days is None and "age" in match.columns and not is_number(chunk, match.columns["age"][1][0]):
        days = np.full(chunk.rows, np.nan)  # a cell of another chunk may say days: all have the column
    findings = settle_ages(parts, days, findings, unapplied)
    stays = settle_stays(parts, findings, unapplied)
    if plan.gives("los"):
        findings += stays
    if ("birth_weight", "weights") in also and CHILDREN not in parts:
        listed_weights = also["birth_weight", "weights"]
        texts = [None if each is None else "|".join(map(str, each)) for each in listed_weights]
        parts[CHILDREN] = pd.Series(texts, dtype=text_dtype())
    if plan.says_not_applicable:
        parts["not_applicable"] = join_not_applicable(parts.get("not_applicable"), unapplied, chunk.rows)
    for name in () if plan.names_staff else [name for name in STAFF if name in parts]:
        parts[name], _ = staff_codes(parts[name])
    if not plan.names_staff:
        findings += [Finding("identifier-in-cell", name, rows, "(hidden)") for name, rows in hide(parts)]
    frame = with_stay_ids(pd.DataFrame(parts, index=pd.RangeIndex(chunk.rows)))
    kept = {name: as_text(chunk.columns[place]) for name, place in plan.kept.items()}
    if not plan.names_staff:
        for name in [name for name in (*IDS, *kept) if name in frame.columns or name in kept]:
            if name in plan.asked:
                continue
            clean, rows = without_numbers(kept[name]) if name in kept else pseudonyms(frame[name])
            if rows.size:
                findings.append(Finding("identifier-in-cell", name, rows, "(hidden)"))
                if name in kept:
                    kept[name] = clean
                else:
                    frame[name] = clean
    return frame.assign(**kept), findings


def is_number(chunk: RawChunk, place: int) -> bool:
    """Whether a column is one of numbers by its type, so that no cell of it can say anything in words."""
    import pandas as pd

    if place in chunk.arrow:
        kind = str(chunk.arrow[place].type)
        return kind.startswith(("int", "uint", "float", "double", "halffloat", "decimal"))
    return pd.api.types.is_numeric_dtype(chunk.columns[place].dtype)


def chosen(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The columns of the result: those of the case table that were asked for, in its order, and kept ones."""
    names = [name for name in case_columns() if name in frame.columns and plan.gives(name)]
    return frame[[*names, *plan.kept]]


def one_column(
    chunk: RawChunk, name: str, source: ColumnSource, places: tuple[int, ...], layout: Layout
) -> Parsed:
    column = case_column(name)
    if source.joined:
        return parse_column(_joined([chunk.columns[place] for place in places]), column, layout)
    read = partial(parse_column, column=column, layout=layout, unit=source.unit, serial=True)
    parts = [read(chunk.columns[place]) for place in places]
    return _total(parts) if source.summed else parts[0]


def _joined(columns: list[pd.Series]) -> pd.Series:
    """Days, hours and minutes in columns of their own as `d/h/m`; a row in which all are empty is missing."""
    import pandas as pd

    texts = [as_text(column).fillna("").tolist() for column in columns]
    rows = zip(*texts, strict=True)
    return pd.Series(
        [None if not any(row) else "/".join(cell or "0" for cell in row) for row in rows], dtype=object
    )


def _total(parts: list[Parsed]) -> Parsed:
    """The sum of money in several columns; a part that is missing counts nothing, unless all of them are."""
    import pandas as pd

    values = pd.concat([part.values for part in parts], axis=1)
    unapplied = np.logical_and.reduce([part.not_applicable for part in parts])
    problems = [problem for part in parts for problem in part.problems]
    told = [each for part in parts for each in part.told]
    return Parsed(values.sum(axis=1, min_count=1).round(2), unapplied, problems, told)


def join_not_applicable(stated: pd.Series | None, unapplied: Mapping[str, Any], rows: int) -> pd.Series:
    """The names of the columns that do not apply, joined by `|`, beside what the source itself lists."""
    import pandas as pd

    joined = np.full(rows, "", dtype=object)
    if stated is not None:
        joined = np.where(stated.isna().to_numpy(dtype=bool), "", stated.to_numpy(dtype=object))
    for name, mask in unapplied.items():
        if not mask.any():
            continue
        first = mask & (joined == "")
        joined = np.where(mask & ~first, joined + "|" + name, np.where(first, name, joined))
    joined[joined == ""] = None
    return pd.Series(joined, dtype=text_dtype())

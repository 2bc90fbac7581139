"""Which layout a table has, in which row its header stands, and which cell feeds which column."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import nearest_name
from .errors import UnknownLayoutError
from .headers import header_key, header_keys
from .layout import CodeListSource, ColumnSource, Layout
from .layouts import layouts
from .tables import RawTable

HEADER_WITHIN = 30  # rows of titles and notes that may stand above the header


@dataclass(frozen=True, slots=True)
class ListPlaces:
    """Where a list of codes stands in a table: one joined column, or one column a code, in order.

    The first slot is None when the table has columns for other codes but none for the principal:
    nothing else may take its place.
    """

    source: CodeListSource
    joined: int | None
    slots: tuple[int | None, ...]
    attached: tuple[int | None, ...]

    @property
    def positions(self) -> list[int]:
        own = [] if self.joined is None else [self.joined]
        return [*own, *(place for place in (*self.slots, *self.attached) if place is not None)]


@dataclass(frozen=True, slots=True)
class Match:
    """A table understood: its layout, its header, and the positions that feed the case table."""

    layout: Layout
    header: tuple[str, ...]
    header_row: int
    columns: Mapping[str, tuple[ColumnSource, tuple[int, ...]]]
    lists: Mapping[str, ListPlaces]

    @property
    def positions(self) -> list[int]:
        """Every cell of a row that is used, ascending."""
        used = {place for _, places in self.columns.values() for place in places}
        used.update(place for places in self.lists.values() for place in places.positions)
        return sorted(used)

    @property
    def names(self) -> list[str]:
        """The columns of the case table that are there."""
        return [*self.columns, *self.lists]

    def only(self, wanted: Container[str]) -> Match:
        """The same table, as if it had no other columns than these."""
        return replace(
            self,
            columns={name: found for name, found in self.columns.items() if name in wanted},
            lists={name: found for name, found in self.lists.items() if name in wanted},
        )

    @property
    def why(self) -> str:
        """One sentence for the report."""
        shown = ", ".join(self.header[place].strip() for place in self.positions[:6])
        return f"{len(self.positions)} of its columns are there, among them {shown}"


def recognise(
    tables: Sequence[RawTable], *, layout: Layout | None, rename: Mapping[str, str], where: str
) -> tuple[RawTable, Match]:
    """The table (a sheet, or a reading by one separator) and layout that fit best.

    Raises UnknownLayoutError when none does.
    """
    candidates = [layout] if layout is not None else list(layouts().values())
    best: tuple[tuple[int, int, int], RawTable, Match] | None = None
    fitting: list[RawTable] = []
    for table in tables:
        for row, cells in enumerate(table.preview()):
            for candidate in candidates:
                match = match_header(cells, candidate, header_row=row, rename=rename)
                if match is None or not _fits(match, asked=layout is not None):
                    continue
                if table not in fitting:
                    fitting.append(table)
                rank = (len(match.positions), len(candidate.recognise), -row)
                if best is None or rank > best[0]:
                    best = (rank, table, match)
    if best is None:
        raise _unknown(tables, layout, where, rename)
    others = [other for other in fitting if other is not best[1] and hasattr(other, "sheet")]
    best[1].notes.extend(f"NOT READ though it fits too: {other.notes[0]}" for other in others)
    return best[1], best[2]


def match_header(
    cells: Sequence[str], layout: Layout, *, header_row: int = 0, rename: Mapping[str, str]
) -> Match | None:
    """What `layout` finds in a row of cells; None when a column it must have is not there."""
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        for key in header_keys(cell):
            places.setdefault(key, place)
    if any(key not in places for key in layout.recognise):
        return None
    own: dict[str, int] = {}
    for header, name in rename.items():  # the first of several for one column, as in a layout
        if (key := header_key(header)) in places:
            own.setdefault(name, places[key])
    columns = {name: found for name, source in layout.columns.items() if (found := _column(source, places))}
    columns |= {name: (ColumnSource(()), (place,)) for name, place in own.items() if name not in layout.lists}
    lists = {
        name: listed
        for name, source in layout.lists.items()
        if (listed := _list(source, places, own.get(name)))
    }
    return Match(layout, tuple(cells), header_row, columns, lists)


def _column(source: ColumnSource, places: Mapping[str, int]) -> tuple[ColumnSource, tuple[int, ...]] | None:
    found = tuple(places[key] for key in source.keys if key in places)
    if not found:
        return None
    return source, found if source.summed or source.joined else found[:1]


def _list(source: CodeListSource, places: Mapping[str, int], own: int | None) -> ListPlaces | None:
    joined = own if own is not None else next((places[key] for key in source.joined if key in places), None)
    if joined is not None:
        return ListPlaces(source, joined, (), ())
    first = next((places[key] for key in source.principal if key in places), None)
    others = _numbered(source.others, places)
    if first is None and not others:
        others = _numbered(source.numbered, places)
        if not others:
            return None
        first = others.pop(0)[1]
    return ListPlaces(
        source, None, (first, *(place for _, place in others)), _attached(source, places, others)
    )


def _numbered(patterns: Iterable[re.Pattern[str]], places: Mapping[str, int]) -> list[tuple[int, int]]:
    """(number, position) of the columns that match, in the order of their numbers."""
    found: dict[int, int] = {}
    for pattern in patterns:
        for key, place in places.items():
            if match := pattern.fullmatch(key):
                found.setdefault(place, int(match[1]) if pattern.groups and match[1] else 0)
    return sorted((number, place) for place, number in found.items())


def _attached(
    source: CodeListSource, places: Mapping[str, int], others: Iterable[tuple[int, int]]
) -> tuple[int | None, ...]:
    if source.attached is None:
        return ()
    by_number = {
        match[1]: place for key, place in places.items() if (match := source.attached.fullmatch(key))
    }
    return (by_number.get(""), *(by_number.get(str(number)) for number, _ in others))


def _fits(match: Match, *, asked: bool) -> bool:
    if asked:
        return bool(match.positions)
    return len(match.positions) > 1 and all(name in match.names for name in match.layout.needs)


def _unknown(
    tables: Sequence[RawTable], layout: Layout | None, where: str, rename: Mapping[str, str]
) -> UnknownLayoutError:
    first = next((row for table in tables for row in table.preview() if any(row)), [])
    numbers = sum(cell.strip().replace(".", "", 1).isdigit() for cell in first)
    seen = f"the first row has {len(first)} cells"
    if numbers:
        seen += f", {numbers} of them numbers, so the header row may be missing"
    keys = {key for table in tables for row in table.preview() for cell in row for key in header_keys(cell)}
    for header in rename:
        if header_key(header) not in keys:
            near = None if numbers else nearest_name(header, first)
            seen += f"; none of them has the header {header!r} that rename names"
            seen += f" (did you mean {near.strip()!r}?)" if near else ""
    wanted = "no known layout fits" if layout is None else f"the layout {layout.id!r} does not fit"
    return UnknownLayoutError(
        f"{wanted} any of the first {HEADER_WITHIN} rows; {seen}",
        allowed=list(layouts()),
        where=where,
        do="check that a header row with a column of diagnosis codes is there, name the columns with "
        "rename={'header': 'case column'}, or describe the export in a layout file (docs/cases.md)",
    )

"""Which layout a table has, in which row its header stands, and which cell feeds which column."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import nearest_name
from .case_errors import UnknownLayoutError
from .columns import case_columns
from .headers import StackedCell, header_key, header_keys, is_rest_of_header
from .layout import ColumnSource, Layout
from .layouts import layouts
from .list_places import TARGET, ListPlaces, Looks, find_list
from .measures import header_unit
from .raw_table import RawTable

if TYPE_CHECKING:
    from .list_places import Looks
    from .raw_table import RawTable


SAMPLE_ROWS = 50
# what begins like a code of either kind; a name never does
_LIKE_A_CODE = re.compile(
    r"\s*['=\"]*(?:[A-Za-z]\d[0-9A-Za-z](?:[.\dxX]|$)|\d{1,2}\.\d{1,2}|\d{4}(?:\d|x|X|$))"
)


def header_rows(preview: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """(row, cells) of every row, and of every two rows one below the other, under the number of the lower; of
    three where the lowest only goes on with those above it (units, 编码 and 名称).

    A cell of two rows stands for its lower text, for both texts together, or for the upper one where there is
    none below; an upper text holds for the empty cells to its right (a merged cell).
    """
    for row, cells in enumerate(preview):
        yield row, cells
    for row in range(1, len(preview)):
        above, below = preview[row - 1], preview[row]
        if sum(map(bool, above)) < 2 or not any(map(str.strip, below)):
            continue
        yield row, _stacked(above, below)
        if row > 1 and is_rest_of_header(below) and sum(map(bool, preview[row - 2])) > 1:
            yield row, _stacked(_stacked(preview[row - 2], above), below)


def _stacked(above: Sequence[str], below: Sequence[str]) -> list[str]:
    stacked: list[str] = []
    held = ""
    for place in range(max(len(above), len(below))):
        upper = above[place] if place < len(above) and above[place].strip() else ""
        lower = below[place].strip() if place < len(below) else ""
        held = upper or (held if lower else "")
        whole = not lower and (isinstance(held, StackedCell) or not held)
        stacked.append(held if whole else StackedCell(lower, held))
    return stacked


def code_looks(sample: Sequence[Sequence[str]], header: Sequence[str]) -> Looks:
    """Whether half of the filled cells of a column, by its position, begin like codes; None when none is."""

    def looks(place: int) -> bool | None:
        cells = [row[place].strip() for row in sample if place < len(row)]
        filled = [
            cell for cell in cells if cell not in ("", "-", "--", "—", "无", "/") and cell != header[place]
        ]
        if not filled:
            return None
        return sum(_LIKE_A_CODE.match(cell) is not None for cell in filled) * 2 >= len(filled)

    return looks


def sample_of(table: RawTable) -> Sequence[Sequence[str]]:
    """The first rows of a source whose header stands apart from its rows."""
    sample = getattr(table, "sample", None)
    return sample(SAMPLE_ROWS) if sample is not None else []


HEADER_WITHIN = 30  # rows of titles and notes that may stand above the header


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
        used.update(place for places in self.lists.values() for place in places.all_positions)
        return sorted(used)

    @property
    def names(self) -> list[str]:
        """The columns of the case table that are there."""
        beside = [name for places in self.lists.values() for name in places.beside]
        return [*self.columns, *self.lists, *(name for name in beside if name not in self.columns)]

    def only(self, wanted: Container[str]) -> Match:
        """The same table, as if it had no other columns than these."""
        return replace(
            self,
            columns={name: found for name, found in self.columns.items() if name in wanted},
            lists={
                name: replace(found, beside=beside)
                for name, found in self.lists.items()
                for beside in [{each: at for each, at in found.beside.items() if each in wanted}]
                if name in wanted or beside
            },
        )

    @property
    def why(self) -> str:
        """One sentence for the report."""
        shown = ", ".join(self.header[place].strip() for place in self.positions[:6])
        return f"{len(self.positions)} of its columns are there, among them {shown}"


def recognise(
    tables: Sequence[RawTable],
    *,
    layout: Layout | None,
    rename: Mapping[str, str],
    where: str,
    ignore: Container[str] = (),
) -> tuple[RawTable, Match]:
    """The table (a sheet, or a reading by one separator) and layout that fit best. Columns under a header in
    `ignore` (blanks made one) feed nothing.

    Raises UnknownLayoutError when none does.
    """
    candidates = [layout] if layout is not None else list(layouts().values())
    best: tuple[tuple[int, int, int, int], RawTable, Match] | None = None
    fitting: list[RawTable] = []
    for table in tables:
        preview = table.preview()
        for row, cells in header_rows(preview):
            looks = code_looks(preview[row + 1 :] or sample_of(table), cells)
            keyed = places_of_keys(cells)
            for candidate in candidates:
                match = match_header(
                    cells, candidate, header_row=row, rename=rename, looks=looks, ignore=ignore, keyed=keyed
                )
                if match is None or not _fits(match, asked=layout is not None):
                    continue
                if table not in fitting:
                    fitting.append(table)
                stacked = any(isinstance(cell, StackedCell) for cell in cells)
                goes_on = stacked and is_rest_of_header(preview[row])
                form = 2 if goes_on else 1 - stacked  # as few rows as say all there is to say
                rank = (len(match.positions), len(candidate.recognise), form, -row)
                if best is None or rank > best[0]:
                    best = (rank, table, match)
    if best is None and layout is not None:
        best = _without_header(tables, layout, rename)
    if best is None:
        raise _unknown(tables, layout, where, rename)
    others = [other for other in fitting if other is not best[1] and hasattr(other, "sheet")]
    best[1].notes.extend(f"NOT READ though it fits too: {other.notes[0]}" for other in others)
    return best[1], best[2]


def _without_header(
    tables: Sequence[RawTable], layout: Layout, rename: Mapping[str, str]
) -> tuple[tuple[int, int, int, int], RawTable, Match] | None:
    """A file whose rows begin at once, under a layout that says the order of its columns."""
    for table in tables:
        preview = table.preview()
        width = len(preview[0]) if preview else 0
        if (
            layout.order
            and getattr(table, "as_sheet", False)
            and layout.at_least <= width <= len(layout.order)
        ):
            match = match_header(layout.order[:width], layout, header_row=-1, rename=rename)
            if match is not None:
                table.notes.append("no header; the columns are taken in the order of the layout")
                return (0, 0, 0, 0), table, match
    return None


def match_header(
    cells: Sequence[str],
    layout: Layout,
    *,
    header_row: int,
    rename: Mapping[str, str],
    looks: Looks | None = None,
    ignore: Container[str] = (),
    keyed: Mapping[str, list[int]] | None = None,
) -> Match | None:
    """What `layout` finds in a row of cells; None when a column it must have is not there. `keyed` is what
    `places_of_keys` says of the cells, for who asks several layouts.

    `rename` has by header the column of the case table, or a numbered place in a list (`diagnoses2`). What is
    under a header in `ignore` feeds nothing, even where the layout knows it.
    """
    every = places_of_keys(cells) if keyed is None else keyed
    if any(key not in every for key in layout.recognise):
        return None
    own: dict[str, list[tuple[int | None, int]]] = {}
    for header, target in rename.items():
        name, number = split_target(target)
        own.setdefault(name, []).extend((number, place) for place in every.get(header_key(header), ())[:1])
    own = {name: places for name, places in own.items() if places}
    taken = {place for places in own.values() for _, place in places}
    taken |= {place for place, cell in enumerate(cells) if " ".join(cell.split()) in ignore}
    places = {key: left for key, at in every.items() if (left := [one for one in at if one not in taken])}
    bracketed = {key: at for key, at in places.items() if key.endswith(")")}
    columns = {
        name: found
        for name, source in layout.columns.items()
        if (found := _column(name, source, places, bracketed))
    }
    columns |= {  # the first of several for one column, as in a layout
        name: (ColumnSource(()), (first[0][1],)) for name, first in own.items() if name not in layout.lists
    }
    lists = {
        name: listed
        for name, source in layout.lists.items()
        if (listed := find_list(source, places, own.get(name, ()), looks))
    }
    return Match(layout, tuple(cells), header_row, columns, lists)


def places_of_keys(cells: Sequence[str]) -> dict[str, list[int]]:
    """Where each header key stands."""
    every: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        for key in header_keys(cell):
            every.setdefault(key, []).append(place)
    return every


def split_target(target: str) -> tuple[str, int | None]:
    """The column of the case table and the number in a target of `rename`: `diagnoses2` is the second code.

    >>> split_target("diagnoses2"), split_target("procedures[1]"), split_target("age")
    (('diagnoses', 2), ('procedures', 1), ('age', None))
    """
    match = TARGET.fullmatch(target.strip())
    if match and target not in case_columns():
        column = case_columns().get(match[1].rstrip("_"))
        if column is not None and column.kind == "codes":
            return column.name, int(match[2])
    return target, None


def _column(
    name: str,
    source: ColumnSource,
    places: Mapping[str, Sequence[int]],
    bracketed: Mapping[str, Sequence[int]],
) -> tuple[ColumnSource, tuple[int, ...]] | None:
    for keys in source.sums:
        if at := _first_of(keys[0], places):
            return replace(source, summed=True), (
                *at,
                *(p for key in keys[1:] for p in _first_of(key, places)),
            )
    found = tuple(places[key][0] for key in source.keys if key in places)
    if not found:
        return _with_unit(name, source, bracketed) if bracketed else None
    return source, found if source.summed or source.joined else found[:1]


def _first_of(key: str, places: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """The first column under a header of money, which may say `(元)` behind it."""
    return next((tuple(at[:1]) for each in (key, f"{key}(元)") if (at := places.get(each))), ())


def _with_unit(
    name: str, source: ColumnSource, bracketed: Mapping[str, Sequence[int]]
) -> tuple[ColumnSource, tuple[int, ...]] | None:
    """A column under a header that says its unit in brackets: 总费用(万元)."""
    column = case_columns()[name]
    if source.unit or source.summed or not column.unit:
        return None
    for key, at in bracketed.items():
        bare, opened, sign = key.rpartition("(")
        if opened and bare in source.keys:
            unit = header_unit(sign[:-1], column)
            if unit is not None:
                return replace(source, unit=unit), (at[0],)
    return None


def _fits(match: Match, *, asked: bool) -> bool:
    if asked:
        return bool(match.positions)
    alone = sum(bool(cell.strip()) for cell in match.header) == 1  # a file of diagnoses and nothing else
    return len(match.positions) > 1 - alone and all(name in match.names for name in match.layout.needs)


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
    if any("a web page" in table.notes for table in tables):
        seen += "; it is a web page, whatever its name says"
    covered = {note for table in tables for note in table.notes if "hidden sheet" in note}
    seen += "".join(f"; {note}" for note in sorted(covered))
    wanted = "no known layout fits" if layout is None else f"the layout {layout.id!r} does not fit"
    return UnknownLayoutError(
        f"{wanted} any of the first {HEADER_WITHIN} rows; {seen}",
        allowed=list(layouts()),
        where=where,
        do="check that a header row with a column of diagnosis codes is there, name the columns with "
        "rename={'header': 'case column'}, or describe the export in a layout file (docs/cases.md)",
    )

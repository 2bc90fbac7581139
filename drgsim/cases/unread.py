"""Columns that nobody reads: those that hold codes, while which no answer may stand, and those passed over
because another header claims the same column."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..codes import Catalogue, Kind
from ..codes.normalise import parter
from .headers import header_key, header_keys, is_elsewhere
from .layout import CodeListSource
from .recognise import Match, split_target
from .texts import is_missing, plain_text

if TYPE_CHECKING:
    from .raw_table import RawChunk


_SHOWN = 3  # headers named before the rest is only counted


@dataclass(frozen=True, slots=True)
class Doubled:
    """One column of the case table, the headers it was read from, those passed over, and the reason."""

    column: str
    taken: tuple[str, ...]
    passed_over: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        if not self.passed_over:
            return f"read from {_listed(self.taken)} together: {self.why}"
        return f"read from {_listed(self.taken)}, not from {_listed(self.passed_over)}: {self.why}"

    @property
    def short(self) -> str:
        """Both sides, without the reason."""
        return f"{_listed(self.taken)}; not {_listed(self.passed_over)}" if self.passed_over else str(self)


def doubled(match: Match, rename: Mapping[str, str]) -> list[Doubled]:
    """Every column that could have been read from other headers too. `rename` is the caller's word."""
    used = set(match.positions)
    keys = {place: header_keys(cell) for place, cell in enumerate(match.header) if cell.strip()}
    named: dict[str, set[str]] = {}
    for header, target in rename.items():
        named.setdefault(split_target(target)[0], set()).add(header_key(header))
    found = []
    for name in [*match.columns, *match.lists]:
        claims = _claims(match, name, named.get(name, set()))
        others = [place for place in keys if place not in used and any(map(claims, keys[place]))]
        if not others:
            continue
        taken = _taken(match, name)
        if any(key in named.get(name, ()) for place in taken for key in keys[place]):
            why = "rename says so"
        elif name in match.lists:
            why = "of the columns that may be the principal's, the layout names this one first"
        else:
            why = "the layout names it first"
        if all(set(keys[place]) <= {key for one in taken for key in keys[one]} for place in others):
            why = "it stands first"
        found.append(Doubled(name, _headers(match, taken), _headers(match, others), why))
    for name, places in match.lists.items():
        if places.overlapping:
            found.append(Doubled(name, _headers(match, places.positions), (), "each code counts once"))
    return found


def _taken(match: Match, name: str) -> list[int]:
    if name in match.columns:
        return list(match.columns[name][1])
    return match.lists[name].positions


def _claims(match: Match, name: str, named: set[str]) -> _Claims:
    layout = match.layout
    plain = set(named)
    if name in layout.columns:
        plain |= set(layout.columns[name].keys)
    return _Claims(frozenset(plain), layout.lists.get(name))


@dataclass(frozen=True, slots=True)
class _Claims:
    """Whether a header key is one under which a column of the case table may stand."""

    plain: frozenset[str]
    listed: CodeListSource | None

    def __call__(self, key: str) -> bool:
        return key in self.plain or (self.listed is not None and self.listed.sure.claims(key))


def _headers(match: Match, places: list[int]) -> tuple[str, ...]:
    return tuple(" ".join(match.header[place].split()) for place in places)


def _listed(headers: tuple[str, ...]) -> str:
    rest = len(headers) - _SHOWN
    return ", ".join(headers[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


LOOKED_AT = 200  # filled cells of a column in a chunk
_BLANK = frozenset({"", "-", "--", "—", "——", "/", "无", "NA", "NULL", "null", "nan", "None"})


def watched(header: Sequence[str], unread: Iterable[int], ignored: Container[str]) -> tuple[int, ...]:
    """Of the positions that nothing reads, those whose header is neither ignored nor names something else."""
    return tuple(
        place
        for place in unread
        if " ".join(header[place].split()) not in ignored
        and not any(map(is_elsewhere, header_keys(header[place])))
    )


def unread_codes(chunk: RawChunk, places: Iterable[int]) -> dict[int, Kind]:
    """Of these positions, those of whose filled cells most are codes, and of which catalogue."""
    found: dict[int, Kind] = {}
    for place in places:
        kind = holds_codes(filled(chunk, place))
        if kind is not None:
            found[place] = kind
    return found


def holds_codes(cells: Sequence[str]) -> Kind | None:
    """The catalogue in which most of the cells are, whatever their spelling; None for none.

    >>> holds_codes(["I10.x00", "j18.900;I50.900", "头晕"]), holds_codes(["36.5", "37.0"])
    ('diagnosis', None)
    """
    kinds: tuple[Kind, ...] = ("diagnosis", "procedure")
    for kind in kinds:
        if cells and sum(_is_code(cell, kind) for cell in cells) * 2 > len(cells):
            return kind
    return None


def _is_code(cell: str, kind: Kind) -> bool:
    if kind == "procedure" and cell.replace(".", "", 1).isdigit():
        return cell in _codes(kind)  # a bare number is a code only as it stands
    if len(cell) < 4 or not any(sign.isdigit() for sign in cell):
        return False
    return any(code in _codes(kind) for code in parter(kind, "clinical").repair(cell).text.split("|"))


@cache
def _codes(kind: Kind) -> frozenset[str]:
    from ..codes import clinical_changes

    return frozenset({*Catalogue.load(kind).codes, *clinical_changes(kind)})


def filled(chunk: RawChunk, place: int) -> list[str]:
    """The first filled cells of a column."""
    column: Any = chunk.arrow.get(place)
    cells: list[str] = []
    step = 1 << 12
    for start in range(0, chunk.rows, step):
        if column is not None:
            part = column.slice(start, step).to_pylist()
        else:
            part = chunk.columns[place].iloc[start : start + step].tolist()
        texts = [plain_text(cell) for cell in part if not is_missing(cell)]
        cells += [text for text in texts if text not in _BLANK]
        if len(cells) >= LOOKED_AT:
            break
    return cells[:LOOKED_AT]

"""Columns of the case table that more than one header of a file claims: which was read, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .headers import header_key, header_keys
from .layout import CodeListSource
from .recognise import Match, split_target

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

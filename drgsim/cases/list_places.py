"""Where in a table the codes of a list stand, and the texts beside them (names, dates, conditions)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .layout import CodeListSource, HeaderForms

Looks = Callable[[int], bool | None]  # whether a column holds codes; None when its first rows are empty

_NUMERALS = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)}
TARGET = re.compile(r"(\w*?[A-Za-z])[ _.\[(]*(\d+)[\])]?")


@dataclass(frozen=True, slots=True)
class ListPlaces:
    """Where a list of codes stands in a table: one joined column, or several columns in order.

    The first slot is None when the table has columns for other codes but none for the principal: nothing
    else may take its place. `principal` is the position of a column for the principal alone. Where a column
    for all codes stands beside columns for some of them, they are `overlapping`: each code counts once.
    `beside` has, by column of the case table, the positions of texts beside the codes: as many as slots.
    """

    source: CodeListSource
    joined: int | None
    slots: tuple[int | None, ...]
    attached: tuple[int | None, ...]
    principal: int | None = None
    overlapping: bool = False
    beside: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)

    @property
    def positions(self) -> list[int]:
        own = [] if self.joined is None else [self.joined]
        return [*own, *(place for place in (*self.slots, *self.attached) if place is not None)]

    @property
    def all_positions(self) -> list[int]:
        """Those of the texts beside the codes too."""
        beside = [place for places in self.beside.values() for place in places if place is not None]
        return [*self.positions, *beside]


def find_list(
    source: CodeListSource,
    places: Mapping[str, Sequence[int]],
    own: Sequence[tuple[int | None, int]] = (),
    looks: Looks | None = None,
) -> ListPlaces | None:
    """Where the codes stand, by the positions of header keys; None when nowhere.

    `own` are columns the caller named: (number, position), the number None when none was said. `looks` says
    of a column whose header may be that of names too whether it holds codes.
    """
    taken = {place for _, place in own}
    sure = _found(source.sure, places, taken)
    taken |= sure.every
    unsure = _found(source.unsure, places, taken)
    unsure = _only_codes(unsure, sure, looks)
    named_first = [place for number, place in own if number in (None, 1)][:1]
    named_others = [(number or 0, place) for number, place in own if place not in named_first]
    principal = named_first or sure.principal or unsure.principal
    joined = [] if named_first else sure.joined
    numbered = sorted([*sure.numbered, *unsure.numbered])
    others = sorted([*named_others, *sure.others, *unsure.others])
    if joined and not principal and not others and not numbered and len(joined) == 1:
        return ListPlaces(source, joined[0], (), (), beside=_beside(source, places, [None], joined=True))
    if named_first and len(own) == 1 and not others and not numbered:
        return ListPlaces(source, named_first[0], (), (), beside=_beside(source, places, [None], joined=True))
    heads = [*principal[:1], *joined]
    slots: list[tuple[int | None, int | None]] = [(None, place) for place in heads]
    if not heads and numbered and not others:
        slots = [numbered.pop(0)]
    elif not heads and (others or numbered):
        slots = [(None, None)]
    if not slots:
        return None
    for_some, for_all = bool(principal or others), bool(joined or numbered)
    overlapping = (for_some and for_all) or bool(joined and numbered)
    slots += [*others, *numbered]
    return ListPlaces(
        source,
        None,
        tuple(place for _, place in slots),
        _attached(source, places, [number for number, _ in slots]),
        principal[0] if principal else None,
        overlapping,
        _beside(source, places, [number for number, _ in slots], joined=False),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    joined: list[int]
    principal: list[int]
    others: list[tuple[int, int]]
    numbered: list[tuple[int, int]]

    @property
    def every(self) -> set[int]:
        return {*self.joined, *self.principal, *(place for _, place in [*self.others, *self.numbered])}


def _found(forms: HeaderForms, places: Mapping[str, Sequence[int]], taken: set[int]) -> _Found:
    found = _Found([], [], [], [])
    for names, patterns, target in (
        (forms.principal, forms.principal_like, found.principal),
        (forms.joined, forms.joined_like, found.joined),
    ):
        for place in _named(names, patterns, places):
            if place not in taken | found.every:
                target.append(place)
    for patterns, numbered in ((forms.others, found.others), (forms.numbered, found.numbered)):
        numbered += _numbered(patterns, places, taken | found.every)
    return found


def _only_codes(unsure: _Found, sure: _Found, looks: Looks | None) -> _Found:
    """Of the columns whose header may be that of names, those that hold codes; an empty one goes with its
    neighbours of the same kind. Where a column with a plain header has the same number, it is a name."""
    said = {place: True if looks is None else looks(place) for place in unsure.every}
    some = any(said.values())
    there = {number for number, _ in sure.others}
    numbers = {number for number, _ in sure.numbered}

    def holds(place: int) -> bool:
        return some if said[place] is None else bool(said[place])

    return _Found(
        [],
        [] if sure.principal or sure.joined else [place for place in unsure.principal if holds(place)],
        [(number, place) for number, place in unsure.others if number not in there and holds(place)],
        [(number, place) for number, place in unsure.numbered if number not in numbers and holds(place)],
    )


def _named(
    names: Iterable[str], patterns: Iterable[re.Pattern[str]], places: Mapping[str, Sequence[int]]
) -> list[int]:
    """Positions of these headers, in the order in which the layout names them."""
    found = [place for name in names for place in places.get(name, ())]
    for pattern in patterns:
        found += [place for key, at in places.items() if pattern.fullmatch(key) for place in at]
    return list(dict.fromkeys(found))


def _numbered(
    patterns: Iterable[re.Pattern[str]], places: Mapping[str, Sequence[int]], taken: Iterable[int] = ()
) -> list[tuple[int, int]]:
    """(number, position) of the columns that match, in the order of their numbers."""
    found: dict[int, int] = {}
    for pattern in patterns:
        for key, at in places.items():
            if match := pattern.fullmatch(key):
                for place in at:
                    if place not in taken:
                        found.setdefault(place, _number(match))
    return sorted((number, place) for place, number in found.items())


def _number(match: re.Match[str]) -> int:
    """The number in a header, in figures or in Chinese; 0 for none."""
    said = next(filter(None, match.groups()), "")
    if said.isdigit():
        return int(said)
    tens, ten, ones = said.rpartition("十")
    return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + _NUMERALS.get(ones, 0)


def _attached(
    source: CodeListSource, places: Mapping[str, Sequence[int]], numbers: Sequence[int | None]
) -> tuple[int | None, ...]:
    if source.attached is None:
        return ()
    by_number = {match[1]: at[0] for key, at in places.items() if (match := source.attached.fullmatch(key))}
    return tuple(by_number.get("" if number is None else str(number)) for number in numbers)


def _beside(
    source: CodeListSource,
    places: Mapping[str, Sequence[int]],
    numbers: Sequence[int | None],
    *,
    joined: bool,
) -> dict[str, tuple[int | None, ...]]:
    """Where the texts beside the codes stand; of several columns for one number, the first."""
    found: dict[str, tuple[int | None, ...]] = {}
    for name, forms in source.beside.items():
        first = _named(forms.principal, forms.principal_like, places)
        whole = _named(forms.joined, forms.joined_like, places)
        by_number: dict[int, int] = {}
        for number, place in [*_numbered(forms.others, places), *_numbered(forms.numbered, places)]:
            by_number.setdefault(number, place)
        head = (whole if joined else first or whole)[:1]
        slots = [
            (head[0] if head else None) if number is None else by_number.get(number) for number in numbers
        ]
        if any(place is not None for place in slots):
            found[name] = tuple(slots)
    return found

"""Code sets written as code prefixes with exceptions, exact in both directions.

    S06         every code of the universe that begins with S06
    -S06.0      but those that begin with S06.0 are outside
    S06.001     yet those that begin with S06.001 are inside: the longest prefix of a code decides
    =S06.000    the code S06.000 alone, whatever its prefixes say; -=S06.000 puts it outside

A code that nothing fits is outside. A universe is the codes a pack can speak of: the catalogue and
the codes that the pack itself adds to it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from .scheme_errors import PackError

_LAST = "\U0010ffff"
_FILLER = re.compile(r"(?:\.|(?<=x)0+)$")  # nothing a reader misses at the end of a prefix


class Universe:
    """The codes that prefixes are read against: `members`, and sorted as `codes`."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.members = frozenset(codes)
        self.codes: tuple[str, ...] = tuple(sorted(self.members))

    def __contains__(self, code: object) -> bool:
        return code in self.members

    def with_codes(self, codes: Collection[str]) -> Universe:
        """This universe and `codes`; itself when they are all in it."""
        added = set(codes) - self.members
        if not added:
            return self
        larger = Universe(())
        larger.members = self.members | added
        larger.codes = tuple(sorted((*self.codes, *sorted(added))))  # two sorted runs: a merge
        return larger

    def span(self, prefix: str) -> tuple[int, int]:
        """Where in `codes` those that begin with `prefix` stand."""
        start = bisect_left(self.codes, prefix)
        return start, bisect_left(self.codes, prefix + _LAST, start)


def expand(prefixes: Sequence[str], universe: Universe) -> frozenset[str]:
    """The codes that `prefixes` mean; PackError for a prefix that fits no code of `universe`.

    >>> sorted(expand(["A00", "-A00.1"], Universe(["A00.0", "A00.1", "A00.1x001", "A01.0"])))
    ['A00.0']
    """
    found: set[str] = set()
    bare = [token.removeprefix("-") for token in prefixes]
    if len(set(bare)) < len(bare):
        twice = next(token for token in bare if bare.count(token) > 1)
        raise PackError("a code or prefix stands twice in one list", got=twice)
    for token in sorted(prefixes, key=_rank):
        code = token.lstrip("-=")
        start, end = universe.span(code)
        if "=" in token:
            end = start + (code in universe)
        if start == end:
            raise PackError(
                "a code or prefix that fits no code",
                got=token,
                do="correct it, or add the code to extra_codes.txt",
            )
        if token[0] == "-":
            found.difference_update(universe.codes[start:end])
        else:
            found.update(universe.codes[start:end])
    return frozenset(found)


def compact(codes: Collection[str], universe: Universe) -> list[str]:
    """The fewest prefixes that mean exactly `codes`, sorted; every code must be in `universe`.

    >>> compact({"A00.0", "A01.0"}, Universe(["A00.0", "A00.1", "A00.1x001", "A01.0"]))
    ['A00.0', 'A01.0']
    """
    strange = next((code for code in codes if code not in universe), None)
    if strange is not None:
        raise PackError("a code outside the universe of the pack", got=strange)
    if not codes:
        return []
    writer = _Writer(universe.codes, codes)
    found = writer.node(0, len(universe.codes), "")[0]
    return sorted(found, key=lambda token: (token.lstrip("-="), token))


class _Writer:
    """The cheapest writing of a part of the universe, from its smallest parts up."""

    def __init__(self, universe: tuple[str, ...], codes: Collection[str]) -> None:
        self.all = universe
        self.codes = codes
        self.places = [bisect_left(universe, code) for code in sorted(codes)]

    def node(self, start: int, end: int, parent: str) -> tuple[list[str], list[str]]:
        """The prefixes needed for `all[start:end]` when what surrounds it is outside, and inside.

        The part is every code that begins with one prefix; `parent` is the prefix around it.
        """
        prefix = _shared(self.all[start], self.all[end - 1])
        token = self._token(prefix, parent, end - start)
        members = bisect_left(self.places, end) - bisect_left(self.places, start)
        if members == 0:
            return [], ["-" + token]
        if members == end - start:
            return [token] if token else self._root_tokens(start, end), []
        outside, inside = self._children(start, end, prefix)
        if self.all[start] == prefix:  # the code is the beginning of others: no prefix tells it apart
            if self.all[start] in self.codes:
                outside = ["=" + prefix, *outside]
            else:
                inside = ["-=" + prefix, *inside]
        if not token:
            return outside, inside
        return (
            outside if len(outside) <= len(inside) + 1 else [token, *inside],
            inside if len(inside) <= len(outside) + 1 else ["-" + token, *outside],
        )

    def _children(self, start: int, end: int, prefix: str) -> tuple[list[str], list[str]]:
        outside: list[str] = []
        inside: list[str] = []
        depth = len(prefix)
        at = start + (self.all[start] == prefix)
        while at < end:
            after = bisect_left(self.all, self.all[at][: depth + 1] + _LAST, at, end)
            in_outside, in_inside = self.node(at, after, prefix)
            outside += in_outside
            inside += in_inside
            at = after
        return outside, inside

    def _root_tokens(self, start: int, end: int) -> list[str]:
        return self._children(start, end, "")[0]

    @staticmethod
    def _token(prefix: str, parent: str, size: int) -> str:
        """A whole code as it is; a shared beginning without a trailing point or the zeros after x."""
        if size == 1:
            return prefix
        short = _FILLER.sub("", prefix)
        return short if len(short) > len(parent) else prefix


def _shared(first: str, last: str) -> str:
    """The beginning that two codes, and in sorted order all between them, have in common."""
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]


def _rank(token: str) -> tuple[bool, int]:
    """Prefixes from short to long, then single codes: what comes later decides."""
    return "=" in token, len(token) - (token[0] == "-")

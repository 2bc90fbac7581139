"""Find codes by the beginning of the code, by words or pinyin initials of the name, and those in use that may
take the place of a retired or unknown one."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from bisect import bisect_left
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from .._paths import data_path
from ..errors import ArgumentError
from .catalogue import Catalogue, Kind

if TYPE_CHECKING:
    import pandas as pd

    from .catalogue import Catalogue


_LENGTHS: dict[Kind, tuple[int, ...]] = {"diagnosis": (5, 3), "procedure": (5, 4, 2)}  # subcategory, category


@lru_cache(maxsize=1 << 16)
def codes_in_use(code: str, kind: Kind, *, most: int = 6) -> tuple[str, ...]:
    """At most `most` codes in use under the subcategory of `code`, else under its category.

    Those whose names are most like its own come first; a code in use has none, and one that shares no
    category with the catalogue has none either. A proposal only: the record decides which one is documented.

    >>> codes_in_use("M17.100", "diagnosis"), codes_in_use("M17.101", "diagnosis")
    (('M17.101',), ())
    """
    catalogue = Catalogue.load(kind)
    place = catalogue.id_of(code)
    if place >= 0 and not catalogue.gray[place]:
        return ()
    for length in _LENGTHS[kind]:
        if len(code) >= length and (near := _under(kind, code[:length])):
            name = catalogue.names[place] if place >= 0 else ""
            return tuple(sorted(near, key=lambda other: -_likeness(name, catalogue.name_of(other)))[:most])
    return ()


@cache
def _under(kind: Kind, prefix: str) -> tuple[str, ...]:
    """The codes in use that begin so, in their order."""
    catalogue = Catalogue.load(kind)
    codes = catalogue.codes
    start, stop = bisect_left(codes, prefix), bisect_left(codes, prefix + "\uffff")
    return tuple(codes[place] for place in range(start, stop) if not catalogue.gray[place])


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, name, other, autojunk=False).ratio() if name else 0.0


LONGEST = 100  # characters of a question


def search(catalogue: Catalogue, text: str, *, n: int) -> pd.DataFrame:
    """See `Catalogue.search`."""
    import pandas as pd

    rows = places(catalogue, text, n)
    return pd.DataFrame(
        {
            "code": pd.Series([catalogue.codes[row] for row in rows], dtype="str"),
            "name": pd.Series([catalogue.names[row] for row in rows], dtype="str"),
            "gray": catalogue.gray[rows],
        }
    )


def places(catalogue: Catalogue, text: str, n: int) -> list[int]:
    """The ids of the codes found, best first, at most `n`."""
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ArgumentError("n must be a whole number of 1 or more", got=n)
    folded = fold(text)
    if len(folded) > LONGEST:
        raise ArgumentError(
            "too long to look for", got=f"{len(folded)} characters", allowed=f"up to {LONGEST}"
        )
    words, code = folded.split(), folded.replace(".", "")
    if not words:
        return []
    found: list[tuple[int, int, str, int]] = []
    names = catalogue.folded_names
    for place, own in enumerate(catalogue.folded_codes):
        if own.startswith(code):
            found.append((0 if own == code else 1, 0, catalogue.codes[place], place))
    first, *others = words
    for place, name in enumerate(names):
        if first in name and all(word in name for word in others):
            rank = (2 if name == first else 3) if name.startswith(first) else 4
            found.append((rank, len(name), catalogue.codes[place], place))
    if code.isascii() and code.isalpha() and len(code) > 1:
        found += [
            (5 if at == 0 else 6, len(names[place]), catalogue.codes[place], place)
            for place, at in _by_initials(catalogue, code)
        ]
    best: dict[int, None] = dict.fromkeys(place for _, _, _, place in sorted(found))
    return list(best)[:n]


def _by_initials(catalogue: Catalogue, letters: str) -> list[tuple[int, int]]:
    """Names that hold characters read with these initials one after another, and where they begin."""
    classes = _initials()
    pattern = re.compile("".join(f"[{letter}{classes.get(letter, '')}]" for letter in letters))
    matched = ((place, pattern.search(name)) for place, name in enumerate(catalogue.folded_names))
    return [(place, match.start()) for place, match in matched if match is not None]


@cache
def _initials() -> dict[str, str]:
    """Letter → the characters whose pinyin begins with it."""
    with data_path("catalogues", "initials.csv").open(encoding="utf-8", newline="") as file:
        return {row["letter"]: row["characters"] for row in csv.DictReader(file)}


def fold(text: str) -> str:
    """Text without what does not matter: width, letter case, blanks around."""
    return unicodedata.normalize("NFKC", text).casefold().strip()

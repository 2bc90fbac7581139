"""Find codes by the beginning of the code, by words of the name, or by the pinyin initials of the name."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from .._paths import data_path
from ..errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

    from .catalogue import Catalogue

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

"""Find codes by the beginning of the code or by words of the name."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ..errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

    from .catalogue import Catalogue


def search(catalogue: Catalogue, text: str, *, n: int) -> pd.DataFrame:
    """See `Catalogue.search`."""
    import pandas as pd

    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ArgumentError("n must be a whole number of 1 or more", got=n)
    folded = _fold(text)
    words = folded.split()
    code = folded.replace(".", "")
    found: list[tuple[int, int, str, int]] = []
    if words:
        for position, (own_code, name) in enumerate(zip(catalogue.codes, catalogue.names, strict=True)):
            rank = _rank(own_code.casefold().replace(".", ""), _fold(name), code, words)
            if rank is not None:
                found.append((rank, len(name) if rank > 1 else 0, own_code, position))
    rows = [position for _, _, _, position in sorted(found)[:n]]
    return pd.DataFrame(
        {
            "code": pd.Series([catalogue.codes[row] for row in rows], dtype="str"),
            "name": pd.Series([catalogue.names[row] for row in rows], dtype="str"),
            "gray": catalogue.gray[rows],
        }
    )


def _rank(own_code: str, name: str, code: str, words: list[str]) -> int | None:
    """0 the code, 1 a code that begins so, 2 the name, 3 a name that begins so, 4 all words in the name."""
    if own_code.startswith(code):
        return 0 if own_code == code else 1
    if not all(word in name for word in words):
        return None
    if name.startswith(words[0]):
        return 2 if name == words[0] else 3
    return 4


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()

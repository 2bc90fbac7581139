"""Rebuild `data/catalogues/initials.csv`: the pinyin initials that characters of code names are read with.

    python -m tools.initials

Needs pypinyin, which is not needed to use the table. A character stands under each initial it has in some
name of the catalogues, so that 长 is found by z and by c.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from drgsim.codes import Catalogue

TABLE = Path(__file__).parents[1] / "data" / "catalogues" / "initials.csv"
FIRST, LAST = "\u4e00", "\u9fff"


def main() -> None:
    """Read every name with its phrases and write the table."""
    from pypinyin import Style, lazy_pinyin

    found: dict[str, set[str]] = defaultdict(set)
    for kind in ("diagnosis", "procedure"):
        for name in Catalogue.load(kind).names:
            letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors=list)
            for character, letter in zip(name, letters, strict=True):
                if FIRST <= character <= LAST:
                    found[letter].add(character)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["letter", "characters"])
        writer.writerows([letter, "".join(sorted(found[letter]))] for letter in sorted(found))


if __name__ == "__main__":
    main()

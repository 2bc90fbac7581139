"""How a charged code meets the code of a published row: the same code, its project, or ingredient and form.

Names never match. A local code counts only through the user's own table of mapped codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

How = Literal["code", "project", "ingredient", "prefix"]

_SERVICE = re.compile(r"00\d{13}")
_PROJECT = re.compile(r"\d{9}")
_PLAIN = "0000"  # the item itself, no named variant


def canonical(code: str) -> str:
    """A code as the rows write it: no blanks, upper case, the nine digits of a project as its 15-digit item.

    >>> canonical("310603001"), canonical(" xl02bba326a001010102180 ")
    ('003106030010000', 'XL02BBA326A001010102180')
    """
    code = "".join(code.split()).upper()
    return f"00{code}{_PLAIN}" if _PROJECT.fullmatch(code) else code


def project(code: str) -> str | None:
    """The project (`00` and nine digits) of a service code; None for anything else."""
    return code[:11] if _SERVICE.fullmatch(code) else None


def is_surcharge(code: str) -> bool:
    """Whether a service code is an addition to an item (its last two digits are not 00)."""
    return bool(_SERVICE.fullmatch(code)) and not code.endswith("00")


def ingredient(code: str) -> str | None:
    """Class, ingredient and form of a drug code, without strength, pack and maker; None for anything else.

    Western drugs keep 14 of 23 characters, patent medicines 11 of 20 (the split is read off the published
    codes, `assumed`).

    >>> ingredient("XL02BBA326A001010102180")
    'XL02BBA326A001'
    """
    if len(code) == 23 and code[0] == "X":
        return code[:14]
    if len(code) == 20 and code[0] == "Z":
        return code[:11]
    return None


class ChargedCodes:
    """The codes that are charged: their places, and those of a project or of an ingredient and form."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.places = {code: place for place, code in enumerate(codes) if code}
        self.by_project: dict[str, list[int]] = {}
        self.by_ingredient: dict[str, list[int]] = {}
        for code, place in self.places.items():
            key = None if is_surcharge(code) else project(code)
            for table, name in ((self.by_project, key), (self.by_ingredient, ingredient(code))):
                if name is not None:
                    table.setdefault(name, []).append(place)


class CodeIndex:
    """Numbers of rows by the codes they name; `lookup` gives those a charged code meets, and how."""

    def __init__(self) -> None:
        self._code: dict[str, list[int]] = {}
        self._project: dict[str, list[int]] = {}
        self._ingredient: dict[str, list[int]] = {}
        self._prefix: dict[str, list[int]] = {}

    def add(self, code: str, row: int, *, exact_only: bool = False) -> None:
        """Let a code, or with a star at its end all codes that begin so, mean a row."""
        if code.endswith("*"):
            self._prefix.setdefault(code[:-1], []).append(row)
            return
        code = canonical(code)
        self._code.setdefault(code, []).append(row)
        if exact_only:
            return
        for table, key in ((self._project, project(code)), (self._ingredient, ingredient(code))):
            if key is not None and row not in table.setdefault(key, []):
                table[key].append(row)

    def met(self, charged: ChargedCodes) -> list[tuple[int, int, How]]:
        """(place among the charged codes, row, how) of all charged codes at once; as `lookup` of each."""
        found: list[tuple[int, int, How]] = []
        whole: set[int] = set()
        for code, rows in self._code.items():
            place = charged.places.get(code)
            if place is not None:
                whole.add(place)
                found += [(place, row, "code") for row in rows]
        for table, places, how in (
            (self._project, charged.by_project, "project"),
            (self._ingredient, charged.by_ingredient, "ingredient"),
        ):
            for key, rows in table.items():
                for place in places.get(key, ()):
                    if place not in whole:
                        found += [(place, row, how) for row in rows]  # type: ignore[misc]
        for prefix, rows in self._prefix.items():
            exact = {(place, row) for place, row, how in found if how == "code"}
            for code, place in charged.places.items():
                if code.startswith(prefix):
                    found += [(place, row, "prefix") for row in rows if (place, row) not in exact]
        return found

    def lookup(self, code: str) -> list[tuple[int, How]]:
        """Rows of a canonical code: by the code; else by project or by ingredient and form; and by prefix."""
        found: list[tuple[int, How]] = [(row, "code") for row in self._code.get(code, ())]
        if not found:
            key = None if is_surcharge(code) else project(code)
            found = [(row, "project") for row in self._project.get(key or "", ())]
            drug = ingredient(code)
            found += [(row, "ingredient") for row in self._ingredient.get(drug or "", ())]
        for prefix, rows in self._prefix.items():
            if code.startswith(prefix):
                found += [(row, "prefix") for row in rows if (row, "code") not in found]
        return found


def mapped(national: str | None, local: str | None, table: Mapping[str, str]) -> tuple[str | None, str]:
    """The national code of a line and where it is from: `stated`, `mapped`, `unmapped` or `none`.

    >>> mapped(None, "H001", {"H001": "310603001"})
    ('003106030010000', 'mapped')
    """
    for code in (national, local):
        if code and code in table:
            return canonical(table[code]), "mapped"
    if national:
        return canonical(national), "stated"
    return None, ("unmapped" if local else "none")

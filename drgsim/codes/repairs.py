"""How one misspelt code is repaired, and when it is not: only where no meaning can be lost.

Signs (full-width forms, spaces, quotes, crosses, daggers) are repaired when what remains is spelt as
codes are. Letter case, a mark too many and a lost decimal point are repaired only when exactly one
code of the catalogue can be meant; when several can, the text is left alone and called ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from ..words import pairs
from .catalogue import Catalogue, Kind
from .crosswalk import Edition, clinical_changes

# id -> Chinese and English label, in the order in which repairs are tried
REPAIRS = pairs("repair")

WIDTH = {0xFEE0 + sign: sign for sign in range(0x21, 0x7F)} | dict.fromkeys(map(ord, "。｡·•"), ".")
_CROSS = dict.fromkeys(map(ord, "×✕✖╳хХ"), "x")
_MARK = dict.fromkeys(map(ord, "†‡✝"), "+") | dict.fromkeys(map(ord, "∗⁎✱﹡"), "*")
_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_QUOTES = "'\"`=‘’“”"
_SPELT_AS_A_CODE = re.compile(r"[A-Za-z0-9.+*/]*")
_WITH_POINT = re.compile(r"(\d{0,2})\.([0-9a-z]+)")
_WHOLE_NUMBER = re.compile(r"(\d{5,7})\.0")
_SHORTEST = 4  # digits without a point; fewer may be a category and not a code


class Repaired(NamedTuple):
    """What became of a text: the text now, the repairs made, and the codes it may mean if ambiguous."""

    text: str
    repairs: tuple[str, ...] = ()
    may_mean: tuple[str, ...] = ()


class _Alike:
    """Codes by a form that several may share: one word for each form, as nearly all are one code's alone."""

    def __init__(self, forms: Sequence[str], codes: Sequence[str]) -> None:
        self._last = dict(zip(forms, codes, strict=True))
        self._several: dict[str, list[str]] = {}
        for form, code in zip(forms, codes, strict=True) if len(self._last) < len(codes) else ():
            if (last := self._last[form]) != code:
                self._several.setdefault(form, [last]).insert(-1, code)

    def get(self, form: str) -> Sequence[str]:
        """The codes of a form, in their order."""
        code = self._last.get(form)
        return () if code is None else self._several.get(form, (code,))


class Repairer:
    """Repairs codes of one kind against the codes that are `known`."""

    def __init__(self, kind: Kind, known: Iterable[str]) -> None:
        self.kind = kind
        codes = sorted(dict.fromkeys(known))  # nearly sorted as they come
        self._known = frozenset(codes)
        folded = [code.casefold() for code in codes]
        self._folded = _Alike(folded, codes)
        self._pointless = _Alike([code.replace(".", "") for code in folded], codes)

    def knows(self, code: str) -> bool:
        """Whether this is a code as it stands."""
        return code in self._known

    def repair(self, text: str) -> Repaired:
        """The code that `text` is meant to be, or `text` as it is."""
        plain = _SPELT_AS_A_CODE.fullmatch(text) is not None
        spelt, repairs = (text, ()) if plain else _repair_signs(text)
        if spelt in self._known or not spelt:
            return Repaired(spelt, repairs)
        folded = spelt.casefold()
        if plain and len(alike := self._folded.get(folded)) == 1:  # by far the most frequent slip
            return Repaired(alike[0], ("case",))
        for repair, codes in (
            ("case", self._folded.get(folded)),
            ("mark", self._folded.get(folded.rstrip("+*"))),
            ("decimal", self._by_digits(folded)),
        ):
            if len(codes) > 1:
                return Repaired(spelt, (*repairs, "ambiguous"), tuple(codes))
            if codes:
                made = {*repairs, repair} | ({"case"} if _letters(spelt) != _letters(codes[0]) else set())
                return Repaired(codes[0], tuple(id for id in REPAIRS if id in made))
        return Repaired(spelt, repairs)

    def mended(self, text: str) -> Repaired:
        """As `repair`, many times faster where only case or the point of a plain code is wrong."""
        folded = text.casefold()
        if not text.replace(".", "").isalnum() or not text.isascii() or text in self._known:
            return self.repair(text)
        if alike := self._folded.get(folded):
            return Repaired(alike[0], ("case",)) if len(alike) == 1 else self.repair(text)
        if self.kind != "diagnosis" or "." in text:
            return self.repair(text)
        codes = self._pointless.get(folded)
        if len(codes) != 1:
            return self.repair(text)
        exact = text == codes[0].replace(".", "")  # then no letter has another case
        return Repaired(codes[0], ("decimal",) if exact else ("case", "decimal"))

    def _by_digits(self, text: str) -> Sequence[str]:
        """Codes that are `text` but for a lost point and, in procedures, zeros lost on either side."""
        if self.kind == "diagnosis":
            return self._pointless.get(text) if "." not in text else []
        whole = _WHOLE_NUMBER.fullmatch(text)
        if whole:
            text = whole[1]
        point = _WITH_POINT.fullmatch(text)
        if point:
            spellings = {f"{point[1]:0>2}{point[2]:0<{width}}" for width in (4, 5)}
        elif len(text) >= _SHORTEST and text[0].isdigit():
            starts = {text} if text[0] == "0" else {text, "0" + text}
            spellings = {f"{start:0<{width}}" for start in starts for width in (6, 7)}
        else:
            return []
        return sorted({code for spelling in spellings for code in self._pointless.get(spelling)})


@cache
def repairer(kind: Kind, edition: Edition) -> Repairer:
    """The repairer that knows the codes of an edition."""
    codes = Catalogue.load(kind).codes
    return Repairer(kind, codes if edition == "insurance" else (*codes, *clinical_changes(kind)))


def _repair_signs(text: str) -> tuple[str, tuple[str, ...]]:
    repairs = []
    spelt = text
    for repair, changed in (
        ("width", lambda text: text.translate(WIDTH)),
        ("space", lambda text: _SPACE.sub("", text)),
        ("quote", lambda text: text.strip(_QUOTES)),
        ("cross", lambda text: text.translate(_CROSS)),
        ("mark", lambda text: text.translate(_MARK)),
    ):
        before, spelt = spelt, changed(spelt)
        if spelt != before:
            repairs.append(repair)
    return (spelt, tuple(repairs)) if _SPELT_AS_A_CODE.fullmatch(spelt) else (text, ())


def _letters(code: str) -> list[str]:
    return [sign for sign in code if sign.isalpha()]

"""Several codes in one text, a name beside a code: taken apart where every part is then a code.

Nothing is guessed: a text that is a code (a dagger with its asterisk among them) is never taken apart, and
one whose parts are no codes stays whole, to be reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .repairs import WIDTH, Repaired, Repairer

PARTED, NAMED, PAIRED = "parted", "named", "paired"
SEPARATORS = "|;；、,，\n\r\t"  # signs no code holds: they part codes wherever they stand
_HARD = re.compile(rf"[{re.escape(SEPARATORS)}]+")
_HARD_KEPT = re.compile(rf"([{re.escape(SEPARATORS)}]+)")
_COMMAS = ",，、 "
_SOFT = re.compile(r"[\s\u3000]+")
_JOINED = re.compile(r"[+/\\&]")
_STOPS = re.compile(r"[。｡·•]")  # which stand for a point in a code as well
_NUMBERED = {  # 1. 2、(3) before codes; a point before a procedure may be part of it
    "diagnosis": re.compile(
        r"(?:^|(?<=[\s;,、|]))\(?\d{1,2}[.、)]\s*(?=[A-Za-z]\d)|\(\d{1,2}\)\s*(?=[A-Za-z]\d)"
    ),
    "procedure": re.compile(r"(?:^|(?<=[\s;,、|]))\(?\d{1,2}[、)]\s*(?=\d\d)|\(\d{1,2}\)\s*(?=\d\d)"),
}
_CODE = {
    "diagnosis": re.compile(
        r"(?<![A-Za-z0-9.])[A-Za-z]\d[0-9A-Za-z](?:\.[0-9A-Za-z]*|\d{3}[0-9A-Za-z]*)"
        r"(?:[+†][A-Za-z]\d\d(?:\.\w+)?\*|[+*†‡])?"
    ),
    "procedure": re.compile(
        r"(?<![A-Za-z0-9.])\d{1,2}\.[0-9A-Za-z]{2,}|(?<![A-Za-z0-9.])\d{6,7}[0-9A-Za-z]*"
    ),
}
_WORDS = re.compile(r"[^\W\d_]")
_PUNCTUATION = re.compile(r"[\W_]+")
_STAR = re.compile(r"[A-Z]\d\d(?:\.\w+)?\*")

_HELD = 1 << 16  # texts whose repair is remembered

Name = Callable[[str], str | None]


class Parter:
    """Repairs a text that may be several codes, or a code and its name.

    `name_of` gives the catalogue's name of a code, or None.
    """

    def __init__(self, repairer: Repairer, name_of: Name) -> None:
        self._repairer = repairer
        self._name_of = name_of
        self._is_code = repairer.knows
        self._numbered = _NUMBERED[repairer.kind]
        self._shape = _CODE[repairer.kind]
        self._tokens: dict[str, Repaired] = {}

    def repair(self, text: str) -> Repaired:
        """As `Repairer.repair`; several codes are joined by `|`."""
        if " " in text and (tokens := self._by_blanks(text)):
            return tokens
        whole = self._repairer.repair(text)
        if self._is_code(whole.text) or whole.may_mean or not self._worth_a_look(text):
            return whole
        return self._parts(text) or whole

    def cells(self, text: str) -> str:
        """A cell cut at the signs no code holds, as texts joined by `|`; a comma in a name does not count."""
        pieces = _HARD_KEPT.split(self.unnumbered(text))
        parts = [part.strip() for part in pieces[::2]]
        if not _WORDS.search(_ascii_less(text)):
            return "|".join(parts)
        kept = parts[:1]
        for sign, part in zip(pieces[1::2], parts[1:], strict=True):
            if part and self._goes_on(kept[-1], part, comma=not set(sign) - set(_COMMAS)):
                kept[-1] += "," + part
            else:
                kept.append(part)
        return "|".join(kept)

    def unnumbered(self, text: str) -> str:
        """Numbers of a list before its codes as bars: `1.I50.900 2、J44.100`."""
        plain = text.translate(WIDTH)
        marked = self._numbered.sub("\0", plain)
        return text if marked == plain else re.sub(r"[\s;,、|]*\0", "|", marked).strip("| ")

    def _worth_a_look(self, text: str) -> bool:
        if self._repairer.kind == "diagnosis" and text[:1].isdigit():
            return True
        return len(text) > 5 and (not text.isascii() or any(sign in text for sign in " +/;,(:\t\n-_\\&)"))

    def _parts(self, text: str) -> Repaired | None:
        numbered = self.unnumbered(text)
        if numbered != text and (found := self._parts(numbered) or self._one(numbered)):
            return found
        hard = [part for part in _HARD.split(text) if part.strip()]
        if len(hard) > 1:
            cells = self.cells(text).split("|")
            if len(cells) > 1:
                return self._all([self.repair(cell) for cell in cells if cell], some=True)
            text = cells[0]
        elif hard:  # a sign before it or behind it
            text = hard[0].strip()
        named = self._by_blanks(text) or self._by_signs(text) or self._beside_a_name(text)
        return named or self._by_stops(text)

    def _one(self, text: str) -> Repaired | None:
        found = self._repairer.repair(text)
        return Repaired(found.text, (*found.repairs, NAMED)) if self._is_code(found.text) else None

    def _by_stops(self, text: str) -> Repaired | None:
        parts = [part for part in _STOPS.split(text) if part]
        return self._all([self._repairer.repair(part) for part in parts]) if len(parts) > 1 else None

    def _by_blanks(self, text: str) -> Repaired | None:
        tokens = [token for token in _SOFT.split(text) if token]
        return self._all([self._single(token) for token in tokens]) if len(tokens) > 1 else None

    def _by_signs(self, text: str) -> Repaired | None:
        tokens = _JOINED.split(self._repairer.repair(text).text)
        if len(tokens) < 2 or not all(tokens):
            return None
        paired: list[str] = []
        for token in tokens:
            if token.endswith("*") and paired and self._is_code(f"{paired[-1]}+{token}"):
                paired[-1] += "+" + token
            else:
                paired.append(token)
        return self._all([self._repairer.repair(token) for token in paired])

    def _single(self, token: str) -> Repaired:
        """One token between blanks: a code, or codes joined by signs."""
        known = self._tokens.get(token)
        if known is None:
            known = self._repairer.repair(token)
            if not self._is_code(known.text):
                known = self._by_signs(token) or known
            if len(self._tokens) < _HELD:
                self._tokens[token] = known
        return known

    def _beside_a_name(self, text: str) -> Repaired | None:
        plain = text.translate(WIDTH).replace("×", "x")
        found = [self._repairer.repair(shape[0]) for shape in self._shape.finditer(plain)]
        if not found or not all(self._is_code(each.text) for each in found):
            return None
        rest = self._shape.sub(" ", plain)
        if not _WORDS.search(_ascii_less(rest)) and re.search(r"\d", rest):
            return None  # a number beside the code is no name
        if not _WORDS.search(rest) and len(found) > 1:
            return None
        made = [repair for each in found for repair in each.repairs]
        repairs = dict.fromkeys([*made, NAMED, *([PARTED] if len(found) > 1 else [])])
        return Repaired("|".join(each.text for each in found), tuple(repairs))

    def _all(self, parts: Sequence[Repaired], *, some: bool = False) -> Repaired | None:
        """The parts as one answer, when all of them (or some) are codes."""
        known = [all(map(self._is_code, part.text.split("|"))) for part in parts]
        if not (any(known) if some else all(known)) or len(parts) < 2:
            return None
        repairs = dict.fromkeys([*(repair for part in parts for repair in part.repairs), PARTED])
        return Repaired("|".join(part.text for part in parts), tuple(repairs))

    def _goes_on(self, before: str, part: str, *, comma: bool) -> bool:
        """Whether `part` is the rest of the name in `before`: behind a comma, words without a code; else as
        the catalogue writes the name."""
        shape = self._shape.search(before.translate(WIDTH))
        if shape is None or self._shape.search(part.translate(WIDTH)):
            return False
        said = before.translate(WIDTH)[shape.end() :]
        if comma and _WORDS.search(_ascii_less(said)) and _WORDS.search(_ascii_less(part)):
            return True
        name = self._name_of(self._repairer.repair(shape[0]).text)
        return name is not None and _bare(said + part) in _bare(name)


def paired(codes: Sequence[str], is_code: Callable[[str], bool]) -> list[str] | None:
    """The codes with each asterisk code joined to the dagger code that the catalogue has with it: the
    nearest before it, else the nearest behind; None when nothing is to be joined.

    >>> paired(["A17.000x001", "I10.x00", "G05.0*"], {"A17.000x001+G05.0*"}.__contains__)
    ['A17.000x001+G05.0*', 'I10.x00']
    """
    joined = list(codes)
    for star in [code for code in codes if _STAR.fullmatch(code)]:
        at = joined.index(star)
        for place in [*range(at - 1, -1, -1), *range(at + 1, len(joined))]:
            pair = f"{joined[place].rstrip('+†')}+{star}"
            if joined[place] and is_code(pair):
                joined[place] = pair
                del joined[at]
                break
    return joined if len(joined) < len(codes) else None


def is_star(code: str) -> bool:
    """Whether a text is spelt as an asterisk code by itself."""
    return _STAR.fullmatch(code) is not None


def _ascii_less(text: str) -> str:
    return "".join(sign for sign in text if not sign.isascii())


def _bare(text: str) -> str:
    return _PUNCTUATION.sub("", text.translate(WIDTH)).casefold()

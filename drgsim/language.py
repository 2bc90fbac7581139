"""The language users are spoken to in, and what is said in it.

Code speaks English; `data/texts.csv` holds each of its sentences in Chinese. Where it speaks Chinese alone
(a hospital's month), the row says so and is read the other way round. A sentence with values in it is a
template (`no file {0}`): what was said is matched with the templates, its values are taken out, put into the
Chinese one and, where they are sentences themselves, translated too. So no place that raises an error needs
to know of languages, and a library that only speaks English loads none of this.

The language is the one set by `set_language` (the commands' `--lang`), else that of DRGSIM_LANG, else that of
the locale; English where none of these says Chinese.
"""

from __future__ import annotations

import csv
import locale
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
VARIABLE = "DRGSIM_LANG"

# told once where codes have names, to who reads English
CODE_NAMES = "names of codes are Chinese: no English edition of the insurance catalogues is published"

_PLACE = re.compile(r"\{(\d+)\}")
_ENGLISH = re.compile(r"[A-Za-z]{2}")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_JOINTS = (("; ", "；"), (". ", "。"), (", ", "，"), (": ", "："), (" (", ""))
_DOUBLED = (
    (re.compile(r"^[a-z_]+(?: [a-z]+)* (?=[\u4e00-\u9fff][^:]*: )"), ""),  # `margin 结余: 3`
    (re.compile(r"^([\u4e00-\u9fff]+) [a-z][a-z ]*?(\s{2,}|: )"), r"\1\2"),  # `来源 source: …`
    (re.compile(r"\b(?:read|secondary|assumed|default) (?=已核原文|二手来源|假设|中性默认)"), ""),
    (re.compile(r"^[A-Za-z0-9 ,.'%-]+\. (?=[\u4e00-\u9fff])"), ""),  # a sentence, then its Chinese
    (re.compile(r"(?<=。)\s*[A-Z][^\u4e00-\u9fff]*$"), ""),  # a sentence, then its English
    (re.compile(r"(?<=\d) yuan$"), " 元"),
)
_GLOSSES = (  # Chinese beside the English of a label: `unit 单位:`, `来源 source`
    (re.compile(r"(?<=[a-z]) [\u4e00-\u9fff]+(?=:)"), ""),
    (re.compile(r"^[\u4e00-\u9fff、]+ (?=[a-z]+(?: [a-z]+)*(?:\s{2,}|:|$))"), ""),
    (re.compile(r"\b(read|secondary|assumed|default) (?:已核原文|二手来源|假设|中性默认)"), r"\1"),
)
# Chinese sentences, then the same in English: `取自工作簿。Taken from the workbook.`
_HALVES = re.compile(r"((?=[^。]{0,40}[\u4e00-\u9fff]).*。) ?([A-Za-z][^\u4e00-\u9fff]*)")
_AFTER_ENGLISH = (  # the Chinese of a sentence, behind it or before it
    (re.compile(r"(?<=[a-z]) [\u4e00-\u9fff]+(?= \()"), ""),
    (re.compile(r"(?:^|(?<=[.;:)]) )[\u4e00-\u9fff][^。]*。 ?"), " "),
    (re.compile(r"(?<=[A-Za-z0-9.)…]) [\u4e00-\u9fff《](?:[^A-Za-z ]|(?<=[,;，；]) )*?(?=[)\]:]?$)"), ""),
    (re.compile(r"^[\u4e00-\u9fff][^A-Za-z{} ]* (?=[a-z])"), ""),
)
_WIDTH = {",": "，", ";": "；", ":": "："}
# signs between Chinese, but in what is to be typed: {键: 值}
_WIDE = re.compile("([{[`“].*?[}\\]`”])|(?<=[\u4e00-\u9fff）]) ?([,;:]) ?(?=[\u4e00-\u9fff（“])")
_SPAN = re.compile(r"(?<=\d) to (?=-?\d)")  # of numbers, days
_DEPTH = 4  # texts within values of texts
_chosen: list[Language] = []
_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


def set_language(language: Language | None) -> None:
    """Say everything in `language` from now on: errors, notes, summaries.

    Parameters
    ----------
    language : "zh", "en", or None for what DRGSIM_LANG and the locale say

    Raises
    ------
    ArgumentError
        for another language.

    Examples
    --------
    >>> import drgsim
    >>> error = drgsim.errors.NotFoundError("no such policy", got="harbn", nearest=["harbin"])
    >>> drgsim.set_language("zh")
    >>> print(error)
    [DS001] 没有这个政策；实为 'harbn'；是否指 'harbin'？
    >>> drgsim.set_language(None)
    """
    from .errors import ArgumentError

    if language is not None and language not in LANGUAGES:
        raise ArgumentError("no such language", got=language, allowed=LANGUAGES)
    _chosen[:] = [] if language is None else [language]


def language() -> Language:
    """The language users are spoken to in.

    >>> language() in ("zh", "en")
    True
    """
    return stated_language() or "en"


def stated_language() -> Language | None:
    """The language somebody asked for: by `set_language`, DRGSIM_LANG or the locale; None when none did."""
    if (spoken := _spoken.get()) is not None:
        return spoken
    if _chosen:
        return _chosen[0]
    if (named := named_language(os.environ.get(VARIABLE, ""))) is not None:
        return named
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if text := os.environ.get(variable):
            return named_language(text) or (None if _says_nothing(text) else "en")
    return named_language(locale.getlocale()[0] or "")  # where no variable says it: Windows, macOS


def named_language(text: str) -> Language | None:
    """The language a setting names (`zh`, `zh_CN.UTF-8`, `en-GB`), or None.

    >>> named_language("zh_CN.UTF-8"), named_language("en_GB"), named_language("fr"), named_language("C")
    ('zh', 'en', None, None)
    """
    name = _name(text)
    if name in ("zh", "chinese", "cn"):
        return "zh"
    return "en" if name in ("en", "english") else None


@lru_cache(maxsize=64)  # asked for every word that is said
def _name(text: str) -> str:
    return re.split(r"[_.@ (-]", text.strip().lower())[0]


def _says_nothing(text: str) -> bool:
    return _name(text) in ("c", "posix")


@contextmanager
def speaking(language: Language | None) -> Iterator[None]:
    """Speak `language` for a while; None leaves it as it is. Other threads go on in theirs: a service
    answers one caller in Chinese while it answers another in English."""
    before = _spoken.set(language or _spoken.get())
    try:
        yield
    finally:
        _spoken.reset(before)


def both(zh: str, en: str, joint: str = " ") -> str:
    """What exists in both languages: in the one somebody asked for, else in both."""
    asked = stated_language()
    return f"{zh}{joint}{en}" if asked is None else zh if asked == "zh" else en


def either(zh: str, en: str) -> str:
    """What exists in both languages: in English for who asked for it, else in Chinese."""
    return en if stated_language() == "en" else zh


def told(text: str) -> str:
    """`text` in the language users are spoken to in; a sentence nobody translated stays as it is.

    Where nobody asked for a language, what the code says in both stays in both.
    """
    asked = stated_language()
    return text if asked is None else in_chinese(text) if asked == "zh" else in_english(text)


def in_language(text: str, language: str) -> str:
    """`text` in Chinese or English.

    >>> in_language("国务院", "en"), in_language("public program", "zh")
    ('State Council', '公开程序')
    """
    return in_chinese(text) if language == "zh" else in_english(text)


def in_english(text: str) -> str:
    """`text` without the Chinese that says the same again; a name or a value in Chinese stays.

    >>> in_english("trust 可信度: secondary")
    'trust: secondary'
    >>> in_english("哈尔滨市 2023")
    '哈尔滨市 2023'
    """
    return "\n".join(_plain_line(line) if _CHINESE.search(line) else line for line in text.split("\n"))


def _plain_line(line: str) -> str:
    body = line.strip()
    start = line[: len(line) - len(line.lstrip())]
    said = said_in_english(body)
    if said is None and (halves := _HALVES.fullmatch(body)):
        said = halves[2]
    if said is None:
        said = body
        for pattern_, kept in _GLOSSES:
            said = pattern_.sub(kept, said)
    return start + said + line[len(line.rstrip()) :]


@lru_cache(maxsize=1 << 14)
def said_in_english(body: str, told: Callable[[str], str] | None = None) -> str | None:
    """The English of a sentence that the code says in Chinese or in both; None for any other text.

    `told` gives the English of a value in it; None: as a line of its own.
    """
    catalogue = english_texts()
    if body in catalogue.fixed:
        return catalogue.fixed[body]
    for literals, pattern, en in catalogue.templates:
        if all(each in body for each in literals) and (match := re.fullmatch(pattern, body, re.DOTALL)):
            return _filled(en, list(map(told or in_english, match.groups())))
    return None


def _filled(template: str, values: list[str]) -> str:
    return _PLACE.sub(lambda place: values[int(place[1])], template)


def in_chinese(text: str) -> str:
    """`text` in Chinese, line by line.

    >>> in_chinese("no such scheme")
    '没有这个分组方案'
    """
    return "\n".join(_WIDE.sub(_wide, _line(line, 0)) for line in text.split("\n"))


def _wide(found: re.Match[str]) -> str:
    return found[1] or _WIDTH[found[2]]


def _line(line: str, depth: int) -> str:
    body = line.strip()
    if not body or not _ENGLISH.search(body):
        return line
    found = _whole(body, depth)
    if found is None and (halves := _HALVES.fullmatch(body)):
        found = halves[1]
    if found is None:
        found = _in_parts(body, depth)
    if found is None:
        found = _of_two(body) if _CHINESE.search(body) else body
    start = line[: len(line) - len(line.lstrip())]
    return start + _SPAN.sub(" 至 ", found) + line[len(line.rstrip()) :]


def _whole(body: str, depth: int) -> str | None:
    """The translation of a text that is a sentence of the catalogue as a whole."""
    catalogue = texts()
    if body in catalogue.fixed:
        return catalogue.fixed[body]
    if depth < _DEPTH:
        for literals, pattern, zh in catalogue.templates:
            if not all(each in body for each in literals):
                continue
            match = re.fullmatch(pattern, body, re.DOTALL)
            if match is not None and all(map(_closed, match.groups())):
                return _filled(zh, [_line(value, depth + 1) for value in match.groups()])
    return None


def _of_two(body: str) -> str:
    """The Chinese of a line that says the same in both languages: a label, a state of trust, a sentence."""
    for pattern, kept in _DOUBLED:
        body = pattern.sub(kept, body)
    return body


def _closed(value: str) -> bool:
    """Whether every bracket and quote of a value has its other half: a value is never cut in the middle."""
    return all(value.count(left) == value.count(right) for left, right in ("()", "[]", "{}")) and not (
        value.count('"') % 2
    )


def _in_parts(body: str, depth: int) -> str | None:
    """Several sentences in one line, the first of which the catalogue has."""
    for sign, joint in _JOINTS:
        for cut in (found.start() for found in re.finditer(re.escape(sign), body)):
            if (first := _whole(body[:cut], depth)) is not None:
                rest = _line(body[cut + len(sign.rstrip("(")) :], depth)
                return first.rstrip("。；，") + joint + rest
    if body[-1] in ".:" and (found := _whole(body[:-1], depth)) is not None:
        return found.rstrip("。：") + {".": "。", ":": "："}[body[-1]]
    return None


class Texts:
    """The catalogue: sentences without values by themselves, templates with the most said first."""

    def __init__(self, chinese: Mapping[str, str]) -> None:
        self.fixed: dict[str, str] = {}
        self.templates: list[tuple[tuple[str, ...], str, str]] = []
        by_length = []
        for en, zh in chinese.items():
            literals = _PLACE.split(en)[::2]  # between the places
            if len(literals) == 1:
                self.fixed[en] = zh
            else:
                by_length.append((-sum(map(len, literals)), literals, zh))
        for _, literals, zh in sorted(by_length):
            pattern = "(.*?)".join(map(re.escape, literals))
            self.templates.append((tuple(filter(None, literals)), pattern, zh))


@cache
def texts() -> Texts:
    """The catalogue of `data/texts.csv`."""
    return Texts({row["en"]: row["zh"] for row in _rows() if row["said"] != "zh"})


@cache
def english_texts() -> Texts:
    """The English of the sentences of `data/texts.csv` that the code says in both languages or in Chinese."""
    said = [row["en"] for row in _rows() if _CHINESE.search(row["en"])]
    both = {text: plain for text in said if (plain := _without_chinese(text)) != text}
    return Texts(both | {row["zh"]: row["en"] for row in _rows() if row["said"] == "zh"})


@cache
def _rows() -> list[dict[str, str]]:
    """`data/texts.csv` where `_paths` finds it; none in an installation without its data."""
    here = Path(__file__).resolve().parent
    for path in (here / "_data" / "texts.csv", here.parent / "data" / "texts.csv"):
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
    return []


def _without_chinese(text: str) -> str:
    if text.startswith("example: "):  # its files are named in Chinese
        return text
    for pattern, kept in (*_AFTER_ENGLISH, *_GLOSSES):
        text = pattern.sub(kept, text)
    return text.strip()

"""The words of the field, once each, in Chinese and English (`data/words.csv`, shown by `docs/glossary.md`).

An id is a name (`total_cost`), or a name in a room or kind where it means something of its own
(`settlement.reserve`, `route.per_diem`); the own meaning is taken before the general one.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ._paths import data_path
from .errors import NotFoundError, nearest_name
from .language import in_english, in_language, language, said_in_english, stated_language

if TYPE_CHECKING:
    import pandas as pd

E = TypeVar("E", bound=Enum)


class Word(NamedTuple):
    """A row of `data/words.csv`; `short` and the definitions are empty where the word says enough."""

    id: str
    zh: str
    en: str
    short: str
    definition: str
    definition_zh: str


@cache
def words() -> dict[str, Word]:
    """Every word by its id."""
    with data_path("words.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: Word(**row) for row in csv.DictReader(file)}


def word(name: str, room: str = "") -> Word:
    """The word of that name, in the sense of `room` where it has one.

    Raises NotFoundError for a name that is no word.

    >>> word("reserve").zh, word("reserve", "settlement").zh
    ('累计结余', '调剂金')
    """
    known = words()
    found = known.get(f"{room}.{name}") or known.get(name)
    if found is None:
        raise NotFoundError(
            "no such word in data/words.csv",
            got=name,
            allowed=nearest_name(name, known) or "the ids of the file",
        )
    return found


def headers(*names: str, room: str = "") -> dict[str, str]:
    """The Chinese headers of columns, in that order.

    >>> headers("case_id", "fund")
    {'case_id': '病案号', 'fund': '统筹基金'}
    """
    return {name: word(name, room).zh for name in names}


def named(*names: str, room: str = "") -> dict[str, tuple[str, str]]:
    """The words of these names, each in Chinese and in English.

    >>> named("fund")
    {'fund': ('统筹基金', 'basic fund')}
    """
    return {name: word(name, room)[1:3] for name in names}


def pairs(kind: str) -> dict[str, tuple[str, str]]:
    """The words of a kind by their names, each in Chinese and in English.

    >>> pairs("severity")["hint"]
    ('提示', 'hint')
    """
    start = f"{kind}."
    return {
        id.removeprefix(start): (each.zh, each.en) for id, each in words().items() if id.startswith(start)
    }


def chinese(kind: str) -> dict[str, str]:
    """The words of a kind by their names, in Chinese."""
    return {name: zh for name, (zh, _) in pairs(kind).items()}


def members(kind: str, enum: Iterable[E]) -> dict[E, tuple[str, str]]:
    """The words of a kind for each member of an enumeration, by its name in small letters."""
    known = pairs(kind)
    return {each: known[each.name.lower()] for each in enum}


# columns whose cells are ids, and the kind of their words ("" where an id is a word of its own)
_CELLS = {
    "state": "trust", "trust": "trust", "pot": "", "insurance": "", "scheme": "", "measure": "", "fund": "",
    "of": "table", "place": "table", "scenario": "scenario", "step": "scenario",
    "light": "light", "side": "", "band": "band",
}  # fmt: skip
_REGIONS = ("region", "insured_region", "care_region")
_SENTENCES = ("note", "reason")
_LABELS = {"zh": "说明", "en": "label"}  # a column of sentences
_OF_YEAR = re.compile(r"(.+)_(\d{2,4})")  # months_2030


def in_words(table: pd.DataFrame, room: str = "") -> pd.DataFrame:
    """A table for a reader: its columns, and the ids in them, in the language somebody asked for.

    What stands there in Chinese and English stands there once. Unchanged where nobody asked for a language,
    and where a name is no word.
    """
    asked = stated_language()
    if asked is None:
        return table
    own, other = ("zh", "en") if asked == "zh" else ("en", "zh")
    names = [str(name) for name in table.columns]
    twice = {f"{name.removesuffix(own)}{other}" for name in names if re.search(rf"(^|_){own}$", name)}
    shown = cells_in_words(table[[name for name in table.columns if str(name) not in twice]], room)
    shown.columns = [_LABELS.get(str(name)) or _said(name, room, asked) for name in shown.columns]
    shown.index.names = [None if name is None else _said(name, room, asked) for name in shown.index.names]
    return shown


def cells_in_words(table: pd.DataFrame, room: str = "") -> pd.DataFrame:
    """A table whose cells are words in the language somebody asked for, its columns as they are named."""
    asked = stated_language()
    shown = table.copy()
    for at, name in enumerate(map(str, table.columns)):
        if asked is None or table.iloc[:, at].dtype.kind not in "OTU":
            continue
        told = _teller(name, room, asked)
        if told is not None:
            cells = table.iloc[:, at]
            words = {cell: told(cell) for cell in cells.unique() if isinstance(cell, str) and cell}
            shown[table.columns[at]] = cells.map(lambda cell, words=words: words.get(cell, cell))
    return shown


def _teller(column: str, room: str, asked: str) -> Callable[[str], object] | None:
    if column in _REGIONS:
        return lambda cell: _said(region_words(cell)[asked == "en"], "table", asked)
    if column in _SENTENCES:
        return lambda cell: in_language(cell, asked)
    if column == "unit":
        return lambda cell: unit_text(cell, asked)
    kind = _CELLS.get(column)
    return None if kind is None else lambda cell: _said(cell, kind or room, asked)


def unit_text(unit: str, lang: str | None = None) -> str:
    """A unit in a language, or in that users are spoken to in: `yuan/point` is 元/点."""
    if (lang or language()) == "en":
        return unit
    if " " in unit:
        return chinese("unit").get(unit) or in_language(unit, "zh")
    return "/".join(chinese("unit").get(part, part) for part in unit.split("/"))


@cache
def _english() -> dict[str, str]:
    """The English of each Chinese word; of one that stands for several the first."""
    found: dict[str, str] = {}
    for each in words().values():
        found.setdefault(each.zh, each.en)
    return found


OWN = "own-translation"  # the state of trust of every such name
_SIGNS = {"／": "/", "（": "(", "）": ")", "<": "＜", ">": "＞", ",": "，", "、": "，", " ": None}
_SPELLINGS = str.maketrans(_SIGNS)
# one word for one thing: cities write 伴有 for 伴, 并发症与合并症 for 合并症或并发症
_SAME = tuple(
    pair.split(">")
    for pair in (
        "并发症或合并症>合并症或并发症", "并发症与合并症>合并症或并发症", "伴有>伴", "疾患>疾病",
        "成型>成形", "心肌梗塞>心肌梗死", "和/或>和(或)",
    )
)  # fmt: skip
_CODED = re.compile("([A-Z][A-Z0-9]{2,4}) (.+)")  # a group's code before its name
_LETTER = re.compile("^[A-Z]_")  # of the MDC, before 歧义组


def english_name(name: str) -> str:
    """The English of the Chinese name of an MDC, ADRG or DRG of editions 2.0 and 3.0; empty for any other.

    A group cut by severity, age or robot has its ADRG's name and an ending for each cut. The names are data
    (`data/schemes/english_names.csv`), marked `own-translation`.

    >>> english_name("胆囊切除手术，伴严重合并症或并发症")
    'Cholecystectomy, with MCC'
    >>> english_name("本地自定的病组")
    ''
    """
    names, endings = _group_names()
    said = _spelt(name)
    told = ""
    while said and said not in names:
        ending = next((each for each in endings if said.endswith(each)), None)
        if ending is None:
            return ""
        said, told = said.removesuffix(ending), endings[ending] + told
    return f"{names[said]}{told}" if said else ""


def _spelt(name: str) -> str:
    said = _LETTER.sub("", name.translate(_SPELLINGS)).replace("g)", "G)")
    for other, one in _SAME:
        said = said.replace(other, one)
    return said


def english_name_of(name: str) -> str:
    """The English name where there is one, else the Chinese."""
    return english_name(name) or name


@cache
def _group_names() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    endings: dict[str, str] = {}
    with data_path("schemes", "english_names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            (endings if row["kind"] == "ending" else names)[_spelt(row["zh"])] = row["en"]
    return names, dict(sorted(endings.items(), key=lambda pair: -len(pair[0])))


def own_english(text: str) -> str:
    """The English of a Chinese word, sentence, or name of a group or region; empty for any other text.

    >>> own_english("统筹基金"), own_english("哈尔滨市"), own_english("本地自定的病组")
    ('basic fund', 'Harbin', '')
    """
    found = _english().get(text) or english_name(text) or _region_english().get(text)
    if not found and (coded := _CODED.match(text)) and (named := english_name(coded[2])):
        return f"{coded[1]} {named}"
    return found or said_in_english(text, _value) or ""


def begun_in_english(text: str) -> str:
    """A text that begins with the Chinese name of a group, that name in English; else as it is.

    >>> begun_in_english("眼疾病及功能障碍 ZYZD in DI_C00")
    'Diseases and disorders of the eye ZYZD in DI_C00'
    """
    for end in [len(text), *(found.start() for found in reversed(list(re.finditer(" ", text))))]:
        if not text.isascii() and (named := own_english(text[:end])):
            return named + text[end:]
    return text


@cache
def regions() -> dict[str, tuple[str, str]]:
    """Chinese and English names of regions by code: provinces and prefectures, whose romanisation is ours
    (`own-translation`), and the cities of invented provinces."""
    with data_path("regions.csv").open(encoding="utf-8", newline="") as file:
        found = {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(file)}
    for path in sorted(data_path("synthetic", "regions").glob("*.toml")):
        for city in tomllib.loads(path.read_text(encoding="utf-8"))["cities"]:
            found[city["id"]] = (city["zh"], city["en"])
    return found


def region_words(code: str) -> tuple[str, str]:
    """A region's code with its Chinese and with its English name; the code alone where it has none.

    >>> region_words("230100"), region_words("990200")
    (('230100 哈尔滨市', '230100 Harbin'), ('990200 乙市', '990200 City B'))
    """
    zh, en = regions().get(code, ("", ""))
    return f"{code} {zh}".strip(), f"{code} {en}".strip()


@cache
def _region_english() -> dict[str, str]:
    """The English of a region by its name, with and without 省, 市: 哈尔滨市, 哈尔滨."""
    whole = dict(regions().values())
    short = {zh.removesuffix(zh[-1]): en for zh, en in whole.items() if zh[-1] in "省市" and len(zh) > 2}
    return short | whole


def _value(text: str) -> str:
    return (own_english(text) or in_english(text)) if not text.isascii() else text


def title_in(text: str) -> str:
    """A header or the name of a sheet, an id or Chinese, in the language somebody asked for; else as it is.

    >>> title_in("说不上来")
    '说不上来'
    """
    asked = stated_language()
    if asked is None:
        return text
    if asked == "en":
        return own_english(text) or text
    return str(_said(text, "", asked))


def word_in(id: object, room: str = "") -> str:
    """The word of an id in the language asked for; the id where nobody asked or it is no word.

    >>> word_in("no word of ours")
    'no word of ours'
    """
    asked = stated_language()
    return str(id) if asked is None else str(_said(id, room, asked))


def cells_in(cells: list[object]) -> list[object]:
    """Cells that are words, sentences or names of ours, in English for who asked for English; else as they
    are."""
    if stated_language() != "en":
        return cells
    told: dict[str, str] = {}
    for cell in cells:
        if isinstance(cell, str) and cell not in told:
            told[cell] = cell if cell.isascii() else own_english(cell) or cell
    return [told[cell] if isinstance(cell, str) else cell for cell in cells]


def _is_word(name: str) -> bool:
    return name in words() or f"table.{name}" in words()


def _said(name: object, room: str, lang: str) -> object:
    known = words()
    found = known.get(f"{room}.{name}") or known.get(f"table.{name}") or known.get(str(name))
    if found is not None:
        return found.zh if lang == "zh" else found.en
    what, point, whose = str(name).partition(".")  # births.resident
    if point and all(map(_is_word, (what, whose))):
        pair = _said(what, room, lang), _said(whose, room, lang)
        return f"{pair[0]}（{pair[1]}）" if lang == "zh" else f"{pair[0]} ({pair[1]})"
    dated = _OF_YEAR.fullmatch(str(name))
    if dated is not None and (of := _said(dated[1], room, lang)) != dated[1]:
        return f"{of} {dated[2]}"
    return name

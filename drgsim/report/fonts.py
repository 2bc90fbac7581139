"""Which font can write Chinese here, and what to do when none can."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from .._optional import require
from ..errors import ArgumentError

Language = Literal["zh", "en"]

# family name -> how its files are called, for fonts that came after matplotlib took stock
CANDIDATES: tuple[tuple[str, str], ...] = (
    ("Noto Sans CJK SC", "notosanscjksc"),
    ("Noto Sans SC", "notosanssc"),
    ("Source Han Sans SC", "sourcehansanssc"),
    ("Source Han Sans CN", "sourcehansanscn"),
    ("Microsoft YaHei", "msyh"),
    ("PingFang SC", "pingfang"),
    ("Hiragino Sans GB", "hiraginosansgb"),
    ("WenQuanYi Zen Hei", "wqyzenhei"),
    ("WenQuanYi Micro Hei", "wqymicrohei"),
    ("SimHei", "simhei"),
    ("Noto Sans CJK JP", "notosanscjk"),
    ("Droid Sans Fallback", "droidsansfallback"),
    ("Heiti SC", "stheiti"),
    ("Arial Unicode MS", "arialuni"),
    ("Noto Serif CJK SC", "notoserifcjk"),
    ("SimSun", "simsun"),
)
LATIN = "DejaVu Sans"  # comes with matplotlib
_PROOF = "医保险种亿万结余跨区"  # simplified forms a font for other scripts lacks
_MISSING = "□"


def cjk_font() -> str | None:
    """The first font of `CANDIDATES` that is installed and has simplified Chinese, or None."""
    found = _choose(CANDIDATES)
    if found is not None:
        _accept_its_weight()
    return found


def language(lang: str | None) -> Language:
    """The language of a figure's labels: as asked, else Chinese where a font can write it.

    Chinese without such a font becomes English: a chart of empty boxes helps nobody.
    """
    if lang not in (None, "zh", "en"):
        raise ArgumentError("a language that is not one of those there are", got=lang, allowed=("zh", "en"))
    return "zh" if lang != "en" and cjk_font() is not None else "en"


def families() -> list[str]:
    """Font families in the order glyphs are looked for."""
    found = cjk_font()
    return [LATIN] if found is None else [found, LATIN]


def drawable(text: str) -> str:
    """`text` with the characters no font here has replaced by a box drawn on purpose."""
    known = _glyphs(tuple(families()))
    if all(ord(each) in known or each == "\n" for each in text):
        return text
    return "".join(each if ord(each) in known or each == "\n" else _MISSING for each in text)


def is_drawable(text: str) -> bool:
    """Whether some font here has every character."""
    return drawable(text) == text


@lru_cache(maxsize=8)
def _choose(candidates: tuple[tuple[str, str], ...]) -> str | None:
    manager = _fonts().fontManager
    installed = {entry.name for entry in manager.ttflist}
    for name, _ in candidates:
        if name in installed and _can_write_chinese(name):
            return name
    return _newly_installed(candidates)


def _newly_installed(candidates: tuple[tuple[str, str], ...]) -> str | None:
    """Look at the font files themselves: matplotlib keeps its list from an earlier day."""
    if not candidates:
        return None
    files = [Path(name) for name in _fonts().findSystemFonts()]
    for name, stem in candidates:
        for path in files:
            if _plain(path.stem).startswith(stem):
                try:
                    _fonts().fontManager.addfont(str(path))
                except (OSError, RuntimeError):  # a file that is no font
                    continue
                if name in {entry.name for entry in _fonts().fontManager.ttflist} and _can_write_chinese(
                    name
                ):
                    return name
    return None


def _can_write_chinese(name: str) -> bool:
    return all(ord(each) in _glyphs((name,)) for each in _PROOF)


@lru_cache(maxsize=32)
def _glyphs(names: tuple[str, ...]) -> frozenset[int]:
    fonts = _fonts()
    found: set[int] = set()
    for name in names:
        path = next((entry.fname for entry in fonts.fontManager.ttflist if entry.name == name), None)
        if path is not None and Path(path).is_file():  # listed once, it may be gone now
            found.update(fonts.get_font(path).get_charmap())
    return frozenset(found)


def _accept_its_weight() -> None:
    """Many Chinese fonts come in one weight; matplotlib would say so on every chart."""
    logger = logging.getLogger("matplotlib.font_manager")
    if _not_about_weight not in logger.filters:
        logger.addFilter(_not_about_weight)


def _not_about_weight(record: logging.LogRecord) -> bool:
    about = "Failed to find font weight" in str(record.msg)
    return not (about and isinstance(record.args, tuple) and _choose(CANDIDATES) in record.args)


def _plain(stem: str) -> str:
    return "".join(each for each in stem.lower() if each.isalnum())


def _fonts() -> Any:
    return require("matplotlib.font_manager", extra="plot", feature="drawing charts")

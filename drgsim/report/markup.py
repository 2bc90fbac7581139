"""The few pieces of HTML the page is made of; every text is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from ..language import both, stated_language


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that is made already and is not escaped again."""

    text: str


Cell = str | Markup


def inline(cell: Cell) -> str:
    """The cell as HTML."""
    return cell.text if isinstance(cell, Markup) else escape(cell, quote=True)


def pair(zh: str, en: str) -> Markup:
    """Chinese with English beside it in small print; once where both are the same or one was asked for."""
    asked = stated_language()
    if asked is not None:
        return Markup(escape(zh if asked == "zh" or not en else en))
    if zh == en or not en:
        return Markup(escape(zh))
    return Markup(f'{escape(zh)} <span class="en" lang="en">{escape(en)}</span>')


def kept(text: str) -> Markup:
    """A text that stays on one line."""
    return Markup(f'<span class="kept">{escape(text)}</span>')


def heading(zh: str, en: str, *, rank: int = 2) -> str:
    """A bilingual heading, Chinese first."""
    return f"<h{rank}>{pair(zh, en).text}</h{rank}>"


def document(title: tuple[str, str], css: str, body: Iterable[str]) -> str:
    """A whole page of its own: the title in Chinese and English, its style, its parts."""
    head = (
        '<meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(both(*title) if title[0] != title[1] else title[0])}</title><style>{css}</style>"
    )
    lang = "en" if stated_language() == "en" else "zh-CN"
    return f'<!DOCTYPE html>\n<html lang="{lang}"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def paragraph(cell: Cell, *, kind: str = "") -> str:
    """A paragraph, of a CSS class if named."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{inline(cell)}</p>"


def bullets(cells: Iterable[Cell]) -> str:
    """A list, or nothing when there is nothing to list."""
    items = "".join(f"<li>{inline(cell)}</li>" for cell in cells)
    return f"<ul>{items}</ul>" if items else ""


def table(heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]], *, words: int = 1) -> str:
    """A table; the first `words` columns are text, the others figures aligned to the right."""
    head = "".join(
        f"<th>{pair(*each).text}</th>" if place < words else f'<th class="figure">{pair(*each).text}</th>'
        for place, each in enumerate(heads)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{inline(cell)}</td>" if place < words else f'<td class="figure">{inline(cell)}</td>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def chart(drawn: str, zh: str, en: str, *, share: float | None = None) -> str:
    """A chart under its heading, kept on one page; `share` of the width where another is beside it."""
    mark = "" if share is None else f' style="width: {share:.0%}"'
    return f"<figure{mark}>{heading(zh, en)}{drawn}</figure>"


def beside(*parts: str) -> str:
    """Parts next to each other, as wide as they are drawn."""
    return f'<div class="beside">{"".join(parts)}</div>'


def section(*parts: str, kind: str = "") -> str:
    """Parts that belong together."""
    mark = f' class="{kind}"' if kind else ""
    return f"<section{mark}>{''.join(parts)}</section>"

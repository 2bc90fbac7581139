"""The pieces a page is made of: markup with every text escaped, how it looks on screen and A4, figures as
SVG."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import Any

from .._optional import require
from ..language import both, stated_language
from ..words import title_in

CSS = """
@page { size: A4; margin: 9mm 14mm; }
* { box-sizing: border-box; }
html { background: #eef0f2; }
body { margin: 0 auto; max-width: 186mm; padding: 8mm 6mm; background: #fff; color: #1d2733;
  font: 9pt/1.38 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  "WenQuanYi Zen Hei", "Segoe UI", Arial, sans-serif; }
h1 { font-size: 17pt; line-height: 1.25; margin: 0 0 1mm; }
h2 { font-size: 11.5pt; margin: 3mm 0 .8mm; padding-bottom: .6mm; border-bottom: .4mm solid #1f5a99;
  break-after: avoid; }
h1 .en, h2 .en { font-weight: normal; font-size: 72%; color: #5c6670; }
.en { color: #5c6670; font-size: 88%; }
p { margin: 1mm 0; }
.lead { color: #3c4650; }
.trust { border-left: 1mm solid #f2a53a; background: #fdf6ea; padding: 1.2mm 2.5mm; margin: 2mm 0;
  break-inside: avoid; }
.warn { border-left: 1mm solid #b3261e; background: #fbeeed; padding: 1.2mm 2.5mm; margin: 2mm 0;
  break-inside: avoid; }
.warn ul, .trust ul { margin: 0; }
ul { margin: 1mm 0; padding-left: 5mm; }
li { margin: .8mm 0; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; margin: 1.2mm 0 2mm; font-size: 8pt; line-height: 1.25;
  break-inside: avoid; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .5mm 1.6mm .5mm 0; border-bottom: .2mm solid #d9dde1;
  vertical-align: top; }
h2 + p { break-after: avoid; }
th { font-weight: 600; vertical-align: bottom; border-bottom: .3mm solid #5c6670; }
th .en { font-weight: normal; display: block; font-size: 84%; }
th.figure, td.figure { text-align: right; padding: .5mm 0 .5mm 2mm; }
td.figure { white-space: nowrap; }
td .en { font-size: 84%; }
figure { margin: 0 0 1mm; min-width: 0; break-inside: avoid; }
.beside { display: table; width: 100%; table-layout: fixed; break-inside: avoid; }
.beside figure { display: table-cell; vertical-align: top; }
.beside figure + figure { padding-left: 4mm; }
svg { display: block; width: 100%; height: auto; }
.kept { white-space: nowrap; }
.small { font-size: 8pt; color: #5c6670; }
.mono { font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 7.6pt;
  overflow-wrap: anywhere; }
@media print { html { background: none; } body { max-width: none; padding: 0; } h2 { margin-top: 2.5mm; } }
"""


_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NAMESPACE = re.compile(r'\s+xmlns(:\w+)?="[^"]*"')
_SIZE = re.compile(r'(<svg[^>]*?)\s+width="[^"]*"', re.DOTALL)
_HEIGHT = re.compile(r'(<svg[^>]*?)\s+height="[^"]*"', re.DOTALL)
_ID = re.compile(r'\s+id="([^"]+)"')
_REFERENCE = re.compile(r'href="#([^"]+)"|url\(#([^)]+)\)')
_NO_LAYOUT = {"figure.constrained_layout.use": False, "figure.autolayout": False}
_POINTS = 72  # an inch of an SVG
_DIGITS = re.compile(r"-?\d+\.\d{3,}")


def svg(figure: Any, name: str, *, describe: str) -> str:
    """The figure as one `<svg>` element, the same text every time.

    `name` keeps ids of several figures in one page apart; `describe` is what a screen reader says.
    """
    matplotlib = require("matplotlib", extra="plot", feature="drawing charts")
    out = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path", **_NO_LAYOUT}):
        _lay_out(figure)
        figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    text = _HEAD.sub("", out.getvalue(), count=1)
    for pattern in (_METADATA, _COMMENT, _NAMESPACE):
        text = pattern.sub("", text)
    text = _HEIGHT.sub(r"\1", _SIZE.sub(r"\1", text, count=1), count=1)
    text = text.replace("xlink:href=", "href=")
    text = _own_ids(text, name)
    text = _DIGITS.sub(_short, text)
    label = f'<svg role="img" aria-label="{escape(describe, quote=True)}"'
    return text.replace("<svg", label, 1).strip()


def _lay_out(figure: Any) -> None:
    """Place the parts once: `savefig` would draw a whole figure that nobody sees to do it."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    engine = figure.get_layout_engine()
    if engine is not None:
        FigureCanvasSVG(figure)  # measures letters as they will be drawn
        figure.set_dpi(_POINTS)
        engine.execute(figure)
        figure.set_layout_engine(None)  # none at all, as the settings in force say


def _own_ids(text: str, name: str) -> str:
    """Ids that are referred to are numbered under the figure's name; the others go."""
    referred = {found[1] or found[2] for found in _REFERENCE.finditer(text)}
    numbers: dict[str, str] = {}
    for found in _ID.finditer(text):
        if found[1] in referred:
            numbers.setdefault(found[1], f"{name}-{len(numbers)}")
    text = _ID.sub(lambda found: f' id="{numbers[found[1]]}"' if found[1] in numbers else "", text)
    return _REFERENCE.sub(
        lambda found: f'href="#{numbers[found[1]]}"' if found[1] else f"url(#{numbers[found[2]]})", text
    )


def _short(found: re.Match[str]) -> str:
    """A hundredth of a point is finer than print; small numbers are scales and keep their figures."""
    value = float(found[0])
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that is made already and is not escaped again."""

    text: str


Cell = str | Markup


def inline(cell: Cell) -> str:
    """The cell as HTML; words of ours in English for who asked for it."""
    return cell.text if isinstance(cell, Markup) else escape(_told(cell), quote=True)


def _told(text: str) -> str:
    return title_in(text) if stated_language() == "en" and not text.isascii() else text


def pair(zh: str, en: str) -> Markup:
    """Chinese with English beside it in small print; once where both are the same or one was asked for."""
    asked = stated_language()
    if asked is not None:
        return Markup(escape(zh if asked == "zh" else en or _told(zh)))
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
        f"<title>{escape(both(*title) if title[0] != title[1] else _told(title[0]))}</title>"
        f"<style>{css}</style>"
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

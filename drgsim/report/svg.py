"""A figure as SVG to stand inside a page: letters as outlines, no address, no script, ids of its own."""

from __future__ import annotations

import re
from html import escape
from io import StringIO
from typing import Any

from .._optional import require

_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NAMESPACE = re.compile(r'\s+xmlns(:\w+)?="[^"]*"')
_SIZE = re.compile(r'(<svg[^>]*?)\s+width="[^"]*"', re.DOTALL)
_HEIGHT = re.compile(r'(<svg[^>]*?)\s+height="[^"]*"', re.DOTALL)
_ID = re.compile(r'\s+id="([^"]+)"')
_REFERENCE = re.compile(r'href="#([^"]+)"|url\(#([^)]+)\)')
_DIGITS = re.compile(r"-?\d+\.\d{3,}")


def svg(figure: Any, name: str, *, describe: str) -> str:
    """The figure as one `<svg>` element, the same text every time.

    `name` keeps ids of several figures in one page apart; `describe` is what a screen reader says.
    """
    matplotlib = require("matplotlib", extra="plot", feature="drawing charts")
    out = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
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

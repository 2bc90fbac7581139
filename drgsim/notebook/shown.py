"""How a piece shows itself: as a widget where that can be, else as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._optional import installed
from ..report.markup import Markup, inline


class Shown:
    """A piece with `html()` and `widget()`; a notebook shows the widget where ipywidgets is installed."""

    def html(self) -> str:
        """The piece as HTML without a script."""
        raise NotImplementedError

    def widget(self) -> Any:
        """The piece as an ipywidgets widget. Raises MissingExtraError without it."""
        raise NotImplementedError

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        plain = {"text/html": self.html(), "text/plain": repr(self)}
        if not installed("ipywidgets"):
            return plain
        return {**plain, **self.widget()._repr_mimebundle_()}


def table(rows: Sequence[Sequence[Any]], heads: Sequence[str] = ()) -> str:
    """A table; every text is escaped."""
    head = "".join(f"<th>{inline(str(each))}</th>" for each in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{inline(_cell(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table>"


def error(told: Mapping[str, Any]) -> str:
    """An error of the product in a box: what is wrong, what was got, what to do."""
    parts = [f"{name}: {told[name]}" for name in ("got", "allowed", "nearest", "do") if told.get(name)]
    head = f"[{told['code']}] {told['message']}"
    return f"<p><b>{inline(head)}</b><br>{inline('; '.join(parts))}</p>"


def preformatted(text: str) -> str:
    """Text with its line breaks."""
    return f"<pre>{inline(text)}</pre>"


def _cell(cell: Any) -> str | Markup:
    if isinstance(cell, Markup):
        return cell
    if cell is None or cell != cell:
        return "—"
    return f"{cell:,.2f}" if isinstance(cell, float) else str(cell)

"""Elements of HTML. Every text is escaped here, so that no name of a file or column becomes markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from ...report.markup import Markup

Child = Any  # a text or number, Markup, None (nothing), or a sequence of these
_SHORT = 6  # letters of a cell that stay on one line
_VOID = frozenset({"input", "link", "meta", "br", "hr"})


def tag(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """An element. `class_` and `for_` lose their stroke, others make it a hyphen; None and False leave an
    attribute out, True leaves its value out.

    >>> tag("a", "<b>", href="/?a=1&b=2", class_="x", hidden=False).text
    '<a href="/?a=1&amp;b=2" class="x">&lt;b&gt;</a>'
    """
    written = "".join(
        f" {key}" if value is True else f' {key}="{escape(str(value), quote=True)}"'
        for given, value in attributes.items()
        if value is not None and value is not False
        for key in [given.rstrip("_").replace("_", "-")]
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{inner(children)}</{name}>")


def inner(children: Child) -> str:
    """Children as HTML."""
    if children is None or children is False:
        return ""
    if isinstance(children, Markup):
        return children.text
    if isinstance(children, Iterable) and not isinstance(children, str):
        return "".join(map(inner, children))
    return escape(str(children), quote=True)


def many(*children: Child) -> Markup:
    """Several elements without one around them."""
    return Markup(inner(children))


def table(
    heads: Sequence[Child],
    rows: Iterable[Sequence[Child]],
    *,
    figures: Iterable[int] = (),
    caption: Child = None,
) -> Markup:
    """A table that scrolls sideways where it is wide; the columns numbered in `figures` stand right."""
    right = set(figures)

    def cells(kind: str, row: Sequence[Child]) -> list[Markup]:
        scope = "col" if kind == "th" else None
        return [
            tag(kind, cell, class_="figure" if place in right else _short(cell), scope=scope)
            for place, cell in enumerate(row)
        ]

    head = tag("thead", tag("tr", cells("th", heads)))
    body = tag("tbody", [tag("tr", cells("td", row)) for row in rows])
    titled = tag("caption", caption) if caption is not None else None
    return tag(
        "div",
        tag("table", titled, head, body),
        class_="wide",
        tabindex="0",
        role="group",
        aria_label=caption if isinstance(caption, str) else None,
    )


def _short(cell: Child) -> str | None:
    """The class of a word that would only be broken, letter under letter; Chinese breaks anywhere."""
    return "short" if isinstance(cell, str) and len(cell) <= _SHORT else None


def select(
    name: str, options: Iterable[tuple[str, str]], chosen: str | None = None, **attributes: Any
) -> Markup:
    """A list to choose from: (value, text)."""
    made = [tag("option", text, value=value, selected=value == chosen) for value, text in options]
    return tag("select", made, **{"id": name, "name": name, **attributes})


def field(label: Child, control: Markup, *, for_: str, hint: Child = None) -> Markup:
    """A labelled control, with a hint below where there is one; the control names it `{for_}-hint`."""
    told = tag("small", hint, id=f"{for_}-hint") if hint is not None else None
    return tag("div", tag("label", label, for_=for_), control, told, class_="field")

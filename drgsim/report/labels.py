"""Labels a chart is given from outside: titles that some font can draw, wrapped to the room there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import fonts
from .theme import WIDTH, columns, wrap
from .words import title

Titles = Mapping[str, Mapping[str, str]]


def scenario_label(titles: Titles | None, scenario: object, lang: str, width: int, lines: int = 3) -> str:
    """The scenario's title, else its id; the id too when no font here can draw the title."""
    key = str(scenario)
    text = title(titles, key, lang)
    return label(text if fonts.is_drawable(text) else key, width, lines)


def legend(figure: Any, handles: Sequence[Any]) -> None:
    """Above the chart, in as many columns as the labels leave room for."""
    labels = [each.get_label() for each in handles]
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=_columns(labels, figure.get_figwidth()),
        handlelength=2.6,
    )


def legend_height(labels: Sequence[str], width: float = WIDTH) -> float:
    """Inches `legend` will take."""
    lines = max((each.count("\n") + 1 for each in labels), default=1)
    return 0.1 + 0.165 * lines * -(-len(labels) // _columns(labels, width))


def _columns(labels: Sequence[str], width: float) -> int:
    widest = max((columns(line) for each in labels for line in each.split("\n")), default=0)
    many = next((count for count, room in ((4, 20), (3, 30), (2, 48)) if widest <= room * width / WIDTH), 1)
    return max(1, min(many, len(labels)))


def label(text: object, width: int, lines: int = 3) -> str:
    """Any label as something that can be drawn."""
    return wrap(fonts.drawable(str(text)), width, lines=lines)

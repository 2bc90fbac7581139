"""One look for every chart: A4 sizes, colours for every eye and for grey print, wrapped labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure

from .._optional import require
from . import fonts
from .numbers import MINUS, title

_DPI = 110


class Chart(Figure):
    """A Figure in all respects; it also knows how a notebook may draw it."""

    def _repr_png_(self) -> bytes:
        out = BytesIO()
        self.savefig(out, format="png", dpi=_DPI)
        return out.getvalue()


WIDTH = 7.1  # inches: what A4 leaves between its margins, so that letters print at the size stated here
SIZE, SMALL = 8.0, 7.0  # points

# dark blue and light orange differ in lightness, so they part in grey print too; orange is also hatched
BETTER, WORSE = "#1f5a99", "#f2a53a"
WORSE_HATCH = "////"
TOTAL, FAINT, INK, QUIET = "#5c6670", "#d9dde1", "#1d2733", "#5c6670"

# after Okabe and Ito; the dash and the marker tell lines apart without colour
_COLOURS = ("#30363d", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f5fa9")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (3, 2)), "-")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


@dataclass(frozen=True, slots=True)
class Style:
    """How one scenario looks in every chart of a report."""

    colour: str
    dash: Any
    marker: str


def styles(scenarios: Sequence[str]) -> dict[str, Style]:
    """A look for each scenario by its place; the first, the baseline, is black and solid."""
    return {
        each: Style(
            _COLOURS[place % len(_COLOURS)], _DASHES[place % len(_DASHES)], _MARKERS[place % len(_MARKERS)]
        )
        for place, each in enumerate(scenarios)
    }


@contextmanager
def drawing() -> Iterator[Any]:
    """The house settings while a figure is made, and the class of figures; no global state is kept."""
    matplotlib = require("matplotlib", extra="plot", feature="drawing charts")

    settings = {
        "font.family": fonts.families(),
        "font.size": SIZE,
        "axes.titlesize": SIZE + 0.5,
        "axes.titleweight": "normal",
        "axes.titlelocation": "left",
        "axes.labelsize": SMALL + 0.5,
        "axes.edgecolor": QUIET,
        "axes.linewidth": 0.6,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": FAINT,
        "grid.linewidth": 0.5,
        "xtick.labelsize": SMALL + 0.5,
        "ytick.labelsize": SMALL + 0.5,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "legend.fontsize": SMALL + 0.5,
        "legend.frameon": False,
        "hatch.linewidth": 0.5,
        "text.color": INK,
        "text.usetex": False,
        "text.parse_math": False,  # a title with dollar signs is a title
        "axes.unicode_minus": True,
        "figure.constrained_layout.use": True,
        "figure.dpi": 100,
        "savefig.dpi": 200,
        "svg.fonttype": "path",
    }
    with matplotlib.rc_context(settings):
        yield Chart


def finish(figure: Any, *, note: str | None = None) -> Any:
    """Write the note under the chart and pin the fonts, so that the figure draws alike at any later time."""
    if note:
        width = int(figure.get_figwidth() * 72 / (SMALL * 0.52))
        figure.supxlabel(
            wrap(fonts.drawable(note), width), x=0.01, ha="left", fontsize=SMALL, color=QUIET, linespacing=1.3
        )
    for axes in figure.axes:
        axes.tick_params(labelfontfamily=fonts.families())
    for text in figure.findobj(match=lambda each: hasattr(each, "set_fontfamily")):
        text.set_fontfamily(fonts.families())
    return figure


def tick(value: float, _: object = None) -> str:
    """The number at a tick: no digits that say nothing."""
    return f"{value:,.10g}".replace("-", MINUS)


def wrap(text: str, width: int, *, lines: int | None = None) -> str:
    """Break a label into lines of `width` narrow characters; Chinese breaks anywhere, Latin between words.

    >>> wrap("cross-region price book with new review", 14)
    'cross-region\\nprice book\\nwith new\\nreview'
    """
    done: list[str] = []
    line = ""
    for piece in _pieces(text):
        if piece == "\n" or (line.strip() and columns(line + piece.rstrip()) > width):
            done.append(line.rstrip())
            line = ""
        line += "" if piece == "\n" else piece.lstrip() if not line else piece
    done.append(line.rstrip())
    if lines is not None and len(done) > lines:
        done = [*done[: lines - 1], f"{done[lines - 1]}…"]
    return "\n".join(done)


def columns(text: str) -> int:
    """How wide a text is, a Chinese character counting two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in text)


_CLOSING = "，。、；：！？）》」】%,.;:!?)"


def _pieces(text: str) -> list[str]:
    """What must not be broken: words with the space after them, single wide characters with their stop."""
    pieces: list[str] = []
    for each in text:
        wide = columns(each) == 2
        glue = (
            pieces
            and pieces[-1] not in ("\n",)
            and (each in _CLOSING or each == " " or (not wide and each != "\n" and _open_word(pieces[-1])))
        )
        if glue:
            pieces[-1] += each
        else:
            pieces.append(each)
    return [part for piece in pieces for part in _hard(piece)]


def _open_word(piece: str) -> bool:
    return not piece.endswith((" ", "\n")) and columns(piece[-1]) == 1


def _hard(piece: str, most: int = 24) -> list[str]:
    """A word longer than any line, in parts."""
    return [piece[start : start + most] for start in range(0, len(piece), most)]


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

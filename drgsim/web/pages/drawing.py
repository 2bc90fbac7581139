"""Small drawings of the pages: a fan over years, bars of a tornado, what a stay cost beside what is paid.

Signs of their own besides colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...report.markup import Markup
from .html import tag
from .shell import Say

_WIDTH, _HEIGHT = 640, 44


def margin_bar(payment: float, cost: float, say: Say) -> Markup:
    """Two bars on one scale, the difference between them in words; colour is not the only sign."""
    most = max(payment, cost, 1.0)
    margin = payment - cost
    words = (
        say(f"结余 {margin:,.2f} 元", f"surplus {margin:,.2f} yuan")
        if margin >= 0
        else say(f"亏损 {-margin:,.2f} 元", f"loss {-margin:,.2f} yuan")
    )
    bars = []
    for place, (label, value, fill) in enumerate(
        ((say("应付", "paid"), payment, "#1d5fa8"), (say("费用", "cost"), cost, "#b86e00"))
    ):
        y = 4 + 20 * place
        bars += [
            tag("text", label, x=0, y=y + 12, font_size=12),
            tag(
                "rect",
                x=60,
                y=y,
                width=round(max(1.0, (_WIDTH - 200) * value / most), 1),
                height=15,
                fill=fill,
            ),
            tag("text", f"{value:,.2f}", x=68 + (_WIDTH - 200) * value / most, y=y + 12, font_size=12),
        ]
    drawn = tag(
        "svg",
        tag("title", words),
        *bars,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=words,
        class_="bar",
    )
    return tag("div", drawn, tag("p", words, class_="good" if margin >= 0 else "bad"))


WIDTH, HEIGHT = 860, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 18, 30
_TICKS = 5  # steps between marks, at the most but for the two ends
_KEY = 18  # height of a line that says what a curve is


@dataclass(frozen=True)
class Curve:
    """A line over years with bands below it: (low, high) from the widest in."""

    label: str
    points: Sequence[float]
    bands: Sequence[tuple[Sequence[float], Sequence[float]]] = ()
    colour: str = "#1d5fa8"
    dash: str | None = None


def round_marks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, the first at or below `low`, the last at or above `high`.

    >>> round_marks(-3.1, 19.0)
    [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0]
    """
    least = ((high - low) or 1.0) / _TICKS
    power = math.floor(math.log10(least))
    factor = next(each for each in (1, 2, 5, 10) if each * 10.0**power >= least * (1 - 1e-9))
    step = float(f"{factor}e{power}")
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{place * factor}e{power}") for place in range(first, max(last, first + 1) + 1)]


def fan(years: Sequence[int], curves: Sequence[Curve], title: str, unit: str) -> Markup:
    """Curves over years; values in `unit`."""
    every = [
        value
        for curve in curves
        for value in [*curve.points, *(v for band in curve.bands for s in band for v in s)]
    ]
    marks = round_marks(min([0.0, *every]), max([0.0, *every]))
    high, room = marks[-1], marks[-1] - marks[0]
    top = _TOP + _KEY * len(curves)  # what each curve is stands above them, a line each
    height = HEIGHT + _KEY * len(curves)
    wide, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def x(year: float) -> float:
        return round(_LEFT + wide * (year - years[0]) / max(1, years[-1] - years[0]), 1)

    def y(value: float) -> float:
        return round(top + tall * (high - value) / room, 1)

    parts: list[Any] = [tag("title", title)]
    for value in marks:
        parts += [
            tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y(value), y2=y(value), stroke="#d9dde1"),
            tag("text", f"{value:,.10g}", x=_LEFT - 6, y=y(value) + 4, text_anchor="end", font_size=12),
        ]
    parts.append(tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y(0), y2=y(0), stroke="#1c2530"))
    step = max(1, round((years[-1] - years[0]) / 8))
    parts += [
        tag("text", year, x=x(year), y=height - 8, text_anchor="middle", font_size=12)
        for year in years[::step]
    ]
    for curve in curves:
        for lows, highs in curve.bands:
            corners = [f"{x(year)},{y(v)}" for year, v in zip(years, highs, strict=True)]
            corners += [f"{x(year)},{y(v)}" for year, v in reversed(list(zip(years, lows, strict=True)))]
            parts.append(tag("polygon", points=" ".join(corners), fill=curve.colour, fill_opacity=0.16))
    for place, curve in enumerate(curves):
        line = " ".join(f"{x(year)},{y(v)}" for year, v in zip(years, curve.points, strict=True))
        parts += [
            tag(
                "polyline",
                points=line,
                fill="none",
                stroke=curve.colour,
                stroke_width=2.4,
                stroke_dasharray=curve.dash,
            ),
            tag(
                "line",
                x1=_LEFT + 60,
                x2=_LEFT + 90,
                y1=10 + _KEY * place,
                y2=10 + _KEY * place,
                stroke=curve.colour,
                stroke_width=2.4,
                stroke_dasharray=curve.dash,
            ),
            tag("text", curve.label, x=_LEFT + 98, y=14 + _KEY * place, font_size=12),
        ]
    parts.append(tag("text", unit, x=_LEFT, y=top - 6, font_size=12))
    return tag("svg", parts, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=title)


def tornado(bars: Sequence[tuple[str, float, float]], base: float, title: str) -> Markup:
    """(label, value at the low end, value at the high end), around `base`; the largest first."""
    row, left = 26, 350
    height = row * len(bars) + 34
    ends = [value for _, low, high in bars for value in (low, high)]
    least, most = min([base, *ends]), max([base, *ends])
    room = (most - least) or 1.0
    wide = WIDTH - left - 60

    def x(value: float) -> float:
        return round(left + 30 + (wide - 30) * (value - least) / room, 1)

    parts: list[Any] = [tag("title", title)]
    for place, (label, low, high) in enumerate(bars):
        y = 6 + row * place
        parts += [
            tag("text", label, x=left, y=y + 14, text_anchor="end", font_size=12 if len(label) < 52 else 10),
            tag("rect", x=min(x(low), x(base)), y=y, width=abs(x(low) - x(base)), height=18, fill="#1d5fa8"),
            tag(
                "rect",
                x=min(x(high), x(base)),
                y=y,
                width=abs(x(high) - x(base)),
                height=18,
                fill="#e0a030",
                stroke="#1c2530",
                stroke_width=0.6,
            ),
        ]
    bottom = 6 + row * len(bars)
    parts.append(tag("line", x1=x(base), x2=x(base), y1=2, y2=bottom, stroke="#1c2530"))
    for value in (least, base, most):
        parts.append(
            tag("text", f"{value:,.3g}", x=x(value), y=bottom + 18, text_anchor="middle", font_size=12)
        )
    return tag("svg", parts, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=title)

"""The bar that sets what a stay cost beside what is paid for it."""

from __future__ import annotations

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

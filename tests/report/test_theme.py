"""Labels wrap by how wide they are, and every text keeps its characters."""

import re

from hypothesis import given
from hypothesis import strategies as st

from drgsim.report.theme import columns, styles, wrap

TEXTS = st.text(alphabet="ab cde，。基金支付保险 DRG-", max_size=80)


def test_chinese_breaks_anywhere_and_a_stop_stays_with_its_word():
    assert wrap("特例单议申报，新药", 12) == "特例单议申\n报，新药"


def test_lines_beyond_the_limit_are_marked():
    assert wrap("one two three four", 5, lines=2) == "one\ntwo…"


@given(TEXTS, st.integers(min_value=8, max_value=40))
def test_wrapping_loses_nothing_but_spaces_and_keeps_to_the_width(text, width):
    wrapped = wrap(text, width)
    assert wrapped.replace("\n", "").replace(" ", "") == text.replace(" ", "")
    longest_word = max((columns(word) for word in text.split(" ")), default=0)
    for line in wrapped.split("\n"):
        # a stop may hang over the edge, and a word longer than the line stands alone
        assert columns(line) <= max(width + 6, longest_word)


def test_lines_of_different_scenarios_differ_without_colour():
    looks = list(styles([str(place) for place in range(6)]).values())
    assert len({(str(look.dash), look.marker) for look in looks}) == 6


def test_a_figure_is_drawn_once_and_as_savefig_draws_it(monkeypatch):
    from io import StringIO

    import matplotlib
    from matplotlib.figure import Figure

    from drgsim.report.markup import svg

    def made():
        figure = Figure(layout="constrained")
        left, right = figure.subplots(1, 2)
        left.plot([1, 2], [3, 400_000], label="a")
        right.set_ylabel("yuan")
        return figure

    out = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "x", "svg.fonttype": "path"}):
        made().savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    drawn = []
    monkeypatch.setattr(
        Figure, "draw", lambda self, renderer, draw=Figure.draw: (drawn.append(1), draw(self, renderer))
    )
    text = svg(made(), "x", describe="two panels")
    assert len(drawn) == 1
    body = out.getvalue().partition("<g id=")[2]
    places = [float(each) for each in re.findall(r"-?\d+\.\d{3,}", body)]
    assert len(places) > 100
    assert all(f"{each:.2f}" in text for each in places if abs(each) >= 1)

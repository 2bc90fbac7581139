"""What a chart shows is what its table says: which side, colour and order, and which number beside it."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from drgsim.report import figures
from drgsim.report.figures.gains import gains
from drgsim.report.theme import BETTER, TOTAL, WORSE

CHANGES = {"H1": 5e6, "H2": 1e6, "H3": 0.0, "H4": -2e6, "H5": -9e6}


def bars(axes):
    """Each bar of a panel from the top down: left end, right end, colour and whether it is hatched."""
    found = [each for each in axes.patches if type(each).__name__ == "Rectangle" and each.get_height() > 0.5]
    rows = sorted(found, key=lambda each: each.get_y())
    return [
        (each.get_x(), each.get_x() + each.get_width(), to_hex(each.get_facecolor()), bool(each.get_hatch()))
        for each in rows
    ]


def beside(axes):
    """The numbers beside bars: text, where they stand, and on which side of it they are written."""
    return [(each.get_text(), each.xy[0], each.get_ha()) for each in axes.texts if hasattr(each, "xy")]


def hospitals(order=tuple(CHANGES)):
    rows = [(name, "3", 1e8, CHANGES[name]) for name in order]
    return pd.DataFrame(rows, columns=["hospital_id", "hospital_level", "total_cost", "hospital_change"])


@pytest.mark.parametrize("order", [("H1", "H2", "H3", "H4", "H5"), ("H5", "H3", "H1", "H4", "H2")])
def test_winners_stand_above_losers_each_on_its_side_and_in_its_colour(order):
    named = figures.hospitals(hospitals(order), lang="en").axes[0]
    assert bars(named) == [
        (0.0, 5.0, to_hex(BETTER), False),
        (0.0, 1.0, to_hex(BETTER), False),
        (0.0, -2.0, to_hex(WORSE), True),
        (0.0, -9.0, to_hex(WORSE), True),
    ]
    assert {each.get_linewidth() for each in named.patches} == {0}  # no edge makes a bar longer
    assert [each.get_text()[:2] for each in named.get_yticklabels()] == ["H1", "H2", "H4", "H5"]
    assert beside(named) == [
        ("+5.00", 5.0, "left"), ("+1.00", 1.0, "left"), ("−2.00", -2.0, "right"), ("−9.00", -9.0, "right"),
    ]  # fmt: skip
    assert named.get_title(loc="left") == "Largest 2 gains and 2 losses"
    assert "million yuan" in named.get_xlabel()
    low, high = named.get_ylim()
    assert low > high  # the first bar is at the top


def test_the_largest_are_named_where_not_all_can_be():
    named = figures.hospitals(hospitals(), shown=1, lang="en").axes[0]
    assert [each[:2] for each in bars(named)] == [(0.0, 5.0), (0.0, -9.0)]


def test_every_hospital_is_a_mark_at_its_share_on_its_side():
    spread = figures.hospitals(hospitals(), lang="en").axes[1]
    gain, loss, same = spread.collections
    assert sorted(gain.get_offsets()[:, 0]) == pytest.approx([0.01, 0.05])
    assert sorted(loss.get_offsets()[:, 0]) == pytest.approx([-0.09, -0.02])
    assert same.get_offsets()[:, 0].tolist() == [0.0]
    assert to_hex(gain.get_facecolor()[0]) == to_hex(BETTER)
    assert to_hex(loss.get_facecolor()[0]) == to_hex(WORSE)
    assert spread.get_title(loc="left") == "All 5: 2 gain, 2 lose"
    (half,) = [line for line in spread.lines if line.get_linewidth() > 2]
    assert half.get_xdata() == pytest.approx([-0.02, 0.01])  # the middle half of −9, −2, 0, 1 and 5 %


def test_gains_of_a_transition_show_what_regrouping_alone_would_do():
    table = pd.DataFrame(
        {"change": [-2e6, 5e6, 1e6, -9e6], "regrouped_change": [1e6, 4e6, -3e6, -9e6]},
        index=["a", "b", "c", "d"],
    )
    axes = gains(table, lang="en").axes[0]
    assert [each[:3] for each in bars(axes)] == [
        (0.0, 5.0, to_hex(BETTER)),
        (0.0, 1.0, to_hex(BETTER)),
        (0.0, -2.0, to_hex(WORSE)),
        (0.0, -9.0, to_hex(WORSE)),
    ]
    assert [each.get_text() for each in axes.get_yticklabels()] == ["b", "c", "a", "d"]
    hollow = [float(x) for line in axes.lines if line.get_marker() == "o" for x in line.get_xdata()]
    assert hollow == [4.0, -3.0, 1.0, -9.0]
    assert beside(axes) == [
        ("+5.00", 5.0, "left"), ("+1.00", 1.0, "left"), ("−2.00", -2.0, "right"), ("−9.00", -9.0, "right"),
    ]  # fmt: skip


def test_the_waterfall_goes_on_where_the_bar_before_ended():
    rows = [
        ("", "baseline", 100e6, 100e6), ("up", "mechanical", 8e6, 108e6),
        ("down", "behavioural", -3e6, 105e6), ("", "total", 105e6, 105e6),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["lever", "kind", "value", "cumulative"])
    table = table.assign(scenario="s", title_zh="措施", title_en=["", "Up", "Down", ""])
    axes = figures.waterfall(table, lang="en").axes[0]
    assert bars(axes) == [
        (0.0, 8.0, to_hex(WORSE), True),  # the fund spends more: the side and colour of what is worse for it
        (8.0, 5.0, to_hex(BETTER), False),
        (0.0, 5.0, to_hex(TOTAL), False),
    ]
    numbers = [(each.get_text(), each.get_ha()) for each in axes.texts if each.get_text()[:1] in "+−"]
    assert numbers == [("+8.00", "left"), ("−3.00", "right"), ("+5.00", "left")]
    assert any("100.0 million yuan → 105.0 million yuan (+5.00%)" in each.get_text() for each in axes.texts)


def test_outliers_stand_at_their_share_and_their_money():
    rows = [
        ("base", "low_outlier", 0.02, -3e6), ("base", "high_outlier", 0.01, 4e6),
        ("s", "low_outlier", 0.02, -3e6), ("s", "high_outlier", 0.03, 6e6),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["scenario", "kind", "share", "adjustment"]).assign(cases=1)
    share, moved = figures.outliers(table, lang="en").axes[:2]

    def marks(axes):
        drawn = [line for line in axes.lines if line.get_marker() not in ("", "None", None)]
        return [(line.get_ydata()[0], line.get_xdata()[0]) for line in drawn]

    assert [value for _, value in marks(share)] == pytest.approx([0.02, 0.01, 0.03])
    assert [value for _, value in marks(moved)] == pytest.approx([-3.0, 4.0, 6.0])
    assert [height for height, _ in marks(share)] == sorted(height for height, _ in marks(moved))
    assert beside(moved) == [("−3.00", -3.0, "right"), ("+4.00", 4.0, "left"), ("+6.00", 6.0, "left")]

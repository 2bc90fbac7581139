"""Charts hold the numbers of their tables, draw without warnings, and clip nothing."""

import warnings

import numpy as np
import pandas as pd
import pytest

from drgsim.report import figures
from drgsim.report.theme import WORSE

from .conftest import SCENARIOS, TITLES, FabricatedTables

REFORM = SCENARIOS[2]


def bars(axes):
    """The bars of a panel, without the white frames of labels."""
    return [each for each in axes.patches if type(each).__name__ == "Rectangle" and each.get_height() > 0.5]


def all_figures(tables, lang=None):
    return {
        "waterfall": figures.waterfall(tables.attribution(), titles=TITLES, lang=lang, note="n"),
        "hospitals": figures.hospitals(tables.hospitals(REFORM), title=TITLES[REFORM]["en"], lang=lang),
        "flows": figures.flows(tables.flows(), change=tables.flows(REFORM, change=True), lang=lang),
        "projection": figures.projection(tables.projection(), titles=TITLES, lang=lang),
        "outliers": figures.outliers(tables.outliers(), titles=TITLES, lang=lang),
        "narrow outliers": figures.outliers(tables.outliers(), width=4.2, lang=lang),
        "narrow cost": figures.cost_to_standard(tables.cost_to_standard(), width=2.75, lang=lang),
        "cost": figures.cost_to_standard(tables.cost_to_standard(), titles=TITLES, lang=lang),
    }


def texts(figure):
    """Every text that is drawn: ticks outside the view are not."""
    figure.draw_without_rendering()
    hidden = {
        id(tick.label1)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    every = figure.findobj(lambda one: hasattr(one, "get_text"))
    return [each for each in every if each.get_text().strip() and id(each) not in hidden]


def test_every_chart_draws_later_without_a_warning_and_clips_no_text(tables, lang, caplog):
    for name, figure in all_figures(tables).items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shown = texts(figure)
            boxes = [(text.get_text(), text.get_window_extent()) for text in shown if text.get_visible()]
            size = figure.bbox.frozen()
            if name == "waterfall":
                assert figure._repr_png_().startswith(b"\x89PNG")
        for text, box in boxes:
            assert box.x0 >= size.x0 - 2, (name, text)
            assert box.x1 <= size.x1 + 2, (name, text)
    assert caplog.records == []


def test_charts_leave_matplotlib_as_it_was(tables):
    import matplotlib

    before = dict(matplotlib.rcParams)
    all_figures(tables, "en")
    assert dict(matplotlib.rcParams) == before


def test_the_waterfall_adds_up(tables):
    table = tables.attribution()
    figure = figures.waterfall(table, lang="en")
    for axes, (_, part) in zip(figure.axes, table.groupby("scenario", sort=False), strict=True):
        values = part.loc[~part["kind"].isin(["baseline", "total"]), "value"].to_numpy() / 1e6
        widths = [bar.get_width() for bar in bars(axes)]
        assert widths[: len(values)] == pytest.approx(values)
        if len(values) > 1:
            net = widths[len(values)]
            assert net == pytest.approx(values.sum())
            starts = [bar.get_x() for bar in bars(axes)]
            assert starts == pytest.approx([*np.r_[0, values[:-1]].cumsum(), 0.0])


def test_increases_are_hatched_so_that_grey_print_shows_them(tables):
    figure = figures.waterfall(tables.attribution("drg-to-dip"), lang="en")
    for bar in bars(figure.axes[0])[:-1]:
        assert bool(bar.get_hatch()) == (bar.get_width() > 0)


def test_scenarios_of_very_different_size_get_axes_of_their_own(tables):
    table = tables.attribution()
    small = table["scenario"] == "high-outlier-excess"
    base = table.loc[small & (table["kind"] == "baseline"), "value"].iloc[0]
    table.loc[small & (table["kind"] == "mechanical"), "value"] = -3_000.0
    table.loc[small & (table["kind"] != "baseline"), "cumulative"] = base - 3_000.0
    table.loc[small & (table["kind"] == "total"), "value"] = base - 3_000.0
    figure = figures.waterfall(table, lang="en")
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert all("yuan" in label for label in labels)
    assert sum("million" not in label for label in labels) == 1


def test_the_hospital_chart_names_the_extremes_and_shows_every_hospital(tables):
    table = tables.hospitals(REFORM)
    figure = figures.hospitals(table, shown=5, lang="en")
    named, spread = figure.axes
    changes = table["hospital_change"].sort_values(ascending=False)
    widths = [bar.get_width() for bar in bars(named)]
    assert widths == pytest.approx([*changes.head(5) / 1e6, *changes.tail(5) / 1e6])
    assert sum(len(each.get_offsets()) for each in spread.collections) == len(table)
    assert f"{(changes > 0).sum()} gain, {(changes < 0).sum()} lose" in spread.get_title(loc="left")


def test_hospitals_that_all_gain_leave_no_empty_half():
    table = FabricatedTables(hospitals=4).hospitals(REFORM)
    table["hospital_change"] = [5.0e5, 2.0e5, 1.0e5, 0.0]
    named, _ = figures.hospitals(table, lang="en").axes
    assert [bar.get_width() > 0 for bar in bars(named)] == [True, True, True]
    assert all(bar.get_facecolor() != WORSE for bar in bars(named))


def test_nothing_changed_can_be_drawn(tables):
    figure = figures.hospitals(tables.hospitals(None), lang="en")
    assert "0 gain, 0 lose" in figure.axes[1].get_title(loc="left")
    texts(figure)
    empty = tables.attribution("high-outlier-excess").query("kind != 'mechanical'")
    empty = empty.assign(value=1e9, cumulative=1e9)
    texts(figures.waterfall(empty, lang="en"))
    zero = tables.flows() * 0.0
    texts(figures.flows(zero, change=zero, lang="en"))


@pytest.mark.parametrize("regions", [1, 2, 6, 9, 30])
def test_the_flow_matrix_writes_money_into_every_cell_and_sums_borders(regions):
    table = FabricatedTables(regions=regions).flows()
    figure = figures.flows(table, lang="en")
    axes = figure.axes[0]
    size = len(axes.get_yticklabels())
    assert size == min(regions, figures.flows.__globals__["MOST_REGIONS"])
    crossing = table.to_numpy().copy()
    np.fill_diagonal(crossing, 0.0)
    if regions <= 9:
        shown = np.ma.filled(axes.collections[0].get_array().reshape(regions, regions), 0.0)
        assert shown == pytest.approx(crossing)
    texts(figure)


def test_regions_put_together_keep_the_sum():
    from drgsim.report.figures.flows import _gathered, _largest

    table = FabricatedTables(regions=30).flows()
    small = _gathered(table, _largest(table), "en")
    assert small.to_numpy().sum() == pytest.approx(table.to_numpy().sum())
    assert list(small.index[-1:]) == ["other"]


def test_projection_lines_are_the_table_and_the_shade_is_the_baselines_band(tables):
    table = tables.projection()
    figure = figures.projection(table, lang="en")
    balance = figure.axes[0]
    own = table[(table["insurance"] == "employee") & (table["scenario"] == SCENARIOS[0])]
    lines = [line for line in balance.lines if len(line.get_xdata()) == 6]
    assert len(lines) == len(SCENARIOS)
    assert lines[0].get_ydata() == pytest.approx(own["balance"].to_numpy() / 1e6)
    (shade,) = balance.collections
    heights = shade.get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(own["balance_low"].min() / 1e6)
    assert heights.max() == pytest.approx(own["balance_high"].max() / 1e6)


def test_a_projection_without_draws_claims_no_band():
    figure = figures.projection(FabricatedTables(draws=False).projection(), lang="en")
    assert all(len(axes.collections) == 0 for axes in figure.axes)
    assert not any("90" in text.get_text() for text in texts(figure))


def test_outliers_draw_the_baseline_and_what_differs(tables):
    table = tables.outliers()
    figure = figures.outliers(table, lang="en")
    marks = [line for line in figure.axes[0].lines if line.get_marker() not in ("", "None", None)]
    base = table[table["scenario"] == SCENARIOS[0]].set_index("kind")
    differs = sum(
        not np.allclose(
            table[(table["scenario"] == each) & (table["kind"] == kind)][["share", "adjustment"]],
            base.loc[kind, ["share", "adjustment"]].astype(float),
        )
        for each in SCENARIOS[1:]
        for kind in base.index
    )
    assert len(marks) == len(base) + differs


def test_kinds_that_say_nothing_are_left_out(tables):
    table = tables.outliers()
    table.loc[table["kind"] == "extreme_outlier", ["share", "adjustment"]] = 0.0
    filed = table.loc[table["kind"] == "special_review_filed", "share"].to_numpy()
    table.loc[table["kind"] == "special_review_eligible", "share"] = filed
    shown = [each.get_text() for each in figures.outliers(table, lang="en").axes[0].get_yticklabels()]
    assert "extreme outlier" not in shown
    assert "special review: eligible" not in shown
    assert "special review: filed" in shown
    nothing = table.assign(share=0.0, adjustment=0.0)
    texts(figures.outliers(nothing, lang="en"))


def test_the_cost_distribution_adds_up_to_all_stays(tables):
    figure = figures.cost_to_standard(tables.cost_to_standard(), lang="en")
    for stairs in figure.axes[0].patches:
        assert stairs.get_data().values.sum() == pytest.approx(1.0)
    first = tables.cost_to_standard().query("scenario == 'baseline'")
    above = first.loc[first["low"] > 0.999, "cases"].sum() / first["cases"].sum()
    assert any(f"{above:.1%}" in text.get_text() for text in texts(figure))


def test_titles_from_outside_cannot_start_mathematics(tables):
    titles = {each: {"zh": "$x$ <b> & $", "en": "$x^2$ <b> & \\frac{"} for each in SCENARIOS}
    texts(figures.projection(tables.projection(), titles=titles, lang="en"))
    table = tables.hospitals(REFORM)
    table["hospital_id"] = "$H_{" + table["hospital_id"]
    texts(figures.hospitals(table, lang="en"))
    assert isinstance(table, pd.DataFrame)

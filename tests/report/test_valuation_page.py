"""The valuation report: one page with data, sources, method, fan, tornado, who pays; sums only."""

import itertools
import re
from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib.colors import to_hex

import drgsim
from drgsim.fund.record import reconcile, record
from drgsim.fund.sensitivity import sensitivity
from drgsim.fund.words import pots
from drgsim.report.figures.valuation import fund_fan, tornado
from drgsim.report.numbers import money, number
from drgsim.report.theme import BETTER, WORSE, styles
from drgsim.report.thirty_years import deficits, thirty_years
from drgsim.report.valuation_page import _results, valuation_page, write_valuation

from .test_page_tables import grids


@pytest.fixture(scope="module")
def valued():
    return drgsim.value(scenarios=["premium-20", "delivery-free"], years=8, draws=30, seed=1)


@pytest.fixture(scope="module")
def told(valued):
    return sensitivity(valued.fund, "reserve_months.employee", years=8)


def test_the_report_has_every_part_a_valuation_needs(valued, told):
    page = valuation_page(valued, told=told, reconciliation=reconcile(record(valued), valued), signed="张三")
    for part in (
        "数据",
        "假设与来源",
        "方法",
        "基线结果",
        "逐项分解",
        "与上次测算对账",
        "局限",
        "影响最大的十项假设",
        "张三",
    ):
        assert part in page, part
    assert "68 项为假定" in page or "项为假定" in page
    assert valued.fund.assumptions.hash in page
    assert page.count("<svg") == 2
    assert "未能分解" in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org)|src=", page)


def test_numbers_of_the_page_are_those_of_the_valuation(valued, told):
    page = thirty_years(valued, told)
    table = valued.first_deficit().set_index(["scenario", "pot"])
    assert f"{table.loc[('baseline', 'resident'), 'p_deficit']:.0%}" in page
    assert "患者自付" in page
    assert "生育无自付" in page


def test_figures_draw_with_and_without_draws_in_both_languages(valued, told):
    assert len(fund_fan(valued, lang="zh").axes) == 2
    point = drgsim.value(valued.fund, years=4)
    assert len(fund_fan(point, measure="reserve", lang="en").axes) == 2
    assert len(tornado(told, bars=3, lang="en").axes[0].patches) == 6


def test_the_page_is_written_whole_or_not_at_all(valued, told, tmp_path):
    write_valuation(valued, tmp_path / "report.html", told=told)
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>\n")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


POTS = ("employee_pool", "resident")


@pytest.mark.parametrize(("lang", "label"), [("zh", "可支付月数"), ("en", "months of spending in reserve")])
def test_lines_and_shades_of_the_fan_are_the_numbers_of_the_valuation(valued, lang, label):
    figure = fund_fan(valued, lang=lang)
    looks, bands = styles(valued.scenarios), valued.bands
    assert label.split()[0] in figure.axes[0].get_ylabel()
    for axes, pot in zip(figure.axes, POTS, strict=True):
        assert axes.get_title(loc="left") == (pots()[pot].zh if lang == "zh" else pots()[pot].en)
        *drawn, zero = axes.lines
        assert list(zero.get_ydata()) == [0, 0]
        for line, scenario in zip(drawn, valued.scenarios, strict=True):
            own = valued.frame.query("scenario == @scenario and pot == @pot")
            assert line.get_xdata().tolist() == own["year"].tolist()
            assert line.get_ydata() == pytest.approx(own["reserve_months"].to_numpy())
            assert line.get_color() == looks[scenario].colour
        own = bands.query(
            "scenario == 'baseline' and pot == @pot and measure == 'reserve_months' and band == 'level'"
        )
        wide = []
        for shade, level in zip(axes.collections, (90, 80, 50), strict=True):
            points = shade.get_paths()[0].vertices
            for year, low, high in zip(own["year"], own[f"low_{level}"], own[f"high_{level}"], strict=True):
                at = points[points[:, 0] == year, 1]
                assert (at.min(), at.max()) == pytest.approx((low, high))
            wide.append(at.max() - at.min())
        assert wide == sorted(wide, reverse=True)
    said = " ".join(text.get_text() for text in figure.texts)
    assert ("阴影" if lang == "zh" else "Shaded") in said


def test_money_of_a_fan_is_in_hundred_millions_and_a_point_value_has_no_shade(valued):
    point = drgsim.value(valued.fund, years=4)
    axes = fund_fan(point, measure="reserve", lang="zh").axes[0]
    own = point.frame.query("scenario == 'baseline' and pot == 'employee_pool'")
    assert axes.lines[0].get_ydata() == pytest.approx(own["reserve"].to_numpy() / 1e8)
    assert len(axes.collections) == 0


@pytest.mark.parametrize(
    ("measure", "unit", "zh", "en"),
    [
        ("reserve", 1e8, "亿元", "1e8 yuan"),
        ("reserve_months", 1.0, "可支付月数", "months of spending in reserve"),
    ],
)
def test_bars_of_a_tornado_run_from_the_base_to_both_ends(measure, unit, zh, en):
    table = pd.DataFrame(
        {
            "zh": ["工资增长", "断保"], "en": ["growth of wages", "loss of insurance"],
            "low": [0.01, 0.002], "high": [0.06, 0.01], "at_low": [2 * unit, 6 * unit],
            "at_high": [9 * unit, 4.5 * unit],
        }
    )  # fmt: skip
    told = SimpleNamespace(base=5 * unit, measure=SimpleNamespace(name=measure), tornado=table.head)
    for lang, label in (("zh", zh), ("en", en)):
        axes = tornado(told, lang=lang).axes[0]
        bars = [
            (
                bar.get_y() + 0.31,
                bar.get_x(),
                bar.get_width(),
                to_hex(bar.get_facecolor()),
                bool(bar.get_hatch()),
            )
            for bar in axes.patches
        ]
        assert [tuple(map(float, each[:3])) for each in bars] == [
            (0.0, 5.0, 1.0), (0.0, 5.0, -0.5), (1.0, 5.0, -3.0), (1.0, 5.0, 4.0),
        ]  # fmt: skip
        assert [each[3] for each in bars] == [to_hex(each) for each in (BETTER, WORSE, WORSE, BETTER)]
        assert [bool(each[4]) for each in bars] == [False, True, True, False]
        names = [" ".join(each.get_text().split()) for each in axes.get_yticklabels()]
        assert names == [
            f"{table[lang][1]} 0.002 … 0.01",
            f"{table[lang][0]} 0.01 … 0.06",
        ]
        assert axes.get_xlabel() == label
        assert axes.lines[0].get_xdata()[0] == 5.0


def test_results_stand_for_the_first_year_every_fifth_and_the_last(valued):
    done = drgsim.value(valued.fund, years=12)
    told = grids(_results(done))[0]
    years = [str(done.first_year + step) for step in (0, 4, 9, 11)]
    assert [row[1] for row in told[1:]] == years * len(done.used_pots)
    frame = done.frame.set_index(["pot", "year"])
    for row, (pot, year) in zip(told[1:], itertools.product(done.used_pots, years), strict=True):
        own = frame.loc[(pot, int(year))]
        assert row[2:6] == [money(own[name], "zh") for name in ("income", "spending", "balance", "reserve")]
        months = own["reserve_months"]
        assert row[6] == ("–" if months != months else number(months))


def test_chances_of_a_deficit_are_told_where_there_are_draws(valued):
    head, *rows = grids(deficits(valued))[0]
    assert ["赤字概率" in head[4], "用尽概率" in head[5]] == [True, True]
    for row, told in zip(rows, valued.first_deficit().itertuples(), strict=True):
        assert len(row) == len(head)
        assert row[4:] == [f"{told.p_deficit:.0%}", f"{told.p_gone:.0%}"]
        assert row[2:4] == [
            "–" if str(each) == "<NA>" else str(each) for each in (told.current_deficit, told.reserve_gone)
        ]
    head, *rows = grids(deficits(drgsim.value(valued.fund, years=4)))[0]
    assert {len(head), *map(len, rows)} == {4}

"""The valuation report: one page with data, sources, method, fan, tornado, who pays; sums only."""

import re

import pytest

import drgsim
from drgsim.fund.record import reconcile, record
from drgsim.fund.sensitivity import sensitivity
from drgsim.report.figures.valuation import fund_fan, tornado
from drgsim.report.thirty_years import thirty_years
from drgsim.report.valuation_page import valuation_page, write_valuation


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

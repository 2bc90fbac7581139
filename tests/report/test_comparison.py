"""A real comparison draws, shows, prints and writes itself, and never a case."""

import re

import pandas as pd
import pytest

import drgsim
from drgsim.report import fonts
from drgsim.simulation.comparison.comparison import Comparison
from drgsim.simulation.scenario_errors import SimulationError
from drgsim.simulation.simulate import simulate


@pytest.fixture(scope="module")
def cases():
    return drgsim.synthetic_cases(n=1_500, year=2025, seed=4)


@pytest.fixture(scope="module")
def found(cases):
    return simulate(cases, ["baseline-drg", "cross-region-price-book"], years=2, draws=20, seed=4)


@pytest.fixture(scope="module")
def plain(cases):
    """Without years and draws."""
    return simulate(cases, ["baseline-drg", {"outlier.high.threshold/3": 2.5}], seed=4)


PLOTS = ("waterfall", "hospitals", "flows", "projection", "outliers", "cost_to_standard")


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_is_a_figure(found, name, lang):
    from matplotlib.figure import Figure

    figure = getattr(found, f"plot_{name}")()
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    assert figure._repr_png_()


def test_plots_name_a_scenario_by_its_title(found):
    figure = found.plot_hospitals(lang="en")
    assert figure.get_suptitle() == found.scenario().title["en"]
    assert len(found.plot_waterfall(lang="en").axes) == 1
    assert len(found.plot_flows(found.baseline.id, lang="en").axes) == 1


def test_years_that_were_not_simulated_are_said_to_be_missing(plain):
    with pytest.raises(SimulationError, match="years"):
        plain.plot_projection()


def test_page_and_workbook_without_years_or_draws(plain, tmp_path):
    plain.to_html(tmp_path / "report.html", lang="en")
    plain.to_excel(tmp_path / "results.xlsx")
    assert "未来年度" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["report.html", "results.xlsx"]


def test_nothing_written_or_shown_names_a_case(found, cases, tmp_path):
    found.to_html(tmp_path / "report.html", synthetic=True)
    found.to_excel(tmp_path / "results.xlsx", synthetic=True)
    sheets = pd.read_excel(tmp_path / "results.xlsx", sheet_name=None, header=None, engine="calamine")
    book = " ".join(str(cell) for sheet in sheets.values() for cell in sheet.to_numpy().ravel())
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    words = set(re.findall(r"[\w-]+", f"{page} {book} {found!r} {found._repr_html_()}"))
    assert not words & {str(each) for each in [*cases["case_id"], *cases["patient_id"]]}


def test_the_display_is_the_summary_and_what_it_rests_on(found):
    shown = found._repr_html_()
    assert shown.count("<tr>") == 1 + len(found.scenarios)
    assert "参数 parameters" in shown
    assert "cross-region-price-book" in repr(found)
    assert len(repr(found).splitlines()) == 2 + len(found.scenarios)


def test_facts_count_what_was_put_in(found, cases):
    facts = found.facts()
    assert facts.cases == len(cases)
    assert facts.hospitals == cases["hospital_id"].nunique()
    assert facts.year == 2025
    assert facts.assumed == found.states["assumed"]
    assert [each.hash for each in facts.scenarios] == [each.hash for each in found.scenarios]
    assert not facts.synthetic
    assert "synthetic" not in facts.trust("en")


def test_sums_that_were_kept_cannot_be_spoilt(found):
    before = found.flows()
    before.iloc[:, :] = -1
    part = found.by("insurance")
    part.loc[:, "fund"] = -1.0
    assert (found.flows().to_numpy() >= 0).all()
    whole = found.by("insurance").groupby("scenario")["fund"].sum()
    assert whole.to_dict() == pytest.approx(found.summary()["fund"].to_dict())


def test_a_comparison_is_results(found):
    assert isinstance(found, Comparison)
    assert fonts.language("en") == "en"


def test_a_closed_budget_is_said_to_move_money_between_hospitals(tmp_path):
    cases = drgsim.synthetic_cases(n=1_500, year=2025, seed=4)
    found = drgsim.simulate(cases, ["baseline-drg", "drg-to-dip"], draws=50, seed=1)
    assert found.closes_a_budget("drg-to-dip")
    assert not found.closes_a_budget("baseline-drg")
    found.to_html(tmp_path / "page.html", lang="zh")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "预算封闭，钱在医院之间移动" in page
    assert "是增是减尚不能断定" not in page

"""Charts and sheets stand in one register each, and have one name everywhere."""

from drgsim.report.comparison_workbook import NAMES, SHEETS
from drgsim.report.figures import CHARTS
from drgsim.report.page import page
from drgsim.simulation.comparison.comparison import Comparison


def test_a_chart_has_one_name_everywhere(tables, facts):
    text = page(tables, facts, lang="en")
    for name, kind in CHARTS.items():
        assert callable(getattr(Comparison, f"plot_{name}")), name
        assert kind.draw.__name__ == name
        assert kind.en in text, name
        assert kind.zh in text, name


def test_no_two_sheets_have_one_name():
    assert len({NAMES[name] for name in SHEETS}) == len(SHEETS)

"""The fund on the page: its numbers are the library's, its scenario file is what the command line reads."""

import re

import pytest
import yaml

import drgsim
from drgsim._paths import data_path
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.fund.fund import Fund
from drgsim.fund.goal import seek
from drgsim.fund.scenario import FundScenario
from drgsim.fund.sensitivity import sensitivity
from drgsim.fund.value import value
from drgsim.web.pages.drawing import Curve, fan, margin_bar, round_marks, tornado
from drgsim.web.pages.fund_asked import Asked
from drgsim.web.pages.shell import saying

from ...fund.test_template import filled

FORM = {
    "pot": "resident",
    "measure": "reserve_months",
    "years": "10",
    "draws": "20",
    "seed": "3",
    "since": "2027",
}
MOVED = {**FORM, "l.resident_premium": "20"}


def test_the_page_has_a_labelled_slider_for_every_lever(visitor):
    status, page = visitor.call("/fund")
    assert status == 200
    for name in drgsim.fund.lever.levers():
        assert f'for="l.{name}"' in page
    assert "F07" in page
    assert "假定" in page
    assert "Goal seek" in visitor.call("/fund?lang=en")[1]


def test_the_valuation_is_the_librarys(visitor):
    status, text = visitor.form("/fund/value", **MOVED)
    assert status == 200
    found = value(Fund.national(), ["resident_premium@2027=20"], years=10, draws=20, seed=3)
    frame = found.frame[found.frame["pot"] == "resident"]
    for scenario in found.scenarios:
        months = frame[(frame["scenario"] == scenario) & (frame["year"] == 2035)]["reserve_months"].item()
        assert f"{months:,.2f}" in text
    assert text.count("<polyline") == 2
    assert text.count("<polygon") == 3
    states = [each.state for each in Fund.national().assumptions.values()]
    assert 0 < states.count("assumed") < len(states)
    assert states.count("assumed") * 2 != len(states)
    assert f"{len(states)} 项假设中 {states.count('assumed')} 项为假定。" in text
    _, same = visitor.form("/fund/value", **MOVED)
    assert same == text


def test_the_tornado_is_the_librarys(visitor):
    _, text = visitor.form("/fund/tornado", **FORM)
    found = sensitivity(Fund.national(), "reserve_months.resident", years=10)
    first = found.tornado(1).iloc[0]
    assert first["zh"] in text
    assert f"{first['at_low']:,.4g}" in text
    assert text.count("<rect") == 20


@pytest.mark.parametrize(
    ("ends", "marks"),
    [
        ((-3.1, 19.0), [-5, 0, 5, 10, 15, 20]),
        ((0.0, 0.0), [0, 0.2]),
        ((0.0, 0.3), [0, 0.1, 0.2, 0.3]),
        ((0.0, 1.0), [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ((-2.0, 0.0), [-2, -1.5, -1, -0.5, 0]),
        ((0.0, 71_000.0), [0, 20_000, 40_000, 60_000, 80_000]),
    ],
)
def test_marks_of_an_axis_are_round_and_reach_over_both_ends(ends, marks):
    assert round_marks(*ends) == marks


def drawn(markup, name):
    """The elements of a drawing: their attributes, and the text of those that have one."""
    found = re.findall(rf"<{name}\b([^>]*)>([^<]*)", str(markup))
    return [(dict(re.findall(r'([\w-]+)="([^"]*)"', attributes)), text) for attributes, text in found]


def test_the_fan_stands_where_its_numbers_are():
    """One curve and its band from 0 to 20: 272 points of height below 36, 770 of width from 70."""
    curve = Curve("now", [20.0, 10.0, 5.0], [([10.0, 5.0, 0.0], [20.0, 15.0, 10.0])])
    picture = fan([2025, 2026, 2027], [curve], "months", "in months")
    ends = {
        text: float(each["y"]) for each, text in drawn(picture, "text") if each.get("text-anchor") == "end"
    }
    assert ends == {"0": 312, "5": 244, "10": 176, "15": 108, "20": 40}  # letters stand four points lower
    years = {
        text: float(each["x"]) for each, text in drawn(picture, "text") if each.get("text-anchor") == "middle"
    }
    assert years == {"2025": 70, "2026": 455, "2027": 840}
    assert drawn(picture, "polyline")[0][0]["points"] == "70.0,36.0 455.0,172.0 840.0,240.0"
    band = "70.0,36.0 455.0,104.0 840.0,172.0 840.0,308.0 455.0,240.0 70.0,172.0"
    assert drawn(picture, "polygon")[0][0]["points"] == band
    assert 'fill-opacity="0.16"' in str(picture)


def test_bars_of_the_tornado_reach_from_the_base_to_each_end():
    """From 0 to 40 over 420 points that begin at 380; the base at 10."""
    low, high = drawn(tornado([("premium", 0.0, 40.0)], 10.0, "a title"), "rect")
    assert (low[0]["x"], low[0]["width"], low[0]["fill"]) == ("380.0", "105.0", "#1d5fa8")
    assert (high[0]["x"], high[0]["width"], high[0]["fill"]) == ("485.0", "315.0", "#e0a030")


@pytest.mark.parametrize(
    ("payment", "cost", "words", "kind", "widths"),
    [
        (1_000.0, 1_500.0, "loss 500.00 yuan", "bad", (293.3, 440.0)),
        (1_500.0, 1_000.0, "surplus 500.00 yuan", "good", (440.0, 293.3)),
        (100.0, 100.0, "surplus 0.00 yuan", "good", (440.0, 440.0)),
    ],
)
def test_the_margin_is_a_loss_where_the_cost_is_more(payment, cost, words, kind, widths):
    picture = str(margin_bar(payment, cost, saying("en")))
    assert f'<p class="{kind}">{words}</p>' in picture
    assert tuple(float(each["width"]) for each, _ in drawn(picture, "rect")) == widths


def test_a_goal_is_sought(visitor):
    goal = {
        "goal_lever": "resident_premium",
        "goal_measure": "reserve_months",
        "goal_number": "6",
        "goal_until": "2040",
    }
    _, text = visitor.form("/fund/goal", **{**FORM, **goal})
    found = seek(Fund.national(), "resident_premium", "reserve_months.resident >= 6 until 2040")
    assert f"{found.amount:g}" in re.search(r'id="sought">(.*?)<', text)[1]
    _, text = visitor.form("/fund/goal", **{**FORM, **goal, "goal_number": "1 or true"})
    assert 'role="alert"' in text


def test_the_scenario_file_is_what_the_command_line_reads(visitor, tmp_path):
    status, text = visitor.form("/fund/scenario", **MOVED)
    assert status == 200
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    assert yaml.safe_load(text)["changes"]
    read, asked = FundScenario.of(path), Asked.of(MOVED)
    assert read.to_document() == asked.scenario.to_document()
    first, second = (
        value(Fund.national(), each, years=3).frame for each in (read, "resident_premium@2027=20")
    )
    assert first["reserve"].tolist() == second["reserve"].tolist()


def test_what_was_not_moved_changes_nothing():
    assert Asked.of(FORM).changes == {}
    now = Fund.national().assumptions["wage_growth"].value
    assert Asked.of({**FORM, "a.wage_growth": str(now)}).changes == {}
    assert Asked.of({**FORM, "a.wage_growth": "0.04"}).changes == {"wage_growth": {2027: 0.04}}


@pytest.mark.parametrize(
    ("field", "value"),
    [("years", "500"), ("years", "x"), ("draws", "1e9"), ("pot", "moon"), ("measure", "<b>"), ("place", "../x"),  # noqa: E501
     ("l.resident_premium", "many"), ("l.resident_premium", "1e12"), ("since", "1900")],
)  # fmt: skip
def test_what_cannot_be_is_refused(field, value):
    with pytest.raises((ArgumentError, NotFoundError, drgsim.errors.DrgsimError)):
        Asked.of({**FORM, field: value})


def test_a_bureaus_own_tables_are_valued_as_the_library_does(visitor, serve, tmp_path):
    path = filled(tmp_path)
    visit = visitor.drop("fund.xlsx", path.read_bytes(), "/fund/own")
    assert visitor.wait(visit.replace("/fund/own/", "/file/"))["state"] == "done"
    place = f"opened:{visit.removeprefix('/fund/own/')}"
    _, page = visitor.call(visit)
    assert visitor.at == f"/fund?place={place.replace(':', '%3A')}"
    assert f'<option value="{place}" selected>fund.xlsx</option>' in page
    form = {**MOVED, "draws": "0", "from": "premium-20"}
    _, opened = visitor.form("/fund/value", place=place, **form)
    base = FundScenario.of("premium-20").to_document()["changes"]
    moved = FundScenario.of({"changes": {**base, "resident_premium": {2027: 20}}})
    found = value(Fund.read(path), [moved], years=10).frame
    found = found[(found["pot"] == "resident") & (found["year"] == 2035)]
    assert {f"{months:,.2f}" for months in found["reserve_months"]} <= set(
        re.findall(r"[\d,]+\.\d\d", opened)
    )
    own = type(visitor)(serve(fund=path).base)
    assert '<option value="own" selected>fund.xlsx</option>' in own.call("/fund")[1]
    assert own.form("/fund/value", place="own", **form)[1] == opened


def test_tables_that_are_wrong_are_told(visitor):
    visit = visitor.drop("fund.xlsx", data_path("templates", "fund.xlsx").read_bytes(), "/fund/own")
    assert visitor.wait(visit.replace("/fund/own/", "/file/"))["state"] == "failed"
    assert "没有填写任何金额" in visitor.call(visit)[1]
    _, text = visitor.form("/fund/value", place=f"opened:{visit.removeprefix('/fund/own/')}", **FORM)
    assert 'role="alert"' in text
    _, text = visitor.form("/fund/value", place="opened:../../etc", **FORM)
    assert 'role="alert"' in text


def test_a_scenario_file_and_shipped_scenarios_are_gone_on_from():
    document = "changes:\n  resident_premium: {2027: 20}\n"
    assert Asked.of({**FORM, "document": document}).changes == {"resident_premium": {"2027-01-01": 20.0}}
    shipped = Asked.of({**FORM, "from": "premium-20", "l.resident_subsidy": "10"})
    assert shipped.changes == {"resident_premium": {"2027-01-01": 20.0}, "resident_subsidy": {2027: 10}}
    for wrong in ({"document": "changes: [1"}, {"document": "a: &a [*a]"}, {"from": "/etc/passwd"}):
        with pytest.raises(drgsim.errors.DrgsimError):
            Asked.of({**FORM, **wrong})

"""The pieces in a notebook: as widgets that follow what is typed, and as HTML where there are none."""

import html
import json

import pytest

import drgsim
from drgsim.errors import DrgsimError
from drgsim.notebook import case, scenario, shown

pytest.importorskip("orjson")
PRICED = {
    "case_id": "person-7",
    "sex": 1,
    "age": 45,
    "diagnoses": "K80.101|I50.900",
    "procedures": "51.2300",
    "total_cost": 18000.0,
    "los": 6,
    "insurance": "employee",
    "hospital_level": 3,
}


@pytest.fixture
def without_widgets(monkeypatch):
    monkeypatch.setattr(shown, "installed", lambda module: False)


def test_a_case_as_html_says_what_the_library_says(without_widgets):
    view = case(PRICED)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    page = html.unescape(bundle["text/html"])
    expected = drgsim.DrgGrouper("chs-drg-2.0").group(PRICED)
    assert f"{expected.drg} {expected.drg_name}" in page
    assert f"{view.estimate['payment']:,.2f}" in page
    assert view.explanation in page
    assert "FQY" in page  # the other choice of principal diagnosis
    assert "假设" in page
    assert "person-7" not in page
    assert "<script" not in page


def test_a_case_speaks_english_and_takes_a_settlement_list():
    from drgsim.web.openapi import LIST_4101

    view = case(LIST_4101, lang="en", hospital={"level": 3})
    assert view.group["drg"] == "HC23"
    assert view.estimate["payment"] > 0
    assert "principal diagnosis K80.101" in html.unescape(view.html())
    assert case(sex=1, age=45, diagnoses="K80.101").estimate is None


def test_what_is_typed_never_becomes_markup():
    page = case(sex=1, age=45, diagnoses="<img src=x onerror=alert(1)>").html()
    assert "<img" not in page
    assert "&lt;img" in page.lower()


def boxes(widget):
    return {box.description: box for box in widget.children[:-1]}, widget.children[-1]


def test_the_widget_follows_what_is_typed():
    pytest.importorskip("ipywidgets")
    view = case(PRICED, lang="en")
    assert "application/vnd.jupyter.widget-view+json" in view._repr_mimebundle_()
    form, answer = boxes(view.widget())
    assert "HC23" in answer.value
    form["Diagnoses"].value = "J18.903"
    form["Procedures"].value = ""
    expected = case({**PRICED, "diagnoses": "J18.903", "procedures": None})
    assert expected.group["drg"] in answer.value
    assert "HC23" not in answer.value
    form["Age, years"].value = "old"
    assert "age" in answer.value
    form["Diagnoses"].value = ""
    assert "DS" in answer.value


def test_a_scenario_is_the_document_of_the_command_line(without_widgets, tmp_path):
    view = scenario("national-drg-rate", {"outlier.high.threshold": 2.5})
    view.scenario.to_yaml(tmp_path / "question.yaml")
    assert drgsim.Scenario.load(tmp_path / "question.yaml").hash == view.hash
    page = html.unescape(view.html())
    assert "高倍率界限" in page
    assert view.hash in page
    assert "2.5" in page
    assert set(view._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_a_scenario_refuses_what_a_reform_refuses():
    with pytest.raises(DrgsimError, match=r"outlier\.high\.threshold"):
        scenario("national-drg-rate", {"outlier.high.treshold": 2.5})
    with pytest.raises(DrgsimError, match="no such parameter"):
        scenario("national-drg-rate", parameters=["outlier.high.treshold"])


def test_changes_are_checked_as_they_are_typed():
    pytest.importorskip("ipywidgets")
    view = scenario(
        "national-drg-rate", parameters=["outlier.high.threshold", "outlier.high.method"], lang="en"
    )
    form, answer = boxes(view.widget())
    (name,) = [each for each in form if "limit" in each.lower() or "threshold" in each.lower()]
    before = view.hash
    form[name].value = "2.5"
    assert view.hash != before
    assert view.hash == scenario("national-drg-rate", {"outlier.high.threshold": 2.5}).hash
    assert view.hash in answer.value
    form[name].value = "-1"
    assert "DS" in answer.value
    form[name].value = "{"
    assert "not a value" in answer.value
    form[name].value = ""
    assert view.hash == before


def test_a_bundle_is_plain_data():
    bundle = scenario("national-drg-rate")._repr_mimebundle_()
    assert json.dumps(bundle)

"""The pieces in a notebook: as widgets that follow what is typed, and as HTML where there are none."""

import html
import json
import re

import pytest

import drgsim
from drgsim.errors import DrgsimError
from drgsim.notebook import case, scenario, shown
from drgsim.notebook.scenario import _brief
from drgsim.policy.display import value_text
from drgsim.policy.parameters import catalogue

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


def tables(page):
    """The cells of each table of a page."""
    return [
        [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", each)]
        for each in re.findall(r"<table>.*?</table>", html.unescape(page), re.DOTALL)
    ]


@pytest.mark.parametrize(("lang", "expected"), [
    ("zh", {"主要诊断大类": "MDCH 肝、胆、胰疾病及功能障碍",
            "核心组": "HC2 胆囊切除手术",
            "细分组": "HC23 胆囊切除手术，伴合并症或并发症",
            "严重程度": "MCC", "状态": "已入组", "提示": ""}),
    ("en", {"MDC": "MDCH Diseases and disorders of the liver, biliary tract and pancreas",
            "ADRG": "HC2 Cholecystectomy", "DRG": "HC23 Cholecystectomy, with CC", "Severity": "MCC",
            "Status": "a DRG takes it", "Note": ""}),
])  # fmt: skip
def test_each_table_of_a_case_in_its_language(lang, expected):
    view = case(PRICED, lang=lang)
    group, money, problems, choices = tables(view.html())
    assert dict(group) == expected
    at = ["zh", "en"].index(lang)
    paid = {("应付", "Payment")[at]: "payment", ("结余", "Margin")[at]: "margin",
            ("基金", "Fund")[at]: "fund", ("个人", "Patient")[at]: "patient"}  # fmt: skip
    told = dict(money)
    assert {word: told[word] for word in paid} == {
        w: f"{view.estimate[name]:,.2f}" for w, name in paid.items()
    }
    assert told[("倍率", "Outlier")[at]] == ("费用正常", "an ordinary case")[at]
    assert problems == [["discharge", "no such column", ("缺离院方式", "discharge mode is missing")[at]]]
    assert choices[0][-2:] == ["DRG", ""]
    assert choices[1] == [("现编码", "as coded")[at], "K80.101", "51.2300", *expected[
        ("细分组", "DRG")[at]].split(" ", 1)]  # fmt: skip
    assert choices[2][1:4] == ["I50.900", "51.2300", "FQY"]


def test_what_reading_mended_is_told_beside_the_group():
    mended, plain = (tables(case(sex=1, age=45, diagnoses=code).html()) for code in ("k80.101", "K80.101"))
    assert mended[1] == [["diagnoses: 字母大小写 letter case (1)"]]
    assert not any("letter case" in str(each) for each in plain)


@pytest.mark.parametrize(("lang", "expected"), [
    ("zh", [["参数", "单位", "现值", "改为", "来源"],
            ["高倍率界限", "倍", "三级: 3; 其他: 2", "2.5", "R003 (二手来源)"],
            ["特例单议比例上限", "占出院人次", "0.05", "", "R004 (二手来源)"]]),
    ("en", [["parameter", "unit", "now", "changed to", "source"],
            ["high-outlier threshold", "ratio", "3: 3; other: 2", "2.5", "R003 (secondary)"],
            ["largest share of cases reviewed", "share of discharges", "0.05", "", "R004 (secondary)"]]),
])  # fmt: skip
def test_the_table_of_a_scenario_in_its_language(lang, expected):
    paths = ["outlier.high.threshold", "special_review.quota"]
    view = scenario("national-drg-rate", {paths[0]: 2.5}, parameters=paths, lang=lang)
    assert tables(view.html()) == [expected]
    again = view.with_changes({paths[1]: 0.01})
    assert [row[3] for row in tables(again.html())[0][1:]] == ["", "0.01"]
    assert again.scenario.levers[0].id == view.scenario.levers[0].id == "my-question"


def test_a_parameter_that_the_policy_leaves_alone_has_its_default_and_no_source():
    in_force = drgsim.Policy.load("national-drg-rate").in_force
    path = next(path for path, each in catalogue().items() if path not in in_force and each.type == "bool")
    _, row = tables(scenario("national-drg-rate", parameters=[path], lang="en").html())[0]
    assert row[0] == catalogue()[path].en
    assert row[2:] == [value_text(catalogue()[path].default, catalogue()[path], plain="en"), "", ""]


def test_a_long_value_is_cut_and_says_so():
    assert _brief("x" * 60) == "x" * 60
    assert _brief("x" * 61) == "x" * 60 + "…"
    assert (_brief(None), _brief(True), _brief({"1": 3.0})) == ("—", "true", "{'1': 3.0}")


def boxes(widget):
    return {box.description: box for box in widget.children[:-1]}, widget.children[-1]


def test_the_widget_follows_what_is_typed():
    pytest.importorskip("ipywidgets")
    view = case(PRICED, lang="en")
    assert "application/vnd.jupyter.widget-view+json" in view._repr_mimebundle_()
    form, answer = boxes(view.widget())
    assert "HC23" in answer.value
    assert not any(box.continuous_update for box in form.values())  # a case half typed is no case
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

"""A question on the page: live checks, the document of the command line, a run on invented and own cases."""

import html
import re
import subprocess
import sys

import pytest

import drgsim
from drgsim.cli import simulate as command
from drgsim.errors import ArgumentError, DrgsimError, NotFoundError
from drgsim.language import speaking, told
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.simulate import read_scenarios
from drgsim.web.pages.question_asked import (
    baseline,
    baselines,
    changes_of,
    policy_of,
    rows,
    scenarios_of,
    whole,
)

from .test_file import csv, made

CHANGE = {"outlier.high.threshold/3": "2.5", "outlier.high.method": "excess"}
FORM = {"baseline": "baseline-drg", **{f"p.{path}": text for path, text in CHANGE.items()}}


def test_the_page_lists_every_parameter_with_its_present_value(visitor):
    status, page = visitor.call("/question")
    assert status == 200
    listed = list(rows(policy_of(baseline("baseline-drg")), "zh"))
    for row in listed:
        assert f'name="p.{row.path}"' in page
    shown = next(row for row in listed if row.path == "outlier.high.threshold/3")
    dated = policy_of(baseline("baseline-drg")).in_force["outlier.high.threshold"]
    assert (shown.now, shown.source, shown.state) == (f"{dated.value['3']:g}", dated.source, dated.state)
    assert "元/权重" in page
    assert "(employee" not in page
    english = visitor.call("/question?lang=en")[1]
    assert "Change to" in english
    assert "yuan/weight" in english
    assert not re.search(r">[^<]*[\u4e00-\u9fff]", english.replace("中文", ""))


def test_the_document_and_its_hash_are_those_of_the_command_line(visitor):
    status, text = visitor.form("/question/document", **FORM)
    assert status == 200
    words = ",".join(f"{path}={value}" for path, value in CHANGE.items())
    _, written = read_scenarios([command.baseline("baseline-drg"), command.reform(words)])
    assert text == written.to_yaml()
    assert visitor.headers["x-hash"] == written.hash


@pytest.mark.slow
def test_a_run_writes_the_file_the_command_line_writes(visitor, tmp_path):
    made().to_csv(tmp_path / "cases.csv", index=False)
    words = ",".join(f"{path}={value}" for path, value in CHANGE.items())
    subprocess.run(
        [sys.executable, "-m", "drgsim", "simulate", tmp_path / "cases.csv", "--baseline", "baseline-drg", "--reform",  # noqa: E501
         words, "--years", "0", "--draws", "0", "--quiet", "--out", tmp_path / "out"],
        check=True, capture_output=True,
    )  # fmt: skip
    visit = visitor.looked("cases.csv", csv(made()))
    visitor.form(f"{visit}/columns", do="read")
    visitor.wait(visit)
    key = visit.rpartition("/")[2]
    visitor.form("/question", **FORM, visit=key, years=0, draws=0)
    assert visitor.wait(visit)["state"] == "done"
    _, text = visitor.call(f"{visit}/out/scenario-reform.yaml")
    assert text == (tmp_path / "out" / "scenarios" / "reform.yaml").read_text(encoding="utf-8")
    _, page = visitor.call(f"/question/{key}")
    assert Scenario.load(tmp_path / "out" / "scenarios" / "reform.yaml").hash in page


def test_changes_are_checked_while_they_are_typed(visitor):
    status, text = visitor.form("/question/check", **FORM)
    assert status == 200
    assert scenarios_of("baseline-drg", CHANGE)[1].hash in text
    assert "2.5" in text
    status, text = visitor.form("/question/check", **{**FORM, "p.outlier.high.threshold/3": "-1"})
    assert visitor.headers["x-wrong"] == "outlier.high.threshold/3"
    assert "bad box" in text
    assert 'id="hash"' not in text
    _, text = visitor.form("/question/check", **{**FORM, "p.<b>": "1"})
    assert "<b>" not in text
    assert "&lt;b&gt;" in text


def test_a_question_is_run_on_the_invented_province(visitor):
    visitor.form("/question", **FORM, n=1000, years=0, draws=0, seed=4)
    at = visitor.at
    assert at.startswith("/question/")
    visit = at.replace("/question/", "/file/")
    state = visitor.wait(visit)
    assert state["state"] == "done", state
    _, page = visitor.call(at)
    found = drgsim.simulate(
        drgsim.synthetic_cases(n=1000, year=2025, seed=4),
        read_scenarios([Scenario.load("baseline-drg"), {"outlier.high.threshold/3": 2.5, "outlier.high.method": "excess"}]),  # noqa: E501
        seed=4,
    )  # fmt: skip
    with speaking("zh"):
        lines = told(str(found)).splitlines()
    for line in lines:
        assert html.escape(line, quote=True) in page
    assert "parameters:" not in page
    assert scenarios_of("baseline-drg", CHANGE)[1].hash in page
    assert len(re.findall("<td[^>]*>标题</td>", page)) == 1
    english = visitor.call(f"{at}?lang=en")[1]
    assert len(re.findall("<td[^>]*>Title</td>", english)) == 1
    assert "title_zh" not in english
    assert visitor.call(f"{visit}/out/question.html")[0] == 200
    assert visitor.call(f"{visit}/out/question.xlsx?download=1".replace(".xlsx", ".html"))[0] == 200


@pytest.mark.parametrize(
    "form",
    [{}, {"baseline": "baseline-drg"}, {**FORM, "n": "10000000"}, {**FORM, "baseline": "/etc/passwd"},
     {**FORM, "p.outlier.high.threshold/3": "abc"}, {**FORM, "visit": "../../etc"}],
)  # fmt: skip
def test_what_cannot_be_run_is_told_before_anything_begins(visitor, form):
    status, page = visitor.form("/question", **form)
    assert status in (400, 404)
    assert 'role="alert"' in page


def test_baselines_are_never_paths(tmp_path):
    assert baselines()[0] == "baseline-drg"
    assert "national-drg-rate" in baselines()
    path = tmp_path / "own.yaml"
    Scenario.load("baseline-drg").to_yaml(path)
    with pytest.raises(NotFoundError):
        baseline(str(path))


def test_only_what_was_filled_is_a_change():
    assert changes_of({"p.a.b": " 1 ", "p.c": " ", "n": "3"}) == {"a.b": "1"}
    with pytest.raises(ArgumentError):
        scenarios_of("baseline-drg", {})
    with pytest.raises(DrgsimError):
        scenarios_of("baseline-drg", {"no.such": "1"})
    with pytest.raises(ArgumentError):
        whole({"n": "1e5"}, "n", 1, 1, 10)

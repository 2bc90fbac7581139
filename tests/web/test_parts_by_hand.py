"""Small parts of the service and its pages, on values made by hand; no server is started."""

import logging
from types import SimpleNamespace

import pandas as pd
import pytest

pytest.importorskip("fastapi")

from drgsim.fund.fund import Fund
from drgsim.web import answers, taking, told
from drgsim.web.pages.file_columns import recognition
from drgsim.web.pages.file_read import _feeds
from drgsim.web.pages.fund_answer import _year
from drgsim.web.pages.fund_asked import PLACES, _shipped


def english(zh, en):
    return en


def test_an_error_nobody_meant_is_logged_with_its_place_and_without_its_message(caplog):
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="Zhang") as caught:
        _year("Zhang San", english)
    answer = told.unexpected(caught.value)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("ValueError at drgsim.web.pages.fund_answer:")
    assert "Zhang" not in line + str(answer)


def test_a_year_that_does_not_come_is_said():
    assert _year(pd.NA, english) == "not within the years"
    assert _year(2031.0, english) == "2031"


def test_a_shipped_place_is_that_place():
    first, second = (_shipped(place) for place in PLACES[:2])
    assert first.regions[0].id == Fund.national().regions[0].id
    assert second.regions[0].id == Fund.place(PLACES[1]).regions[0].id != first.regions[0].id


def test_a_column_of_a_list_feeds_its_place_in_it():
    listed = SimpleNamespace(
        beside={"admission_condition": [8, None]}, attached=[9], slots=[3, None, 5], joined=7
    )
    match = SimpleNamespace(columns={"sex": (None, (1, 2))}, lists={"diagnoses": listed})
    assert _feeds(match) == {
        1: "sex", 2: "sex", 8: "admission_condition", 9: "diagnoses", 3: "diagnoses1", 5: "diagnoses3",
        7: "diagnoses",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "has", "asked"),
    [("drg", (), ["drg"]), ("drg", ("drg",), []), ("dip", (), ["dip"]), ("dip", ("dip_code",), [])],
)
def test_only_the_groups_that_a_policy_pays_by_are_looked_for(method, has, asked, monkeypatch):
    looked = []

    def grouped(kind):
        looked.append(kind)
        return SimpleNamespace(group=lambda cases, **words: pd.DataFrame({f"{kind}_answer": ["x"]}))

    class Enough(Exception):
        pass

    def estimate(cases, *given, **words):
        raise Enough(sorted(cases))

    monkeypatch.setattr(answers, "estimate", estimate)
    kept = SimpleNamespace(
        policy=lambda name: SimpleNamespace(method=method, scheme="s"),
        dip=lambda name: grouped("dip"), grouper=lambda name: grouped("drg"), weights_for=lambda *given: None,
    )  # fmt: skip
    work = SimpleNamespace(kept=kept, settings=SimpleNamespace(scheme="s", hospital=None))
    frame = pd.DataFrame({"case_id": ["a"], **{name: ["g"] for name in has}})
    with pytest.raises(Enough) as caught:
        answers.Answers.estimate(work, taking.Read(frame=frame), {})
    assert looked == asked
    assert set(caught.value.args[0]) >= {f"{kind}_answer" for kind in asked}


def test_problems_of_no_row_are_told_of_all_and_those_of_a_row_beside_it(monkeypatch):
    found = pd.DataFrame({"row": [None, 1, float("nan")], "column": ["sex", "age", "los"]})
    found = found.assign(rule="r", got="x", zh=["甲", "乙", "丙"], en=["one", "two", "three"])

    class Report(dict):
        problems = SimpleNamespace(frame=found)
        warnings = ("look at it",)

    files = [{"not_read": ["备注", "drg"]}]
    repairs = [{"column": "age", "zh": "改", "en": "mended", "count": 2}]
    monkeypatch.setattr(taking, "report_of", lambda frame: Report(files=files, repairs=repairs))
    read = taking.with_report(pd.DataFrame({"age": [1, 2]}))
    assert read.notes == [
        "sex: 甲 one",
        "los: 丙 three",
        "备注: 未读入 not read",
        "age: 改 mended (2)",
        "look at it",
    ]
    assert read.told == {1: [{"column": "age", "rule": "r", "got": "x", "zh": "乙", "en": "two"}]}


@pytest.mark.parametrize(
    ("codes", "feeds", "ignore", "note"),
    [
        (True, None, (), "looks like codes, and nothing reads it"),
        (False, None, (), ""),
        (True, "diagnoses1", (), ""),
        (True, None, ("列",), "not read, as you said"),
    ],
)
def test_a_column_of_codes_that_nothing_reads_is_pointed_at(codes, feeds, ignore, note):
    column = {"header": "列", "feeds": feeds, "codes": codes, "personal": False}
    file = {
        "name": "f.csv", "layout": None, "columns": [column], "notes": [], "told": "no layout", "do": "",
        "header_row": 1, "state": "read", "label": {"zh": "", "en": ""},
    }  # fmt: skip
    looked = {"options": {"ignore": ignore}, "files": [file], "layouts": [], "encodings": []}
    text = recognition(looked, None, english, "/file/x").text
    assert ("looks like codes" in text) == note.startswith("looks")
    assert note in text

"""Recovery and fines: published decisions, points, and what a decision of people changes."""

import pandas as pd
import pytest

import drgsim
from drgsim.audit.money import deterrence, fine, half_points, points_deducted, recover, scored, supervision
from drgsim.cases.texts import neutral
from drgsim.errors import ArgumentError


@pytest.mark.parametrize(
    ("loss", "article", "multiple", "published"),
    [
        (3678.0, "article_38", 2, 7356.0),  # health station, 72 doubled codes
        (99.0, "article_38", 2, 198.0),  # pharmacy
        (92849.35, "article_38", 2, 185698.70),  # TCM hospital, general loss
        (49662.03, "article_40", 5, 248310.15),  # the same, fraud
        (2716.0, "article_40", 5, 13580.0),  # clinic
        (3236.0, "article_40", 5, 16180.0),
        (3282.80, "article_40", 3.5, 11489.80),
        (389500.0, "article_38", 2, 779000.0),  # county hospital
        (1583.03, "article_38", 1, 1583.03),  # one stay of low standard
    ],
)
def test_published_fines(loss, article, multiple, published):
    found = fine(loss, article, multiple=multiple)
    assert found.fine == published
    assert found.low <= found.fine <= found.high


def test_two_multiples_in_one_case_add_up_to_what_was_returned():
    assert round(92849.35 + 49662.03, 2) == 142511.38


def test_a_multiple_outside_the_law_is_refused():
    with pytest.raises(ArgumentError, match="1 to 2"):
        fine(2122100.0, "article_38", multiple=0.8)  # a decision under the older law
    with pytest.raises(ArgumentError, match="article_38"):
        fine(1.0, "article_39")


def test_points_by_published_multiples():
    assert points_deducted(100, "split_admission") == 0
    assert points_deducted(100, "split_admission", serious=True) == -100
    assert points_deducted(100, "shifted_cost", serious=True) == -200
    assert points_deducted(100, "upcoding", intent=True) == -500
    assert half_points(100, 15) == 50


def test_a_false_claim_pays_until_detection_outweighs_it():
    assert deterrence(100, 0.0, 5) == 100
    assert deterrence(100, 0.25, 3) == 0
    assert deterrence(100, 1.0, 2) == -200


def _items():
    plain = {
        "visit_id": "V",
        "time": "2026-03-01",
        "department": "ICU",
        "item_code": "310701022",
        "price": 5.0,
    }
    return [
        {**plain, "line_id": "1", "quantity": 30.0},
        {**plain, "line_id": "2", "quantity": 26.0, "time": "2026-03-02", "department": "CCU"},
    ]


@pytest.mark.parametrize("text", ["=1+1", "\t=1", "\r+1", "＝1+1", "-2+3"])
def test_no_cell_of_the_decisions_is_run_and_notes_come_back(tmp_path, text):
    items = [{**row, "department": text} for row in _items()]
    result = drgsim.audit(items=items, only=["hour-items"])
    noted = dict.fromkeys(result.frame["finding"], "explained")
    decided = pd.DataFrame({"finding": noted.keys(), "decision": noted.values(), "note": text})
    for _ in range(2):  # what is written over and over stays as it was
        result = drgsim.audit(items=items, only=["hour-items"], decisions=decided)
        result.to_dir(tmp_path)
        written = pd.read_csv(tmp_path / "decisions.csv", dtype=str)
        assert set(written["科室"]) == set(written["处理说明"]) == {neutral(text.strip())}
        decided = tmp_path / "decisions.csv"
    assert {note.strip() for note in result.frame["note"]} == {text.strip()}


def test_decisions_are_written_read_and_respected(tmp_path):
    result = drgsim.audit(items=_items(), only=["hour-items"])
    assert recover(result, by="department")["loss"].tolist() == [30.0, 10.0]
    result.to_dir(tmp_path)
    decided = pd.read_csv(tmp_path / "decisions.csv", dtype=str)
    decided.loc[decided["科室"] == "ICU", ["处理结果", "处理说明"]] = ["说明", "换日补记"]
    decided.loc[decided["科室"] == "CCU", ["处理结果", "退回金额"]] = ["退回", "4"]
    decided.to_csv(tmp_path / "decisions.csv", index=False, encoding="utf-8-sig")
    again = drgsim.audit(items=_items()[::-1], only=["hour-items"], decisions=tmp_path / "decisions.csv")
    assert dict(zip(again.frame["department"], again.frame["decision"], strict=True)) == {
        "ICU": "explained",
        "CCU": "refunded",
    }
    assert recover(again, by="department")[
        ["department", "loss", "refunded", "to_recover"]
    ].to_numpy().tolist() == [["CCU", 10.0, 4.0, 6.0]]
    gone = drgsim.audit(items=_items()[:1], only=["hour-items"], decisions=tmp_path / "decisions.csv")
    assert gone.told["decisions_gone"] == 1
    gone.to_dir(tmp_path)
    kept = pd.read_csv(tmp_path / "decisions.csv", dtype=str)
    assert sorted(kept["处理结果"]) == ["explained", "refunded"]  # a decision outlives its finding


def test_a_word_that_is_no_decision_is_refused():
    with pytest.raises(ArgumentError, match="accepted"):
        drgsim.audit(items=_items(), decisions={"abc": "acepted"})


def test_points_of_people_and_months_of_departments():
    """One province's text: 4 to 6 points under article 38, 10 to 12 under 40; 9 suspend, 12 put out."""
    items = [{**row, "doctor": doctor} for row, doctor in zip(_items(), ("D1", None), strict=True)]
    result = drgsim.audit(items=items, only=["hour-items"])
    people = result.sanctions().set_index("doctor")
    assert people.loc["D1", ["findings", "loss", "points_low", "points_high"]].tolist() == [1, 30.0, 4, 6]
    assert people.loc["D1", "standing"] == "pays"
    assert people["loss"].sum() == 40.0  # who is not named is not lost
    assert people.loc[people.index.isna(), "points_high"].tolist() == [0]
    fraud = result.sanctions(article="article_40").set_index("doctor")
    assert fraud.loc["D1", ["points_high", "standing"]].tolist() == [12, "out"]
    assert [scored(points) for points in (8, 9, 11, 12)] == ["pays", "suspended", "suspended", "out"]
    wards = result.sanctions(by="department").set_index("department")
    assert wards.loc["ICU", ["months_low", "months_high", "monthly"]].tolist() == [6, 12, 30.0]
    with pytest.raises(ArgumentError, match="doctors or departments"):
        result.sanctions(by="hospital_id")
    with pytest.raises(ArgumentError, match="article_38"):
        result.sanctions(article="agreement")


def test_the_summary_names_no_person(tmp_path):
    items = [{**row, "patient_id": "SECRET9"} for row in _items()]
    result = drgsim.audit(items=items, only=["hour-items"])
    result.to_dir(tmp_path)
    assert "SECRET9" not in (tmp_path / "summary.md").read_text("utf-8")
    assert "SECRET9" not in repr(result)
    assert "SECRET9" not in result._repr_html_()
    assert "疑点不等于违规" in (tmp_path / "summary.md").read_text("utf-8")


def test_a_campaign_recovers_what_it_looks_at_and_confirms():
    result = drgsim.audit(items=_items(), only=["hour-items"])
    found = supervision(result, coverage=0.5, detection=0.8, deterrence=0.74).iloc[0]
    assert found[["found", "recovered", "fine_low", "fine_high", "deterred"]].tolist() == [
        40.0,
        16.0,
        16.0,
        32.0,
        29.6,
    ]
    assert found["expected_gain"] == 8.0  # 40 kept in 0.6, given back and fined once in 0.4
    with pytest.raises(ArgumentError, match="coverage"):
        supervision(result, coverage=2, detection=0.5)

"""A document is read whole: every problem is found at once, and nothing without a source is accepted."""

import datetime
import pickle

import pytest

from drgsim import Policy, Scenario
from drgsim.errors import DrgsimError, FileFormatError, NotFoundError
from drgsim.grouping.refine.features import Constraints
from drgsim.office.warnings import thresholds
from drgsim.policy.policy_errors import MOST, PolicyDateWarning, PolicyError
from drgsim.policy.yaml_text import parse_yaml
from drgsim.simulation.scenario.assumptions import Assumptions

VALUE = {"value": 0.5, "source": "R090", "state": "assumed"}


def document(**fields):
    return {
        "drgsim_policy": 1,
        "id": "test",
        "title": {"zh": "测试", "en": "Test"},
        "valid": {"from": "2024-01-01", "to": "2025-12-31"},
        "parameters": {"outlier.low.threshold": VALUE},
        **fields,
    }


def entry(path, value, **fields):
    return {path: {"value": value, "source": "R090", "state": "assumed", **fields}}


def problems(raw):
    with pytest.raises(PolicyError) as caught:
        Policy.load(raw)
    return [str(problem) for problem in caught.value.problems]


def test_all_problems_are_reported_at_once_with_the_nearest_name():
    raw = document(
        methd="ffs",
        method="drg-rate",
        parameters={
            "outlier.low.treshold": VALUE,
            "fund.convention": {"value": "deduckt", "source": "R09", "state": "asumed"},
            "fund.ratio": 0.5,
        },
    )
    found = problems(raw)
    assert len(found) == 7
    text = "\n".join(found)
    assert "methd: unknown field; did you mean 'method'?" in text
    assert "method: no such method; got 'drg-rate'; did you mean 'drg_rate'?" in text
    assert "outlier.low.treshold: no such parameter; did you mean 'outlier.low.threshold'?" in text
    assert "did you mean 'deduct'?" in text
    assert "no such source; got 'R09'; did you mean 'R090'?" in text
    assert "not a state of trust; got 'asumed'; allowed: read, secondary, assumed" in text
    assert "fund.ratio: a value without a source; got 0.5" in text


def test_an_error_travels_between_processes():
    with pytest.raises(PolicyError) as caught:
        Policy.load(document(method="drg-rate", parameters={"fund.rato": {}}))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"valid": None}, "valid: is missing"),
        ({"valid": {"from": "2024", "to": "2025-12-31"}}, "valid.from: not a day"),
        ({"valid": {"from": "2026-01-01", "to": "2025-12-31"}}, "ends before it begins"),
        ({"title": {}}, "title: is missing"),
        ({"title": {"zh": "测", "en": "T", "by points": None}}, "unknown field"),
        ({"region": 230100}, "put it in quotes"),
        ({"drgsim_policy": 2}, "a form this drgsim does not know"),
        ({"parameters": []}, "not a mapping"),
        ({"parameters": {"fund.ratio": {"value": 0.5, "state": "assumed"}}}, "a value without a source"),
        ({"parameters": {"fund.ratio": {**VALUE, "values": {}}}}, "needs either value or values"),
        ({"parameters": {"fund.ratio": {**VALUE, "sorce": "x"}}}, "did you mean 'source'?"),
        (
            {"parameters": entry("fund.ratio", 0.5, source="P02", state="read")},
            "trusted more than its source",
        ),
        ({"coverage": [{"clause": "x", "state": "done"}]}, "modelled, approximated, not_modelled"),
        ({"method": "drg_rate"}, "standard.base_rate: needed by method drg_rate"),
        (
            {"method": "ffs", "parameters": entry("primary_care.method", "rate")},
            "primary_care.rate: needed by primary_care.method: rate",
        ),
    ],
)
def test_what_a_document_may_not_say(fields, says):
    assert says in "\n".join(problems(document(**fields)))


def test_two_values_from_one_day_are_a_problem():
    twice = [{"value": 0.5, "source": "R090", "state": "assumed"}] * 2
    assert "two values from one day" in problems(document(parameters={"fund.ratio": twice}))[0]


def test_a_document_may_bring_its_own_sources():
    own = {"C1": {"title": "市医保局通知", "state": "read", "date": "2024-05-01"}}
    raw = document(sources=own, parameters=entry("fund.ratio", 0.5, source="C1", state="read"))
    policy = Policy.load(raw)
    assert policy.states == {"read": 1}


def test_values_hold_from_their_day_until_the_next():
    dated = {
        "values": {"2024-01-01": 0.5, datetime.date(2025, 7, 1): 0.4},
        "source": "R090",
        "state": "assumed",
    }
    policy = Policy.load(document(parameters={"outlier.low.threshold": dated}))
    found = {
        day: policy.at(day)["outlier.low.threshold"] for day in ("2024-01-01", "2025-06-30", "2025-07-01")
    }
    assert found == {"2024-01-01": 0.5, "2025-06-30": 0.5, "2025-07-01": 0.4}
    assert policy.on == datetime.date(2025, 12, 31)
    year = datetime.date(2025, 1, 1), datetime.date(2025, 12, 31)
    assert policy.changes(*year) == (datetime.date(2025, 7, 1),)


def test_a_value_of_next_year_does_not_hold_this_year():
    dated = {"values": {"2025-01-01": 0.4}, "source": "R090", "state": "assumed"}
    policy = Policy.load(document(parameters={"outlier.low.threshold": dated}), on="2024-06-30")
    assert policy["outlier.low.threshold"] is None
    assert policy.entry("outlier.low.threshold").state == "default"


def test_a_day_past_the_last_encoded_rule_warns_once_and_takes_the_last():
    policy = Policy.load(document())
    with pytest.warns(PolicyDateWarning, match="2026-03-01 is outside") as caught:
        late = Policy.load(document(), on="2026-03-01").reform({"fund.ratio": 0.5})
    assert len(caught) == 1
    assert late["outlier.low.threshold"] == policy["outlier.low.threshold"]
    with pytest.warns(PolicyDateWarning):
        early = policy.at("2020-01-01")
    assert early["outlier.low.threshold"] == 0.5


def test_extending_takes_over_what_is_not_said(tmp_path):
    child = document(method="drg_rate", extends=["national-drg-rate"])
    policy = Policy.load(child)
    national = Policy.load("national-drg-rate", on="2025-12-31")
    assert policy["outlier.low.threshold"] == 0.5
    assert policy["standard.base_rate"] == national["standard.base_rate"]
    assert policy.scheme == national.scheme
    assert policy.entry("standard.base_rate").origin == "national-drg-rate"


def test_a_region_comes_from_a_whole_policy_not_from_a_part():
    assert Policy.load(document(extends=["harbin"])).region == "230100"
    assert Policy.load(document(extends=["chongqing-2025"])).region is None
    assert Policy.load(document(extends=["harbin"], region="220100")).region == "220100"


def test_of_two_parts_the_later_one_wins():
    def rule(*extends):
        return Policy.load(document(extends=list(extends), parameters={}))["routes.long_stay.min_days"]

    assert rule("common", "qingyang-2025") == 60
    assert rule("qingyang-2025", "chongqing-2025") == 61


def test_a_circle_of_extends_is_refused(tmp_path):
    from drgsim.policy.yaml_text import write_yaml

    for name, other in (("a", "b"), ("b", "a")):
        raw = document(id=name, extends=[f"{other}.yaml"])
        (tmp_path / f"{name}.yaml").write_text(write_yaml(raw), encoding="utf-8")
    with pytest.raises(PolicyError, match="a → b → a"):
        Policy.load(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2\n", "'a' stands twice .line 2"),
        ("a: [1\n", "line 2"),
        ("- 1\n", "must be a mapping"),
    ],
)
def test_a_file_that_is_not_such_a_document_points_at_the_line(tmp_path, text, says):
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError, match=says):
        Policy.load(path)


def test_an_unknown_policy_or_parameter_names_the_nearest():
    with pytest.raises(NotFoundError, match="did you mean 'national-dip'"):
        Policy.load("national-dp")
    with pytest.raises(NotFoundError, match=r"did you mean 'outlier\.low\.method'"):
        Policy.load("national-dip")["outlier.low.methd"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("".join(f"k{number}: 1\n" for number in range(60_000)), r"keys and values \(line 25001"),
        ("id: x\nnote: a\0b\n", r"U\+0000 \(line 2\)"),
        ("id: x\n" + "y" * 3_000_000, "longer than"),
    ],
    ids=["values", "control", "length"],
)
def test_documents_beyond_sense_are_refused_with_the_line(text, told):
    with pytest.raises(FileFormatError, match=told):
        parse_yaml(text, name="a.yaml")


@pytest.mark.parametrize(
    ("case", "expect", "said"),
    [
        ({"hopital_level": 3}, {"payment": 1}, "did you mean 'hospital_level'"),
        ({"total_cost": "9000％"}, {"payment": 1}, "a plain number"),
        ({"total_cost": 9_000}, {"payment": "1,000"}, "a plain number"),
    ],
)
def test_slips_in_an_example_are_told(case, expect, said):
    raw = {
        "drgsim_policy": 1,
        "id": "mine",
        "title": {"zh": "甲"},
        "valid": {"from": "2026-01-01", "to": "2026-12-31"},
        "parameters": {},
        "sources": {"N": {"title": "文件", "state": "secondary"}},
        "examples": [{"id": "one", "case": case, "expect": expect, "source": "N", "state": "secondary"}],
    }
    with pytest.raises(PolicyError, match=said):
        Policy.load(raw)


def test_a_column_of_its_own_that_a_rule_asks_for_is_no_slip():
    rule = {
        "id": "drug",
        "when": "item_cost[drugs_cost] > 0",
        "effect": {"carve_out": {"cost": "item_cost[drugs_cost]"}},
        "source": "N",
        "state": "secondary",
    }
    raw = {
        "drgsim_policy": 1,
        "id": "mine",
        "title": {"zh": "甲"},
        "valid": {"from": "2026-01-01", "to": "2026-12-31"},
        "parameters": {},
        "sources": {"N": {"title": "文件", "state": "secondary"}},
        "rules": [rule],
        "examples": [
            {"case": {"drugs_cost": 3}, "expect": {"payment": 1}, "source": "N", "state": "secondary"}
        ],
    }
    assert len(Policy.load(raw).document.examples) == 1


@pytest.mark.parametrize("load", [Policy.load, Scenario.load, Assumptions.load])
def test_what_is_no_such_document_is_told_soon_and_not_key_by_key(load, tmp_path):
    """20,000 keys that no field has took minutes, and filled the screen with megabytes."""
    path = tmp_path / "keys.yaml"
    path.write_text("".join(f"k{place}: &a{place} 1\n" for place in range(20_000)))
    with pytest.raises(DrgsimError, match=rf"{MOST}\+") as caught:
        load(path)
    assert [problem.line for problem in caught.value.problems[:3]] != [None] * 3
    assert len(caught.value.problems) <= MOST
    assert len(str(caught.value)) < 50_000


def test_constraints_and_thresholds_of_another_kind_are_refused(tmp_path):
    path = tmp_path / "own.toml"
    for text in ("", "[constraints]\n", "constraints = 1\n", "[features]\nages = 5\n", "x = nan\n"):
        path.write_text(text)
        with pytest.raises(DrgsimError):
            Constraints.load(path)
    for value in ("x", float("nan"), 10**40, -1, True, None):
        with pytest.raises(DrgsimError):
            Constraints.load(min_cases=value)
    for text in (
        "days = 3\n",
        "[low_standard]\ndays = 'x'\n",
        "[low_standard]\ndays = nan\n",
        "[a]\nb = 1\n",
    ):
        path.write_text(text)
        with pytest.raises(DrgsimError):
            thresholds(path)


def test_what_was_got_is_shown_without_its_middle_where_it_is_long():
    told = str(DrgsimError("no such file", got="x" * 100_000, where="y" * 100_000))
    assert len(told) < 1000

"""Everything wrong in a scenario is found in one pass: where, what was got, what is allowed, what is near."""

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim import Scenario
from drgsim.errors import FileFormatError, NotFoundError
from drgsim.policy.policy_errors import PolicyDateWarning
from drgsim.policy.yaml_text import write_yaml
from drgsim.simulation.scenario.assumptions import Assumptions
from drgsim.simulation.scenario.document import DOCUMENT_VERSION, FIELDS
from drgsim.simulation.scenario.lever import FIELDS as LEVER_FIELDS
from drgsim.simulation.scenario_errors import RecordError, ScenarioError, SimulationError
from drgsim.simulation.world.ingredients import installed

RAW = {"drgsim_scenario": DOCUMENT_VERSION, "id": "own", "policy": "national-drg-rate", "on": "2025-12-31"}


def problems_of(raw, **options):
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(raw, **options)
    return {problem.path: problem for problem in caught.value.problems}


def test_the_codes_of_the_room_are_stable():
    assert (SimulationError.code, ScenarioError.code, RecordError.code) == ("DS701", "DS702", "DS703")
    assert issubclass(ScenarioError, SimulationError)
    assert issubclass(RecordError, SimulationError)


def test_every_problem_of_a_document_is_found_in_one_pass_and_shown_by_part():
    raw = {
        "drgsim_scenario": 1,
        "id": "two words",
        "titel": "x",
        "policy": "national-drg-rat",
        "on": "the end of 2025",
        "weights": "harbin-2024",
        "levers": [
            {
                "id": "volume",
                "reform": {"cross_region.mod": "price_book", "outlier.high.threshold/9": 3, "fund.ratio": 7},
                "policy": "national-di",
            },
            {
                "id": "groups",
                "scheme": "chs-drg-2.1",
                "phase_in": {"start": 2027, "years": 3, "profile": "liner"},
            },
            {"id": "groups", "scheme": "dip"},
            {"id": "idle"},
        ],
        "responses": {"coding_drif": {"share": 0.1}, "volume": {"share": 99, "sharing": 0}},
        "assumptions": {"extends": "nationl", "income_growth.employes": 0.05},
        "coverage": [{"clause": "c", "state": "modeled"}],
    }
    found = problems_of(raw)
    nearest = {
        "titel": "title",
        "policy": "national-drg-rate",
        "weights": "harbin-2023",
        "levers.volume.reform.cross_region.mod": "cross_region.mode",
        "levers.volume.policy": "national-dip",
        "levers.groups.scheme": "chs-drg-2.0",
        "levers.groups.phase_in.profile": "linear",
        "responses.coding_drif": "coding_drift",
        "responses.volume.sharing": "share",
        "assumptions.extends": "national",
        "assumptions.income_growth.employes": "income_growth.employee",
        "coverage 1.state": "modelled",
    }
    for path, near in nearest.items():
        assert found[path].nearest == near, path
    assert {"id", "on", "levers.1.id", "levers.3.id", "levers.groups.scheme", "levers.idle"} <= found.keys()
    assert {
        "levers.volume.reform.outlier.high.threshold/9",
        "levers.volume.reform.fund.ratio",
    } <= found.keys()
    assert found["responses.volume.share"].got == 99
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(raw)
    text = str(caught.value)
    assert text.startswith("[DS702] the scenario two words cannot be used: ")
    assert text.count("\n  levers.groups\n") == 1
    assert all(f"    {problem}" in text for problem in caught.value.problems)


def test_a_lever_without_a_title_bears_the_label_of_the_one_parameter_it_changes():
    base = Scenario.of("national-drg-rate", on="2025-12-31")
    by_level = {"outlier.high.threshold/3": 2.5, "outlier.high.threshold/2": 2}
    for reform in ({"outlier.high.threshold": 2.5}, by_level):
        title = base.reform(reform, id="x").levers[0].title
        assert title == {"zh": "高倍率界限", "en": "high-outlier threshold"}
    two = base.reform({"outlier.high.threshold": 2.5, "outlier.low.threshold": 0.4}, id="both").levers[0]
    assert two.title == {"zh": "both", "en": "both"}
    assert set(installed([base.reform(policy="national-dip", scheme="dip", id="to-dip").named("q")], 2025)[
        "policies"]) == {"q/policy (national-drg-rate)", "q/levers.to-dip.policy (national-dip)"}  # fmt: skip


def test_what_must_be_there_is_asked_for():
    assert set(problems_of({})) == {"drgsim_scenario", "id", "policy"}


def test_a_document_of_a_newer_form_says_what_to_do():
    problem = problems_of(RAW | {"drgsim_scenario": DOCUMENT_VERSION + 1})["drgsim_scenario"]
    assert "newer" in problem.message
    assert "install" in problem.message
    assert "does not know" in problems_of(RAW | {"drgsim_scenario": "one"})["drgsim_scenario"].message


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"note": lambda: "x"}, "note"),
        ({"weights": len}, "weights"),
        (
            {"levers": [{"id": "x", "reform": {"fund.ratio": lambda policy: 0.5}}]},
            "levers.x.reform.fund.ratio",
        ),
        ({"responses": {"volume": {"share": float}}}, "responses.volume.share"),
        ({"assumptions": {"income_growth.employee": min}}, "assumptions.income_growth.employee"),
        ({"policy": {"drgsim_policy": 1, "id": print}}, "policy.id"),
    ],
)
def test_a_python_callable_is_refused_wherever_it_stands(change, path):
    assert "callable" in problems_of(RAW | change)[path].message


def test_what_yaml_cannot_hold_is_refused():
    assert problems_of(RAW | {"note": {1, 2}})["note"].message == "not plain data"


def test_problems_of_a_policy_written_out_are_the_documents_own():
    policy = {
        "drgsim_policy": 1,
        "id": "own",
        "title": {"zh": "自有", "en": "Own"},
        "valid": {"from": "2025-01-01", "to": "2025-12-31"},
        "extends": "national-drg-rate",
        "parameters": {"outlier.low.treshold": {"value": 0.4, "source": "R090", "state": "assumed"}},
    }
    found = problems_of(RAW | {"policy": policy})
    assert found["policy.outlier.low.treshold"].nearest == "outlier.low.threshold"
    by_region = problems_of(RAW | {"policy": {"330100": policy, "other": "national-di"}})
    assert set(by_region) == {"policy.330100.outlier.low.treshold", "policy.other"}


def test_a_part_cannot_pay_alone():
    assert "part" in problems_of(RAW | {"policy": "common-drg"})["policy"].message


def test_a_lever_that_leaves_rules_that_cannot_pay_is_refused():
    levers = [
        {"id": "first", "reform": {"outlier.low.threshold": 0.3}},
        {"id": "points", "reform": {"method": "drg_points"}},
    ]
    found = problems_of(RAW | {"levers": levers})
    assert all(path.startswith("levers.points.") for path in found)
    assert "levers.points.standard.point_value" in found


@pytest.mark.parametrize(
    ("reform", "path"),
    [
        ({"scheme": "chs-drg-1.1"}, "scheme"),
        ({"method": "drg"}, "method"),
        ({"fund.ratio/3": 0.5}, "fund.ratio/3"),
        ({"fund.ratio": {"value": 0.5, "source": "R999"}}, "fund.ratio"),
        ({"fund.ratio": {"value": 0.5, "source": "R090", "state": "read"}}, "fund.ratio"),
        ({"outlier.high.threshold/3": 2, "outlier.high.threshold/三级": 3}, "outlier.high.threshold/三级"),
        ({"fund.ratio": {"2031-01-01": 0.5}}, "fund.ratio"),
        (["fund.ratio"], None),
    ],
)
def test_a_reform_is_checked_value_by_value(reform, path):
    where = "levers.x.reform" if path is None else f"levers.x.reform.{path}"
    assert where in problems_of(RAW | {"levers": [{"id": "x", "reform": reform}]})


def test_a_value_that_begins_after_the_fixed_day_is_fine_without_one():
    lever = {"id": "x", "reform": {"outlier.low.threshold": {"2031-01-01": 0.3}}}
    assert Scenario.load(RAW | {"on": None, "levers": [lever]}).levers[0].reform


@pytest.mark.parametrize("name", ["baseline", "total", "coding_drift", "a b", "a.b", "", 3, None])
def test_names_a_lever_may_not_have(name):
    assert "levers.1.id" in problems_of(RAW | {"levers": [{"id": name, "reform": {"fund.ratio": 0.5}}]})


def test_a_family_of_schemes_is_no_lever():
    problem = problems_of(RAW | {"levers": [{"id": "x", "scheme": "chs-drg"}]})["levers.x.scheme"]
    assert "edition" in problem.message


def test_a_day_outside_the_rules_warns_once():
    with pytest.warns(PolicyDateWarning, match="2031") as caught:
        scenario = Scenario.load(RAW | {"on": "2031-12-31"})
    assert len(caught) == 1
    assert scenario.policies(datetime.date(2025, 1, 1)).on == datetime.date(2031, 12, 31)


def test_extending_takes_over_and_adds(tmp_path):
    parent = RAW | {
        "id": "parent",
        "note": "the parent's own",
        "levers": [{"id": "low", "reform": {"outlier.low.threshold": 0.4}}],
        "responses": {"volume": {"share": 0.02}, "coding_drift": {"share": 0.1}},
        "assumptions": {"extends": "national", "income_growth.employee": 0.05},
        "coverage": [{"clause": "of the parent", "state": "modelled"}],
    }
    (tmp_path / "parent.yaml").write_text(write_yaml(parent), encoding="utf-8")
    child = {
        "drgsim_scenario": 1,
        "id": "child",
        "extends": "parent.yaml",
        "levers": [{"id": "high", "reform": {"outlier.high.threshold": 2}}],
        "responses": {"coding_drift": {"share": 0.2}},
        "assumptions": {"income_growth.resident": 0.01},
    }
    (tmp_path / "child.yaml").write_text(write_yaml(child), encoding="utf-8")
    scenario = Scenario.load(tmp_path / "child.yaml")
    assert [lever.id for lever in scenario.levers] == ["low", "high"]
    assert {each.name: each.values["share"] for each in scenario.responses} == {
        "volume": 0.02,
        "coding_drift": 0.2,
    }
    assert scenario.assumptions.value("income_growth", 2030, insurance="employee") == 0.05
    assert scenario.assumptions.value("income_growth", 2030, insurance="resident") == 0.01
    assert (scenario.note, scenario.coverage, scenario.on) == ("", (), datetime.date(2025, 12, 31))
    twice = child | {"levers": [{"id": "low", "reform": {"outlier.high.threshold": 2}}]}
    (tmp_path / "twice.yaml").write_text(write_yaml(twice), encoding="utf-8")
    assert "two levers" in problems_of(tmp_path / "twice.yaml")["levers.2.id"].message


def test_a_parent_that_cannot_be_used_says_why(tmp_path):
    for name, extends in (
        ("a", "b.yaml"),
        ("b", "a.yaml"),
        ("broken", "worse.yaml"),
        ("lost", "nowhere.yaml"),
    ):
        text = write_yaml({"drgsim_scenario": 1, "id": name, "extends": extends})
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "worse.yaml").write_text(write_yaml(RAW | {"polcy": 1}), encoding="utf-8")
    (circle,) = problems_of(tmp_path / "a.yaml").keys() - {"policy"}
    assert circle.startswith("extends")
    assert "extends.worse.yaml.polcy" in problems_of(tmp_path / "broken.yaml")
    assert "extends" in problems_of(tmp_path / "lost.yaml")
    assert problems_of(RAW | {"extends": "baseline"})["extends"].nearest == "baseline-drg"


def test_a_name_that_is_neither_a_scenario_nor_a_file():
    with pytest.raises(NotFoundError, match="baseline-drg"):
        Scenario.load("baseline-dr")
    with pytest.raises(NotFoundError):
        Scenario.load("nowhere.yaml")


def test_a_file_that_is_not_yaml(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("id: [", encoding="utf-8")
    with pytest.raises(FileFormatError):
        Scenario.load(path)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 3000)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        ["fit", "dip", "national", "national-dip", "2025-12-31", "outlier.low.threshold", "volume"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*FIELDS, *LEVER_FIELDS, "clause", "state", "start", "years", "share", "value", "values"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FIELDS, "x"]), JUNK, max_size=6), st.booleans())
def test_any_junk_is_refused_with_its_problems_or_read_back(raw, completed):
    if completed:
        raw = {**RAW, **raw}
    with contextlib.suppress(ScenarioError):
        scenario = Scenario.load(raw)
        assert Scenario.load(scenario.document).document == scenario.document


def test_problems_of_a_file_have_their_lines(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        "drgsim_scenario: true\nid: own\npolicy: national-drg-rate\non: 2025-12-31\nlevers:\n"
        "  - id: tight\n    reform:\n      outlier.high.payment.factor: -1\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(path)
    assert [problem.line for problem in caught.value.problems] == [1, 8]
    values = tmp_path / "values.yaml"
    values.write_text("id: own\nvalues:\n  rate_growth:\n    employee: .nan\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="line 4"):
        Assumptions.load(values)


def test_scenarios_extend_one_another_to_a_depth(tmp_path):
    for number in range(40):
        text = f"drgsim_scenario: 1\nid: s{number}\nextends: s{number + 1}.yaml\n"
        (tmp_path / f"s{number}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="too deeply"):
        Scenario.load(tmp_path / "s0.yaml")

"""Growth assumptions: what a document may say, what it means, and what the shipped ones rest on."""

import copy
import pickle

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drgsim.errors import ArgumentError, NotFoundError
from drgsim.published import series
from drgsim.simulation.scenario.assumption_values import assumable, catalogue, paths
from drgsim.simulation.scenario.assumptions import Assumptions
from drgsim.simulation.scenario_errors import ScenarioError

NATIONAL = Assumptions.load("national")


def mean_growth(measure, start, end, **dimensions):
    years = series(measure, **dimensions)
    return (years[end].amount / years[start].amount) ** (1 / (end - start)) - 1


def outpatient_growth(insurance, start, end):
    both = [series(name, insurance=insurance) for name in ("outpatient_cost", "chronic_outpatient_cost")]
    first, last = (sum(years[year].amount for years in both) for year in (start, end))
    return (last / first) ** (1 / (end - start)) - 1


@pytest.mark.parametrize(
    ("path", "part", "measure", "start", "end", "dimensions"),
    [
        ("insured_growth.employee", "value", "insured", 2024, 2025, {"insurance": "employee"}),
        ("insured_growth.employee", "high", "insured", 2019, 2025, {"insurance": "employee"}),
        ("insured_growth.resident", "value", "insured", 2023, 2025, {"insurance": "resident"}),
        ("insured_growth.resident", "low", "insured", 2023, 2024, {"insurance": "resident"}),
        ("insured_growth.resident", "high", "insured", 2024, 2025, {"insurance": "resident"}),
        ("unit_cost_growth.employee", "value", "mean_inpatient_cost", 2019, 2025, {"insurance": "employee"}),
        ("unit_cost_growth.employee", "low", "mean_inpatient_cost", 2023, 2025, {"insurance": "employee"}),
        ("unit_cost_growth.resident", "value", "mean_inpatient_cost", 2019, 2025, {"insurance": "resident"}),
        ("unit_cost_growth.resident", "low", "mean_inpatient_cost", 2023, 2025, {"insurance": "resident"}),
        ("rate_growth.employee", "value", "hospitalisation_rate", 2023, 2025, {"insurance": "employee"}),
        ("rate_growth.employee", "low", "hospitalisation_rate", 2024, 2025, {"insurance": "employee"}),
        ("rate_growth.employee", "high", "hospitalisation_rate", 2019, 2025, {"insurance": "employee"}),
        ("rate_growth.resident", "value", "hospitalisation_rate", 2023, 2025, {"insurance": "resident"}),
        ("rate_growth.resident", "low", "hospitalisation_rate", 2024, 2025, {"insurance": "resident"}),
        ("rate_growth.resident", "high", "hospitalisation_rate", 2019, 2025, {"insurance": "resident"}),
        ("income_growth.employee", "value", "pooled_income", 2023, 2025, {"insurance": "employee"}),
        ("income_growth.resident", "value", "fund_income", 2023, 2025, {"insurance": "resident"}),
        ("income_growth.resident", "low", "fund_income", 2024, 2025, {"insurance": "resident"}),
        ("income_growth.resident", "high", "fund_income", 2023, 2024, {"insurance": "resident"}),
        ("budget_growth.employee", "value", "pooled_expenditure", 2024, 2025, {"insurance": "employee"}),
        ("budget_growth.resident", "value", "fund_expenditure", 2023, 2025, {"insurance": "resident"}),
        ("budget_growth.resident", "low", "fund_expenditure", 2024, 2025, {"insurance": "resident"}),
        ("budget_growth.resident", "high", "fund_expenditure", 2023, 2024, {"insurance": "resident"}),
    ],
)
def test_national_values_are_the_growth_of_published_figures(path, part, measure, start, end, dimensions):
    stated = getattr(NATIONAL.values[path].at(2026), part)
    assert stated == pytest.approx(mean_growth(measure, start, end, **dimensions), abs=0.00006)


@pytest.mark.parametrize("band", ["young_adult", "sixties"])
def test_employees_grow_by_age_as_the_active_and_the_retired_did(band):
    member = {"young_adult": "active", "sixties": "retired"}[band]
    found = NATIONAL.interval("insured_growth", 2026, insurance="employee", band=band)
    years = [
        mean_growth("insured", start, end, insurance="employee", member=member)
        for start, end in ((2023, 2025), (2023, 2024), (2024, 2025))
    ]
    assert (found.value, found.low, found.high) == pytest.approx(
        (years[0], min(years[1:]), max(years[1:])), abs=0.00006
    )


@pytest.mark.parametrize("insurance", ["employee", "resident"])
def test_other_spending_grows_as_outpatient_cost_did(insurance):
    found = NATIONAL.interval("other_spending_growth", 2026, insurance=insurance)
    assert found.value == pytest.approx(outpatient_growth(insurance, 2024, 2025), abs=0.00006)
    assert found.high == pytest.approx(outpatient_growth(insurance, 2023, 2025), abs=0.00006)


def test_reference_cases_are_those_of_fund_rules_5_3():
    for name, wages, cost, use in [
        ("reference-low", 0.03, 0.01, -0.01),
        ("reference", 0.05, 0.03, 0.0),
        ("reference-high", 0.07, 0.06, 0.03),
    ]:
        case = Assumptions.load(name)
        for insurance in ("employee", "resident"):
            found = [
                case.interval(path, 2028, insurance=insurance)
                for path in ("income_growth", "unit_cost_growth", "rate_growth")
            ]
            assert [each.value for each in found] == [wages, cost, use]
            assert all(each.low == each.value == each.high for each in found)


@pytest.mark.parametrize("name", Assumptions.available())
def test_shipped_documents_are_assumed_throughout_and_read_back(name):
    shipped = Assumptions.load(name)
    assert {each.state for each in shipped.values.values()} == {"assumed"}
    assert shipped.title["zh"]
    assert shipped.title["en"]
    again = Assumptions.load(yaml.safe_load(yaml.safe_dump(shipped.to_document())))
    assert again == shipped
    assert again.hash == shipped.hash
    assert pickle.loads(pickle.dumps(shipped)) == shipped
    assert copy.deepcopy(shipped) is shipped


def test_dated_values_hold_from_their_year_and_leave_the_years_before():
    later = NATIONAL.over({"income_growth.employee": {2028: 0.02, 2030: 0.01}})
    values = [later.value("income_growth", year, insurance="employee") for year in range(2026, 2032)]
    assert values == [0.0504, 0.0504, 0.02, 0.02, 0.01, 0.01]
    assert Assumptions.load({"reweighting_lag": {2027: 3}}).value("reweighting_lag", 2025) == 3


def test_a_value_without_insurance_sets_both_and_one_with_it_wins():
    found = Assumptions.load({"income_growth": 0.01, "income_growth.resident": 0.02})
    assert found.value("income_growth", 2026, insurance="employee") == 0.01
    assert found.value("income_growth", 2026, insurance="resident") == 0.02
    assert found == Assumptions.load({"income_growth.employee": 0.01, "income_growth.resident": 0.02})


def test_a_value_of_an_insurance_replaces_its_age_bands():
    flat = NATIONAL.over({"insured_growth.employee": 0.0})
    assert flat.value("insured_growth", 2026, insurance="employee", band="oldest") == 0.0
    assert flat.interval("insured_growth", 2026, insurance="employee", band="oldest").high == 0.0
    late = NATIONAL.over({"insured_growth.employee": {2029: 0.0}})
    values = [
        late.value("insured_growth", year, insurance="employee", band="oldest") for year in (2028, 2029)
    ]
    assert values == [0.0391, 0.0]


def test_spelling_and_words_do_not_enter_the_hash():
    one = Assumptions.load({"id": "a", "note": "x", "income_growth.employee": 0.03, "rate_growth": 0})
    two = Assumptions.load(
        {
            "values": {
                "income_growth.employee": {"value": {2026: 0.03, 2027: 0.03}, "source": "P03", "note": "y"}
            }
        }
    )
    assert one == two
    assert hash(one) == hash(two)
    assert one != Assumptions.load({"income_growth.employee": {"value": 0.03, "low": 0.02, "high": 0.04}})
    assert Assumptions.load({"extends": "national"}) == NATIONAL


def test_a_band_at_its_level_is_no_other_meaning_but_a_band_at_zero_is():
    plain = Assumptions.load({"rate_growth.employee": 0.01})
    assert plain == Assumptions.load({"rate_growth.employee": 0.01, "rate_growth.employee/oldest": 0.01})
    assert plain != Assumptions.load({"rate_growth.employee": 0.01, "rate_growth.employee/oldest": 0.0})


def test_all_problems_of_a_document_come_at_once():
    wrong = {
        "income_grwth.employee": 0.05,
        "rate_growth.resident": "fast",
        "pass_through": 1.5,
        "mix_growth": {"value": 0.0, "low": 0.01, "high": 0.02},
        "unit_cost_growth.employee": {"value": 0.0, "low": -0.01},
        "budget_growth.employee": {"value": 0.0, "source": "G9O", "statte": "read"},
        "other_spending_growth": {99: 0.0},
        "unit_cost_growth.resident": {"value": 0.0, "source": "G90", "state": "read"},
        "insured_growth.employee": {},
        "income_growth.resident": True,
    }
    with pytest.raises(ScenarioError) as caught:
        Assumptions.load(wrong)
    where = {problem.path for problem in caught.value.problems}
    assert where == {
        "income_grwth.employee", "rate_growth.resident", "pass_through", "mix_growth",
        "unit_cost_growth.employee", "budget_growth.employee.source", "budget_growth.employee.statte",
        "other_spending_growth/99", "unit_cost_growth.resident.state",
        "insured_growth.employee", "income_growth.resident",
    }  # fmt: skip
    assert "did you mean 'income_growth.employee'?" in str(caught.value)


def test_read_collects_problems_under_the_place_it_is_told():
    problems = []
    kept = Assumptions.read(
        {"extends": "nationl", "income_growth": 9, "rate_growth": 0.01}, "assumptions", problems
    )
    assert [problem.path for problem in problems] == ["assumptions.extends", "assumptions.income_growth"]
    assert problems[0].nearest == "national"
    assert kept.value("rate_growth", 2026, insurance="employee") == 0.01
    assert Assumptions.read("national", "assumptions", []) == NATIONAL
    for bad in (3, None, {"values": 3}, {"title": "x"}, {"drgsim_assumptions": 2}):
        found = []
        Assumptions.read(bad, "assumptions", found)
        assert len(found) == 1


def test_a_file_may_extend_a_file_but_not_itself(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("extends: national\nincome_growth.employee: 0.02\n", encoding="utf-8")
    assert Assumptions.load(own).value("income_growth", 2026, insurance="employee") == 0.02
    own.write_text(f"extends: {own}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="extend themselves"):
        Assumptions.load(own)
    with pytest.raises(NotFoundError, match="did you mean 'national'"):
        Assumptions.load("nationl")


def test_asking_for_what_nobody_assumes_names_the_nearest():
    with pytest.raises(ArgumentError, match="income_growth"):
        NATIONAL.value("incme_growth", 2026)


def test_the_table_shows_value_interval_and_trust():
    table = NATIONAL.table(2026)
    assert set(table.index) == set(NATIONAL.values)
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert {"source", "state", "title_zh", "title_en"} <= set(table.columns)


def test_every_assumable_has_bounds_around_its_neutral_value():
    for what in catalogue().values():
        assert what.min <= what.neutral <= what.max
        assert what.zh
        assert what.en
        assert what.unit


@st.composite
def documents(draw):
    """Documents of valid entries, spelt in the several ways there are."""
    document = {}
    for path in draw(st.lists(st.sampled_from(sorted(paths())), unique=True, max_size=6)):
        what = assumable(path)
        number = st.floats(what.min, what.max).map(lambda each: round(each, 4))
        value = draw(
            st.one_of(number, st.dictionaries(st.integers(2020, 2035), number, min_size=1, max_size=3))
        )
        entry = value
        if draw(st.booleans()):
            entry = {"value": value, "low": what.min, "high": what.max, "source": "P03", "state": "assumed"}
        document[path] = entry
    return document


@given(documents(), st.integers(2015, 2040))
def test_writing_and_reading_keeps_meaning_and_hash(document, year):
    read = Assumptions.load(document)
    again = Assumptions.load(yaml.safe_load(yaml.safe_dump(read.to_document())))
    assert again.hash == read.hash
    for path, each in read.values.items():
        assert again.values[path].at(year) == each.at(year)


@given(documents(), documents())
def test_laying_a_document_over_itself_or_twice_changes_nothing(base, top):
    whole = Assumptions.load(base)
    assert whole.over(base) == whole
    once = whole.over(top)
    assert once.over(top) == once


@pytest.mark.parametrize("field", ["source", "state", "note"])
@pytest.mark.parametrize("empty", [[], "", 0, ["P03"], {"a": "b"}, True])
def test_a_source_a_state_and_a_note_are_texts_and_where_named_not_empty(field, empty):
    entry = {"value": 0.05, "source": "P03", "state": "assumed", "note": "of 2024", field: empty}
    if field == "note" and not isinstance(empty, list | dict | bool):
        assert Assumptions.load({"values": {"income_growth": entry}}).assumed("income_growth").note in (
            "",
            "0",
        )
        return
    with pytest.raises(ScenarioError) as caught:
        Assumptions.load({"values": {"income_growth": entry}})
    assert [problem.path for problem in caught.value.problems] == [f"income_growth.{field}"]

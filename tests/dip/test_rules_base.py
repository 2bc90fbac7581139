"""The base rules, step by step. Grouping and DIP, payment rules, grouping semantics.

Procedures: 51.2300 and 51.2200 are operations, 36.0700 an intervention, 38.9300 therapy, 44.1300x001
diagnosis, 99.1500 conservative.
"""

import pandas as pd
import pytest

from drgsim.dip import DipGrouper, RuleSet

from .small import answers, catalogue, codes, composite, entry, primary

pytestmark = pytest.mark.usefixtures("either_way")

GALL = "K80.100"


def test_terms_are_all_met_by_any_of_their_alternatives():
    made = catalogue(
        entry("both", "K80.1", "51.2300+51.8802/51.8800x006"), entry("one", "K80.1", "51.2200/51.2300")
    )
    cases = [(GALL, "51.2300|51.8800x006"), (GALL, "51.8802|51.2300"), (GALL, "51.2300"), (GALL, "51.8802")]
    assert codes(made, "base", *cases) == ["both", "both", "one", None]


def test_entries_stand_under_the_subcategory():
    made = catalogue(entry("a", "K80.1", "51.2300"), entry("b", "K80.2", "51.2300"))
    assert codes(made, "base", ("K80.100x001", "51.2300"), ("K80.203", "51.2300")) == ["a", "b"]
    assert codes(made, "base", ("K81.000", "51.2300")) == [None]


def test_a_six_character_key_goes_before_a_four_character_one():
    made = catalogue(entry("four", "K80.1", "51.2300"), entry("six", "K80.100x001", "51.2300"))
    assert codes(made, "base", ("K80.100x001", "51.2300"), ("K80.101", "51.2300")) == ["six", "four"]


def test_a_conservative_stay_takes_the_first_entry_without_procedures_when_nothing_is_hit():
    made = catalogue(
        entry("drip", "K80.1", "99.1500"),
        entry("first", "K80.1"),
        entry("second", "K80.1", conditions="age>=0"),
    )
    assert codes(made, "base", (GALL, ""), (GALL, "99.1500"), age=50) == ["first", "drip"]


def test_a_stay_with_any_other_procedure_takes_no_entry_without_procedures():
    made = catalogue(entry("bare", "K80.1"))
    cases = [(GALL, "44.1300x001"), (GALL, "38.9300"), (GALL, "51.2300"), (GALL, "nobody-knows")]
    assert codes(made, "base", *cases) == [None, None, None, "bare"]


def test_excluded_procedures_are_dropped():
    made = catalogue(
        entry("bare", "K80.1"), entry("op", "K80.1", "51.2300"), excluded={"38.9300": "not_principal"}
    )
    found = answers(made, "base", (GALL, "38.9300"), (GALL, "38.9300|51.2300"))
    assert found["dip_code"].tolist() == ["bare", "op"]
    assert found["unmatched_procedures"].tolist() == ["", ""]


def test_an_intervention_counts_as_surgery():
    made = catalogue(composite("surgical", "K80", "surgical"), composite("therapeutic", "K80", "therapeutic"))
    assert answers(made, "base", (GALL, "36.0700"))["treatment_class"].tolist() == ["surgical"]


def test_a_stay_has_the_highest_class_of_its_procedures():
    made = catalogue(
        *(composite(name, "K", name) for name in ("conservative", "diagnostic", "therapeutic", "surgical"))
    )
    cases = [
        (GALL, "99.1500"),
        (GALL, "44.1300x001|99.1500"),
        (GALL, "38.9300|44.1300x001"),
        (GALL, "44.1300x001|51.2300|38.9300"),
    ]
    assert codes(made, "base", *cases) == ["conservative", "diagnostic", "therapeutic", "surgical"]


def test_composite_types_are_sought_by_three_two_and_one_character_and_then_by_range():
    made = catalogue(
        composite("range", "A00-Z99", "surgical"),
        composite("one", "K", "therapeutic"),
        composite("two", "K8", "diagnostic"),
        composite("three", "K80", "conservative"),
        composite("three-surgical-elsewhere", "K81", "surgical"),
    )
    cases = [(GALL, ""), (GALL, "44.1300x001"), (GALL, "38.9300"), (GALL, "51.2300")]
    assert codes(made, "base", *cases) == ["three", "two", "one", "range"]


def test_the_narrowest_composite_type_of_the_class_wins():
    made = catalogue(
        composite("range", "A00-Z99", "surgical"),
        composite("one", "K", "surgical"),
        composite("three", "K80", "surgical"),
    )
    assert codes(made, "base", (GALL, "51.2300"), ("K81.000", "51.2300"), ("J18.900", "51.2300")) == [
        "three",
        "one",
        "range",
    ]


def test_step_five_most_terms_then_most_matched_then_nearest_mean_cost():
    made = catalogue(
        entry("two terms", "K80.1", "51.2300+51.8802"),
        entry("one term", "K80.1", "51.2300"),
        entry("alternatives", "K80.1", "51.2300/38.9300/44.1300x001"),
        entry("dear", "K80.2", "51.2300", mean_cost=20_000.0),
        entry("cheap", "K80.2", "51.2300", mean_cost=10_000.0, conditions="age>=0"),
    )
    assert codes(made, "base", (GALL, "51.2300|51.8802|38.9300|44.1300x001")) == ["two terms"]
    assert codes(made, "base", (GALL, "51.2300|38.9300")) == ["alternatives"]
    cases = [("K80.203", "51.2300")] * 3
    found = answers(made, "base", *cases, age=50, total_cost=[19_000, 11_000, 15_000])
    assert found["dip_code"].tolist() == ["dear", "cheap", "dear"]  # a tie goes to the first
    assert found["reason"].tolist() == ["nearest_mean_cost", "nearest_mean_cost", "catalogue_order"]


def test_without_a_cost_or_a_mean_cost_the_tie_goes_to_catalogue_order():
    made = catalogue(
        entry("first", "K80.1", "51.2300"),
        entry("priced", "K80.1", "51.2300", mean_cost=100.0, conditions="age>=0"),
    )
    found = answers(made, "base", *[(GALL, "51.2300")] * 2, age=50, total_cost=[100.0, None])
    assert found["dip_code"].tolist() == ["first", "first"]
    assert found["reason"].tolist() == ["catalogue_order"] * 2


def test_the_answer_does_not_depend_on_the_score_or_a_simulated_fee():
    low = catalogue(
        entry("a", "K80.1", "51.2300", score=1.0),
        entry("b", "K80.1", "51.2300", score=9e6, conditions="age>=0"),
    )
    assert codes(low, "base", (GALL, "51.2300"), age=5, total_cost=9e6) == ["a"]


@pytest.mark.parametrize(
    ("procedures", "expected"),
    [
        ("51.2300", "core op"),
        ("51.2200", "primary op"),
        ("38.9300", "core therapy"),
        ("44.1300x001", "core look"),
    ],
)
def test_class_order_takes_core_before_primary_care_in_each_class(procedures, expected):
    made = catalogue(
        primary("primary op", "K80.1", "51.2200/51.2300"),
        entry("core look", "K80.1", "44.1300x001"),
        entry("core therapy", "K80.1", "38.9300"),
        entry("core op", "K80.1", "51.2300"),
        composite("all", "K", "surgical"),
    )
    assert codes(made, "base", (GALL, procedures)) == [expected]


def test_surgery_of_primary_care_goes_before_therapy_of_core():
    made = catalogue(entry("core therapy", "K80.1", "38.9300"), primary("primary op", "K80.1", "51.2300"))
    assert codes(made, "base", (GALL, "51.2300|38.9300")) == ["primary op"]


def test_a_surgical_composite_goes_before_a_conservative_core_entry():
    made = catalogue(entry("drip", "K80.1", "99.1500"), composite("surgical", "K80", "surgical"))
    assert codes(made, "base", (GALL, "51.2300|99.1500")) == ["surgical"]


def test_a_conservative_core_entry_goes_before_a_conservative_composite():
    made = catalogue(
        composite("composite", "K80", "conservative"), primary("primary", "K80.1"), entry("core", "K80.1")
    )
    assert codes(made, "base", (GALL, "")) == ["core"]
    assert codes(
        catalogue(composite("composite", "K80", "conservative"), primary("primary", "K80.1")),
        "base",
        (GALL, ""),
    ) == ["primary"]


def test_the_class_of_an_entry_is_that_of_the_procedures_matched():
    made = catalogue(entry("either", "K80.1", "51.2300/38.9300"))
    found = answers(made, "base", (GALL, "38.9300|44.1300x001"), (GALL, "38.9300|51.2300"))
    assert found["treatment_class"].tolist() == ["therapeutic", "surgical"]


def test_order_and_repetition_of_procedures_do_not_matter():
    made = catalogue(entry("a", "K80.1", "51.2300+51.8802"), entry("b", "K80.1", "51.2300/38.9300"))
    cases = [
        (GALL, "51.2300|51.8802|38.9300"),
        (GALL, "38.9300|51.8802|51.2300"),
        (GALL, "51.2300|51.2300|51.8802|38.9300|38.9300"),
    ]
    found = answers(made, "base", *cases)
    assert found["dip_code"].tolist() == ["a"] * 3
    assert found["unmatched_procedures"].tolist() == ["38.9300"] * 3


def test_repeated_procedures_count_once_in_a_tie():
    made = catalogue(entry("two", "K80.1", "38.9300/44.1300x001"), entry("one", "K80.1", "51.2300"))
    assert codes(made, "base", (GALL, "51.2300|51.2300|51.2300|38.9300|44.1300x001")) == ["two"]


def test_primary_care_is_not_searched_as_composite():
    made = catalogue(composite("basic", "K80", "surgical", primary_care=True))
    with pytest.raises(Exception, match="never looks for primary-care composite types"):
        DipGrouper(made, rules="base")


def test_statuses():
    made = catalogue(entry("a", "K80.1", "51.2300"))
    cases = [(GALL, "51.2300"), ("", "51.2300"), ("|K80.100", ""), ("K80.999x", ""), ("K81.000", "")]
    found = answers(made, "base", *cases)
    assert found["status"].tolist() == [
        "grouped",
        "no_principal_diagnosis",
        "no_principal_diagnosis",
        "unknown_principal_diagnosis",
        "not_in_catalogue",
    ]
    assert found["score"].isna().tolist() == [False, True, True, True, True]


def test_matched_and_unmatched_procedures_are_those_of_the_answer():
    made = catalogue(entry("a", "K80.1", "51.2300", related="51.8802"))
    found = answers(made, "base", (GALL, "44.1300x001|51.8802|what|51.2300"))
    assert found["matched_procedures"].tolist() == ["51.8802|51.2300"]
    assert found["unmatched_procedures"].tolist() == ["44.1300x001|what"]


def test_every_rule_set_states_its_source_and_trust():
    from drgsim import sources

    for name in RuleSet.published():
        rules = RuleSet.load(name)
        assert sources.resolve(rules.source).state == rules.trust, name
        assert all(step.zh and step.en for step in rules.steps)


def test_input_is_not_changed_and_the_index_is_kept():
    made = catalogue(entry("a", "K80.1", "51.2300"))
    cases = pd.DataFrame({"diagnoses": [GALL], "procedures": ["51.2300"]}, index=["x"])
    before = cases.copy()
    assert DipGrouper(made).group(cases).index.tolist() == ["x"]
    pd.testing.assert_frame_equal(cases, before)

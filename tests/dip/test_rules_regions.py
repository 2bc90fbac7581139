"""What each region does otherwise than the base rules. Grouping and DIP, payment rules.

Procedures: 51.2300 and 51.2200 are operations, 36.0700 an intervention, 38.9300 therapy, 44.1300x001
diagnosis, 99.1500 conservative.
"""

import pytest

from drgsim.dip import DipGrouper
from drgsim.dip.expressions import Pattern, parse_conditions
from drgsim.dip.model import AuxiliaryClass, AuxiliaryFactor, Complication, DiagnosisFact, Scope

from .small import answers, catalogue, codes, composite, entry, primary

pytestmark = pytest.mark.usefixtures("either_way")

GALL = "K80.100"
BLANK = entry("KBBZ", "", kind="blank")


class TestJining:
    def test_all_listed_procedures_must_be_there_and_every_bare_entry_is_kept(self):
        made = catalogue(
            entry("all", "K80.1", "51.2300+51.8802"),
            entry("cheap", "K80.1", mean_cost=1000.0),
            entry("dear", "K80.1", mean_cost=9000.0, conditions="age>=0"),
        )
        assert codes(made, "jining", (GALL, "51.2300|51.8802|38.9300")) == ["all"]
        # base takes the first bare entry; here all are candidates and the mean cost decides
        assert codes(made, "jining", (GALL, ""), age=50, total_cost=8000) == ["dear"]
        assert codes(made, "base", (GALL, ""), age=50, total_cost=8000) == ["cheap"]

    def test_an_intervention_counts_as_therapy(self):
        made = catalogue(composite("s", "K80", "surgical"), composite("t", "K80", "therapeutic"))
        assert codes(made, "jining", (GALL, "36.0700")) == ["t"]

    def test_a_composite_type_goes_by_the_first_procedure_alone(self):
        made = catalogue(composite("s", "K80", "surgical"), composite("t", "K80", "therapeutic"))
        cases = [(GALL, "38.9300|51.2300"), (GALL, "51.2300|38.9300")]
        assert codes(made, "jining", *cases) == ["t", "s"]
        assert codes(made, "base", *cases) == ["s", "s"]

    def test_composite_surgery_is_split_by_the_level_of_the_operation(self):
        made = catalogue(
            composite("K80-3", "K80", "surgical", conditions="operation_level=3..4"),
            composite("K80-2", "K80", "surgical", conditions="operation_level=2"),
            composite("K80-1", "K80", "surgical", conditions="operation_level=1"),
            BLANK,
            levels={
                "51.2300": ("surgical", 4, 2),
                "51.2200": ("surgical", 2, 2),
                "51.8802": ("surgical", 1, 2),
            },
        )
        cases = [(GALL, "51.2300"), (GALL, "51.2200"), (GALL, "51.8802"), (GALL, "51.8800x006")]
        assert codes(made, "jining", *cases) == ["K80-3", "K80-2", "K80-1", "KBBZ"]

    def test_what_finds_nothing_is_blank(self):
        found = answers(catalogue(entry("a", "K80.1", "51.2300"), BLANK), "jining", ("J18.900", "38.9300"))
        assert found["dip_code"].tolist() == ["KBBZ"]
        assert found["kind"].tolist() == ["blank"]
        assert found["reason"].tolist() == ["fallback"]

    def test_entries_that_name_the_principal_procedure_go_first(self):
        made = catalogue(
            entry("second+third", "K80.1", "51.8802+38.9300"), entry("first", "K80.1", "51.2300")
        )
        case = (GALL, "51.2300|51.8802|38.9300")
        assert codes(made, "jining", case) == ["first"]
        assert codes(made, "base", case) == ["second+third"]

    def test_severity_of_a_long_stay_picks_the_entry_of_its_family(self):
        made = catalogue(
            *(entry(f"K80.1_{n}", "K80.1", "51.2300", conditions=f"severity={n}") for n in (1, 2, 3, 4)),
            complications={
                "E11.900": Complication("E11.900", "cc"),
                "J96.000": Complication("J96.000", "mcc", include=(Pattern("K"),)),
            },
        )
        cases = [
            (GALL, "51.2300"),
            (f"{GALL}|E11.900", "51.2300"),
            (f"{GALL}|E11.900|J96.000", "51.2300"),
            (f"{GALL}|J96.000", "51.2300"),
            (f"{GALL}|J96.000", "51.2300"),
            (GALL, "51.2300"),
        ]
        found = codes(made, "jining", *cases, los=[9, 9, 9, 9, 3, 9], discharge=[1, 1, 1, 5, 5, 1])
        assert found == [f"K80.1_{n}" for n in (1, 2, 3, 4, 1, 1)]

    def test_cases_are_mapped_to_the_older_edition(self):
        made = catalogue(
            entry("old", "K80.1", "51.2300"), crosswalk={"K80.203": "K80.100", "51.2301": "51.2300"}
        )
        assert codes(made, "jining", ("K80.203", "51.2301")) == ["old"]
        assert codes(made, "taian", ("K80.203", "51.2301")) == [None]

    def test_there_is_no_auxiliary_factor_besides(self):
        made = catalogue(
            entry("a", "K80.1", "51.2300"),
            auxiliary_classes={"old": AuxiliaryClass("old", "age", parse_conditions("age>=66"))},
            auxiliary=(AuxiliaryFactor("a", "old", 1.2),),
        )
        with pytest.warns(UserWarning, match="pays no heed"):
            grouper = DipGrouper(made, rules="jining")
        assert grouper.rules.id == "jining"
        with pytest.warns(UserWarning, match="pays no heed"):
            assert answers(made, "taian", (GALL, "51.2300"), age=70)["auxiliary_factor"].tolist() == [1.0]


def test_taian_is_as_jining_without_severity():
    made = catalogue(
        entry("a", "K80.1", "51.2300", conditions="severity=1"),
        composite("t", "K80", "therapeutic"),
        BLANK,
        complications={"E11.900": Complication("E11.900", "mcc")},
    )
    cases = [(f"{GALL}|E11.900", "51.2300"), (GALL, "36.0700|51.8802"), ("J18.900", "")]
    assert codes(made, "taian", *cases, los=9) == ["a", "t", "KBBZ"]


class TestYichang:
    def test_a_stay_of_minor_procedures_is_conservative(self):
        made = catalogue(
            entry("bare", "K80.1"),
            composite("d", "K80", "diagnostic"),
            levels={
                "44.1300x001": ("diagnostic", 2, 0),
                "38.9300": ("therapeutic", 3, 0),
                "45.1300": ("diagnostic", 1, 1),
            },
        )
        cases = [(GALL, "44.1300x001"), (GALL, "38.9300"), (GALL, "45.1300"), (GALL, "44.1300x001|45.1300")]
        assert codes(made, "yichang", *cases) == ["bare", None, "d", "d"]
        assert codes(made, "base", cases[0]) == ["d"]

    def test_composite_surgery_goes_first_when_every_candidate_leaves_an_operation(self):
        made = catalogue(
            entry("core", "K80.1", "51.2300"),
            primary("primary", "K80.1", "51.2300/51.2200"),
            composite("s", "K80", "surgical"),
        )
        cases = [(GALL, "51.2300"), (GALL, "51.2300|51.8802"), (GALL, "51.2300|51.2200")]
        # in the last case the primary-care entry leaves none, so the class order stands
        assert codes(made, "yichang", *cases) == ["core", "s", "core"]
        assert codes(made, "base", *cases) == ["core", "core", "core"]
        # what is left over is therapy, not an operation
        assert codes(made, "yichang", (GALL, "51.2300|38.9300")) == ["core"]

    def test_composite_stands_after_core_and_primary_care_inside_each_class(self):
        made = catalogue(
            entry("core therapy", "K80.1", "38.9300"),
            composite("s", "K80", "surgical"),
            composite("d", "K81", "diagnostic"),
            entry("bare", "K81.0"),
        )
        assert codes(made, "yichang", (GALL, "38.9300|51.2300")) == ["s"]
        # base puts a composite of any class but the conservative after core therapy
        assert codes(made, "base", (GALL, "38.9300|51.2300")) == ["core therapy"]

    def test_the_local_class_of_drug_resistant_tuberculosis_counts(self):
        resistant = DiagnosisFact("tb_resistant", Scope.PRINCIPAL, ((Pattern("A15.000x010"), 1),), 0)
        made = catalogue(
            entry("tb", "A15.0"),
            diagnosis_facts={"tb_resistant": resistant},
            auxiliary_classes={
                "resistant": AuxiliaryClass("resistant", "local", parse_conditions("tb_resistant=1"))
            },
            auxiliary=(AuxiliaryFactor("tb", "resistant", 1.5),),
        )
        found = answers(made, "yichang", ("A15.000x010", ""), ("A15.000x001|A15.000x010", ""))
        assert found["auxiliary_factor"].tolist() == [1.5, 1.0]
        assert found["auxiliary_reason"].iloc[0] == "tb_resistant = 1"
        with pytest.warns(UserWarning, match="local"):
            assert answers(made, "base", ("A15.000x010", ""))["auxiliary_factor"].tolist() == [1.0]


class TestXiangyang:
    def test_a_short_procedure_code_is_a_beginning(self):
        made = catalogue(entry("any", "K80.1", "51.2"))
        cases = [(GALL, "51.2300"), (GALL, "51.2200x004"), (GALL, "51.8802")]
        assert codes(made, "xiangyang", *cases) == ["any", "any", None]
        assert codes(made, "base", *cases) == [None, None, None]

    def test_full_codes_beat_their_beginnings(self):
        made = catalogue(
            entry("short", "K80.1", "51.23+38.9300"),
            entry("full", "K80.1", "51.2300"),
            entry("other full", "K80.2", "51.2200"),
            entry("short of another", "K80.2", "51.23"),
        )
        assert codes(made, "xiangyang", (GALL, "51.2300|38.9300")) == ["full"]
        assert codes(made, "xiangyang", ("K80.203", "51.2300|51.2200")) == ["other full"]
        assert codes(made, "xiangyang", ("K80.203", "51.2301|38.9300")) == ["short of another"]

    def test_core_and_primary_care_go_through_step_five_together(self):
        made = catalogue(entry("core", "K80.1", "51.2300"), primary("primary", "K80.1", "51.2300+38.9300"))
        assert codes(made, "xiangyang", (GALL, "51.2300|38.9300")) == ["primary"]
        assert codes(made, "base", (GALL, "51.2300|38.9300")) == ["core"]

    def test_the_first_letter_is_the_last_resort_whatever_the_class(self):
        made = catalogue(composite("K", "K", "surgical"), composite("K81", "K81", "conservative"))
        assert codes(made, "xiangyang", (GALL, ""), (GALL, "51.2300"), ("J18.900", "")) == ["K", "K", None]
        assert codes(made, "base", (GALL, "")) == [None]


class TestJingmen:
    def test_five_characters_give_way_to_longer_codes(self):
        made = catalogue(entry("five", "K80.1", "51.23+38.9300"), entry("longer", "K80.1", "51.2300"))
        assert codes(made, "jingmen", (GALL, "51.2300|38.9300")) == ["longer"]

    def test_a_six_character_beginning_does_not_give_way(self):
        made = catalogue(
            entry("six", "K80.1", "51.230", score=900.0), entry("full", "K80.1", "51.2300", score=100.0)
        )
        assert codes(made, "jingmen", (GALL, "51.2300")) == ["six"]
        assert codes(made, "xiangyang", (GALL, "51.2300")) == ["full"]

    def test_the_highest_score_wins_when_one_is_surgical(self):
        made = catalogue(
            entry("two", "K80.1", "51.2300+38.9300", score=100.0),
            entry("dear", "K80.1", "51.2300", score=900.0),
        )
        assert codes(made, "jingmen", (GALL, "51.2300|38.9300")) == ["dear"]

    def test_without_surgery_the_base_order_of_tie_breaks_stands(self):
        made = catalogue(
            entry("two", "K80.1", "44.1300x001+38.9300", score=100.0),
            entry("dear", "K80.1", "38.9300", score=900.0),
        )
        assert codes(made, "jingmen", (GALL, "38.9300|44.1300x001")) == ["two"]

    def test_the_primary_care_list_is_searched_as_composite_too(self):
        made = catalogue(
            composite("basic", "K80", "surgical", primary_care=True), composite("wide", "K", "surgical")
        )
        assert codes(made, "jingmen", (GALL, "51.2300")) == ["basic"]

    def test_the_first_letter_is_the_last_resort(self):
        assert codes(catalogue(composite("K", "K", "surgical")), "jingmen", (GALL, "")) == ["K"]


class TestXiaogan:
    def test_nothing_is_excluded(self):
        made = catalogue(entry("a", "K80.1", "38.9300"), BLANK, excluded={"38.9300": "not_principal"})
        assert codes(made, "xiaogan", (GALL, "38.9300")) == ["a"]
        assert codes(made, "base", (GALL, "38.9300")) == [None]

    def test_core_and_primary_care_go_through_step_five_together(self):
        made = catalogue(entry("core", "K80.1", "51.2300"), primary("primary", "K80.1", "51.2300+38.9300"))
        assert codes(made, "xiaogan", (GALL, "51.2300|38.9300")) == ["primary"]

    def test_every_class_of_core_goes_before_any_composite(self):
        made = catalogue(entry("drip", "K80.1", "99.1500"), composite("s", "K80", "surgical"), BLANK)
        assert codes(made, "xiaogan", (GALL, "51.2300|99.1500"), ("J18.900", "")) == ["drip", "KBBZ"]


class TestJingzhou:
    def test_no_unmatched_procedure_first_then_the_highest_score(self):
        made = catalogue(
            entry("dear", "K80.1", "51.2300", score=900.0),
            entry("clean", "K80.1", "51.2300+38.9300", score=100.0),
            entry("dearer clean", "K80.1", "38.9300+51.2300/51.2200", score=120.0),
        )
        assert codes(made, "jingzhou", (GALL, "51.2300|38.9300")) == ["dearer clean"]
        # nobody is without a leftover: the score decides, not the number of terms
        assert codes(made, "jingzhou", (GALL, "51.2300|38.9300|44.1300x001")) == ["dear"]

    def test_a_range_takes_the_category_of_the_case(self):
        made = catalogue(
            composite("A00-Z99-4", "A00-Z99", "surgical"), composite("K81-1", "K81", "conservative")
        )
        assert codes(made, "jingzhou", (GALL, "51.2300"), ("K81.000", "")) == ["K80-4", "K81-1"]
        assert codes(made, "base", (GALL, "51.2300")) == ["A00-Z99-4"]

    def test_the_first_letter_is_the_last_resort(self):
        assert codes(catalogue(composite("K", "K", "surgical")), "jingzhou", (GALL, "")) == ["K"]


class TestTangshan:
    """Payment rules."""

    def test_the_exact_combination_goes_first(self):
        made = catalogue(
            entry("three", "K80.1", "51.2300+38.9300/99.1500+44.1300x001"), entry("exact", "K80.1", "51.2300")
        )
        assert codes(made, "tangshan", (GALL, "51.2300")) == ["exact"]

    def test_then_most_matched_then_nearest_mean_cost_then_higher_score(self):
        made = catalogue(
            entry("one", "K80.1", "51.2300", mean_cost=5000.0, score=900.0),
            entry("two a", "K80.1", "51.2300+38.9300", mean_cost=6000.0, score=100.0),
            entry("two b", "K80.1", "51.2300+51.8802", mean_cost=9000.0, score=200.0),
        )
        case = (GALL, "51.2300|38.9300|51.8802|44.1300x001")
        assert codes(made, "tangshan", *[case] * 3, total_cost=[6100, 8900, 7500]) == [
            "two a",
            "two b",
            "two b",
        ]
        assert codes(made, "tangshan", case) == ["two b"]

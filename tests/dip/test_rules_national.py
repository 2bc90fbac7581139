"""National DIP 3.0. Grouping and DIP."""

from functools import cache

import pandas as pd
import pytest

from drgsim.dip import DipCatalogue, DipGrouper
from drgsim.dip.expressions import Pattern, parse_patterns
from drgsim.dip.model import ExcludedProcedure
from drgsim.dip.words import ProcedureNote

from .small import answers, catalogue, codes, entry

pytestmark = pytest.mark.usefixtures("either_way")

GALL = "K80.100"


def national(*entries, **more):
    return catalogue(*entries, **more)


def test_early_then_combined_then_subdivided_then_basic_then_composite():
    kinds = ("basic", "subdivided", "combined", "early")
    for n in range(1, 5):
        made = national(*(entry(kind, "K80.1", "51.2300", kind) for kind in kinds[:n]))
        assert codes(made, "national-3.0", (GALL, "51.2300"), (GALL, "51.2200")) == [kinds[n - 1], "K80-4"]


def test_a_category_without_a_composite_type_gets_one_of_each_class():
    found = answers(
        national(entry("a", "K81.0", "51.2300", "basic")),
        "national-3.0",
        (GALL, ""),
        (GALL, "44.1300x001"),
        (GALL, "38.9300"),
        (GALL, "36.0700"),
    )
    assert found["dip_code"].tolist() == ["K80-1", "K80-2", "K80-3", "K80-4"]
    assert found["kind"].tolist() == ["composite"] * 4
    assert found["score"].isna().all()


def test_excluded_principal_diagnoses_are_not_grouped():
    made = national(entry("a", "K80.1", "51.2300", "basic"), excluded_diagnoses={GALL: "x"})
    assert answers(made, "national-3.0", (GALL, "51.2300"))["status"].tolist() == [
        "excluded_principal_diagnosis"
    ]


def test_a_procedure_that_cannot_be_principal_gives_way_to_the_next():
    made = national(
        entry("op", "K80.1", "51.2300", "basic"),
        entry("line", "K80.1", "38.9300", "basic"),
        entry("with line", "K80.2", "51.2300", "combined", related="38.9300"),
        excluded={"38.9300": "not_principal"},
    )
    cases = [(GALL, "38.9300|51.2300"), (GALL, "38.9300"), ("K80.203", "38.9300|51.2300")]
    # alone it leaves a conservative stay; as a related procedure it still counts
    assert codes(made, "national-3.0", *cases) == ["op", "K80-1", "with line"]


def test_a_conservative_procedure_in_its_turn_makes_the_stay_conservative():
    made = national(
        entry("bare", "K80.1", "", "basic"),
        entry("op", "K80.1", "51.2300", "basic"),
        entry("with drip", "K80.2", "51.2300", "combined", related="99.1500"),
        excluded={"99.1500": "conservative"},
    )
    cases = [(GALL, "99.1500|51.2300"), (GALL, "51.2300|99.1500"), ("K80.203", "51.2300|99.1500")]
    found = answers(made, "national-3.0", *cases)
    assert found["dip_code"].tolist() == ["bare", "op", "K80-4"]  # dropped from the related procedures too
    assert found["matched_procedures"].tolist() == ["", "51.2300", ""]
    assert found["unmatched_procedures"].tolist() == ["", "", "51.2300"]


def test_a_limited_procedure_is_principal_with_its_diagnoses_only():
    made = catalogue(
        entry("bare", "K80.1", "", "basic"),
        entry("op", "K80.1|K81", "51.2300", "basic"),
        entry("other", "K82", "51.2200", "basic"),
        entry("bare 82", "K82|K83", "", "basic"),
    )
    limited = {
        "51.2300": ExcludedProcedure("51.2300", ProcedureNote.LIMITED, parse_patterns("K81")),
        "51.2200": ExcludedProcedure("51.2200", ProcedureNote.LIMITED),  # its range is that of its entries
    }
    made = DipCatalogue(**{**vars(made), "excluded_procedures": limited})
    cases = [(GALL, "51.2300"), ("K81.000", "51.2300"), ("K82.000", "51.2200"), ("K83.000", "51.2200")]
    assert codes(made, "national-3.0", *cases) == ["bare", "op", "other", "bare 82"]


def test_diagnoses_match_by_full_code_then_subcategory_then_category():
    made = national(
        entry("category", "K80", "51.2300", "basic"),
        entry("subcategory", "K80.1", "51.2300", "basic"),
        entry("code", "K80.100x001", "51.2300", "basic"),
        entry("category look", "K80", "44.1300x001", "basic"),
    )
    cases = [
        ("K80.100x001", "51.2300"),
        ("K80.101", "51.2300"),
        ("K80.203", "51.2300"),
        (GALL, "44.1300x001"),
    ]
    assert codes(made, "national-3.0", *cases) == ["code", "subcategory", "category", "category look"]


def test_procedure_codes_with_and_without_extension():
    made = national(entry("base", "K80.1", "51.2200", "basic"), entry("ext", "K81.0", "51.2200x004", "basic"))
    cases = [
        (GALL, "51.2200x004"),
        (GALL, "51.2200"),
        (GALL, "51.2201"),
        ("K81.000", "51.2200"),
        ("K81.000", "51.2200x004"),
    ]
    assert codes(made, "national-3.0", *cases) == ["base", "base", "K80-4", "ext", "ext"]
    # another extension of the same base is another procedure
    other = national(entry("ext", "I25.1", "36.0700x004", "basic"))
    assert codes(other, "national-3.0", ("I25.103", "36.0700"), ("I25.103", "36.0701")) == ["ext", "I25-4"]


def test_the_principal_procedure_must_be_one_of_those_named_unless_the_entry_says_otherwise():
    made = national(
        entry("op", "K80.1", "51.2300", "basic"),
        entry("anywhere", "A00-Z99", "96.7201+39.9500x007", "early", any_position=True),
        entry("two", "K81", "51.2300+51.8802", "basic"),
    )
    cases = [
        (GALL, "44.1300x001|51.2300"),
        (GALL, "51.2300|96.7201|39.9500x007"),
        ("K81.000", "51.8802|51.2300"),
        ("K81.000", "38.9300|51.8802|51.2300"),
    ]
    assert codes(made, "national-3.0", *cases) == ["K80-4", "anywhere", "two", "K81-4"]


def test_most_terms_win():
    made = national(
        entry("one", "K80.1", "51.2300", "basic"), entry("two", "K80.1", "51.2300+38.9300", "basic")
    )
    assert codes(made, "national-3.0", (GALL, "51.2300|38.9300")) == ["two"]


def test_related_procedures_must_be_met_else_the_entry_without_them_is_taken():
    made = national(
        entry("plain", "K80.1", "51.2300", "combined"),
        entry("stone", "K80.1", "51.2300", "combined", related="51.8802"),
        entry("stone and look", "K80.1", "51.2300", "combined", related="51.8802+44.1300x001"),
    )
    cases = [
        (GALL, "51.2300"),
        (GALL, "51.2300|51.8802"),
        (GALL, "51.2300|44.1300x001|51.8802"),
        (GALL, "51.2300|38.9300"),
    ]
    found = answers(made, "national-3.0", *cases)
    assert found["dip_code"].tolist() == ["plain", "stone", "stone and look", "plain"]
    assert found["reason"].tolist()[1:3] == ["most_related", "most_related"]


def test_what_remains_tied_goes_to_catalogue_order():
    made = national(
        entry("first", "K80.1", "51.2300", "combined", related="51.8802"),
        entry("second", "K80.1", "51.2300", "combined", related="38.9300"),
    )
    found = answers(made, "national-3.0", (GALL, "51.2300|38.9300|51.8802"))
    assert found[["dip_code", "reason"]].iloc[0].tolist() == ["first", "catalogue_order"]


@cache
def example():
    return DipGrouper("example-national", threads=1)


class TestTheShippedExample:
    """Every kind of entry that the national library has, in the example made in its manner."""

    @pytest.mark.parametrize(
        ("diagnoses", "procedures", "columns", "expected"),
        [
            ("P07.000", "", {"age": 0, "age_days": 3, "birth_weight": 999}, "XQ-1"),
            ("P07.100", "", {"age": 0, "age_days": 28, "birth_weight": 1000}, "XQ-2"),
            ("P07.100", "", {"age": 0, "age_days": 29, "birth_weight": 1000}, "P07-1"),
            ("P07.100", "", {"age": 0, "age_days": 3, "birth_weight": 1500}, "P07-1"),
            ("P07.100", "", {"age": 0, "age_days": 3}, "P07-1"),
            ("J18.900", "38.9300|96.7201|39.9500x007", {}, "XQ-3"),
            ("K80.203", "51.2300|51.8802", {}, "BX-1"),
            ("K80.203", "51.2300", {}, "BX-2"),
            ("I21.001", "36.0700x004|00.4500", {}, "BX-3"),
            ("T21.300|T31.300", "", {}, "FZ-1"),
            ("T21.300|T31.200", "86.6000", {}, "FZ-2"),
            ("T21.200|T31.300", "", {}, "T21-1"),
            ("T21.300", "", {}, "T21-1"),
            ("Z51.100|C34.900", "99.2500", {}, "FZ-3"),
            ("Z51.100|C82.900", "99.2500", {}, "FZ-4"),
            ("Z51.100|K29.500", "99.2500", {}, "Z51-3"),
            ("A15.000x010", "", {}, "FZ-5"),
            ("A15.000x001|U84.300", "", {}, "FZ-5"),
            ("A16.200", "", {}, "FZ-6"),
            ("J18.900", "99.1500|96.7201", {}, "JC-1"),
            ("R50.900", "", {}, None),
            ("A09.900", "", {}, "A09-1"),
        ],
    )
    def test_case(self, diagnoses, procedures, columns, expected):
        case = {"diagnoses": diagnoses, "procedures": procedures, **columns}
        assert example().explain(case).dip_code == expected
        found = example().group(pd.DataFrame([case]))["dip_code"]
        assert (None if found.isna().iloc[0] else found.iloc[0]) == expected

    def test_auxiliary_factors_and_why(self):
        found = answers(
            example().catalogue,
            "national-3.0",
            *[("J18.900", "")] * 4,
            ("Z51.100|C34.900", "99.2500"),
            ("Z51.100|C34.900", "99.2500"),
            discharge=[1, 5, 1, 5, 1, 1],
            icu_hours=[0, 48, 200, 200, 0, 0],
            total_cost=[5000, 5000, 5000, 5000, 27_360, 27_359],
            drug_cost=[0, 0, 0, 0, 13_680, 20_000],
        )
        assert found["auxiliary_factor"].tolist() == [1.0, 1.4, 1.9, 1.9, 2.1, 1.0]
        assert found["auxiliary"].astype(object).fillna("").tolist() == [
            "",
            "died",
            "icu_8",
            "icu_8",
            "costly",
            "",
        ]


def test_the_pattern_of_any_diagnosis_matches_all():
    assert Pattern("A00", "Z99").matches("U07.100x001")

"""Scores for the types of a given library: years weighted, rare types put aside, the rest in composites."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.cli import main
from drgsim.dip import DipCatalogue, DipCatalogueBuilder, DipGrouper
from drgsim.dip.classes import read_comorbidity
from drgsim.dip.expressions import parse_conditions, parse_patterns
from drgsim.dip.model import AuxiliaryClass, ComorbidityClass
from drgsim.errors import FileFormatError

from .small import catalogue, entry


def library(**more):
    return catalogue(
        entry("XQ-1", "A00-Z99", "33.5100", "early", score=None),
        entry("BX-2", "K80", "51.2300|51.2400".replace("|", "/"), "combined", related="51.8802", score=None),
        entry("BX-3", "K80", "51.2300/51.2400", "combined", score=None),
        entry("JC-4", "K80", "51.2200", "basic", score=None),
        entry("JC-5", "K80", "", "basic", score=None),
        rules="national-3.0",
        **more,
    )


def years(*rows):
    """(diagnoses, procedures, cost, year, level, how many)."""
    columns = ["diagnoses", "procedures", "total_cost", "year", "hospital_level", "n"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.loc[frame.index.repeat(frame.pop("n"))].reset_index(drop=True)


GALL = "K80.100"
CASES = years(
    (GALL, "51.2300", 1000.0, 2023, 3, 10),
    (GALL, "51.2300", 2000.0, 2024, 3, 10),
    (GALL, "51.2300", 3000.0, 2025, 3, 10),
    (GALL, "51.2300", 1000.0, 2025, 2, 10),
    (GALL, "51.2300|51.8802", 9000.0, 2025, 3, 4),  # too rare: with the row for the rest
    (GALL, "51.2200", 5000.0, 2025, 3, 6),  # too rare: composite
    (GALL, "", 400.0, 2025, 2, 20),
    ("J18.900", "", 800.0, 2025, 2, 20),  # no type of the library
    ("R50.900", "", 99.0, 2025, 2, 3),
    ("R50.901", "", 99.0, 2025, 2, 3),
)


@pytest.fixture(scope="module")
def fitted():
    made = library(excluded_diagnoses={"R50.900": ""})
    return DipCatalogueBuilder(library=made, core_min_cases=15, composite_min_cases=15).fit(CASES)


def test_common_types_of_the_library_stay_and_get_the_means_of_the_years(fitted):
    made = fitted.catalogue_
    assert [code for code in made.types if code[:2] in ("XQ", "BX", "JC")] == ["XQ-1", "BX-3", "JC-5"]
    # 1:2:7 over 1000, 2000 and the last year's (10·3000 + 10·1000 + 4·9000) / 24
    last = (30_000 + 10_000 + 36_000) / 24
    assert made.types["BX-3"].mean_cost == pytest.approx((1000 + 2 * 2000 + 7 * last) / 10, abs=0.005)
    assert made.types["BX-3"].cases == 44
    assert made.rules == "national-3.0"
    assert made.trust == "assumed"
    assert made.types["BX-3"].score / made.types["JC-5"].score == pytest.approx(
        made.types["BX-3"].mean_cost / 400, rel=1e-5
    )


def test_what_no_common_type_takes_makes_composite_types(fitted):
    types = fitted.catalogue_.types.values()
    composite = {kind.code: kind.cases for kind in types if kind.kind == "composite"}
    assert composite["J18-1"] == 20
    assert "K80-4" not in composite  # 6 cases are too few for a category: a wider one has them
    assert sum(cases or 0 for cases in composite.values()) == 20 + 6 + 3
    found = fitted.transform(CASES)
    assert found["score"].notna().sum() == len(CASES) - 3
    rare = CASES["procedures"] == "51.2200"
    assert (found.loc[rare, "kind"] == "composite").all()


def test_early_groups_stay_without_a_case_and_without_a_score(fitted):
    assert fitted.catalogue_.types["XQ-1"].score is None
    assert any("XQ-1" in note for note in fitted.catalogue_.notes)
    case = fitted.transform(CASES.head(1).assign(procedures="33.5100"))
    assert case[["dip_code", "score_state"]].iloc[0].tolist() == ["XQ-1", "not_stated"]


def test_cases_that_the_library_does_not_group_are_counted_and_left_out(fitted):
    assert fitted.report_.left_out["excluded principal diagnosis"] == 3
    assert fitted.report_.summary()["cases"] == len(CASES) - 3


def test_by_a_benchmark_and_with_the_library_s_lists(fitted):
    made = library(excluded_diagnoses={"R50.900": ""})
    builder = DipCatalogueBuilder(
        library=made, core_min_cases=15, score_method="benchmark", benchmark="JC-5", score_base=100
    )
    scored = builder.fit(CASES).catalogue_
    assert scored.types["JC-5"].score == 100
    assert scored.types["BX-3"].score == pytest.approx(scored.types["BX-3"].mean_cost / 4, rel=1e-5)
    assert scored.excluded_diagnoses == made.excluded_diagnoses


def test_the_years_are_compared(fitted):
    stability = fitted.report_.stability
    assert stability[["year", "next_year"]].to_numpy().tolist() == []  # ten cases a year are under fifteen
    loose = DipCatalogueBuilder(library=library(), core_min_cases=10).fit(CASES).report_.stability
    assert loose["median_change"].iloc[0] == pytest.approx(1.0)  # 1000 to 2000


def test_the_order_of_the_cases_changes_nothing(fitted):
    made = library(excluded_diagnoses={"R50.900": ""})
    mixed = CASES.sample(frac=1, random_state=3)
    again = DipCatalogueBuilder(library=made, core_min_cases=15, composite_min_cases=15).fit(mixed)
    assert again.catalogue_ == fitted.catalogue_


class TestPrices:
    def test_means_by_level_and_coefficients_reach_the_table_that_prices(self, fitted):
        made = fitted.catalogue_
        last = (30_000 + 36_000) / 14
        means = {(item.type, item.level): item for item in made.level_means}
        assert means["BX-3", "3"].mean_cost == pytest.approx((1000 + 4000 + 7 * last) / 10, abs=0.005)
        assert means["BX-3", "2"].mean_cost == 1000
        table = made.price_table()
        assert table.loc["BX-3", "mean_cost_2"] == 1000
        assert np.isnan(table.loc["J18-1", "mean_cost_3"])
        assert table.loc["BX-3", "coefficient_3"] == made.hospital_coefficients["3"]
        weights = drgsim.Weights.from_table(table)
        assert {"mean_cost_2", "mean_cost_3", "coefficient_3"} <= set(weights.frame.columns)

    def test_every_code_of_an_answer_has_a_row(self, fitted):
        table = fitted.catalogue_.price_table()
        cases = pd.DataFrame({"diagnoses": ["C34.100", "K35.300"], "procedures": ["51.2300", "51.2200"]})
        answers = fitted.transform(cases)
        assert set(answers["dip_code"]) <= set(table.index)
        np.testing.assert_array_equal(table.loc[answers["dip_code"], "weight"], answers["score"])

    def test_a_policy_pays_by_it(self, fitted):
        cases = CASES.assign(
            case_id=[f"c{n}" for n in range(len(CASES))],
            hospital_id="h",
            insurance="employee",
            discharge_date="2025-06-30",
        )
        cases = cases.join(fitted.transform(CASES))
        made = fitted.catalogue_
        policy = drgsim.Policy.load("national-dip").reform(
            {
                "standard.point_value": 9.5,
                "standard.coefficient.scope": "level",
                "standard.coefficient.level": dict(made.hospital_coefficients),
            }
        )
        weights = drgsim.Weights.from_table(made.price_table())
        paid = drgsim.pay(cases, policy, weights=weights)
        assert paid.frame["payment"].notna().all()
        # a case of 3,000 yuan at level 3 is held against the mean of its type at that level
        means = {(item.type, item.level): item.mean_cost for item in made.level_means}
        told = str(paid.explain("c20"))
        assert f"{3000 / means['BX-3', '3']:.4f}".rstrip("0") in told
        assert f"{made.hospital_coefficients['3']:g}" in told


class TestComorbidity:
    CLASSES = (
        ComorbidityClass("heart", 1, parse_patterns("I50|I11.0")),
        ComorbidityClass("tumour", 4, parse_patterns("C00-C75")),
    )

    def made(self, **more):
        auxiliary = AuxiliaryClass("cci_5", "cci", parse_conditions("cci>=5"))
        from drgsim.dip.model import AuxiliaryFactor

        return library(
            auxiliary_classes={"cci_5": auxiliary},
            auxiliary=(AuxiliaryFactor("*", "cci_5", 1.3),),
            **more,
        )

    def test_the_index_follows_from_the_secondary_diagnoses(self):
        grouper = DipGrouper(self.made(comorbidity_classes=self.CLASSES), threads=1)
        cases = [
            {"diagnoses": f"{GALL}|I50.900|I50.100|C34.100"},  # the heart once: 1 + 4
            {"diagnoses": f"{GALL}|I50.900"},
            {"diagnoses": "K80.203|C34.100"},
        ]
        found = grouper.group(cases)
        assert found["auxiliary_factor"].tolist() == [1.3, 1.0, 1.0]
        assert found.attrs["drgsim"]["needs"] == {}
        assert "1.3" in str(grouper.explain(cases[0]))

    def test_without_the_table_the_step_says_what_it_needs(self):
        grouper = DipGrouper(self.made(), threads=1)
        case = {"diagnoses": f"{GALL}|I50.900|C34.100"}
        found = grouper.group([case])
        assert "comorbidity_classes.csv" in found.attrs["drgsim"]["needs"]["cci"]
        assert "comorbidity_classes.csv" in str(grouper.explain(case))
        assert grouper.group([{**case, "cci": 6}])["auxiliary_factor"].tolist() == [1.3]

    def test_the_table_is_saved_with_the_catalogue(self, tmp_path):
        made = self.made(comorbidity_classes=self.CLASSES)
        assert DipCatalogue.load(made.save(tmp_path), strict=False) == made
        assert read_comorbidity(tmp_path / "comorbidity_classes.csv") == self.CLASSES

    @pytest.mark.parametrize("text", ["", "name,weight,diagnoses\nheart,one,I50\n", "a,b\n1,2\n"])
    def test_a_table_that_cannot_be_read_is_refused(self, tmp_path, text):
        path = tmp_path / "cci.csv"
        path.write_text(text)
        with pytest.raises(FileFormatError, match="comorbidity"):
            read_comorbidity(path)

    def test_a_class_is_learned_with_the_table_and_told_without(self):
        odd = np.arange(len(CASES)) % 2
        ill = CASES.assign(
            diagnoses=CASES["diagnoses"].where(odd == 0, CASES["diagnoses"] + "|C34.100|I50.900"),
            total_cost=CASES["total_cost"] * np.where(odd, 3, 1),
        )
        options = {"library": library(), "core_min_cases": 10, "auxiliary_min_cases": 5}
        builder = DipCatalogueBuilder(comorbidity_classes=self.CLASSES, **options).fit(ill)
        factors = {(item.type, item.name): item.factor for item in builder.catalogue_.auxiliary}
        assert factors["JC-5", "cci_5"] == pytest.approx(1.5)  # 3 of a mean of 2
        assert builder.report_.needs == {}
        without = DipCatalogueBuilder(**options).fit(ill)
        assert "comorbidity_classes.csv" in without.report_.needs["cci"]


def test_one_command_from_three_years_to_a_catalogue_with_scores_and_its_report(tmp_path, capsys):
    pytest.importorskip("xlsxwriter")
    calamine = pytest.importorskip("python_calamine")
    for year in (2023, 2024, 2025):
        drgsim.synthetic_cases(n=300, year=year, seed=year).to_csv(tmp_path / f"{year}.csv", index=False)
    out = tmp_path / "city"
    words = ["dip", "fit", str(tmp_path / "*.csv"), "--library", "--out", str(out)]
    assert main([*words, "--set", "core_min_cases=5"]) == 0
    printed = capsys.readouterr().out
    assert "trust 可信度: assumed" in printed
    assert "cci was not tried" in printed
    made = DipCatalogue.load(out)
    assert made.summary()["primary_care"] == 127
    assert made.summary()["with_score"] > 50
    assert made.source == "learned on dip-national-3.0"
    sheets = calamine.CalamineWorkbook.from_path(str(out / "report.xlsx")).sheet_names
    assert sheets == [
        "about", "summary", "types", "stability", "auxiliary", "hospital_coefficients", "level_means",
    ]  # fmt: skip

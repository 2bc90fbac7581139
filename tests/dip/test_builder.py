"""Learning a catalogue. Formulas of grouping and DIP, payment rules §5.3, §5.6."""

import numpy as np
import pandas as pd
import pytest

from drgsim import sources
from drgsim.dip import DipCatalogue, DipCatalogueBuilder, DipGrouper
from drgsim.dip.dip_errors import DipFitError
from drgsim.dip.expressions import parse_conditions
from drgsim.dip.learn.builder import builder_defaults
from drgsim.dip.learn.stats import Trim, Years, spread, spread_inside
from drgsim.dip.model import AuxiliaryClass
from drgsim.errors import ArgumentError, ColumnError


def stays(n, diagnosis, procedures, cost, **more):
    frame = pd.DataFrame({"diagnoses": [diagnosis] * n, "procedures": [procedures] * n})
    return frame.assign(total_cost=cost, **more)


def region(*parts):
    return pd.concat(parts, ignore_index=True)


def learned(cases, **parameters):
    return DipCatalogueBuilder(**{"auxiliary_classes": (), **parameters}).fit(cases)


GALL, OP, STONE = "K80.100", "51.2300", "51.8802"


class TestTypes:
    def test_a_combination_with_enough_cases_is_core_and_the_rest_composite(self):
        cases = region(
            stays(15, GALL, OP, 12_000),
            stays(14, "K80.203", OP, 9_000),
            stays(20, "J18.900", "", 5_000),
            stays(3, "A09.900", "38.9300", 7_000),
        )
        made = learned(cases, composite_min_cases=10)
        types = made.catalogue_.types
        assert [code for code, kind in types.items() if kind.kind == "core"] == ["J18.9-0", "K80.1-51.2300"]
        # 14 operations make a composite of their category; three stays of therapy fall to the widest
        assert {"K80-4", "A00-Z99-3"} <= set(types)
        assert types["K80-4"].cases == 14
        assert types["A00-Z99-3"].cases == 3
        assert made.report_.summary()["coverage"] == pytest.approx(35 / 52)

    def test_the_threshold_can_be_set_by_coverage(self):
        cases = region(
            stays(60, GALL, OP, 1.0),
            stays(30, "J18.900", "", 1.0),
            stays(8, "I10.x00", "", 1.0),
            stays(2, "A09.900", "", 1.0),
        )
        for coverage, threshold, core in ((0.6, 60, 1), (0.61, 30, 2), (0.95, 8, 3), (0.99, 2, 4)):
            report = learned(cases, core_coverage=coverage).report_
            assert report.summary()["core_threshold"] == threshold
            assert report.summary()["core"] == core
            assert report.summary()["coverage"] >= coverage

    def test_six_characters_tell_more_types_apart(self):
        cases = region(stays(20, "K80.100", OP, 1.0), stays(20, "K80.101", OP, 1.0))
        assert learned(cases).report_.summary()["core"] == 1
        assert learned(cases, diagnosis_characters=6).report_.summary()["core"] == 2

    def test_conservative_and_excluded_procedures_tell_no_types_apart(self):
        cases = region(
            stays(10, GALL, "99.1500", 1.0), stays(10, GALL, "", 1.0), stays(20, GALL, f"00.4500|{OP}", 1.0)
        )
        made = learned(cases, excluded_procedures=["00.4500"]).catalogue_
        assert [code for code, kind in made.types.items() if kind.kind == "core"] == [
            "K80.1-0",
            "K80.1-51.2300",
        ]
        assert list(made.excluded_procedures) == ["00.4500"]

    def test_a_related_procedure_splits_a_type_when_it_adds_a_tenth_to_cost(self):
        plain, dearer = stays(40, GALL, OP, 10_000.0), stays(20, GALL, f"{OP}|{STONE}", 11_000.0)
        assert "K80.1-51.2300+51.8802" in learned(region(plain, dearer)).catalogue_.types
        dearer["total_cost"] = 10_999.0
        assert "K80.1-51.2300+51.8802" not in learned(region(plain, dearer)).catalogue_.types
        assert "K80.1-51.2300+51.8802" in learned(region(plain, dearer), related_gain=0.05).catalogue_.types

    def test_of_two_related_procedures_the_dearer_goes_first_and_the_other_on_what_is_left(self):
        cases = region(
            stays(40, GALL, OP, 10_000.0),
            stays(20, GALL, f"{OP}|{STONE}", 20_000.0),
            stays(20, GALL, f"{OP}|38.9300", 13_000.0),
            stays(16, GALL, f"{OP}|38.9300|{STONE}", 21_000.0),
        )
        made = learned(cases)
        types = made.catalogue_.types
        assert types["K80.1-51.2300"].cases == 40
        assert types["K80.1-51.2300+38.9300"].mean_cost < types["K80.1-51.2300+51.8802"].mean_cost
        found = made.transform(cases)
        assert found["dip_code"].iloc[40] == "K80.1-51.2300+51.8802"

    def test_statistics_are_those_of_the_cases_the_grouper_sends_there(self):
        rng = np.random.default_rng(5)
        done = ["", OP, STONE, "38.9300", f"{OP}|{STONE}", f"38.9300|{OP}", "44.1300x001"]
        cases = pd.DataFrame(
            {
                "diagnoses": rng.choice([GALL, "K80.203", "J18.900", "I10.x00"], 800),
                "procedures": rng.choice(done, 800),
                "total_cost": rng.lognormal(9, 0.5, 800).round(2),
            }
        )
        made = learned(cases)
        found = made.transform(cases)
        assert (found["status"] == "grouped").all()
        means = cases["total_cost"].groupby(found["dip_code"]).agg(["mean", "size"])
        for code, row in means.iterrows():
            assert made.catalogue_.types[code].cases == row["size"]
            assert made.catalogue_.types[code].mean_cost == pytest.approx(row["mean"], abs=0.01)

    def test_every_class_seen_can_be_grouped_later(self):
        made = learned(region(stays(20, GALL, OP, 2.0), stays(20, GALL, "", 1.0)))
        later = pd.DataFrame({"diagnoses": ["J18.900", "I21.001"], "procedures": ["", "36.0700"]})
        found = made.transform(later)
        assert found["dip_code"].tolist() == ["A00-Z99-1", "A00-Z99-4"]
        assert found["score"].gt(0).all()


class TestScores:
    def test_mean_cost_method(self):
        """RW = m / M x 1000, payment rules §5.3."""
        made = learned(region(stays(20, GALL, OP, 15_000.0), stays(60, "J18.900", "", 5_000.0))).catalogue_
        assert made.types["K80.1-51.2300"].score == pytest.approx(2000)
        assert made.types["J18.9-0"].score == pytest.approx(5000 / 7500 * 1000, abs=1e-3)

    def test_benchmark_method(self):
        cases = region(stays(20, GALL, OP, 15_000.0), stays(60, "J18.900", "", 5_000.0))
        made = learned(cases, score_method="benchmark", benchmark="J18.9-0").catalogue_
        assert made.types["K80.1-51.2300"].score == pytest.approx(3000)
        with pytest.raises(DipFitError, match=r"did you mean 'J18\.9-0'"):
            learned(cases, score_method="benchmark", benchmark="J18.9")

    def test_fixed_sum_method(self):
        cases = region(stays(20, GALL, OP, 15_000.0), stays(60, "J18.900", "", 5_000.0))
        made = learned(cases, score_method="fixed_sum", fixed_sum=100.0).catalogue_
        assert made.types["K80.1-51.2300"].score == pytest.approx(150)

    def test_three_years_weigh_one_two_seven(self):
        """m and M = 0.1 y-3 + 0.2 y-2 + 0.7 y-1, payment rules §5.3."""
        cases = region(
            *(
                stays(20, GALL, OP, cost, year=year)
                for year, cost in ((2023, 1000.0), (2024, 2000.0), (2025, 3000.0))
            ),
            *(stays(20, "J18.900", "", 1000.0, year=year) for year in (2023, 2024, 2025)),
            stays(50, GALL, OP, 9e6, year=2022),
        )
        made = learned(cases)
        assert made.catalogue_.types["K80.1-51.2300"].mean_cost == pytest.approx(2600)
        assert made.catalogue_.types["K80.1-51.2300"].score == pytest.approx(2600 / 1800 * 1000, abs=1e-3)
        assert made.report_.left_out["a year without weight"] == 50

    def test_a_type_without_a_year_renews_the_weights(self):
        cases = region(
            stays(20, GALL, OP, 1000.0, year=2023),
            stays(20, GALL, OP, 3000.0, year=2024),
            stays(20, "J18.900", "", 1000.0, year=2025),
        )
        made = learned(cases).catalogue_
        assert made.types["K80.1-51.2300"].mean_cost == pytest.approx((1 * 1000 + 2 * 3000) / 3, abs=0.01)

    def test_the_year_is_read_off_the_discharge_date(self):
        cases = stays(30, GALL, OP, 1000.0, discharge_date=["2024-05-01"] * 15 + ["2025-05-01"] * 15)
        assert len(learned(cases).report_.stability) == 1

    def test_drug_and_consumable_scores(self):
        """dRW = dm / dM, cRW = cm / cM."""
        cases = region(
            stays(20, GALL, OP, 15_000.0, drug_cost=1000.0, consumable_cost=6000.0),
            stays(60, "J18.900", "", 5_000.0, drug_cost=3000.0, consumable_cost=0.0),
        )
        kind = learned(cases).catalogue_.types["K80.1-51.2300"]
        assert kind.drug_score == pytest.approx(1000 / 2500)
        assert kind.consumable_score == pytest.approx(4)

    def test_trimming(self):
        cost = np.arange(1.0, 101.0)
        assert Trim("none").counts(cost).all()
        assert Trim("percentile", (10, 90)).counts(cost).sum() == 80
        assert not Trim("iqr").counts(np.append(cost, 1e6))[-1]
        cases = stays(101, GALL, OP, np.append(np.full(100, 10.0), 1e6))
        assert learned(cases, trim="percentile").catalogue_.types["K80.1-51.2300"].mean_cost == 10


class TestAuxiliary:
    CLASSES = (
        AuxiliaryClass("old", "age", parse_conditions("age>=65")),
        AuxiliaryClass("died", "severity", parse_conditions("died=1")),
    )

    @staticmethod
    def cases(old_cost):
        rng = np.random.default_rng(3)
        noise = rng.normal(0, 300, 200)
        young = stays(100, "J18.900", "", 4000.0 + noise[:100], age=40, discharge=1)
        old = stays(100, "J18.900", "", old_cost + noise[100:], age=70, discharge=1)
        return region(young, old)

    def test_a_dimension_is_kept_where_it_cuts_the_spread_by_a_fifth(self):
        made = learned(self.cases(6000.0), auxiliary_classes=self.CLASSES)
        (factor,) = made.catalogue_.auxiliary
        assert (factor.type, factor.name, factor.cases) == ("J18.9-0", "old", 100)
        assert factor.factor == pytest.approx(6000 / 5000, abs=0.02)
        tried = made.report_.auxiliary
        assert tried["cut"].iloc[0] > 0.5
        assert tried["kept"].tolist() == [True]
        found = made.transform(self.cases(6000.0))
        assert found["auxiliary_factor"].iloc[[0, 150]].tolist() == [1.0, factor.factor]

    def test_it_is_not_kept_where_the_spread_hardly_falls(self):
        made = learned(self.cases(4150.0), auxiliary_classes=self.CLASSES)
        assert made.catalogue_.auxiliary == ()
        assert made.report_.auxiliary["kept"].tolist() == [False]

    def test_nor_where_too_few_cases_are_in_a_class(self):
        made = learned(self.cases(6000.0), auxiliary_classes=self.CLASSES, auxiliary_min_cases=101)
        assert made.report_.auxiliary.empty

    def test_the_factor_is_that_of_the_last_year(self):
        cases = self.cases(6000.0).assign(year=2024)
        last = self.cases(8000.0).assign(year=2025)
        (factor,) = learned(region(cases, last), auxiliary_classes=self.CLASSES).catalogue_.auxiliary
        assert factor.factor == pytest.approx(8000 / 6000, abs=0.02)

    def test_complications_can_be_those_of_a_drg_scheme(self):
        rng = np.random.default_rng(4)
        plain = stays(60, "J18.900", "", 4000 + rng.normal(0, 200, 60), los=9, discharge=1)
        severe = stays(60, "J18.900|K72.900", "", 8000 + rng.normal(0, 200, 60), los=9, discharge=1)
        classes = [AuxiliaryClass("mcc", "severity", parse_conditions("mcc=1; los>3"))]
        made = learned(
            region(plain, severe), auxiliary_classes=classes, complications="chs-drg-1.1"
        ).catalogue_
        assert [factor.name for factor in made.auxiliary] == ["mcc"]
        assert made.complications["K72.900"].level == "mcc"

    def test_a_class_that_depends_on_the_type_cannot_be_learned(self):
        classes = [AuxiliaryClass("dear", "severity", parse_conditions("cost_ratio>3"))]
        with pytest.raises(ArgumentError, match="dear"):
            learned(stays(20, GALL, OP, 1.0), auxiliary_classes=classes)

    def test_a_dimension_the_rules_do_not_heed_is_not_tried(self):
        classes = [AuxiliaryClass("old", "elsewhere", parse_conditions("age>=65"))]
        assert learned(self.cases(9000.0), auxiliary_classes=classes).report_.auxiliary.empty
        assert learned(
            self.cases(9000.0), auxiliary_classes=self.CLASSES, rules="taian"
        ).report_.auxiliary.empty

    def test_the_spread_inside_groups(self):
        cost = np.array([1.0, 1.0, 3.0, 3.0])
        assert spread(cost) == pytest.approx(0.5)
        assert spread_inside(cost, np.array([0, 0, 1, 1])) == 0
        assert spread_inside(cost, np.zeros(4, np.int64)) == pytest.approx(0.5)


class TestHospitals:
    CASES = region(
        stays(30, GALL, OP, 12_000.0, hospital_level=3),
        stays(10, GALL, OP, 8_000.0, hospital_level=2),
        stays(20, "J20.900", "", 3_000.0, hospital_level=1),
        stays(4, "J20.900", "", 3_000.0, hospital_level=3),
    )

    def test_the_coefficient_is_the_levels_mean_over_the_regions(self):
        """Grouping and DIP."""
        made = learned(self.CASES)
        whole = self.CASES["total_cost"].mean()
        means = self.CASES.groupby("hospital_level")["total_cost"].mean()
        assert made.catalogue_.hospital_coefficients == {
            str(level): pytest.approx(mean / whole, abs=1e-4) for level, mean in means.items()
        }

    def test_case_mix_takes_the_types_into_account(self):
        made = learned(self.CASES, hospital_coefficient="case_mix").catalogue_.hospital_coefficients
        assert made["1"] == pytest.approx(1.0)
        assert made["3"] == pytest.approx((30 * 12_000 + 4 * 3000) / (30 * 11_000 + 4 * 3000), abs=1e-4)

    def test_types_that_primary_hospitals_treat_alike_are_primary_care(self):
        types = learned(self.CASES).catalogue_.types
        assert [code for code, kind in types.items() if kind.primary_care] == ["J20.9-0"]
        wild = self.CASES.assign(
            total_cost=np.where(self.CASES["diagnoses"] == "J20.900", np.arange(64) % 2 * 99_000 + 1000, 1e4)
        )
        assert not any(kind.primary_care for kind in learned(wild).catalogue_.types.values())

    def test_without_levels_there_are_none(self):
        made = learned(self.CASES.drop(columns="hospital_level"))
        assert made.catalogue_.hospital_coefficients == {}
        assert made.report_.hospital_coefficients.empty


class TestReport:
    def test_stability_between_years(self):
        cases = region(
            *(
                stays(20, GALL, OP, 1000.0 * growth, year=year)
                for year, growth in ((2024, 1.0), (2025, 1.05))
            ),
            *(
                stays(20, "J18.900", "", 500.0 * growth, year=year)
                for year, growth in ((2024, 1.0), (2025, 1.3))
            ),
            stays(10, "I10.x00", "", 5.0, year=2025),
        )
        found = learned(cases).report_.stability
        row = found.iloc[0]
        assert (row["year"], row["next_year"], row["types"]) == (2024, 2025, 2)
        assert row["median_change"] == pytest.approx(0.175)
        assert row["within_10_percent"] == 0.5
        assert row["share_of_cases"] == pytest.approx(40 / 50)
        assert row["rank_correlation"] == pytest.approx(1)

    def test_riv_and_spread(self):
        cases = region(stays(20, GALL, OP, 3000.0), stays(20, "J18.900", "", 1000.0))
        report = learned(cases).report_
        assert report.summary()["riv"] == pytest.approx(1)
        assert report.summary()["cv"] == pytest.approx(0.5)
        assert report.summary()["cv_inside"] == pytest.approx(0)
        assert "100.0% of cases in core types" in repr(report)
        assert report._repr_html_().count("<tr>") == len(report.summary()) + 1  # and its trust

    def test_changes_against_another_catalogue(self):
        first = learned(region(stays(20, GALL, OP, 3000.0), stays(20, "J18.900", "", 1000.0))).catalogue_
        second = learned(region(stays(20, GALL, OP, 3600.0), stays(20, "I10.x00", "", 1000.0)))
        changes = second.report_.changes(first)
        by_code = changes.frame.set_index("code")["change"]
        assert by_code["J18.9-0"] == "removed"
        assert by_code["I10.x-0"] == "added"
        assert by_code["K80.1-51.2300"] == "changed"

    def test_what_cannot_count_is_counted(self):
        cases = region(
            stays(20, GALL, OP, 1.0),
            stays(2, "", OP, 1.0),
            stays(3, "K99.999", OP, 1.0),
            stays(4, GALL, OP, 0.0),
        )
        left_out = learned(cases).report_.left_out
        assert left_out == {
            "no principal diagnosis": 2,
            "unknown principal diagnosis": 3,
            "no cost, or none above 0": 4,
            "a year without weight": 0,
        }


def test_the_result_is_an_ordinary_catalogue(tmp_path):
    rng = np.random.default_rng(1)
    cases = pd.DataFrame(
        {
            "diagnoses": rng.choice([GALL, "J18.900", "I10.x00"], 400),
            "procedures": rng.choice(["", OP, f"{OP}|{STONE}"], 400),
            "total_cost": rng.lognormal(9, 0.6, 400),
            "age": rng.integers(0, 90, 400),
            "year": rng.choice([2023, 2024, 2025], 400),
        }
    )
    made = DipCatalogueBuilder(id="town", title="Example town").fit(cases)
    back = DipCatalogue.load(made.catalogue_.save(tmp_path / "town"))
    assert back == made.catalogue_
    assert back.trust == "assumed"
    pd.testing.assert_frame_equal(DipGrouper(back).group(cases), made.transform(cases))


def test_a_fit_does_not_depend_on_the_order_of_the_cases():
    rng = np.random.default_rng(2)
    cases = pd.DataFrame(
        {
            "diagnoses": rng.choice([GALL, "K80.203", "J18.900"], 300),
            "procedures": rng.choice(["", OP, f"{OP}|{STONE}", f"{OP}|38.9300"], 300),
            "total_cost": rng.integers(1000, 9000, 300).astype(float),
        }
    )
    first = learned(cases).catalogue_
    assert learned(cases.sample(frac=1, random_state=1)).catalogue_ == first


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"core_min_case": 3}, "did you mean 'core_min_cases'"),
        ({"score_method": "median"}, "score_method"),
        ({"core_coverage": 1.5}, "core_coverage"),
        ({"core_min_cases": 0}, "core_min_cases"),
        ({"score_method": "benchmark"}, "needs `benchmark`"),
        ({"score_method": "fixed_sum"}, "needs `fixed_sum`"),
    ],
)
def test_parameters_that_cannot_be(given, message):
    with pytest.raises(ArgumentError, match=message):
        DipCatalogueBuilder(**given)


def test_cases_that_cannot_be_learned_from():
    with pytest.raises(ColumnError, match="total_cost"):
        learned(pd.DataFrame({"diagnoses": [GALL]}))
    with pytest.raises(DipFitError, match="no case"):
        learned(stays(3, "", OP, 1.0))


def test_every_default_has_a_source_and_a_state():
    for name, default in builder_defaults().items():
        assert default.zh, name
        assert default.en, name
        # a value may be trusted less than the best its source could give, never more
        assert sources.STATES.index(default.state) >= sources.STATES.index(
            sources.resolve(default.source).state
        )


def test_the_yearly_mean_leaves_out_what_is_not_known():
    years = Years.of(np.array([1, 1, 2, 2]), np.array([1.0, 1.0, 3.0, 3.0]))
    assert years.mean(np.array([1.0, np.nan, 2.0, 4.0])) == pytest.approx((1 + 9) / 4)

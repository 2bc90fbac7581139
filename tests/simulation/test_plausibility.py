"""Ranges are data with sources; figures are what the ledger says; what is unlike the country is flagged."""

import numpy as np
import pytest

from drgsim.published import series
from drgsim.simulation.checks.plausibility import COLUMNS, MEASURES, measures_of, plausibility, ranges
from drgsim.simulation.simulate import simulate
from drgsim.sources import STATES, resolve


@pytest.fixture(scope="module")
def found(results):
    return plausibility(results)


def value(table, check, scenario="baseline"):
    return table.set_index(["scenario", "check"]).loc[(scenario, check), "value"]


def test_every_range_has_a_source_and_cannot_claim_more_than_it():
    assert measures_of(ranges()) == set(MEASURES)
    assert len({each.check for each in ranges()}) == len(ranges())
    for each in ranges():
        low, high, source = each.bounds(2025)
        assert low < high
        assert each.zh
        assert each.en
        assert STATES.index(each.state) >= STATES.index(resolve(each.source).state)
        assert resolve(source)
        assert (each.low is None) == bool(each.published) == (each.width is not None)


def test_a_published_range_lies_around_the_nearest_year():
    cost = next(each for each in ranges() if each.check == "mean_cost_employee")
    figures = series("mean_inpatient_cost", insurance="employee")
    for year in (min(figures), 2024, max(figures) + 5):
        low, high, source = cost.bounds(year)
        nearest = figures[min(max(figures), year)]
        assert low < nearest.amount < high
        assert (low + high) / 2 == pytest.approx(nearest.amount)
        assert source == nearest.source


def test_the_table_has_the_promised_columns(found, results):
    assert tuple(found.columns) == COLUMNS
    assert set(found["scenario"]) == set(results.outcomes)
    assert (found["ok"] == ((found["low"] <= found["value"]) & (found["value"] <= found["high"]))).all()


def test_the_invented_province_is_plausible_under_drg(found):
    own = found[found["scenario"] == "baseline"]
    assert len(own) == len(ranges())
    assert own["ok"].all(), own[~own["ok"]]


def test_values_are_those_of_the_tables(found, results):
    summary, by = (
        results.summary().loc["baseline"],
        results.by("insurance").set_index(["scenario", "insurance"]),
    )
    assert value(found, "hospital_margin") == pytest.approx(
        -summary["borne_by_hospital"] / summary["total_cost"]
    )
    assert value(found, "patient_share") == pytest.approx(summary["patient"] / summary["total_cost"])
    assert value(found, "cmi") == summary["cmi"]
    for insurance in ("employee", "resident"):
        row = by.loc["baseline", insurance]
        assert value(found, f"mean_cost_{insurance}") == pytest.approx(row["total_cost"] / row["cases"])
        paid = (row["fund"] + row["other_payers"]) / row["total_cost"]
        assert value(found, f"fund_share_{insurance}") == pytest.approx(paid)
    outliers = results.outliers().set_index(["scenario", "kind"])["share"]
    for check, kind in (("low_outlier_share", "low_outlier"), ("high_outlier_share", "high_outlier")):
        assert value(found, check) == outliers["baseline", kind]
    assert (
        value(found, "reviewed_share", "two-levers") == outliers["two-levers", "special_review_accepted"] > 0
    )


def test_shares_of_stays_are_counted(found, cases):
    assert value(found, "cross_region_share") == (cases["insured_region"] != cases["care_region"]).mean()
    los = cases.loc[cases["insurance"] == "resident", "los"].to_numpy(float)
    assert value(found, "mean_stay_resident") == pytest.approx(np.nanmean(los))


def test_what_is_unlike_the_country_is_flagged(cases, baseline):
    money = [
        name for name in cases.columns if cases[name].dtype == float and name.endswith(("cost", "scope"))
    ]
    money += ["over_limit", "prepaid_share"]
    dear = cases.assign(**{name: cases[name] * 3 for name in money}).head(800)
    table = plausibility(simulate(dear, [baseline], explain=False))
    wrong = set(table.loc[~table["ok"], "check"])
    assert {"mean_cost_employee", "mean_cost_resident", "hospital_margin"} <= wrong
    assert "mean_stay_resident" not in wrong


def test_what_has_no_value_is_left_out(cases, baseline):
    residents = cases[cases["insurance"] == "resident"].head(300).drop(columns="los")
    checks = set(plausibility(simulate(residents, [baseline], explain=False))["check"])
    assert not [check for check in checks if check.endswith("employee") or check.startswith("mean_stay")]
    assert "mean_cost_resident" in checks
    published = baseline.reform({"outlier.low.threshold": 0.4}, id="low").document | {
        "weights": "chs-drg-2.0-example"
    }
    table = plausibility(simulate(residents, [baseline, published | {"id": "published"}], explain=False))
    assert "cmi" not in set(table.loc[table["scenario"] == "published", "check"])

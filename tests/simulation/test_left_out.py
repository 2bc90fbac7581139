"""Stays that no rule can pay are counted and shown with their cost; nothing is lost in silence."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.simulation.record.record import record
from drgsim.simulation.scenario_errors import SimulationError
from drgsim.simulation.simulate import simulate

SCENARIOS = ["baseline-drg", {"outlier.high.threshold/3": 2.5}]


@pytest.fixture(scope="module")
def some(cases):
    return cases.head(400).copy()


@pytest.fixture(scope="module")
def uninsured(some):
    """The first thirty do not say their insurance, ten more have a negative cost."""
    at = np.arange(len(some))
    return some.assign(
        insurance=some["insurance"].where(at >= 30),
        total_cost=some["total_cost"].where((at < 30) | (at >= 40), -1.0),
    )


@pytest.fixture(scope="module")
def found(uninsured):
    return drgsim.simulate(uninsured, SCENARIOS, explain=False)


def test_the_summary_counts_them_and_the_costs_add_up(found, uninsured, some):
    row = found.summary().iloc[0]
    assert (row["cases"], row["not_payable"]) == (400, 40)
    assert row["total_cost"] + row["not_payable_cost"] == pytest.approx(
        uninsured["total_cost"].clip(lower=0).sum(), abs=0.01
    )


def test_each_reason_has_its_row(found):
    table = found.unpaid()
    own = table[table["scenario"] == "baseline-drg"].set_index("problem")
    assert own["cases"].to_dict() == {"insurance_missing": 30, "cost_negative": 10}
    assert own.loc["cost_negative", "total_cost"] == 0


def test_text_display_page_and_workbook_say_so(found, tmp_path):
    assert "40 stays" in repr(found)
    assert "not payable" in found._repr_html_()
    found.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "40 例（10.00%）无法付费" in page
    assert "缺医保类型 30" in page


def test_nothing_is_said_where_nothing_is_left_out(some):
    clean = drgsim.simulate(some, "baseline-drg", explain=False)
    assert not clean.summary()["not_payable"].any()
    assert clean.unpaid().empty
    assert clean.cautions() == []
    assert "not payable" not in repr(clean)


def test_the_record_keeps_the_cost_as_fen(found):
    table = record(found)["results"]["summary"]
    row = dict(zip(table["columns"], table["rows"][0], strict=True))
    assert row["not_payable"] == 40
    assert row["not_payable_cost"] == round(found.summary()["not_payable_cost"].iloc[0] * 100)


def test_scenarios_that_pay_other_stays_say_so(some):
    weightless = {"standard.base_rate": {"employee": 11000}}
    table = simulate(some, ["baseline-drg", weightless], explain=False)
    told = " ".join(en for _, en in table.cautions())
    assert "not the same stays" in told


def test_nothing_paid_at_all_is_an_error_with_the_reason(some):
    with pytest.raises(SimulationError, match="insurance is missing") as caught:
        simulate(some.assign(insurance=None), "baseline-drg", explain=False)
    assert "insurance" in str(caught.value)
    with pytest.raises(SimulationError, match="hospital_level"):
        simulate(some.drop(columns="hospital_level"), "baseline-drg", explain=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda some: some.drop(columns="hospital_id"), "400 stays do not state the hospital"),
        (lambda some: some.drop(columns="care_region"), "400 stays state only one of care region"),
        (lambda some: some.drop(columns=["care_region", "insured_region"]), "the care region"),
        (lambda some: some.assign(drg="none of them"), "400 stays bear groups"),
        (
            lambda some: some.assign(insurance=some["insurance"].where(np.arange(400) > 49, "other")),
            "50 stays are of other insurance",
        ),
        (lambda some: pd.concat([some.iloc[:380], some.iloc[:20]]), "20 stays bear a case id"),
        (
            lambda some: some.assign(discharge_date=some["discharge_date"].where(np.arange(400) > 9)),
            "10 have no discharge date",
        ),
    ],
)
def test_what_the_cases_do_not_say_is_told(some, change, said):
    found = drgsim.simulate(change(some), "baseline-drg", explain=False)
    assert any(said in en for _, en in found.cautions())
    assert len(found.by("mdc")) > 0  # given groups or none: the views are there
    assert len(found.hospitals()) > 0
    assert len(found.plausibility()) > 0


def test_given_groups_have_their_major_category(some):
    grouped = drgsim.DrgGrouper("chs-drg-2.0").group(some)
    bare = some.assign(drg=grouped["drg"].array)
    one, other = (drgsim.simulate(each, "baseline-drg", explain=False).by("mdc") for each in (some, bare))
    assert one.set_index("mdc")["cases"].to_dict() == other.set_index("mdc")["cases"].to_dict()


def test_funds_without_money_have_a_band_that_stands_still(some):
    """A residents' fund none of whose stays can be paid."""
    broken = some.assign(
        hospital_level=some["hospital_level"].astype("float64").where(some["insurance"] == "employee")
    )
    band = drgsim.simulate(broken, SCENARIOS, years=1, draws=5, explain=False).bands()
    assert np.isfinite(band[["low", "high"]].to_numpy()).all()


def test_stays_that_cannot_be_paid_lower_no_mean(some):
    """Half the stays have no cost: the mean cost is that of the others."""
    half = some.assign(total_cost=some["total_cost"].where(np.arange(400) % 2 == 0))
    found, others = (simulate(each, "baseline-drg", explain=False) for each in (half, some.iloc[::2]))
    for table, key in (("published", ["measure", "insurance"]), ("plausibility", ["check"])):
        name = "simulated" if table == "published" else "value"
        mine, theirs = (getattr(each, table)().set_index(key)[name] for each in (found, others))
        costs = [label for label in theirs.index if "cost" in str(label)]
        assert costs
        assert mine[costs].to_dict() == pytest.approx(theirs[costs].to_dict())


def test_a_stay_may_have_no_length(some):
    found = drgsim.simulate(some.assign(los=np.nan), "baseline-drg", explain=False)
    assert "mean_stay" not in set(found.published()["measure"])


@pytest.mark.filterwarnings("ignore::drgsim.policy.policy.PolicyDateWarning")
def test_stays_outside_the_policys_days_are_told(some):
    late = some.assign(discharge_date=some["discharge_date"] + pd.DateOffset(years=3))
    found = drgsim.simulate(late, "baseline-drg", explain=False)
    years = late["discharge_date"].dt.year
    assert years.nunique() == 1
    told = "\n".join(line for pair in found.cautions() for line in pair)
    assert (
        "400 例出院日期在政策 national-drg-rate-without-review 的有效期 (2020-01-01 至 2026-12-31) 之外"
        in told
    )
    assert "400 of 400 stays were discharged outside the days policy national-drg-rate-without-review" in told


def test_rates_of_another_year_than_the_stays_are_told(some):
    title = {"zh": "定日", "en": "pinned"}
    pinned = {"drgsim_scenario": 1, "id": "pinned", "on": "2024-12-31", "title": title}
    pinned["policy"] = "national-drg-rate"
    found = drgsim.simulate(some, pinned, explain=False)
    year = some["discharge_date"].dt.year.iloc[0]
    assert f"400 例不是 2024 年出院 ({year} 年 400), 按政策 national-drg-rate 2024 的费率" in "\n".join(
        zh for zh, _ in found.cautions()
    )

"""A hospital that becomes tertiary, or part of another, and a scheme that changes in July."""

import datetime

import pytest

import drgsim
from drgsim.simulation.scenario.phase_in import PhaseIn
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.scenario_errors import ScenarioError, SimulationError
from drgsim.simulation.world.changed_hospitals import changed_columns
from drgsim.simulation.world.world import World


@pytest.fixture(scope="module")
def world(cases, baseline):
    return World(cases, baseline, seed=5)


@pytest.fixture(scope="module")
def chosen(cases):
    """A secondary and a tertiary hospital of one region, and a tertiary one of another."""
    third = cases[cases["hospital_level"] == 3]
    region = third["care_region"].mode()[0]
    second = cases[(cases["hospital_level"] == 2) & (cases["care_region"] == region)]
    elsewhere = third[third["care_region"] != region]
    mode = [table["hospital_id"].mode()[0] for table in (second, third[third["care_region"] == region])]
    return *mode, elsewhere["hospital_id"].mode()[0]


def changed(baseline, hospitals):
    return baseline.reform(hospitals=hospitals, id="hospitals").named("changed")


def test_a_hospital_of_another_level_is_paid_as_if_its_stays_said_so(cases, baseline, world, chosen):
    own, *_ = chosen
    by_hand = cases.copy()
    by_hand.loc[by_hand["hospital_id"] == own, "hospital_level"] = 3
    expected = World(by_hand, baseline, seed=5).outcome(baseline).total
    found = world.outcome(changed(baseline, {own: {"level": "三级"}})).total
    weights = baseline.weights
    assert weights == "fit"  # measured on the same groups: level moves none
    assert found == expected
    assert found != world.outcome(baseline).total


def test_a_merged_hospital_is_one_with_the_other(cases, baseline, world, chosen):
    own, into, _ = chosen
    outcome = world.outcome(changed(baseline, {own: {"merged_into": into}}))
    rows = outcome.sums(["hospital"])
    assert own not in set(rows["hospital"])
    both = cases["hospital_id"].isin([own, into]).sum()
    assert rows.set_index("hospital").loc[into, "cases"] == both
    assert world.outcome(baseline).total["total_cost"] == outcome.total["total_cost"]


def test_a_level_it_has_already_changes_no_fen(baseline, world, chosen):
    own, *_ = chosen
    assert world.outcome(changed(baseline, {own: {"level": 2}})).total == world.outcome(baseline).total


def test_a_merger_is_no_other_sample(cases, baseline, chosen):
    own, into, _ = chosen
    found = drgsim.simulate(
        cases, [baseline, changed(baseline, {own: {"merged_into": into}})], draws=60, seed=1
    )
    bands = found.bands().query("region == 'all' and insurance == 'all' and measure == 'total_cost'")
    row = bands[bands["band"] == "difference_sampling"].iloc[0]
    assert row["low"] == row["high"] == 0  # what stays cost is the same in every draw


def test_the_largest_of_a_level_and_region(cases):
    columns = changed_columns(cases, Scenario.load("hospital-merger").levers[0].hospitals)
    moved = columns["hospital_id"] != cases["hospital_id"].to_numpy()
    gone, kept = cases["hospital_id"][moved].unique(), set(columns["hospital_id"][moved])
    assert len(gone) == len(kept) == 1
    assert cases["care_region"][moved].nunique() == 1
    region = cases.loc[cases["hospital_id"] == next(iter(kept)), "care_region"].iloc[0]
    assert region == cases["care_region"][moved].iloc[0]
    second = cases[(cases["hospital_level"] == 2) & (cases["care_region"] == region)]
    assert second["hospital_id"].value_counts()[gone[0]] == second["hospital_id"].value_counts().max()


@pytest.mark.parametrize(
    ("hospitals", "words"),
    [
        ({"H1": {"level": 7}}, "not a level"),
        ({"H1": {}}, "what a hospital becomes"),
        ({"H1": {"level": 3, "merged_into": "H2"}}, "what a hospital becomes"),
        ({"H1": {"merged_into": "H1"}}, "itself"),
        ({"H1": {"merged_into": "H2"}, "H2": {"level": 3}}, "two levers"),
        ({"largest:9": {"level": 3}}, "not a level"),
        ([1], "not hospitals"),
    ],
)
def test_what_a_hospital_cannot_become(baseline, hospitals, words):
    with pytest.raises(ScenarioError, match=words):
        changed(baseline, hospitals)


def test_hospitals_the_cases_do_not_have(cases, baseline, world, chosen):
    own, _, elsewhere = chosen
    with pytest.raises(SimulationError, match="did you mean"):
        world.outcome(changed(baseline, {own[:-1] + "x": {"level": 3}}))
    with pytest.raises(SimulationError, match="two regions"):
        world.outcome(changed(baseline, {own: {"merged_into": elsewhere}}))
    nameless = World(cases.drop(columns="hospital_id"), baseline)
    with pytest.raises(SimulationError, match="hospital_id"):
        nameless.outcome(changed(baseline, {own: {"level": 3}}))


def test_a_flat_reform_may_name_hospitals(baseline, chosen):
    own, *_ = chosen
    flat = Scenario.load({f"hospitals/{own}/level": 3, "outlier.low.threshold": 0.4}, over=baseline)
    assert flat.levers[0].hospitals[0].level == "3"
    assert list(flat.levers[0].reform) == ["outlier.low.threshold"]
    assert Scenario.load(flat.document).hash == flat.hash
    with pytest.raises(ScenarioError, match="merged_into"):
        Scenario.load({f"hospitals/{own}/lvel": 3}, over=baseline)


def test_a_day_in_july_counts_by_days_and_years_after_it_whole():
    july = PhaseIn(datetime.date(2027, 7, 1))
    assert [july.share(year) for year in (2026, 2027, 2028)] == pytest.approx([0, 184 / 365, 1])
    two = PhaseIn(datetime.date(2027, 7, 1), 2, "linear")
    assert [two.share(year) for year in (2027, 2028, 2029)] == pytest.approx(
        [184 / 365 / 2, 181 / 365 / 2 + 184 / 365, 1]
    )
    with pytest.raises(ScenarioError, match="day"):
        PhaseIn("july")


def test_a_scheme_of_july_has_half_its_effect_in_the_first_year(cases, baseline):
    def course(start):
        later = baseline.reform(scheme="chs-drg-1.1", id="edition", phase_in={"start": start}).named("later")
        table = drgsim.simulate(cases, [baseline, later], years=2, seed=5).projection()
        table = table[(table["region"] == "all") & (table["insurance"] == "all")]
        return table.pivot(index="year", columns="scenario", values="inpatient_fund").eval("later - baseline")

    july, january = course("2026-07-01"), course("2026-01-01")
    assert july[2025] == january[2025] == 0
    assert july[2026] / january[2026] == pytest.approx(184 / 365, rel=1e-4)
    assert july[2027] == pytest.approx(january[2027], rel=1e-6)

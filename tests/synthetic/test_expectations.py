"""The mix and the rates of a region before any case is drawn."""

import pytest

from drgsim.published import published
from drgsim.sources import load


@pytest.fixture(scope="module")
def mix(region):
    return region.mix()


def test_the_mix_adds_up_and_cites(mix):
    assert mix["share"].sum() == pytest.approx(1)
    assert mix["drg"].is_unique
    assert set(mix["source"]) <= set(load())
    assert set(mix["state"]) == {"secondary", "assumed"}


def test_cases_follow_the_mix(mix, cases, region):
    own = cases[cases["insured_region"] != region.outside.id]
    achieved = own["true_drg"].value_counts(normalize=True)
    common = mix.head(30).set_index("drg")["share"]
    noise = (common * (1 - common) / len(own)) ** 0.5
    assert ((achieved.reindex(common.index) - common).abs() < 5 * noise).all()


def test_ambiguous_groups_are_not_made(mix):
    assert mix.loc[mix["drg"].str.endswith("QY"), "share"].eq(0).all()


def test_rates_meet_the_mean_cost_of_a_level(region, mix):
    rates = region.rates().set_index(["insurance", "hospital_level"])
    assert (rates["rate"] > 1000).all()
    # the rates solved lie around the only base rates published with such weights
    assert (rates["rate"] / rates["published"]).between(0.4, 1.2).all()
    assert rates.loc[("employee", 3), "rate"] > rates.loc[("resident", 3), "rate"]


def test_flows_add_up_to_the_discharges_of_the_insured(region):
    flows, insured = region.flows(), region.insured(2025)
    by_insurance = flows.groupby("insurance")["discharges"].sum()
    expected = insured.groupby("insurance")["discharges"].sum()
    assert by_insurance.to_dict() == pytest.approx(expected.to_dict())


def test_flows_meet_the_published_shares(region):
    """Fund rules: cross-province shares of discharges and of cost."""
    flows = region.flows()
    outside = flows["care_region"] == region.outside.id
    share = flows.loc[outside, ["discharges", "cost"]].sum() / flows[["discharges", "cost"]].sum()
    assert share["discharges"] == pytest.approx(published("cross_province_discharge_share", 2025).amount)
    assert share["cost"] == pytest.approx(published("cross_province_cost_share", 2025).amount)

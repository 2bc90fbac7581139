"""The street as a whole: identities, invariances, days, regions; on every shipped policy."""

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim import Policy
from drgsim.errors import ArgumentError, ColumnError, NotFoundError
from drgsim.payment.engine.profiles import find_profiles
from drgsim.payment.engine.stays import Stays
from drgsim.payment.faces.paid_stays import PAYERS
from drgsim.payment.pay import pay, prepared
from drgsim.policy.library import shipped
from drgsim.synthetic.generate import synthetic_cases

from .streets import WEIGHTS, cases, column, policy, street

TABLE = pd.DataFrame(WEIGHTS)
PAYABLE = [name for name in shipped() if Policy.load(name).method is not None]
EVERYTHING = {
    "standard.coefficient.scope": "level",
    "standard.coefficient.level": {"3": 1.1, "2": 0.95, "other": 0.8},
    "routes.long_stay.method": "by_item",
    "routes.long_stay.min_days": 61,
    "carve_out.commercial_list": True,
    "carve_out.commercial_share": 0.5,
    "outlier.low.method": "by_item",
    "outlier.low.threshold": 0.4,
    "outlier.high.method": "excess",
    "outlier.high.threshold": {"3": 3, "other": 2},
    "outlier.high.factor": 0.8,
    "outlier.high.quota": 0.2,
    "outlier.extreme.method": "by_item",
    "outlier.extreme.threshold": 8,
    "incomplete.method": "prorated",
    "incomplete.discharge_modes": ["4"],
    "readmission.method": "cut_previous",
    "readmission.within_days": 15,
    "readmission.factor": 0.5,
    "tcm.support": {"RE19": 0.08, "other": 0},
    "new_technology.method": "add_on",
    "new_technology.add_on_share": 0.3,
    "special_review.method": "by_item",
    "special_review.quota": 0.3,
    "special_review.eligible.cost_ratio": 1.5,
    "special_review.acceptance": 0.7,
    "cross_region.mode": {"in_province": "price_book", "cross_province": "by_item"},
    "cross_region.theta": 0.6,
    "cross_region.ratio_cut": {"employee": {"unregistered": 0.2, "other": 0}, "resident": 0.1},
    "benefit.employee.deductible": 900,
    "benefit.employee.deductible_factor": [[1, 1], [None, 0.5]],
    "benefit.employee.payment_ratio": [[20_000, 0.85], [None, 0.9]],
    "benefit.employee.ceiling": 60_000,
    "benefit.resident.deductible": 600,
    "benefit.resident.payment_ratio": 0.65,
    "benefit.resident.catastrophic.deductible": 8_000,
    "benefit.resident.catastrophic.payment_ratio": [[20_000, 0.6], [None, 0.7]],
    "benefit.resident.medical_aid.ratio": {"低保": 0.5},
}

yuan = st.integers(0, 9_000_000).map(lambda fen: fen / 100)
stays = st.fixed_dictionaries(
    {
        "drg": st.sampled_from([*WEIGHTS["drg"], "0000", "ZZ99"]),
        "insurance": st.sampled_from(["employee", "resident", "other", None]),
        "hospital_level": st.sampled_from([1, 2, 3]),
        "hospital_id": st.sampled_from(["H1", "H2"]),
        "los": st.integers(1, 80),
        "discharge": st.sampled_from([1, 4]),
        "total_cost": yuan | st.none(),
        "out_of_scope": st.one_of(st.just(0.0), st.none(), yuan),
        "prepaid_share": st.just(0.0) | st.none(),
        "new_technology_cost": st.just(0.0) | yuan,
        "commercial_list_cost": st.just(0.0) | yuan,
        "patient_id": st.sampled_from(["P1", "P2", "P3", None]),
        "admission_date": st.integers(1, 150).map(lambda day: np.datetime64("2024-01-01") + day),
        "insured_region": st.sampled_from(["330100", "330200", "110000"]),
        "care_region": st.just("330100"),
        "registration": st.sampled_from(["referral", "unregistered"]),
        "aid_class": st.sampled_from(["低保", None]),
        "retired": st.booleans(),
        "age": st.integers(0, 95),
    }
)  # fmt: skip


def table(rows):
    frame = cases(*rows)
    admitted = pd.to_datetime(frame["admission_date"])
    return frame.assign(discharge_date=admitted + pd.to_timedelta(frame["los"], unit="D"))


@pytest.mark.parametrize("method", ["drg_rate", "drg_points", "dip", "ffs"])
@pytest.mark.parametrize("convention", ["deduct", "substitute", "proportional"])
@settings(max_examples=5)
@given(rows=st.lists(stays, min_size=1, max_size=25), negative=st.booleans())
def test_every_stay_closes_to_the_fen_under_every_method(method, convention, rows, negative):
    rules = policy(EVERYTHING | {"fund.convention": convention, "fund.negative_allowed": negative}, method)
    result = pay(table(rows), rules, weights=TABLE)
    frame = result.frame
    paid = frame[frame["status"] == "paid"]
    fen = (paid[[*PAYERS, "borne_by_hospital", "total_cost"]] * 100).round().astype("int64")
    assert (fen[[*PAYERS, "borne_by_hospital"]].sum(axis=1) == fen["total_cost"]).all()
    assert (paid["fund_insured_region"] + paid["fund_care_region"] - paid["fund"]).abs().lt(0.005).all()
    adjustments = [name for name in frame if name.startswith("adjust_")]
    assert (paid[adjustments].sum(axis=1) + paid["standard"] - paid["payment"]).abs().lt(
        0.005
    ).all() or method == "ffs"
    assert (paid["patient"] >= 0).all()
    assert len(result.unpaid) == len(frame) - len(paid)
    assert negative or (paid["fund"] >= 0).all()


@settings(max_examples=12)
@given(rows=st.lists(stays, min_size=2, max_size=25), random=st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    cases_ = table(rows)
    order = random.sample(range(len(rows)), len(rows))
    rules = policy(EVERYTHING)
    straight = pay(cases_, rules, weights=TABLE).frame
    shuffled = pay(cases_.iloc[order], rules, weights=TABLE).frame
    pd.testing.assert_frame_equal(shuffled.loc[straight.index], straight)


@settings(max_examples=6)
@given(rows=st.lists(stays, min_size=1, max_size=15))
def test_a_reform_equal_to_the_baseline_changes_nothing(rows):
    rules = policy(EVERYTHING)
    same = rules.reform(dict(EVERYTHING)).reform({"standard.base_rate": 10_000})
    before, after = (pay(table(rows), each, weights=TABLE) for each in (rules, same))
    pd.testing.assert_frame_equal(before.frame, after.frame)
    assert (before.compare(after)["change"] == 0).all()


@settings(max_examples=6)
@given(rows=st.lists(stays, min_size=1, max_size=20))
def test_regions_of_one_policy_are_paid_like_one_region(rows):
    rules = policy(
        {name: value for name, value in EVERYTHING.items() if "quota" not in name}
        | {"special_review.quota": 1}
    )
    together = pay(table(rows), rules, weights=TABLE).frame
    apart = pay(table(rows), {"330100": rules, "other": rules}, weights=TABLE).frame
    pd.testing.assert_frame_equal(together, apart[together.columns])


@given(low=st.integers(1, 5_000_000), more=st.integers(0, 5_000_000))
@settings(max_examples=12)
def test_a_higher_rate_never_pays_a_normal_stay_less(low, more):
    rows = [{"drg": drg} for drg in WEIGHTS["drg"]]
    before, after = (
        street({"standard.base_rate": rate / 100}, *rows).ledger.payment for rate in (low, low + more)
    )
    assert (after >= before).all()


@settings(max_examples=12)
@given(costs=st.lists(st.integers(0, 10_000_000), min_size=2, max_size=12))
def test_payment_by_deviation_rises_with_cost_but_for_the_cliff_at_the_low_threshold(costs):
    changes = {
        "outlier.low.method": "ratio", "outlier.low.threshold": 0.5,
        "outlier.high.method": "excess", "outlier.high.threshold": 2,
    }  # fmt: skip
    rows = [{"total_cost": fen / 100} for fen in sorted(costs)]
    assert (np.diff(street(changes, *rows).ledger.payment) >= 0).all()


def test_the_excess_form_is_continuous_at_its_threshold_and_the_low_form_jumps():
    """Payment rules §3.2: 'excess' continuous at hi, 'ratio' a cliff at lo."""
    changes = {
        "outlier.low.method": "ratio", "outlier.low.threshold": 0.5,
        "outlier.high.method": "excess", "outlier.high.threshold": 2,
    }  # fmt: skip
    rows = [{"total_cost": cost} for cost in (4_999.99, 5_000.0, 20_000.0, 20_000.01)]
    assert column(street(changes, *rows), "payment") == [4_999.99, 10_000.0, 10_000.0, 10_000.01]


@pytest.mark.parametrize("name", PAYABLE)
def test_every_shipped_policy_pays_and_explains(name):
    rng = np.random.default_rng(1)
    n = 60
    sample = pd.DataFrame(
        {
            "case_id": [f"C{i}" for i in range(n)],
            "drg": rng.choice(WEIGHTS["drg"], n),
            "insurance": rng.choice(["employee", "resident"], n),
            "hospital_level": rng.choice([1, 2, 3], n),
            "hospital_id": "H1",
            "los": rng.integers(1, 70, n),
            "age": rng.integers(0, 90, n),
            "total_cost": np.round(rng.lognormal(9, 1, n), 2),
            "discharge_date": pd.Timestamp("2024-05-01"),
        }
    )
    result = pay(sample, Policy.load(name), weights=TABLE)
    assert result.summary()["cases"].item() == n
    for case in sample["case_id"][:5]:
        assert result.explain(case, "zh") != result.explain(case, "en")


def test_the_cases_are_not_changed_and_their_index_is_kept():
    given_cases = cases(
        {}, {"total_cost": 30_000.0, "commercial_list_cost": 1_000.0, "out_of_scope": 1_000.0}
    ).set_index(pd.Index(["x", "y"]))
    before = given_cases.copy()
    result = pay(given_cases, policy(EVERYTHING), weights=TABLE)
    pd.testing.assert_frame_equal(given_cases, before)
    assert result.frame.index.tolist() == ["x", "y"]


def test_prepared_cases_are_paid_by_many_policies_like_the_table_itself():
    rows = cases({}, {"total_cost": 30_000.0})
    ready = prepared(rows, policy())
    for changes in ({}, EVERYTHING, {"carve_out.commercial_list": True}):
        again = pay(ready, policy(changes), weights=TABLE).frame
        pd.testing.assert_frame_equal(again, pay(rows, policy(changes), weights=TABLE).frame)


REFORM = {"standard.base_rate": {"2020-01-01": 10_000, "2024-07-01": 12_000}}


def test_values_hold_on_the_policys_day_or_on_each_stays_discharge_day():
    reformed = policy().reform(REFORM)
    rows = cases(*({"discharge_date": day} for day in ("2024-06-30", "2024-07-01", "2024-08-01")))
    by_policy = pay(rows, reformed.at("2024-03-01"), weights=TABLE)
    by_stay = pay(rows, reformed, weights=TABLE, dates="discharge")
    assert column(by_policy, "payment") == [10_000] * 3
    assert column(by_stay, "payment") == [10_000, 12_000, 12_000]
    assert "12,000" in by_stay.explain("C1")


def test_a_persons_year_runs_on_through_a_change_of_rules():
    changes = {"benefit.employee.ceiling": 15_000, "benefit.employee.payment_ratio": 1}
    reformed = policy(changes).reform(REFORM)
    rows = cases(
        *(
            {"discharge_date": day, "patient_id": "P", "total_cost": 10_000.0}
            for day in ("2024-06-01", "2024-09-01")
        )
    )
    paid = pay(rows, reformed, weights=TABLE, dates="discharge")
    assert column(paid, "fund_by_item") == [10_000, 5_000]


def test_a_stay_without_a_discharge_date_cannot_choose_its_rules():
    with pytest.raises(ArgumentError, match="1 stays without one"):
        pay(cases({}), policy(), weights=TABLE, dates="discharge")


def test_a_region_without_a_policy_is_named():
    with pytest.raises(NotFoundError, match="330200"):
        pay(cases({"care_region": "330200"}), {"330100": policy()}, weights=TABLE)


def test_dip_needs_disease_types():
    with pytest.raises(ColumnError, match="dip_code"):
        pay(cases({}).drop(columns="drg"), policy(method="dip"))


def test_dip_codes_are_found_in_the_weight_table_when_no_grouper_gave_a_score():
    rows = cases({"dip_code": "I20.0:36.06"}).drop(columns="drg")
    scores = pd.DataFrame({"dip_code": ["I20.0:36.06"], "score": [1234.5]})
    assert column(pay(rows, policy(method="dip"), weights=scores), "payment") == [12_345.0]


def test_choices_are_checked():
    with pytest.raises(ArgumentError, match="recorded"):
        pay(cases({}), policy(), weights=TABLE, bill="record")


def test_an_empty_table_is_paid_nothing():
    nobody = cases({}).iloc[:0]
    result = pay(nobody, policy(EVERYTHING), weights=TABLE)
    assert len(result.frame) == 0
    assert result.summary()["payment"].item() == 0


def test_stays_go_with_the_last_who_needs_them():
    """Payments of one shard after the other must not pile up until a collector finds circles."""
    gc.collect()
    gc.disable()
    try:
        paid = pay(cases({}, {"los": 3}), policy(), weights=TABLE)
        stays = weakref.ref(paid.stays)
        assert len(paid.frame) == len(paid.stays.take(np.array([0])).whole) == 2
        del paid
        assert stays() is None
    finally:
        gc.enable()


def test_what_kinds_of_stay_there_are_is_kept_with_the_stays_and_follows_the_policy():
    invented = synthetic_cases(n=300, year=2025, seed=3).assign(drg="GZ13")
    home = Policy.load("national-drg-rate", on="2025-06-30")
    policies = [
        home,
        home.reform({"benefit.resident.minor_age": 12}),
        home.reform({"levels.of_level": {"2": "1"}}),
        home,
    ]
    shared = Stays(invented, "drg")
    found = [find_profiles(shared, each.reading()) for each in policies]
    for each, kept in zip(policies, found, strict=True):
        alone = find_profiles(Stays(invented, "drg"), each.reading())
        assert (kept.of == alone.of).all()
        assert {name: labels.tolist() for name, labels in kept.labels.items()} == {
            name: labels.tolist() for name, labels in alone.labels.items()
        }
        assert kept.of_insurance("employee").tolist() == (alone.labels["insurance"] == "employee").tolist()
        assert kept.of_insurance("nobody's") is None
    assert found[1].labels["member"].tolist() != found[0].labels["member"].tolist()
    assert found[2].labels["payment_level"].tolist() != found[0].labels["payment_level"].tolist()

"""What a hospital's export leaves out: filled and told, asked for, or no hindrance to what can be known."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, estimate, simulate
from drgsim.cases.hospital_facts import HospitalFacts
from drgsim.errors import ArgumentError, DrgsimError, FileFormatError, NotFoundError
from drgsim.payment.faces.enough import TooFewPricedError

from .streets import WEIGHTS

TABLE = pd.DataFrame(WEIGHTS)
POLICY = Policy.load("national-drg-rate").reform({"standard.base_rate": 10_000})
N = 40


def ordinary(**changes):
    """Stays as an export without hospital level states them; a tenth are of other kinds."""
    stays = pd.DataFrame({
        "case_id": [f"C{n}" for n in range(N)], "drg": ["ES13"] * N, "status": ["grouped"] * N,
        "insurance": ["employee", "resident"] * (N // 2), "los": [6] * N,
        "department": ["内科", "外科"] * (N // 2),
        "total_cost": np.linspace(6_000.0, 12_000.0, N).round(2),
    })  # fmt: skip
    return stays.assign(**changes)


def test_standard_margin_and_cmi_stand_where_only_the_patient_is_not_known():
    known = estimate(ordinary(hospital_level=3), POLICY, weights=TABLE)
    unknown = estimate(ordinary(), POLICY, weights=TABLE)
    same = ["status", "weight", "standard", "payment", "margin", "outlier"]
    pd.testing.assert_frame_equal(unknown.frame[same], known.frame[same])
    assert unknown.frame[["fund", "patient"]].isna().all(axis=None)
    assert known.frame["patient"].notna().all()
    assert set(unknown.frame["patient_unknown"]) == {"医院等级缺失"}
    columns = ["cases", "cmi", "total_cost", "payment", "margin", "margin_rate"]
    pd.testing.assert_frame_equal(unknown.summary()[columns], known.summary()[columns])
    assert "医院等级缺失" in repr(unknown)
    assert "医院等级缺失" in unknown.text("C0")


def test_a_fund_that_looks_at_the_bill_leaves_the_margin_open():
    rules = POLICY.reform({"fund.convention": "substitute"})
    assert estimate(ordinary().head(3), rules, weights=TABLE).frame["margin"].isna().all()


def test_facts_fill_what_is_missing_and_nothing_else(tmp_path):
    path = tmp_path / "hospital.toml"
    path.write_text('level = "三级"\nregion = "230100"\ninsurance = "职工"\n', encoding="utf-8")
    cases = ordinary(insurance=[None, "resident"] * (N // 2))
    answer = estimate(cases, POLICY, weights=TABLE, hospital=path)
    frame = answer.payments.stays.frame
    assert frame["hospital_level"].tolist() == [3] * N
    assert frame["insurance"].tolist() == ["employee", "resident"] * (N // 2)
    assert frame["insured_region"].tolist() == ["230100"] * N
    assert answer.frame["patient"].notna().all()
    assert any("医院等级" in line and str(N) in line for line in answer.told)
    assert "hospital_level" not in cases


def test_a_coefficient_is_the_hospitals_own():
    plain = estimate(ordinary(hospital_level=3, hospital_id="H1"), POLICY, weights=TABLE)
    raised = estimate(
        ordinary(hospital_level=3, hospital_id="H1"), POLICY, weights=TABLE, hospital={"coefficient": 1.1}
    )
    assert raised.frame["standard"].tolist() == pytest.approx((plain.frame["standard"] * 1.1).tolist())
    with pytest.raises(ArgumentError, match="several or of none"):
        estimate(ordinary(hospital_level=3), POLICY, weights=TABLE, hospital={"coefficient": 1.1})


def test_facts_that_are_wrong_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match="did you mean 'level'"):
        HospitalFacts.of({"levels": 3})
    with pytest.raises(ArgumentError, match="no such value"):
        HospitalFacts.of({"level": 7})
    with pytest.raises(NotFoundError):
        HospitalFacts.of(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("level = = 3", encoding="utf-8")
    with pytest.raises(FileFormatError):
        HospitalFacts.of(tmp_path / "bad.toml")


def test_a_run_that_can_price_hardly_any_stay_asks_for_what_is_missing():
    with pytest.raises(TooFewPricedError, match="--weights"):
        estimate(ordinary(hospital_level=3), POLICY, weights=TABLE.head(1).assign(drg="ZZ99"))
    with pytest.raises(TooFewPricedError, match="医保类型缺失"):
        estimate(ordinary(insurance=None, hospital_level=3), POLICY, weights=TABLE)
    harbin = Policy.load("harbin")
    with pytest.raises(TooFewPricedError, match=r"医院等级缺失.*--hospital-level"):
        estimate(ordinary(drg="ES13"), harbin)


def test_a_simulation_asks_and_takes_the_facts():
    cases = ordinary(discharge_date="2025-03-01")
    scenarios = ["baseline-drg", {"outlier.high.threshold/3": 2.5}]
    with pytest.raises(ArgumentError.__mro__[1], match="--hospital-level"):
        simulate(cases, scenarios, explain=False)
    found = simulate(cases, scenarios, hospital={"level": 3}, explain=False)
    assert found.summary()["fund"].iloc[0] > 0


def test_the_margin_holds_the_stays_of_the_scheme_and_the_others_stand_beside_it():
    kinds = ordinary(hospital_level=3)
    kinds.loc[0, ["drg", "status"]] = ["0000", "ungrouped"]
    kinds.loc[1, ["drg", "status"]] = ["AQY", "ambiguous"]
    kinds.loc[2, "insurance"] = "other"
    kinds.loc[3, "total_cost"] = None
    kinds.loc[4, "los"] = 200
    rules = POLICY.reform({
        "routes.ungrouped.method": "mean_cost", "standard.mean_cost": 100.0,
        "routes.long_stay.method": "by_item",
        "routes.long_stay.min_days": 60,
    })  # fmt: skip
    answer = estimate(kinds, rules, weights=TABLE)
    whole = answer.summary(None).iloc[0]
    inside = answer.frame[5:]
    assert whole["margin"] == pytest.approx(inside["margin"].sum())
    assert whole["margin_rate"] == pytest.approx(inside["margin"].sum() / inside["total_cost"].sum())
    counts = whole[["in_scheme", "ambiguous", "ungrouped", "self_pay", "by_item", "not_payable"]]
    assert counts.tolist() == [N - 5, 1, 1, 1, 1, 1]
    assert whole["total_cost"] == pytest.approx(kinds["total_cost"].sum())
    assert whole["cost_in_scheme"] + whole["cost_beside"] == pytest.approx(whole["total_cost"])
    departments = answer.summary()
    assert departments[["cases", "margin", "total_cost"]].sum().tolist() == pytest.approx(
        [N, whole["margin"], whole["total_cost"]]
    )
    assert answer.summary(["department", "insurance"])["cases"].sum() == N


@pytest.mark.parametrize(
    "facts",
    [
        {"coefficient": "=1+1"}, {"coefficient": True}, {"coefficient": [1]}, {"coefficient": float("nan")},
        {"coefficient": 10**400}, {"coefficient": -1}, {"id": [1]}, {"id": 3.5}, {"region": {}},
        {"parameters": 3},
    ],
)  # fmt: skip
def test_facts_of_another_kind_are_refused(facts):
    with pytest.raises(DrgsimError):
        estimate(ordinary(hospital_level=3, hospital_id="H1"), POLICY, weights=TABLE, hospital=facts)

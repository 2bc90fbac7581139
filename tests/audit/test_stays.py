"""Rules on stays: money by `pay` under the same policy, exact limits, what is not known, any row order."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import drgsim
from drgsim.audit.stays.frame import stay_frame
from drgsim.audit.stays.upcoding import lifted

WEIGHTS = pd.DataFrame({"drg": ["BR21", "BR23", "BR25"], "weight": [2.0, 1.2, 0.8]})
POLICY = drgsim.Policy.load("national-drg-rate")


def stay(case_id, start, days, diagnoses="I63.900", *, patient="P1", hospital="H1", cost=9000.0, **more):
    admission = pd.Timestamp(start)
    plain = {
        "case_id": case_id, "patient_id": patient, "hospital_id": hospital, "hospital_level": 3, "sex": 1,
        "age": 60, "insurance": "employee", "diagnoses": diagnoses, "procedures": "", "discharge": 1,
        "admission_date": admission, "discharge_date": admission + pd.Timedelta(days=days), "los": days,
        "total_cost": cost,
    }  # fmt: skip
    return {**plain, **more}


SPLIT = [stay("A", "2026-03-01", 7), stay("B", "2026-03-12", 7)]


def test_money_of_a_split_is_both_stays_less_one():
    cases = pd.DataFrame(SPLIT)
    result = drgsim.audit(cases, POLICY, weights=WEIGHTS, only=["split-admission"])
    paid = drgsim.pay(cases, POLICY, weights=WEIGHTS).frame["payment"].sum()
    one = pd.DataFrame(
        [{**SPLIT[0], "total_cost": 18000.0, "los": 14, "discharge_date": SPLIT[1]["discharge_date"]}]
    )
    merged = drgsim.pay(one, POLICY, weights=WEIGHTS).frame["payment"].sum()
    assert result.frame["amount"].tolist() == [pytest.approx(paid - merged, abs=0.01)]
    assert result.frame["other_id"].tolist() == ["A"]


def test_without_a_policy_there_is_no_money_and_that_is_told():
    cases = pd.DataFrame(SPLIT)
    result = drgsim.audit(cases, only=["split-admission"], scheme="chs-drg-2.0")
    assert result.frame["amount"].isna().all()
    assert len(result) == 1
    assert result.told["no_policy"] == 2


def test_money_of_upcoding_is_what_the_one_code_brings():
    many = [
        stay(f"N{n}", "2026-01-02", 7, "I63.900|J96.000|A41.900", patient=f"N{n}", cost=40000.0)
        for n in range(9)
    ]
    light = stay("U", "2026-03-01", 4, "I63.900|J96.000", patient="U", cost=14000.0)
    cases = pd.DataFrame([*many, light])
    result = drgsim.audit(cases, POLICY, weights=WEIGHTS, only=["upcoding"])
    with_code, without = (
        drgsim.pay(pd.DataFrame([{**light, "diagnoses": codes}]), POLICY, weights=WEIGHTS)
        .frame["payment"]
        .sum()
        for codes in ("I63.900|J96.000", "I63.900")
    )
    gain = with_code - without
    assert gain > 0
    assert result.frame[["visit_id", "amount"]].to_numpy().tolist() == [["U", pytest.approx(gain, abs=0.01)]]


def test_a_code_that_holds_a_group_up_is_found_as_by_leaving_it_out():
    cases = drgsim.synthetic_cases(n=800, seed=5)
    grouper = drgsim.DrgGrouper("chs-drg-2.0")
    answer = grouper.group(cases)
    cases = cases.assign(**{name: answer[name].array for name in answer.columns})
    found = lifted(cases, stay_frame(cases), grouper)
    rank = {"none": 0, "CC": 1, "MCC": 2}
    named = dict(zip(found["stay"].to_list(), found["lifting_code"].to_list(), strict=True))
    heavy = [place for place, severity in enumerate(cases["severity"]) if severity != "none"][:40]
    assert heavy
    for place in heavy:
        row = cases.iloc[place]
        principal, *others = row["diagnoses"].split("|")
        falls = None
        for left_out in range(len(others)):
            codes = "|".join([principal, *others[:left_out], *others[left_out + 1 :]])
            case = {name: row[name] for name in ("sex", "age", "procedures", "los", "discharge")}
            case |= {name: row[name] for name in ("age_days", "birth_weight", "admission_weight")}
            then = grouper.group(pd.DataFrame([{**case, "diagnoses": codes}])).iloc[0]
            lower = rank[then["severity"]] < rank[row["severity"]]
            if then["adrg"] == row["adrg"] and then["drg"] != row["drg"] and lower:
                falls = others[left_out]
                break
        assert named.get(place) == falls


def test_a_first_stay_is_not_undecided_but_a_stay_of_nobody_is():
    known = drgsim.audit(pd.DataFrame([SPLIT[0]]), only=["split-admission"], scheme="chs-drg-2.0")
    assert known.undecided == {}
    nobody = pd.DataFrame([{**SPLIT[0], "patient_id": None}])
    unknown = drgsim.audit(nobody, only=["split-admission"], scheme="chs-drg-2.0")
    assert unknown.undecided == {"split-admission": 1}
    assert unknown.told["stays_without_person"] == 1


def test_row_order_changes_no_finding():
    cases = drgsim.synthetic_cases(n=2000, seed=3)
    rules = ["split_admission", "readmission", "over_long", "concentration", "identity", "low_risk_death"]
    first = drgsim.audit(cases, only=rules, scheme="chs-drg-2.0").frame
    shuffled = cases.sample(frac=1, random_state=1)
    second = drgsim.audit(shuffled, only=rules, scheme="chs-drg-2.0").frame
    columns = ["finding", "rule", "visit_id", "other_id", "evidence_zh"]
    assert sorted(map(tuple, first[columns].fillna("").to_numpy())) == sorted(
        map(tuple, second[columns].fillna("").to_numpy())
    )
    assert len(first)


def test_limits_of_hospitals_are_exact_and_leave_the_hospital_itself_out():
    def hospital(name, n, k):
        rows = [stay(f"{name}{i}", "2026-01-01", 5, patient=f"{name}{i}", hospital=name) for i in range(n)]
        return [
            {**row, "drg": "X", "adrg": "AA1", "severity": "MCC" if i < k else "none"}
            for i, row in enumerate(rows)
        ]

    cases = pd.DataFrame([*hospital("H1", 40, 30), *hospital("H2", 50, 10), *hospital("H3", 1, 1)])
    result = drgsim.audit(cases, only=["hospital-mcc-share"])
    beside = {row["hospital_id"]: row for row in result.hospitals.iter_rows(named=True)}
    share = 11 / 51  # of the others
    assert beside["H1"]["expected"] == pytest.approx(40 * share)
    assert beside["H1"]["p"] == pytest.approx(binom.sf(29, 40, share))
    assert beside["H1"]["high_998"] == binom.ppf(0.999, 40, share) / 40
    assert result.frame["hospital_id"].tolist() == ["H1"]
    assert beside["H3"]["p"] > 0.4  # one stay of one is no outlier


def test_an_inpatient_cannot_buy_elsewhere_on_days_inside_the_stay():
    cases = pd.DataFrame([stay("A", "2026-03-01", 9)])
    buys = [
        {"prescription_id": day, "patient_id": "P1", "hospital_id": "PH", "time": f"2026-03-{day}"}
        | {"drug_code": "D", "quantity": 1, "amount": 10.0}
        for day in ("01", "05", "10", "11")
    ]
    result = drgsim.audit(cases, prescriptions=buys, only=["elsewhere-during-stay"], scheme="chs-drg-2.0")
    assert "1次" in result.frame["evidence_zh"].item()


def test_death_risk_follows_the_groups_of_the_data():
    rows = []
    for group, n, dead in (("A", 1000, 1), ("B", 1000, 30), ("C", 1000, 400), ("D", 100, 0)):
        rows += [
            {**stay(f"{group}{i}", "2026-01-01", 3), "drg": group, "discharge": 5 if i < dead else 1}
            for i in range(n)
        ]
    frame = stay_frame(pd.DataFrame(rows)).unique("group").sort("group")
    logs = np.log([0.001, 0.03, 0.4])
    z = (logs - logs.mean()) / logs.std()
    expected = [float(1 + (x >= -1) + (x >= 0) + (x > 1)) for x in z]
    assert frame["death_risk"].to_list() == [*expected, 0.0]


def test_days_without_charges_need_charges_of_the_stay():
    cases = pd.DataFrame([stay("A", "2026-03-01", 9), stay("B", "2026-03-01", 9, patient="P2")])
    lines = [
        {"visit_id": "A", "time": f"2026-03-0{day}", "item_code": "X", "quantity": 1} for day in (1, 2, 6)
    ]
    result = drgsim.audit(cases, items=lines, only=["bed-hanging"], scheme="chs-drg-2.0")
    assert result.frame["visit_id"].tolist() == ["A"]
    assert "连续3天" in result.frame["evidence_zh"].item()
    assert result.frame["other_id"].isna().all()
    assert result.undecided == {"bed-hanging": 1}  # of B the table holds nothing

"""Effects of rules on stays: right values, their place on the street, and what could not be decided."""

import re

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, pay
from drgsim.payment.engine.state import Change
from drgsim.payment.engine.street import STEP_NAMES
from drgsim.policy.policy_errors import PolicyError
from drgsim.policy.rules.menu import forget_effect, register_effect
from drgsim.policy.rules.order import STEPS

from .streets import REQUIRED, WEIGHTS, cases


def policy(*rules, method="drg_rate", lists=None, **parameters):
    return Policy.load({
        "drgsim_policy": 1,
        "id": "test",
        "title": "test",
        "valid": {"from": "2020-01-01", "to": "2026-12-31"},
        "method": method,
        "lists": lists or {},
        "parameters": {
            path.replace("__", "."): {"value": value, "source": "R090", "state": "assumed"}
            for path, value in (REQUIRED[method] | parameters).items()
        },
        "rules": [
            {"id": f"r{number}", "source": "R090", "state": "assumed", **each}
            for number, each in enumerate(rules)
        ],
    })  # fmt: skip


def paid(rules, *rows, column="payment", method="drg_rate", **parameters):
    result = pay(cases(*rows), policy(*rules, method=method, **parameters), weights=pd.DataFrame(WEIGHTS))
    return result.frame[column].tolist()


def rule(effect, when="true", **fields):
    return {"when": when, "effect": effect, **fields}


def test_the_order_of_steps_is_the_streets_own():
    assert STEPS == STEP_NAMES


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ({"price": {"multiply": 1.05}}, 10_500),
        ({"price": {"set": 7000}}, 7000),
        ({"price": {"floor": "0.8 * standard_of[ES11]"}}, 16_000),
        ({"price": {"cap": {"hospital_level": {"3": 9000, "other": 1}}}}, 9000),
        ({"price": {"add": -2000, "multiply": 1.1}}, 9000),
        ({"price": {"add": 300, "at": "payment"}}, 10_300),
        ({"weight": {"floor": "1.5 * weight"}}, 15_000),
        ({"weight": {"set": {"los": [[7, 0.9], [None, 2]]}}}, 9000),
        ({"coefficient": {"add": 0.1}}, 11_000),
        ({"as_group": {"group": "ES11", "factor": 0.5}}, 10_000),
        ({"as_group": {"group": {"group": {"ES13": "GZ13"}}}}, 15_000),
        ({"by_item": {"share": 0.9}}, 8100),
        ({"per_diem": {"rate": 100, "phases": [[5, 1], [None, 0.5]]}}, 600),
        ({"per_diem": {"rate": 5000, "ceiling": True}}, 9000),
        ({"per_diem": {"rate": 100, "most_days": 6}}, 600),
        ({"package": {"amount": 4000}}, 4000),
        ({"package": {"amount": 4000, "per": "month"}}, 4000),
        ({"outlier": {"pay": "cost", "mark": "high"}}, 9000),
        ({"cap_total": {"share": 0.5}}, 4500),
    ],
)
def test_what_each_effect_pays(effect, expected):
    assert paid([rule(effect)], {}) == [expected]


def test_a_rule_that_cannot_be_decided_does_not_fire_and_is_told():
    asked = policy(rule({"price": {"multiply": 2}}, "cost_share[tcm] < 0.6"))
    result = pay(cases({}, {}), asked, weights=pd.DataFrame(WEIGHTS))
    assert result.frame["payment"].tolist() == [10_000, 10_000]
    assert "rule r0 could not decide" in str(result)
    assert "2" in str(result).split("could not decide")[1]


def test_an_amount_that_is_not_known_changes_nothing_and_is_told():
    asked = policy(rule({"price": {"floor": "standard_of[XX99]"}}))
    result = pay(cases({}), asked, weights=pd.DataFrame(WEIGHTS))
    assert result.frame["payment"].tolist() == [10_000]
    assert "rule r0 could not decide" in str(result)


def test_rules_work_in_their_order_and_after_what_they_name():
    add, double = rule({"price": {"add": 1000}}), rule({"price": {"multiply": 2}})
    assert paid([add, double], {}) == [22_000]
    assert paid([double, add], {}) == [21_000]
    assert paid([{**double, "id": "x", "after": "y"}, {**add, "id": "y"}], {}) == [22_000]


def test_instead_of_keeps_stays_from_a_step_or_a_rule():
    low = {"outlier.low.method": "by_item", "outlier.low.threshold": 0.5}
    cheap = {"total_cost": 1000.0}
    shielded = rule({"price": {"multiply": 1}}, "group in {ES13}", instead_of="low_outlier")
    assert paid([], cheap, **low) == [1000]
    assert paid([shielded], cheap, {**cheap, "drg": "ES11"}, **low) == [10_000, 1000]
    first = {**rule({"price": {"add": 1}}), "id": "first", "instead_of": "second"}
    second = {**rule({"price": {"multiply": 3}}), "id": "second"}
    assert paid([second, first], {}) == [10_001]


def test_a_route_by_a_rule_is_not_taken_by_the_fixed_routes():
    long = {"routes.long_stay.method": "by_item", "routes.long_stay.min_days": 61}
    days = rule({"per_diem": {"rate": 100}}, "los >= 60")
    assert paid([days], {"los": 70, "total_cost": 40_000.0}, **long) == [7000]


def test_the_adjustments_of_rules_sum_to_the_payment_and_are_explained():
    asked = policy(
        {
            **rule({"price": {"add": 500, "at": "payment"}}),
            "id": "extra",
            "title": {"zh": "加成", "en": "extra"},
        }
    )
    result = pay(cases({}), asked, weights=pd.DataFrame(WEIGHTS))
    assert result.frame["adjust_rule.extra"].tolist() == [500]
    text = result.explain("C0", lang="zh")
    assert "加成" in text
    assert "+500.00" in text
    assert "extra" in result.explain("C0", lang="en")


def test_a_rule_can_be_left_out_by_its_id():
    asked = policy({**rule({"price": {"multiply": 2}}), "id": "double"})
    result = pay(cases({}), asked, weights=pd.DataFrame(WEIGHTS), without=["double"])
    assert result.frame["payment"].tolist() == [10_000]


def test_days_of_a_rule():
    asked = policy(rule({"price": {"multiply": 2}}, valid={"from": "2024-07-01"}))
    table = cases(
        {"discharge_date": pd.Timestamp("2024-06-30"), "admission_date": pd.Timestamp("2024-06-01")},
        {"discharge_date": pd.Timestamp("2024-07-01"), "admission_date": pd.Timestamp("2024-06-01")},
    )
    weights = pd.DataFrame(WEIGHTS)
    assert pay(table, asked.at("2024-06-30"), weights=weights).frame["payment"].tolist() == [10_000, 10_000]
    assert pay(table, asked, weights=weights, dates="discharge").frame["payment"].tolist() == [10_000, 20_000]
    assert pay(table, asked, weights=weights, dates="admission").frame["payment"].tolist() == [10_000, 10_000]
    by_admission = policy(rule({"price": {"multiply": 2}}, valid={"from": "2024-06-02", "by": "admission"}))
    table.loc[1, "admission_date"] = pd.Timestamp("2024-06-02")
    assert pay(table, by_admission, weights=weights).frame["payment"].tolist() == [10_000, 20_000]
    table.loc[1, "admission_date"] = pd.NaT
    undated = pay(table, by_admission, weights=weights)
    assert undated.frame["payment"].tolist() == [10_000, 10_000]
    assert "could not decide" in str(undated)


def test_a_quota_of_a_rule_by_level_and_kind_counts_apart():
    quota = {"hospital_level": {"3": {"hospital_kind": {"specialist": 0.5, "other": 0.25}}, "other": 0}}
    asked = policy(rule({"review": {"quota": quota, "period": "year"}}, "total_cost > 2 * standard"))
    rows = [
        {"total_cost": 30_000.0 + number, "hospital_kind": "specialist", "hospital_id": "S"}
        for number in range(4)
    ]
    rows += [
        {"total_cost": 30_000.0 + number, "hospital_kind": "general", "hospital_id": "G"}
        for number in range(4)
    ]
    rows += [{"total_cost": 30_000.0, "hospital_level": 1, "hospital_kind": "general", "hospital_id": "L"}]
    review = pay(cases(*rows), asked, weights=pd.DataFrame(WEIGHTS)).frame["review"].tolist()
    assert review[:4] == ["over_quota", "over_quota", "accepted", "accepted"]
    assert review[4:8] == ["over_quota", "over_quota", "over_quota", "accepted"]
    assert review[8] == "over_quota"


def test_the_share_of_highest_ratios_is_paid_by_item():
    asked = policy(
        rule({"outlier": {"pay": "cost", "mark": "high", "share": 0.2, "scope": "region"}}, "ratio > 1")
    )
    rows = [{"total_cost": 20_000.0 + 100 * number} for number in range(10)]
    found = pay(cases(*rows), asked, weights=pd.DataFrame(WEIGHTS)).frame
    assert found["payment"].tolist() == [10_000] * 8 + [20_800, 20_900]
    assert found["outlier"].tolist() == ["high_over_quota"] * 8 + ["high"] * 2


def test_blend_of_level_and_hospital_with_fallbacks():
    asked = policy(rule({"blend": {"level": 0.2, "hospital": 0.8, "few": 2, "cap": 1.6279, "floor": 0.3902}}))
    dear = [{"hospital_level": 3, "hospital_id": "A", "total_cost": 16_000.0}] * 3
    other = [{"hospital_level": 3, "hospital_id": "B", "total_cost": 12_000.0}] * 3
    cheap = [{"hospital_level": 1, "hospital_id": "C", "total_cost": 8000.0}] * 6
    few = [{"hospital_level": 2, "hospital_id": "D", "total_cost": 12_000.0}] * 2
    found = pay(cases(*dear, *other, *cheap, *few), asked, weights=pd.DataFrame(WEIGHTS)).frame["coefficient"]
    mean = (16 * 3 + 12 * 3 + 8 * 6 + 12 * 2) / 14
    assert found[0] == pytest.approx(0.2 * 14 / mean + 0.8 * 16 / mean)
    assert found[6] == pytest.approx(8 / mean)
    assert found[12] == pytest.approx(
        14 / mean
    )  # too few: the next higher level's, and its hospital its level's


def test_x06_of_the_reference():
    assert pytest.approx(1.3, abs=1e-5) == 0.2 * 1.16667 + 0.8 * 1.33333
    asked = policy(rule({"blend": {"level": 0.2, "hospital": 0.8, "few": 0}}))
    rows = [{"hospital_id": "A", "total_cost": 16_000.0}, {"hospital_id": "B", "total_cost": 12_000.0}]
    rows += [{"hospital_level": 1, "hospital_id": "C", "total_cost": 8000.0}]
    found = pay(cases(*rows), asked, weights=pd.DataFrame(WEIGHTS)).frame["coefficient"]
    assert found[0] == pytest.approx(1.3)


def test_increments_grow_by_whole_steps_to_their_cap():
    measured = {"of": "item_cost[x]", "step": 0.05, "add": 0.01, "cap": 0.03, "first": 0.005}
    asked = policy(rule({"increment": measured}))
    table = cases({}, {}, {}, {}, {}).assign(x=[-0.1, 0.0, 0.049, 0.1, 0.9])
    found = pay(table, asked, weights=pd.DataFrame(WEIGHTS)).frame["coefficient"].tolist()
    assert found == pytest.approx([1, 1, 1.005, 1.025, 1.03])


def test_means_and_shares_around_a_stay():
    asked = policy(rule({"price": {"set": "1000 * share[hospital: age <= 6] + mean[level: total_cost]"}}))
    table = cases({"age": 3}, {"age": 60}, {"age": 3, "hospital_id": "H2", "total_cost": 3000.0})
    found = pay(table, asked, weights=pd.DataFrame(WEIGHTS)).frame["payment"].tolist()
    assert found == [7500, 7500, 8000]


def test_a_stay_priced_below_zero_is_reported_and_not_paid():
    raw = {
        "outlier.high.method": "excess",
        "outlier.high.threshold": 1,
        "outlier.high.start": 1,
        "outlier.high.from": 5,
    }
    assert paid([], {"total_cost": 20_000.0}, **raw) == [10_000]  # nobody is paid less for being dear
    result = pay(cases({}), policy(rule({"carve_out": {"cost": 1}})), weights=pd.DataFrame(WEIGHTS))
    assert (result.ledger.payment >= 0).all()


def test_an_effect_registered_from_outside_is_applied_and_shown():
    class Half:
        def apply(self, state, rows, facts):
            return Change(rows, payment=state.payment[rows] // 2)

        def tell(self, state, i):
            return "减半", "half"

    register_effect("half", lambda arguments: Half(), stage="payment", zh="减半", en="half")
    try:
        result = pay(cases({}), policy(rule({"half": {}})), weights=pd.DataFrame(WEIGHTS))
        assert result.frame["payment"].tolist() == [5000]
        assert "outside drgsim" in result.explain("C0", lang="en")
    finally:
        forget_effect("half")


def test_the_order_of_rows_and_the_readable_twin_do_not_matter():
    rng = np.random.default_rng(3)
    rows = [
        {
            "los": int(rng.integers(1, 90)),
            "total_cost": float(rng.integers(1000, 60_000)),
            "hospital_id": f"H{rng.integers(3)}",
        }
        for _ in range(60)
    ]
    asked = policy(
        rule({"per_diem": {"rate": 300}}, "los > 60"),
        rule({"review": {"quota": 0.1}}, "total_cost > 2 * standard"),
        rule({"outlier": {"pay": "cost", "share": 0.2, "mark": "high"}}, "ratio > 1.5"),
        rule({"cap_total": {"share": 0.8}}),
    )
    table = cases(*rows)
    whole = pay(table, asked, weights=pd.DataFrame(WEIGHTS)).frame.set_index("case_id")
    mixed = pay(table.sample(frac=1, random_state=1), asked, weights=pd.DataFrame(WEIGHTS)).frame.set_index(
        "case_id"
    )
    pd.testing.assert_frame_equal(whole, mixed.loc[whole.index])


def test_a_chinese_explanation_has_no_english_but_names_of_parameters():
    rules = {
        "rules/one": {
            "when": "share[hospital+year: age >= 70] >= 0 and hospital_kind = tcm and hospital_level >= 2 "
            "and stay_kind != day_surgery and cost_share[tcm] > 0.1 and registration = local "
            "and route in {scheme, per_diem} and outlier != low",
            "effect": {"price": {"multiply": 1.1, "at": "payment"}},
        }
    }
    case = pd.DataFrame(
        {
            "case_id": ["A"],
            "drg": ["GZ13"],
            "hospital_id": ["甲"],
            "hospital_kind": ["tcm"],
            "hospital_level": [3],
            "insurance": ["employee"],
            "registration": ["local"],
            "age": [75],
            "los": [7],
            "total_cost": [9_000.0],
            "tcm_cost": [3_000.0],
            "discharge_date": pd.to_datetime(["2025-03-01"]),
        }
    )
    policy = Policy.load("national-drg-rate").reform(rules)
    text = pay(case, policy, weights=pd.DataFrame(WEIGHTS)).explain("A", lang="zh")
    chain = text.partition("\n来源\n")[0]
    (told,) = [line for line in chain.splitlines() if line.startswith("one:")]
    assert "同医院同年: 年龄不小于70岁" in told
    assert "医院类别等于“中医类医院”, 且医院等级不小于“二级”" in told
    assert "付费途径属于病组付费、按床日付费, 且倍率类别不等于“低倍率病例”" in told
    # what is left: parameter paths and sources in brackets, the group, the names of policy and rule
    left = re.sub(r"\[[a-z_.]+\]|\([A-Z0-9]+, |national-drg-rate-reform|GZ13|DRG|one:", "", chain)
    assert re.findall(r"[A-Za-z]{2,}", "\n".join(left.splitlines()[2:])) == []


def test_a_rule_that_does_nothing_to_a_stay_says_so():
    rules = {
        "rules/beds": {"when": "los > 20", "effect": {"per_diem": {"rate": 300}}},
        "rules/more": {"when": "los > 10", "effect": {"price": {"multiply": 2, "at": "payment"}}},
        "rules/once": {"when": "los = 12", "effect": {"package": {"amount": 5_000, "once": "year"}}},
    }
    cases = pd.DataFrame(
        {"case_id": ["bed", "plain"], "drg": "GZ13", "hospital_level": 3, "insurance": "employee",
         "los": [30, 12], "total_cost": 9_000.0}
    )  # fmt: skip
    paid = pay(cases, Policy.load("national-drg-rate").reform(rules), weights=pd.DataFrame(WEIGHTS))
    assert "已按其他途径付费,本规则未执行" in paid.explain("bed")
    assert "已按其他途径付费" not in paid.explain("plain")
    assert "缺参保人或出院日期,无法判断本期是否首次,未执行" in paid.explain("plain")


@pytest.mark.parametrize(("days", "months"), [(30, 2), (28, 3), (31, 2)])
def test_a_package_by_the_month_counts_started_months(days, months):
    rule = {"effect": {"package": {"amount": 1_000, "per": "month", "days": days}}}
    paid = pay(cases({"los": 57}), Policy.load("national-drg-rate").reform({"rules/one": rule}),
               weights=pd.DataFrame(WEIGHTS))  # fmt: skip
    assert paid.ledger.payment.tolist() == [months * 100_000]


def test_a_rule_is_asked_as_of_the_day_it_became_known():
    sources = {"N": {"title": "文件", "state": "secondary"}}
    trust = {"source": "N", "state": "secondary"}
    raw = {
        "drgsim_policy": 1,
        "id": "backwards",
        "title": {"zh": "甲"},
        "valid": {"from": "2022-01-01", "to": "2022-12-31"},
        "extends": ["national-drg-rate"],
        "sources": sources,
        "parameters": {},
        "rules": [
            {"id": "old", "when": "los > 30", "effect": {"per_diem": {"rate": 200}}, **trust},
            {"id": "new", "when": "los > 30", "effect": {"per_diem": {"rate": 260}}, "instead_of": "old",
             "known": "2022-11-21", **trust},
            {"id": "late", "when": "los > 30", "effect": {"cap_total": {"share": 0.5}}, "after": "new",
             **trust},
        ],
    }  # fmt: skip
    frame = cases({"los": 40, "total_cost": 30_000.0})

    def paid(as_of):
        policy = Policy.load(raw, as_of=as_of, on="2022-06-30")
        return pay(frame, policy, weights=pd.DataFrame(WEIGHTS), without=["late"]).ledger.payment.tolist()

    assert paid("2022-11-20") == [800_000]
    assert paid("2022-11-21") == paid(None) == [1_040_000]
    said = str(Policy.load(raw, on="2022-06-30"))
    assert "known 2022-11-21" in said
    with pytest.raises(PolicyError, match="stands beside"):
        Policy.load({**raw, "rules": [{**raw["rules"][0], "valid": {"known": "2022-11-21"}}]})


def test_every_display_says_that_an_effect_is_from_outside():
    class Plus:
        def apply(self, state, rows, facts):
            return Change(rows, payment=state.payment[rows] + 100)

        def tell(self, state, i):
            return "加一元", "plus 1"

    register_effect("plus", lambda arguments: Plus(), stage="payment", zh="加", en="plus")
    try:
        base = Policy.load("national-drg-rate")
        policy = base.reform({"rules/x": {"effect": {"plus": {}}}})
        paid = pay(cases({}), policy, weights=pd.DataFrame(WEIGHTS))
        shown = [str(policy), policy._repr_html_() + str(policy), str(base.diff(policy)), str(paid),
                 paid._repr_html_(), paid.explain(paid.frame.index[0] if "case_id" not in paid.stays.frame
                                                  else paid.stays.frame["case_id"].iloc[0])]  # fmt: skip
        assert all("外部效果" in text or "之外的效果" in text for text in shown)
        assert "之外的效果" not in str(pay(cases({}), base, weights=pd.DataFrame(WEIGHTS)))
    finally:
        forget_effect("plus")

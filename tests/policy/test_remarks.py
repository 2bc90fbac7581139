"""What a policy is told that is allowed but hardly meant: the sentence, its numbers and its boundary."""

import pytest

from drgsim import Policy
from drgsim.policy.remarks import remarks
from drgsim.policy.rules.menu import forget_effect, register_effect

from .test_rules import RULE, document

HIGH = {"outlier.high.threshold": {"3": 3, "other": 2}, "outlier.high.method": "excess"}
STAYS = {
    "routes.short_stay.method": "by_item", "routes.short_stay.max_days": 5,
    "routes.long_stay.method": "by_item", "routes.long_stay.min_days": 6,
}  # fmt: skip
DAYS = {"routes.per_diem.method": "rate", "routes.per_diem.rate": 300}


def told(changes, *rules, **fields):
    plain = Policy.load(document(*rules, **fields))
    return remarks(plain.reform(changes) if changes else plain)


def test_a_plain_policy_is_told_nothing():
    assert told({}, RULE) == []
    assert told(STAYS) == []
    assert told(HIGH) == []


def test_short_stays_that_overlap_long_ones():
    overlapping = [
        (
            "短住院(至多 6 天)与长住院(至少 6 天)重叠,短住院优先",
            "short stays (up to 6 days) overlap long ones (from 6): short comes first",
        )
    ]
    assert told(STAYS | {"routes.short_stay.max_days": 6}) == overlapping
    assert told(STAYS | {"routes.short_stay.max_days": 6, "routes.short_stay.method": "none"}) == []
    assert told(STAYS | {"routes.short_stay.max_days": 6, "routes.long_stay.method": "none"}) == []


def test_stays_paid_by_the_day_that_may_also_be_long():
    both = [
        (
            "床日付费病例同时符合长住院:按床日付费,不转按项目",
            "stays paid by the day may also be long: they are paid by the day, not by item",
        )
    ]
    assert told(STAYS | DAYS) == both
    assert told(DAYS) == []
    by_rule = {**RULE, "effect": {"per_diem": {"rate": 300}}}
    assert told(STAYS, by_rule) == both
    assert told({}, by_rule) == []


def test_a_low_threshold_that_is_not_below_the_high_one():
    low = {"outlier.low.method": "by_item", "outlier.low.threshold": 2}
    assert told(HIGH | low) == [
        (
            f"{level} 级医院低倍率界限 2 不低于高倍率界限 2",
            f"at level {level} the low threshold 2 is not below the high one 2",
        )
        for level in (2, 1, 0)
    ]
    assert told(HIGH | low | {"outlier.low.threshold": 1.99}) == []
    assert told(HIGH | low | {"outlier.low.method": "none"}) == []
    assert told(HIGH | low | {"outlier.high.method": "none"}) == []


@pytest.mark.parametrize(
    ("form", "zh", "en"),
    [
        ({"outlier.high.start": 0.5}, "标准的 0.50 倍", "0.50"),
        # 1 + 0.5 x (2 - 3)
        ({"outlier.high.ratio_cap": 2, "outlier.high.factor": 0.5}, "标准的 0.50 倍", "0.50"),
        ({"outlier.high.method": "excess_on_weight", "outlier.high.from": 4}, "标准的 0.00 倍", "0.00"),
        # 1 + 0.8 x (3 - 5)
        (
            {"outlier.high.method": "share", "outlier.high.factor": 0.8, "outlier.high.from": 5},
            "负数",
            "-0.60",
        ),
        # 3 - (3.5 - 1)
        ({"outlier.high.method": "cost_less_standards", "outlier.high.from": 3.5}, "标准的 0.50 倍", "0.50"),
        ({"outlier.high.method": "cost_less_weights", "outlier.high.from": 4.5}, "负数", "-0.50"),
    ],
)
def test_a_high_formula_that_pays_less_than_the_standard(form, zh, en):
    found = told(HIGH | {"outlier.high.threshold": 3} | form)
    assert [pair[0][0] for pair in found] == ["3", "2", "1", "0"]
    assert found[0] == (
        f"3 级医院倍率 3 的高倍率公式得{zh},按标准付费",
        f"at level 3 the high-outlier formula gives {en} times the standard at a ratio of 3: "
        "the standard is paid",
    )


@pytest.mark.parametrize(
    "form",
    [
        {"outlier.high.start": 1},
        {"outlier.high.method": "share", "outlier.high.factor": 0.1},
        {"outlier.high.method": "cost_less_standards"},
        {"outlier.high.method": "excess_on_weight", "outlier.high.from": 2},
        {"outlier.high.method": "by_item", "outlier.high.start": 0.5},
        {"outlier.high.method": "none", "outlier.high.start": 0.5},
    ],
)
def test_a_high_formula_that_pays_the_standard_or_more_is_told_nothing(form):
    assert told(HIGH | form) == []


def test_a_review_without_places():
    review = {"special_review.method": "by_item", "special_review.quota": 0}
    assert told(review) == [
        ("特例单议名额为 0,没有病例会被评审", "special review has a quota of 0: no stay is reviewed")
    ]
    assert told(review | {"special_review.quota": 0.01}) == []
    assert told(review | {"special_review.method": "none"}) == []


@pytest.mark.parametrize(
    ("valid", "never"),
    [
        ({"from": "2027-01-01"}, True), ({"from": "2026-12-31"}, False),
        ({"to": "2023-12-31"}, True), ({"to": "2024-01-01"}, False),
    ],
)  # fmt: skip
def test_a_rule_that_is_never_in_force(valid, never):
    says = ("规则 r 在文件有效期内从不生效", "rule r is never in force while the document is")
    assert told({}, {**RULE, "valid": valid}) == ([says] if never else [])


def test_routes_of_one_condition_and_effects_from_outside():
    other = {**RULE, "id": "s", "effect": {"per_diem": {"rate": 300}}}
    weight = {**RULE, "id": "t", "effect": {"weight": {"multiply": 2}}}
    assert told({}, RULE, other, weight) == [
        (
            "规则 s 与 r 条件相同,先列者优先",
            "rules r and s have the same condition: the first takes all of its stays",
        )
    ]
    assert told({}, RULE, {**other, "when": "los > 61"}) == []
    register_effect("half", lambda arguments: None, stage="payment", zh="减半", en="half")
    try:
        assert told({}, {**RULE, "effect": {"half": {}}}) == [
            ("规则 r 使用外部效果", "rule r has an effect from outside drgsim")
        ]
    finally:
        forget_effect("half")

"""A chain of steps tells each step as it was then: its arithmetic comes out, whatever later rules do."""

import re

import pandas as pd
import pytest

from drgsim import Policy, pay
from drgsim.policy.rules.menu import forget_effect, register_effect

RULES = {
    "heavier": {"when": "los > 3", "effect": {"weight": {"multiply": 1.5}}},
    "raised": {"when": "los > 3", "effect": {"weight": {"add": 0.1}}},
    "tcm": {"when": "hospital_kind = tcm", "effect": {"coefficient": {"multiply": 1.1}}},
    "half": {"when": "los > 4", "effect": {"price": {"multiply": 0.5}}},
    "more": {"when": "los > 4", "effect": {"price": {"add": 100}}},
    "late": {"when": "los > 4", "effect": {"price": {"multiply": 1.2, "at": "payment"}}},
}
POLICY = Policy.load("national-drg-rate").reform(
    {
        "standard.base_rate": 10_000,
        "outlier.low.method": "none",
        **{f"rules/{name}": rule for name, rule in RULES.items()},
    }
)


def cases(**columns):
    row = {
        "case_id": "C",
        "drg": "GZ13",
        "hospital_kind": "tcm",
        "hospital_level": 3,
        "insurance": "employee",
        "los": 6,
        "total_cost": 9_000.0,
    }
    return pd.DataFrame([row | columns])


WEIGHTS = pd.DataFrame({"drg": ["GZ13"], "weight": [0.8]})


def number(text):
    return float(text.replace(",", ""))


def test_every_line_says_what_held_after_it():
    text = pay(cases(), POLICY, weights=WEIGHTS).explain("C", "en")
    assert "weight or score: weight 0.8" in text
    assert [number(each) for each in re.findall(r"weight is now ([\d.]+)", text)] == [1.2, 1.3]
    assert "coefficient: coefficient 1\n" in text
    assert "coefficient is now 1.1" in text
    factors = re.search(r"standard = ([\d.]+) × ([\d,.]+) × ([\d.]+) = ([\d,.]+) yuan", text)
    weight, unit, coefficient, standard = map(number, factors.groups())
    assert weight * unit * coefficient == pytest.approx(standard) == pytest.approx(14_300)
    assert [number(each) for each in re.findall(r"standard is now ([\d,.]+) yuan", text)] == [7_150, 7_250]
    assert "cost is 1.241 times its basis: the payment standard S, 7,250.00 yuan" in text
    assert "payment is now 8,700.00 yuan" in text
    assert sum(map(number, re.findall(r"\(([+-][\d,.]+)\)", text))) == 8_700


@pytest.mark.parametrize("cost", [4_999.999, 5_000.0, 2_500.01, 2_499.99, 20_000.01, 15_000.0])
def test_no_ratio_is_told_on_the_wrong_side_of_its_limit(cost):
    plain = Policy.load("national-drg-rate").reform({"standard.base_rate": 10_000})
    text = pay(cases(total_cost=cost, los=5), plain, weights=WEIGHTS.assign(weight=0.5)).explain("C", "en")
    for told, side, limit in re.findall(
        r"ratio ([\d.]+) is (above|below|at the limit) (?:the \w+ limit )?([\d.]+)", text
    ):
        assert {"above": float(told) > float(limit), "below": float(told) < float(limit)}.get(
            side, told == limit
        )
    for told in re.findall(r"cost is ([\d.]+) times", text):
        assert (float(told) == 0.5) == (round(cost * 100) == 250_000)


class Halved:
    """An effect of somebody else: half of what is paid so far."""

    def __init__(self, arguments):
        self.part = arguments.get("part", 0.5)

    def apply(self, state, rows, facts):
        from drgsim.payment.engine.state import Change

        return Change(rows, payment=(state.payment[rows] * self.part).astype("int64"))

    def tell(self, state, i):
        return f"减半为 {state.payment[i] / 100:,.2f} 元", f"halved to {state.payment[i] / 100:,.2f} yuan"


def test_an_effect_from_outside_pays_and_is_shown_as_such():
    register_effect("halved", Halved, stage="payment", zh="减半", en="half of it")
    try:
        rule = {"when": "los > 4", "effect": {"halved": {}}}
        own = Policy.load("national-drg-rate").reform(
            {"standard.base_rate": 10_000, "outlier.low.method": "none", "rules/mine": rule}
        )
        paid = pay(cases(), own, weights=WEIGHTS)
        assert paid.ledger.payment.tolist() == [400_000]
        assert "halved to 4,000.00 yuan (an effect from outside drgsim)" in paid.explain("C", "en")
        assert "(外部效果)" in paid.explain("C", "zh")
        assert "outside drgsim" in own.show()
    finally:
        forget_effect("halved")

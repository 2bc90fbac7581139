"""The responses of a scenario together: their order, their settings, what they need."""

from types import SimpleNamespace

import pytest
from pandas.testing import assert_frame_equal

import drgsim
from drgsim.simulation.responses import Habits, apply_responses, declared
from drgsim.simulation.scenario_errors import ScenarioError

from .faced import NAMES, SCHEME, SETTINGS, apply, faced, habits
from .test_every_response import check_money

ALL = [SimpleNamespace(name=name, values=values) for name, values in SETTINGS.items()]


def setting(name, **values):
    return SimpleNamespace(name=name, values=values)


def test_no_setting_and_no_strength_give_the_very_same_frame():
    assert apply_responses(faced(), []) is faced()
    assert apply_responses(faced(), [setting(name) for name in NAMES]) is faced()
    assert (
        apply_responses(faced(), [setting("volume", share=0.0), setting("coding_drift", mcc=0.1)]) is faced()
    )


def test_all_of_them_one_after_the_other():
    after = apply_responses(faced(), ALL, 4, scheme=SCHEME)
    step = faced()
    for name in declared():
        step = apply(name, step, seed=4, **SETTINGS[name])
    assert_frame_equal(after, step)
    check_money(after)
    assert after["case_id"].is_unique


def test_the_order_of_the_settings_does_not_matter():
    one, other = (
        apply_responses(faced(), settings, scheme=SCHEME, habits=habits()) for settings in (ALL, ALL[::-1])
    )
    assert_frame_equal(one, other)


def test_habits_are_those_of_the_cases_before_any_response():
    referral = [setting("volume", share=0.5), setting("referral", outward=0.5)]
    assert_frame_equal(
        apply_responses(faced(), referral), apply_responses(faced(), referral, habits=Habits.learn(faced()))
    )


def test_everything_wrong_is_told_at_once():
    wrong = [
        setting("coding_drft", share=0.1),
        setting("volume", share=3),
        setting("referral", outwards=0.1),
        setting("splitting", share=0.1),
        setting("splitting", share=0.2),
    ]
    with pytest.raises(ScenarioError) as caught:
        apply_responses(faced(), wrong)
    assert [problem.path for problem in caught.value.problems] == [
        "responses.coding_drft",
        "responses.volume.share",
        "responses.referral.outwards",
        "responses.splitting",
    ]
    assert caught.value.problems[0].nearest == "coding_drift"


def test_what_comes_out_can_be_grouped_and_paid():
    after = apply_responses(faced(), ALL, scheme=SCHEME)
    bare = after[[name for name in drgsim.synthetic_cases(n=10, seed=1).columns if name in after.columns]]
    grouped = bare.join(drgsim.DrgGrouper(SCHEME).group(bare))
    paid = drgsim.pay(grouped, drgsim.Policy.load("national-drg-rate"), weights=drgsim.Weights.fit(grouped))
    assert (paid.frame["status"] == "paid").all()
    assert set(paid.frame["problem"]) == {"none"}


def test_a_part_of_a_response_scales_its_strengths_only():
    values = {"share": 0.4, "gap_from": 16.0}
    assert declared()["splitting"].scaled(values, 0.25) == {"share": 0.1, "gap_from": 16.0}
    assert declared()["splitting"].scaled(values, 0.0) == {"share": 0.0, "gap_from": 16.0}
    assert declared()["splitting"].is_idle(declared()["splitting"].scaled(values, 0.0))

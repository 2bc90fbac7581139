"""Every parameter of a reform either moved money, or is told why it did not."""

from types import SimpleNamespace

import numpy as np
import pytest

from drgsim.policy.parameters import catalogue
from drgsim.simulation.checks import liveness as checks
from drgsim.simulation.checks.liveness import COLUMNS, liveness
from drgsim.simulation.simulate import simulate


@pytest.fixture(scope="module")
def few(cases):
    return cases.head(1_500)


@pytest.fixture(scope="module")
def switched(results):
    """The liveness of the scenarios of the room: a switch of policy and one of edition are among them."""
    return liveness(results)


def told(few, baseline, *levers, **options):
    """The liveness of one scenario of these reforms, by path."""
    scenario = baseline
    for number, reform in enumerate(levers):
        scenario = scenario.reform(reform, id=f"lever-{number}")
    results = simulate(few, [baseline, scenario.named("asked")], explain=False)
    return results, liveness(results, **options).set_index("path")


def test_what_moves_is_worth_what_it_moves_alone(few, baseline):
    reform = {"cross_region.mode": "price_book", "outlier.low.threshold": 0.4}
    results, found = told(few, baseline, reform)
    assert found["moved"].all()
    assert (found["reason_en"] == "").all()
    for path in reform:
        rest = {other: value for other, value in reform.items() if other != path}
        other = simulate(few, [baseline, rest], explain=False).summary().loc["reform", "fund"]
        assert found.loc[path, "fund_change"] == pytest.approx(results.summary().loc["asked", "fund"] - other)


def test_the_table_has_the_promised_columns(few, baseline):
    _, found = told(few, baseline, {"special_review.quota": 0.05})
    assert tuple(found.reset_index()[list(COLUMNS)].columns) == COLUMNS
    assert found.index.tolist() == ["special_review.quota"]
    assert found["lever"].tolist() == ["lever-0"]
    assert liveness(simulate(few, [baseline], explain=False)).empty


def test_the_value_it_had_before(few, baseline):
    _, found = told(few, baseline, {"outlier.high.method": "by_item"})
    assert found.loc["outlier.high.method", "reason_en"] == "the value it had before"
    assert not found["moved"].any()


def test_set_anew_by_a_later_lever(few, baseline):
    _, found = told(few, baseline, {"outlier.low.threshold": 0.3}, {"outlier.low.threshold": 0.4})
    first, second = found.loc["outlier.low.threshold"].itertuples(index=False)
    assert not first.moved
    assert "lever-1" in first.reason_en
    assert second.moved


def test_a_rule_that_is_switched_off(few, baseline):
    _, found = told(few, baseline, {"readmission.factor": 0.5, "outlier.extreme.threshold": 5})
    assert found.loc["readmission.factor", "reason_en"] == (
        "the rule is switched off: readmission.method is none"
    )
    assert (
        found.loc["outlier.extreme.threshold", "reason_zh"] == "该规则未启用：outlier.extreme.method 为 none"
    )
    assert not found["moved"].any()


def test_a_parameter_another_choice_would_read(few, baseline):
    _, found = told(few, baseline, {"cross_region.last_point_value": 90})
    assert found.loc["cross_region.last_point_value", "reason_en"] == (
        "cross_region.point_value_year is current; it counts where that is last"
    )


def test_what_the_method_does_not_read(few, baseline):
    _, found = told(few, baseline, {"dip.blank_factor": 0.5})
    assert found.loc["dip.blank_factor", "reason_en"] == "no rule reads it under drg_rate"
    from drgsim.simulation.scenario.scenario import Scenario

    _, found = told(few, Scenario.of("national-ffs", on="2025-12-31"), {"outlier.low.threshold": 0.5})
    assert found.loc["outlier.low.threshold", "reason_en"] == "no rule reads it where stays are paid by item"


def test_no_stay_in_reach(few, baseline):
    home = few[(few["insured_region"] == few["care_region"]) & (few["insurance"] == "resident")]
    reform = {"cross_region.theta": 0.5, "benefit.employee.ceiling": 1, "outlier.low.threshold/1": 0.4}
    _, found = told(home[home["hospital_level"] == 3], baseline, reform)
    assert "there is no out-of-area stay here" in found.loc["cross_region.theta", "reason_en"]
    assert "no stay of an employee here" in found.loc["benefit.employee.ceiling", "reason_en"]
    assert found.loc["outlier.low.threshold/1", "reason_en"] == "it is read, but no stay here is of 1"
    assert not found["moved"].any()


def test_stays_in_reach_that_come_to_the_same(few, baseline):
    results, found = told(few, baseline, {"outlier.low.inclusive": True})
    count = int(results.outliers().set_index(["scenario", "kind"]).loc[("asked", "low_outlier"), "cases"])
    assert f"(low outlier): {count}, all paid the same" in found.loc["outlier.low.inclusive", "reason_en"]


def test_a_value_that_begins_later(few):
    from drgsim.simulation.scenario.scenario import Scenario

    yearly = Scenario.of("national-drg-rate")
    _, found = told(few, yearly, {"outlier.low.threshold": {"2026-06-01": 0.3}})
    assert found.loc["outlier.low.threshold", "reason_en"] == "in force from 2026-06-01, after 2025-12-31"


def test_money_that_only_comes_at_another_time(few, baseline):
    _, found = told(few, baseline, {"settlement.retention": 0.2, "settlement.cash.claim_day": 3})
    assert found.loc["settlement.retention", "moved"]
    assert found.loc["settlement.retention", "fund_change"] == 0
    assert not found.loc["settlement.cash.claim_day", "moved"]
    assert (found["reason_en"] == "it moves when money is paid inside the year, and not who bears it").all()


def test_a_parameter_that_a_choice_needs_goes_with_it(few, baseline):
    reform = {"routes.short_stay.method": "by_item", "routes.short_stay.max_days": 3}
    _, found = told(few, baseline, reform)
    assert found["moved"].all()
    assert found.loc["routes.short_stay.max_days", "reason_en"] == (
        "taken out together with routes.short_stay.method, which needs it"
    )
    assert found["fund_change"].nunique() == 1


def test_a_switch_of_policy_is_told_parameter_by_parameter(results, switched):
    found = switched
    own = found[found["scenario"] == "to-dip"].set_index("path")
    before, after = (results.outcomes[id].rules.policies for id in ("baseline", "to-dip"))
    assert set(own.index) == {path for path in catalogue() if before[path] != after[path]}
    assert own["moved"].any()
    assert (own.loc[~own["moved"], "reason_en"] != "").all()
    assert not (own.index.isin(liveness(results, switches=False)["path"])).all()
    edition = found[found["scenario"] == "older-edition"]
    assert edition["path"].tolist() == ["scheme"]
    change = results.summary().loc["older-edition", "fund_change"]
    assert edition["fund_change"].tolist() == pytest.approx([change])


def test_what_nothing_reads_moves_nothing_when_paid(results, switched):
    """The rows a switch leaves unpaid are right: paid, they come to the same."""
    own = switched.set_index(["scenario", "path"]).loc["to-dip"]
    unread = [path for path in own.index if "no rule reads it" in own.loc[path, "reason_en"]]
    assert "standard.base_rate" in unread
    dip = next(each for each in results.scenarios if each.id == "to-dip")
    before = results.outcomes["baseline"].rules.policies
    back = dip.reform({path: before[path] for path in unread}, id="back")
    one, other = results.outcomes["to-dip"].ledger, results.world.outcome(back).ledger
    assert all((one[name] == other[name]).all() for name in one)


def test_the_sweep_has_a_row_for_each_parameter_told_against_the_start(monkeypatch):
    swept = [("standard.base_rate", "rate"), ("outlier.low.threshold", "low")]
    monkeypatch.setattr(checks, "_sweep", lambda results: swept)
    monkeypatch.setattr(checks, "_told", lambda path, new, old, by: (new == "paid rate", 2.0, old, by.id))
    results = SimpleNamespace(
        world=SimpleNamespace(outcome="paid {}".format), reforms=[], outcomes={"b": "start"},
        baseline=SimpleNamespace(id="b"),
    )  # fmt: skip
    seen = []
    assert liveness(results, every=True, progress=seen.append).to_numpy().tolist() == [
        ["b", "", "standard.base_rate", True, 2.0, "start", "b"],
        ["b", "", "outlier.low.threshold", False, 2.0, "start", "b"],
    ]
    assert [(each.done, each.total) for each in seen] == [(0, 2), (1, 2)]
    assert liveness(results).empty


def test_what_a_sweep_tries_instead_of_a_value():
    def tried(value, **declared):
        parameter = SimpleNamespace(**{"type": "number", "min": None, "max": None, "choices": (), **declared})
        return [pytest.approx(each) if isinstance(each, float) else each
                for each in checks._other_values(parameter, value)]  # fmt: skip

    assert tried("b", type="choice", choices=("a", "b", "c")) == ["a", "c"]
    assert tried(True, type="bool") == [False]
    assert tried(2.0) == [2.2, 2 / 1.1]
    assert tried(0.95, type="ratio", max=1.0) == [1.0, 0.95 / 1.1]
    assert tried(1.0, type="ratio", max=1.0) == [1 / 1.1]  # no more than its bound: only a tenth less
    assert tried(0.0, type="ratio", min=0.0) == [0.1]
    assert tried(3, type="integer") == [4, 2]
    assert tried(None) == tried("x", type="text") == []
    assert checks._scaled(SimpleNamespace(type="ratio", min=0, max=1), {"1": 0.5, "2": None}, 1.1) == {
        "1": pytest.approx(0.55), "2": None}  # fmt: skip


@pytest.mark.slow
def test_the_sweep_perturbs_what_the_baseline_reads(few, baseline):
    results = simulate(few.head(300), [baseline], explain=False)
    seen = []
    found = liveness(results, every=True, progress=seen.append).set_index("path")
    assert (found["lever"] == "").all()
    assert set(found.index) <= {*results.outcomes["baseline"].payments.used} | {
        path for path in catalogue() if path.startswith("settlement.")
    }
    assert found.loc["standard.base_rate", "fund_change"] > 0
    assert found.loc[["standard.base_rate", "benefit.resident.payment_ratio"], "moved"].all()
    assert not found.loc[["special_review.acceptance", "special_review.quota_scope"], "moved"].any()
    assert (found.loc[~found["moved"], ["reason_zh", "reason_en"]] != "").all(axis=None)
    assert [each.done for each in seen] == list(range(len(found)))
    assert {each.total for each in seen} == {len(found)}
    assert np.isfinite(found["fund_change"]).all()


def test_reasons_name_no_case(few, baseline):
    _, found = told(few, baseline, {"readmission.factor": 0.5, "cross_region.theta": 0.9})
    text = " ".join([*found["reason_zh"], *found["reason_en"]])
    assert not [id for id in few["case_id"] if id in text]

"""Goals and sensitivities: the least change that holds, a clear no, what moves most."""

import numpy as np
import pytest

import drgsim
from drgsim.errors import ArgumentError
from drgsim.fund.goal import seek
from drgsim.fund.sensitivity import Measure, sensitivity, stressed


def months(national, premium):
    valued = drgsim.value(national, f"resident_premium={premium}", years=20)
    return valued.frame.query("scenario != 'baseline' and pot == 'resident'")["reserve_months"].min()


def test_the_premium_that_keeps_six_months_is_the_least_whole_yuan(national):
    answer = seek(national, "resident_premium", "reserve_months.resident >= 6 until 2045")
    assert answer.amount == int(answer.amount)
    assert months(national, answer.amount) >= 6 > months(national, answer.amount - 1)
    assert f"{answer.amount:g}" in str(answer)


def test_a_goal_that_holds_needs_nothing(national):
    answer = seek(national, "resident_premium", "reserve_months.resident >= 1 until 2028")
    assert answer.amount == 0
    assert "without any change" in str(answer)


def test_a_goal_nothing_reaches_says_so_with_the_best(national):
    answer = seek(national, "family_account", "reserve_months.resident >= 60 until 2045")
    assert answer.amount is None
    assert "No family_account" in str(answer)
    assert answer.value < 60


def test_an_assumption_may_be_sought_too(national):
    answer = seek(national, "employer_rate", "reserve.employee >= 0 at 2055", low=0.0, high=0.12)
    assert answer.amount == pytest.approx(national.assumptions["employer_rate"].value)  # it holds already
    answer = seek(national, "benefit_level.resident", "balance.resident >= 0 until 2040")
    assert 0.5 < answer.amount < 1
    assert answer.value >= 0


@pytest.mark.parametrize(
    "goal", ["reserve >= 3", "reserve.resident", "reserve.resident >= 3 until 35", "x.y > 3"]
)
def test_a_goal_that_cannot_be_read(national, goal):
    with pytest.raises(ArgumentError):
        seek(national, "resident_premium", goal)


def test_the_tornado_is_each_interval_by_itself(national):
    told = sensitivity(national, "reserve_months.resident", years=5)
    assert told.frame["swing"].is_monotonic_decreasing
    row = told.frame.set_index("parameter").loc["interest_rate"]
    valued = drgsim.value(national.with_assumptions(interest_rate=row["high"]), years=5)
    last = valued.frame.query("pot == 'resident'").iloc[-1]["reserve_months"]
    assert row["at_high"] == pytest.approx(last)
    assert "wage_growth" in told.silent  # wages do not pay for residents in the first years


def test_bad_years_lower_reserves_and_start_where_they_say(national):
    valued = drgsim.value(national, stressed(2026), years=10)
    held = valued.frame.query("pot == 'employee_pool'").set_index(["scenario", "year"])["reserve"]
    for bad in ("recession", "cost_shock"):
        assert held[bad, 2026] == held["baseline", 2026]
        assert held[bad, 2035] < held["baseline", 2035]


def test_present_value_by_hand(national):
    valued = drgsim.value(national, years=3)
    table = valued.present_value((0.05,)).set_index("pot")
    own = valued.frame.query("pot == 'resident'")
    interest = valued.lines.query("pot == 'resident' and line == 'interest'")["amount"].to_numpy()
    flows = own["balance"].to_numpy() - interest
    by_hand = sum(flow / 1.05 ** (year + 0.5) for year, flow in enumerate(flows))
    assert table.loc["resident", "balances"] == pytest.approx(by_hand)
    measured = Measure.of("present_value.resident", rate=0.05).point(valued.courses[0].point.books, 2026)
    assert measured == pytest.approx(table.loc["resident", "present_value"])


def test_present_values_have_bands_and_a_shipped_rate(national):
    valued = drgsim.value(national, years=4, draws=60, seed=2)
    table = valued.present_value()
    assert sorted(set(table["rate"])) == [0.02, 0.035, 0.05]
    own = table[table["pot"].isin(["resident", "employee_pool"])]
    assert (own["low"] < own["present_value"]).all()
    assert (own["present_value"] < own["high"]).all()
    assert Measure.of("present_value.resident").rate == 0.035
    by_draw = Measure.of("present_value.resident", rate=0.05).draws(valued.courses[0].drawn, 2026)
    row = table[(table["pot"] == "resident") & (table["rate"] == 0.05)].iloc[0]
    assert np.quantile(by_draw, 0.05) == pytest.approx(row["low"])


def test_a_lever_that_does_not_touch_the_pot_says_so(national):
    answer = seek(national, "resident_premium", "reserve_months.employee >= 40 until 2030")
    assert answer.amount is None
    assert "does not raise it at all" in str(answer)
    assert "无解" in str(answer)


def test_a_record_is_written_whole_or_not_at_all(national, tmp_path, monkeypatch):
    from drgsim.fund import record

    valued = drgsim.value(national, years=2)
    path = tmp_path / "valuation.json"
    record.write_record(valued, path)
    before = path.read_bytes()
    monkeypatch.setattr(record, "record", lambda valuation: {"x": object()})
    with pytest.raises(TypeError):
        record.write_record(valued, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]

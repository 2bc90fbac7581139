"""The money of a valuation: exact, neutral at zero, moved by heads, the start year reconciled."""

import numpy as np
import pytest

import drgsim
from drgsim.errors import ArgumentError
from drgsim.fund.fund_errors import FundError
from drgsim.fund.ledger import positions, signs
from drgsim.fund.lever import levers
from drgsim.fund.scenario import FundScenario
from drgsim.fund.words import lines, pots


def test_balances_roll_to_the_fen_in_every_year_of_every_draw(national):
    scenarios = ["resident_premium=20", "provincial_pooling=0.05"]
    valued = drgsim.value(national, scenarios, years=12, draws=40, seed=3)
    for course in valued.courses:
        for money in (course.money, course.drawn):
            rolled = money.reserve[:, :, :-1] + money.income - money.spending
            assert (rolled == money.reserve[:, :, 1:]).all()


def test_transfers_have_two_sides_and_cancel(national):
    course = drgsim.value(national, years=5).courses[0]
    books = course.point.books
    transfers = np.array([bool(line.counter) for line in lines().values()])
    assert (books.money[..., transfers] @ signs()[transfers]).sum(axis=-1).any() == np.False_
    assert books.line("resident.to_catastrophic").all()


@pytest.mark.parametrize("name", sorted(levers()))
def test_a_lever_at_zero_moves_nothing(national, name):
    valued = drgsim.value(national, {name: 0}, years=6)
    assert (valued.courses[0].point.books.money == valued.courses[1].point.books.money).all()
    assert any("moved no fen" in en for _, en, _ in valued.notes)


@pytest.mark.parametrize("name", ["employer_rate", "interest_rate", "benefit_level.employee", "premium_step"])
def test_an_assumption_stated_at_its_old_value_moves_nothing(national, name):
    valued = drgsim.value(national, {name: {2028: national.assumptions[name].value}}, years=6)
    assert (valued.courses[0].point.books.money == valued.courses[1].point.books.money).all()


def test_ten_percent_more_heads_are_ten_percent_more_contributions(national):
    valued = drgsim.value(national, {"active_heads": 1.1, "resident_heads": 1.1}, years=3)
    books = [course.point.books for course in valued.courses]
    for line in ("employee_pool.employer_contribution", "resident.premium", "resident.subsidy"):
        assert books[1].line(line) / books[0].line(line) == pytest.approx(1.1)


def test_income_is_heads_times_base_times_rate(national):
    """Half a point less of the employers' rate is that share of every employer's contribution."""
    valued = drgsim.value(national, "employer_rate_change=-0.005", years=3)
    rate = national.assumptions["employer_rate"].value
    books = [course.point.books for course in valued.courses]
    line = "employee_pool.employer_contribution"
    assert books[1].line(line) / books[0].line(line) == pytest.approx((rate - 0.005) / rate)


def test_twenty_yuan_of_premium_are_twenty_yuan_a_resident(national):
    valued = drgsim.value(national, "resident_premium@2028=20", years=4)
    more = (
        np.diff([course.point.books.line("resident.premium")[0, 0] for course in valued.courses], axis=0)[0]
        / 100
    )
    residents = valued.people.query("scenario == 'baseline'").eval("adult + pupil").to_numpy()[1:]
    assert more[:2].tolist() == [0, 0]
    assert more[2:] == pytest.approx(20 * residents[2:], rel=1e-6)


def test_a_change_in_july_counts_by_its_days(national):
    valued = drgsim.value(national, ["resident_premium@2028-07-01=20", "resident_premium@2028=20"], years=3)
    base, half, whole = (course.point.books.line("resident.premium")[0, 0, 2] for course in valued.courses)
    assert (half - base) / (whole - base) == pytest.approx(184 / 366, abs=1e-6)


def test_the_start_year_sums_to_what_is_published(national):
    books = national.regions[0].accounts
    for pot, total in books.spending.items():
        own = [
            each.amount
            for line, each in books.parts.items()
            if lines()[line].pot == pot and lines()[line].side == "spending"
        ]
        assert sum(own) == pytest.approx(total, abs=1.0), pot
    assert books.spending["employee_pool"] == pytest.approx(13_594.28e8)
    assert books.parts["employee_pool.unexplained"].amount > 0


def test_the_first_year_starts_from_published_income(national):
    """Income of 2025 by the formula is the published one: one year on it grows by heads and wages alone."""
    valued = drgsim.value(national, years=1)
    row = valued.frame.query("pot == 'employee_pool'").iloc[0]
    assert 1.02 < row["income"] / 18_292.91e8 < 1.08


def test_draws_are_the_same_whatever_else_is_asked(national):
    alone = drgsim.value(national, "resident_premium=20", years=4, draws=20, seed=5)
    among = drgsim.value(
        national, ["employer_rate_change=0.01", "resident_premium=20"], years=4, draws=20, seed=5
    )
    one, other = alone.course("resident_premium=20").drawn, among.course("resident_premium=20").drawn
    assert (one.reserve == other.reserve).all()


def test_the_difference_of_scenarios_is_narrower_than_either(national):
    bands = drgsim.value(national, "resident_premium=20", years=5, draws=200, seed=1).bands
    own = bands.query(
        "pot == 'resident' and measure == 'reserve' and year == 2030 and scenario != 'baseline'"
    )
    width = own.set_index("band").eval("high_90 - low_90")
    assert width["difference"] < 0.2 * width["level"]


def test_bars_sum_to_the_scenario(national):
    stated = {"resident_premium": 20, "employer_rate_change": -0.005, "benefit_change": 0.02}
    valued = drgsim.value(national, FundScenario.of(stated, id="all"), years=5)
    for pot in ("resident", "employee_pool"):
        bars = valued.waterfall("all", pot=pot)
        values = bars["value"].tolist()
        assert values[0] + sum(values[1:-1]) == pytest.approx(values[-1], abs=0.005)
        assert len(bars) == 5


def test_what_cannot_be_valued_is_refused(national):
    with pytest.raises(FundError, match="resident_premium"):
        drgsim.value(national, "residnt_premium=20")
    with pytest.raises(FundError, match="allowed"):
        drgsim.value(national, "employer_rate_change=5")
    with pytest.raises(ArgumentError, match="seed"):
        drgsim.value(national, draws=10)
    with pytest.raises(ArgumentError, match="1 to 75"):
        drgsim.value(national, years=0)
    with pytest.raises(ArgumentError, match="ids of their own"):
        drgsim.value(national, ["resident_premium=20", "resident_premium=20"])
    with pytest.raises(FundError, match="two modes"):
        drgsim.value(national, {"provincial_pooling": 0.05, "pooling_unified": 1})


def test_every_line_of_every_pot_has_a_place():
    assert len(positions()) == len(lines())
    for line in lines().values():
        assert line.pot in pots()
        if line.counter:
            other = lines()[line.counter]
            assert other.counter == line.id
            assert other.side != line.side

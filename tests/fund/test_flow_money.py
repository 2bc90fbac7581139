"""Money by line, books and measures by hand: three years of round sums, each growing by a rate of its own."""

from types import SimpleNamespace

import numpy as np
import pytest

from drgsim.errors import ArgumentError
from drgsim.fund.accounts import Accounts, Booked
from drgsim.fund.course import Money, light
from drgsim.fund.flows import close_transfers, derive_income, financing, income, spending
from drgsim.fund.fund_errors import FundError, IdentityError
from drgsim.fund.ledger import Books, check, positions, roll, write
from drgsim.fund.people import INDEXES, KINDS, People, structure_of, trending_people
from drgsim.fund.plan import Plan
from drgsim.fund.scenario import FundScenario
from drgsim.fund.sensitivity import Measure, sensitivity
from drgsim.fund.words import column, insurance, lines, member, pots, sex

ONES = {scheme: np.ones((1, 3)) for scheme in ("employee", "resident")}
START = {
    # the half-life of ever keeps what begins; 0 years of it would divide by nothing
    "growth_half_life": np.inf, "people_half_life": np.inf, "interest_rate": 0.02, "wage_growth": 0.1,
    "wage_growth_long": 0.3, "wage_shock": 0.0, "flexible_share": 0.25, "flexible_base_ratio": 0.5,
    "flexible_rate": 0.1, "base_ratio": 0.8, "employer_rate": 0.08, "individual_rate": 0.02,
    "account_share": 0.0, "fiscal_employee": 1.0, "retiree_rate": 0.01, "retiree_allotment": 4.0,
    "retiree_allotment_growth": 0.5, "income_shock.employee": 0.0, "income_shock.resident": 0.0,
    "premium": 40.0, "premium_step": 4.0, "subsidy": 70.0, "subsidy_step": 7.0, "subsidy_above_floor": 10.0,
    "financing_growth_long": 0.2, "spending_growth.employee": 0.1, "spending_growth.resident": 0.2,
    "outpatient_shift.employee": 0.1, "outpatient_shift.resident": 0.0, "inpatient_growth_long.employee": 0.0,
    "outpatient_growth_long.employee": 0.0, "inpatient_growth_long.resident": 0.0,
    "outpatient_growth_long.resident": 0.0, "spending_gap.employee": 0.0, "spending_gap.resident": 0.0,
    "gap_closing": 0.0, "account_growth": 0.3, "maternity_growth": 0.4, "aid_growth": 0.5,
    "care_uptake_growth": 0.1, "care_cost_growth": 0.2, "care_income_growth": 0.25, "catastrophic_loss": 0.9,
    "spending_shock.employee": 0.0, "spending_shock.resident": 0.0, "benefit_level.employee": 1.0,
    "benefit_level.resident": 1.0, "inpatient_level.employee": 1.0, "inpatient_level.resident": 1.0,
    "outpatient_level.employee": 1.0, "outpatient_level.resident": 1.0, "catastrophic_premium": 0.0,
}  # fmt: skip
SPENT = {
    "employee_pool.inpatient_case": 300.0, "employee_pool.outpatient": 100.0,
    "employee_accounts.account_spending": 100.0, "resident.inpatient_case": 100.0, "resident.delivery": 10.0,
    "maternity.delivery": 10.0, "maternity.allowance": 10.0, "medical_aid.benefit": 10.0,
    "long_term_care.benefit": 10.0, "resident.to_catastrophic": 20.0, "employee_pool.other_income": 6.0,
    "resident.other_income": 8.0,
}  # fmt: skip
BOOKS = Accounts(
    2025,
    {"employee_pool": 120.0, "employee_accounts": 0.0, "resident": 60.0},
    {"employee_pool": 720.0, "employee_accounts": 300.0, "resident": 1_210.0, "long_term_care": 30.0},
    {"employee_pool": 700.0, "employee_accounts": 300.0, "resident": 1_170.0},
    {line: Booked(yuan, "P03", "secondary") for line, yuan in SPENT.items()},
)


def people(years=3):
    """Half as many again of everyone and everything from the first year on."""
    start = {
        "active": 8.0,
        "retired": 2.0,
        "adult": 8.0,
        "pupil": 2.0,
        "births.employee": 1.0,
        "births.resident": 2.0,
    }
    start |= {f"{index}.{kind}": 5.0 for index in INDEXES for kind in KINDS}
    return People({name: np.array([[heads, *[1.5 * heads] * years]]) for name, heads in start.items()})


def plan_of(books=BOOKS, heads=None, **changed):
    region = SimpleNamespace(
        id="here", accounts=books, events={}, wage=100.0,
        heads=heads or {"active": 8.0, "retired": 2.0, "resident": 10.0},
        assumptions={name: SimpleNamespace(value=value) for name, value in (START | changed).items()},
    )  # fmt: skip
    plan = Plan(region, 3, {})
    plan.people = people()
    return plan


def yearly(found):
    return {line: np.broadcast_to(yuan, (1, 3))[0].tolist() for line, yuan in found.items()}


def test_income_is_heads_times_base_times_rate_by_line():
    """12 active of whom 3 are flexible, 3 retired, 15 residents; wages of 110, 121 and 133.1."""
    wages = np.array([110, 121, 133.1])
    expected = {
        "employee_pool.employer_contribution": 9 * 0.8 * 0.08 * wages * 0.75,
        "employee_pool.flexible_contribution": 3 * 0.5 * 0.1 * wages,
        "employee_pool.fiscal": [12.0] * 3,
        "employee_pool.other_income": 6 + 3 * 0.01 * wages,
        "employee_accounts.individual_contribution": 9 * 0.8 * 0.02 * wages,
        "employee_accounts.employer_share": 9 * 0.8 * 0.08 * wages * 0.25,
        "employee_accounts.retiree_allotment": [18.0, 27.0, 40.5],
        "resident.premium": [15 * 44, 15 * 48, 15 * 52],
        # what is paid above the floor grows as the subsidy does
        "resident.subsidy": [15 * 88, 15 * 96, 15 * 104],
        "resident.other_income": [8.0] * 3,
    }
    found = yearly(income(plan_of(account_share=0.25), ONES))
    assert set(found) == set(expected)
    for line, yuan in expected.items():
        assert found[line] == pytest.approx(list(yuan)), line


def test_shocks_and_strays_move_contributions_and_no_fiscal_money():
    calm = yearly(income(plan_of(), ONES))
    moved = yearly(
        income(
            plan_of(**{"income_shock.employee": -0.5, "income_shock.resident": 0.2}),
            {"employee": np.full((1, 3), 1.1), "resident": np.full((1, 3), 0.9)},
        )
    )
    for line, yuan in calm.items():
        factor = 1.0
        if any(word in line for word in ("contribution", "employer_share")):
            factor = 0.55
        elif line in ("resident.premium", "resident.subsidy"):
            factor = 1.08
        assert moved[line] == pytest.approx([factor * each for each in yuan]), line


def test_a_fund_without_accounts_of_its_own_has_no_lines_of_them():
    whole = Accounts(2025, BOOKS.balance, BOOKS.income, BOOKS.spending, BOOKS.parts, split=False)
    found = yearly(income(plan_of(whole, account_share=0.25), ONES))
    assert not any(line.startswith("employee_accounts") for line in found)
    assert found["employee_pool.employer_contribution"][0] == pytest.approx(9 * 0.8 * 0.08 * 110)


def test_financing_grows_in_steps_first_and_in_proportion_later():
    near = [each[0].tolist() for each in financing(plan_of())]
    assert near == [[44, 48, 52], [77, 84, 91]]
    # with a half-life of a year: steps of 4, 2 and 1; growth of 0, 10 and 15 %
    premium, _ = financing(plan_of(growth_half_life=1.0))
    assert premium[0] == pytest.approx([44, 44 * 1.1 + 2, (44 * 1.1 + 2) * 1.15 + 1])


def test_spending_grows_by_people_care_and_what_is_its_own():
    """Everything by half again, then each line by its rate; the employees' quarter of outpatient care shifts.

    Growth of a tenth with a shift of a tenth: 10 - 10 x 1/4 = 7.5 % inpatient, 17.5 % outpatient.
    """
    expected = {
        "employee_pool.inpatient_case": (450, 1.075), "employee_pool.outpatient": (150, 1.175),
        "employee_accounts.account_spending": (150, 1.3), "resident.inpatient_case": (150, 1.2),
        "resident.delivery": (15, 1.2), "maternity.delivery": (15, 1.4), "maternity.allowance": (15, 1.1),
        "medical_aid.benefit": (15, 1.5), "long_term_care.benefit": (15, 1.1 * 1.2),
        "catastrophic.benefit": (27, 1.2), "long_term_care.contribution": (45, 1.25),
    }  # fmt: skip
    found = yearly(spending(plan_of(), ONES))
    # 2 a head, 15 heads, as premium and subsidy of 110 grow by 11 a year
    assert found.pop("resident.to_catastrophic") == pytest.approx([33, 36, 39])
    assert set(found) == set(expected)
    for line, (yuan, growth) in expected.items():
        assert found[line] == pytest.approx([yuan * growth, yuan * growth**2, yuan * growth**3]), line


@pytest.mark.parametrize(
    ("changed", "factors"),
    [
        ({"benefit_level.employee": 1.1},
         {"employee_pool.inpatient_case": 1.1, "employee_pool.outpatient": 1.1}),
        ({"inpatient_level.employee": 0.9}, {"employee_pool.inpatient_case": 0.9}),
        ({"outpatient_level.employee": 1.2}, {"employee_pool.outpatient": 1.2}),
        ({"inpatient_level.resident": 0.9},
         {"resident.inpatient_case": 0.9, "resident.delivery": 0.9, "catastrophic.benefit": 0.9}),
        ({"catastrophic_loss": 1.8}, {"catastrophic.benefit": 2.0}),
        ({"spending_shock.resident": 0.5},
         {"resident.inpatient_case": 1.5, "resident.delivery": 1.5, "catastrophic.benefit": 1.5}),
    ],
)  # fmt: skip
def test_levels_and_shocks_move_the_lines_of_their_kind_alone(changed, factors):
    calm, moved = (yearly(spending(plan_of(**each), ONES)) for each in ({}, changed))
    for line, yuan in calm.items():
        assert moved[line] == pytest.approx([factors.get(line, 1.0) * each for each in yuan]), line


def test_the_gap_to_the_usual_share_is_closed_year_by_year():
    """Half of what is left each year: exp of 0.4 x 0.5, 0.75 and 0.875."""
    calm, closing = (
        yearly(spending(plan_of(**each), ONES))["resident.inpatient_case"]
        for each in ({}, {"spending_gap.resident": 0.4, "gap_closing": 0.5})
    )
    assert np.log(np.divide(closing, calm)) == pytest.approx([0.2, 0.3, 0.35])


def test_transfers_are_closed_to_the_fen_and_aid_is_paid_by_the_treasury():
    plan = plan_of()
    flows = {
        "maternity.delivery": np.array([[10.004, 20, 30]]), "maternity.allowance": np.array([[5.004, 0, 1]]),
        "medical_aid.benefit": np.array([[7.0, 8, 9]]), "resident.delivery": np.array([[99.0, 99, 99]]),
    }  # fmt: skip
    close_transfers(plan, flows)
    assert flows["employee_pool.to_maternity"].tolist() == [[15.0, 20.0, 31.0]]
    assert flows["medical_aid.fiscal"].tolist() == [[7.0, 8.0, 9.0]]


def test_the_start_year_is_met_by_base_allotment_and_what_is_above_the_floor():
    """Opened with 100 (120 - 720 + 700): 2 of interest. Flexible pay 10, treasury 8, retired 2, others 6.

    720 - 2 - 10 - 8 - 2 - 6 = 692 over 6 x 100 x 0.06. Residents: 1,210 - 0.4 - 8 over 10, less 110.
    """
    plan = plan_of(account_share=0.25)
    derive_income(plan)
    assert plan.start("base_ratio").tolist() == pytest.approx([692 / 36])
    own, share = 600 * 692 / 36 * 0.02, 600 * 692 / 36 * 0.08 * 0.25
    assert plan.start("retiree_allotment").tolist() == pytest.approx([(300 - own - share) / 2])
    assert plan.start("subsidy_above_floor").tolist() == pytest.approx([(1_210 - 0.4 - 8) / 10 - 110])


@pytest.mark.parametrize("nobody", ["active", "resident"])
def test_income_that_nobody_pays_is_refused(nobody):
    with pytest.raises(FundError, match=f"0 {nobody}"):
        derive_income(plan_of(heads={"active": 8.0, "retired": 2.0, "resident": 10.0} | {nobody: 0.0}))


def test_heads_alone_go_on_as_of_late_the_trend_halving():
    """Growth of a tenth, then of a twentieth; a retired member counts 2, a fifth of residents are pupils."""
    shares = {f"retired_weight.{index}": 2.0 for index in INDEXES} | {
        "pupil_share": 0.2,
        "crude_births": 0.01,
    }
    counted = trending_people(
        {"active": 100.0, "retired": 50.0, "resident": 1_000.0}, {"active": 0.1, "resident": -0.5}, 2, 3,
        lambda name, t: np.array([1.0]), shares.__getitem__,
    )  # fmt: skip
    active = [100, 110, 110 * 1.05]
    resident = [1_000, 500, 375]
    for draw in range(3):
        assert counted["active"][draw] == pytest.approx(active)
        assert counted["retired"][draw] == pytest.approx([50, 50, 50])
        assert counted["pupil"][draw] == pytest.approx([0.2 * each for each in resident])
        assert counted["adult"][draw] == pytest.approx([0.8 * each for each in resident])
        assert counted["births.employee"][draw] == pytest.approx([0.01 * each for each in active])
        assert counted["births.resident"][draw] == pytest.approx([0.01 * each for each in resident])
        for index in INDEXES:
            assert counted.index(index, "employee")[draw] == pytest.approx([each + 100 for each in active])
            assert counted.index(index, "resident")[draw] == pytest.approx(resident)
            assert counted.index(index, "all")[draw] == pytest.approx(np.add(active, resident) + 100)
    assert {each.shape for each in counted.sums.values()} == {(3, 3)}
    assert np.isnan(counted["aged"]).all()


def test_more_insured_than_counted_scale_the_count_and_leave_nobody_outside():
    population = np.full((2, 101), 10.0)
    start = structure_of(population, {"active": 100.0, "retired": 50.0, "resident": 4_000.0}, year=2025)
    assert start.heads == pytest.approx({"active": 100, "retired": 50, "resident": 4_000})
    assert start.outside.sum() == 0


def books_of(money, opening):
    flows = [{line: np.array([yuan]) for line, yuan in own.items()} for own in money]
    opened = np.array([[own.get(pot, 0.0) for pot in pots()] for own in opening])
    return write(flows, opened, 1, 2)


def test_books_roll_with_interest_on_what_is_held_and_both_sides_of_a_transfer():
    """100 at a tenth and 2 come in, 50 go to maternity: 62, then 62 x 1.1 + 2 - 50 = 20.2. Debt earns 0."""
    own = {"employee_pool.fiscal": [2.0, 2.0], "employee_pool.to_maternity": [50.0, 50.0],
           "maternity.delivery": [49.0, 49.0], "resident.inpatient_case": [1.0, 1.0]}  # fmt: skip
    books = books_of([own], [{"employee_pool": 100.0, "resident": -5.0}])
    roll(books, np.full((1, 1, 2), 0.1))
    check(books)
    at = list(pots()).index
    assert books.balance[0, 0, :, at("employee_pool")].tolist() == [10_000, 6_200, 2_020]
    assert books.balance[0, 0, :, at("maternity")].tolist() == [0, 100, 200]
    assert books.balance[0, 0, :, at("resident")].tolist() == [-500, -600, -700]
    assert books.line("employee_pool.interest")[0, 0].tolist() == [1_000, 620]
    assert books.line("maternity.from_employee_pool")[0, 0].tolist() == [5_000, 5_000]
    assert books.by_pot("spending", transfers=False)[0, 0, 0, at("employee_pool")] == 0
    assert books.by_pot("spending")[0, 0, 0, at("employee_pool")] == 5_000


@pytest.mark.parametrize("line", [line.id for line in lines().values() if line.counter])
def test_a_transfer_with_two_unlike_sides_is_an_error_of_the_program(line):
    books = books_of([{}], [{}])
    books.money[0, 0, 1, positions()[line]] += 1
    roll(books, np.zeros((1, 1, 2)))
    with pytest.raises(IdentityError, match="sides of"):
        check(books)


def test_balances_that_do_not_roll_are_an_error_of_the_program():
    books = books_of([{}], [{"resident": 5.0}])
    roll(books, np.zeros((1, 1, 2)))
    books.balance[0, 0, 2, 0] += 1
    with pytest.raises(IdentityError, match="roll"):
        check(books)


def test_measures_of_a_pot_are_of_one_region_or_all():
    """Two regions of 5 and 3 yuan a year that spend 2 and 4, opened with 12 and 6; 1 of interest in each."""
    shape = (1, 2, 2, len(pots()))
    place = list(pots()).index("resident")
    fen = {name: np.zeros(shape, np.int64) for name in ("income", "spending", "interest")}
    for region, (came, went, earned) in enumerate([(500, 200, 100), (300, 400, 100)]):
        for name, each in zip(("income", "spending", "interest"), (came, went, earned), strict=True):
            fen[name][0, region, :, place] = each
    reserve = np.zeros((1, 2, 3, len(pots())), np.int64)
    reserve[0, 0, :, place], reserve[0, 1, :, place] = [1_200, 1_500, 1_800], [600, 500, 400]
    money = Money(fen["income"], fen["spending"], reserve, fen["interest"])
    expected = {
        "income": ([5, 5], [8, 8]), "spending": ([2, 2], [6, 6]), "balance": ([3, 3], [2, 2]),
        "primary_balance": ([2, 2], [0, 0]), "reserve": ([15, 18], [20, 22]),
        "reserve_months": ([90, 108], [40, 44]),
    }  # fmt: skip
    for name, (own, both) in expected.items():
        assert money.measure(name, 0, place)[0].tolist() == own, name
        assert money.measure(name, None, place)[0].tolist() == both, name
    assert np.isnan(money.measure("reserve_months", 0, place - 1)).all()  # nothing is spent
    for at_end, until, months in ((True, None, 44), (False, None, 40), (True, 2026, 40)):
        measure = Measure("reserve_months", "resident", until, at_end)
        assert measure.draws(money, 2026).tolist() == [months]
    for until in (2025, 2028):
        with pytest.raises(ArgumentError, match="2026 to 2027"):
            Measure("reserve_months", "resident", until).draws(money, 2026)


def test_the_light_is_red_before_it_is_amber_before_it_is_green():
    what = pots()["resident"]
    assert what.red < what.amber
    assert light("resident", 1.0, 1.0, what.red - 0.1) == "red"
    assert light("resident", 1.0, -1.0, what.amber + 1) == "red"
    assert light("resident", 1.0, 1.0, what.red) == light("resident", 1.0, 1.0, what.amber - 0.1) == "amber"
    assert light("resident", -1.0, 1.0, what.amber + 1) == "amber"
    assert light("resident", 0.0, 0.0, what.amber) == "green"
    assert light("maternity", -1.0, -1.0, 0.0) == ""


def test_a_scenario_keeps_the_settings_of_its_levers_when_one_more_change_is_added():
    stated = {"procurement": {2027: 0.5}, "procurement.lag": 2, "employer_rate": {2028: 0.07}}
    more = FundScenario.of(stated, id="x").adding("resident_premium", 20)
    changes = more.to_document()["changes"]
    assert changes["procurement.lag"] == 2
    assert set(changes) == {*stated, "resident_premium"}
    assert more.up_to(2).to_document()["changes"] == {name: changes[name] for name in stated}
    assert list(more.up_to(1).uses) == ["procurement"]


def test_the_tornado_has_its_columns_and_its_rows_are_numbered_by_swing(national):
    frame = sensitivity(national, "reserve.resident", years=2).frame
    assert list(frame) == [
        "parameter", "zh", "en", "unit", "value", "low", "high", "at_low", "at_high", "swing", "source",
        "state",
    ]  # fmt: skip
    assert frame.index.tolist() == list(range(len(frame)))
    assert frame["swing"].iloc[0] == frame["swing"].max() > 0


@pytest.mark.parametrize("word", [column, member, sex, insurance])
def test_a_word_of_a_bureau_that_is_none_of_ours_stays_as_it_is(word):
    assert word(" 没有这个 ") == "没有这个"


def test_words_of_a_bureau_are_known_in_its_spellings():
    assert (column(" 地区"), member("退休人员"), sex("女性"), insurance("城乡居民")) == (
        "region", "retired", "women", "resident",
    )  # fmt: skip


def test_books_are_only_what_was_booked():
    empty = Books(np.zeros((1, 1, 2, len(lines())), np.int64), np.zeros((1, 1, 3, len(pots())), np.int64))
    check(empty)
    assert not empty.by_pot("income").any()

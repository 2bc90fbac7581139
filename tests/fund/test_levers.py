"""Levers: published examples, who pays, bars of their own, facts with sources."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim.errors import DrgsimError
from drgsim.fund.fund_errors import FundError
from drgsim.fund.lever import lever, levers
from drgsim.fund.levers.benefits import delivery_payment
from drgsim.fund.levers.drugs import completion, kept, surplus
from drgsim.fund.levers.hospitals import working_capital
from drgsim.fund.scenario import FundScenario

AMOUNTS = {
    "resident_premium": 20, "resident_subsidy": 20, "employer_rate_change": -0.005, "base_change": 0.05,
    "benefit_change": 0.02, "outpatient_pooling": 0.1, "retirement_age": 12, "family_account": 0.01,
    "provincial_pooling": 0.05, "pooling_unified": 1, "pooling_ex_ante": 0.5, "delivery_free": 1,
    "long_term_care": 0.003, "long_term_care_heads": 90, "procurement": 0.9, "instant_settlement": 30,
    "direct_settlement": 120, "commercial_drugs": 1, "single_pay_drugs": 0.02, "imaging_sharing": 0.3,
    "cross_region_drg": 0.5, "payment_reform": 1, "hospital_upgrade": 1, "hospital_merger": 0.5,
}  # fmt: skip
MOVES_NO_FUND = {"direct_settlement", "pooling_ex_ante"}  # time alone; one region has nobody to share with


def moved(national, changes, years=6):
    valued = drgsim.value(national, FundScenario.of(changes, id="moved"), years=years)
    return valued, [course.point.books for course in valued.courses]


def test_every_lever_is_tried_here():
    assert set(AMOUNTS) == set(levers())


@pytest.mark.parametrize("name", sorted(AMOUNTS))
def test_a_lever_has_sources_bounds_and_its_own_bar(national, name):
    what = lever(name)
    assert what.evidence
    assert what.min <= AMOUNTS[name] <= what.max
    valued, books = moved(national, {name: {2028: AMOUNTS[name]}})
    assert (books[0].money[:, :, :2] == books[1].money[:, :, :2]).all(), "nothing moves before its day"
    bars = valued.waterfall("moved")
    if name not in MOVES_NO_FUND:
        assert bars["value"].iloc[1] != 0
    assert bars["value"].iloc[:2].sum() == pytest.approx(bars["value"].iloc[2], abs=0.005)


@pytest.mark.parametrize("name", sorted(AMOUNTS))
def test_a_setting_nobody_knows_is_refused_with_the_nearest(national, name):
    with pytest.raises(FundError):
        FundScenario.of({name: AMOUNTS[name], f"{name}.nonsense": 1})


def test_deliveries_as_published():
    """Fund rules §8 examples 23, 24 and 25."""
    assert delivery_payment("cap", 8500, in_scope=8500, limit=6000, babies=2, extra=1000)["fund"] == 7000
    assert delivery_payment("cap", 5200, in_scope=5200, limit=6000)["fund"] == 5200
    assert delivery_payment("package", 4600, in_scope=4600, limit=4000) == {
        "fund": 4000, "patient": 0, "hospital": 600,
    }  # fmt: skip
    assert delivery_payment("cap", 3763.17, in_scope=3763.17, limit=1500)["patient"] == pytest.approx(2263.17)
    free = delivery_payment("zero", 10_000, in_scope=8_500)
    assert free == {"fund": 8500, "patient": 1500, "hospital": 0.0}


def test_procurement_as_published():
    """Fund rules §8 examples 15, 16 and 17."""
    found = surplus(1000, 10, 1000, 4.8, 1000, pay_ratio=0.7, insured_share=0.9)
    assert found == pytest.approx({"budget": 6300, "spending": 3654, "base": 2646})
    assert kept(found["base"], most=0.5, score=100, pass_score=60) == pytest.approx(1323)
    assert kept(found["base"], most=0.5, score=80, pass_score=60) == pytest.approx(1058.4)
    assert kept(found["base"], most=0.5, score=100, pass_score=60, completion=0.99) == 0
    assert surplus(10, 1, 100, 5, 0, pay_ratio=1, insured_share=1)["base"] == 0
    assert completion(674, 468) == pytest.approx(1.44, abs=0.005)
    assert pytest.approx(16.09) == 2.89 + 13.2


def test_working_capital_of_both_settlements_together(national):
    """What instant settlement frees, less the float that direct settlement takes (fund rules §3.1)."""
    assert working_capital(36.5, 1000.0) == 100
    valued, _ = moved(national, {"instant_settlement": 30, "direct_settlement": 120})
    alone, _ = moved(national, {"instant_settlement": 30})
    stock = [v.others.query("who == 'working_capital'")["amount"].iloc[0] for v in (valued, alone)]
    assert stock[1] < stock[0] < 0


def test_stents_fall_at_once_by_item_and_by_case_when_weights_follow(national):
    _, (base, new) = moved(national, {"procurement": {2027: 0.9}, "procurement.lag": 2})
    by_case = (new.line("employee_pool.inpatient_case") - base.line("employee_pool.inpatient_case"))[0, 0]
    by_item = (new.line("employee_pool.inpatient_item") - base.line("employee_pool.inpatient_item"))[0, 0]
    assert by_case[:3].tolist() == [0, 0, 0]  # 2026 to 2028
    assert (by_case[3:] < 0).all()
    assert by_item[0] == 0
    assert (by_item[1:] < 0).all()
    share = 0.02 * 0.45 * (1 - 0.1 * 1.1)
    assert by_case[3] / base.line("employee_pool.inpatient_case")[0, 0, 3] == pytest.approx(-share)


def test_a_delivery_free_of_charge_moves_from_patients_to_funds(national):
    valued, (base, new) = moved(national, {"delivery_free": 1})
    lines = ("maternity.delivery", "resident.delivery")
    funds = sum((new.line(line) - base.line(line))[0, 0] for line in lines) / 100
    patients = valued.others.query("who == 'patients'")["amount"].to_numpy()
    assert (funds > 0).all()
    assert patients == pytest.approx(-funds, rel=1e-6)
    assert (new.line("employee_pool.to_maternity") - base.line("employee_pool.to_maternity")).all()


def test_long_term_care_takes_half_of_its_rate_from_the_medical_one(national):
    valued, (base, new) = moved(national, {"long_term_care": 0.003})
    line = "employee_pool.employer_contribution"
    lost = (base.line(line) - new.line(line))[0, 0] / 100
    employers = valued.others.query("who == 'employers'")["amount"].to_numpy()
    assert lost == pytest.approx(employers, rel=1e-6)  # 0.15 % each
    rate = national.assumptions["employer_rate"].value
    assert lost == pytest.approx(base.line(line)[0, 0] / 100 * 0.0015 / rate, rel=1e-6)


def test_a_family_account_takes_nothing_from_the_resident_fund(national):
    _, (base, new) = moved(national, {"family_account": 0.01})
    for books in (base, new):
        both = books.line("resident.premium") + books.line("resident.premium_from_accounts")
        assert np.abs(both - base.line("resident.premium")).max() <= 1  # a fen of rounding
    assert (new.line("employee_accounts.to_resident_premium") > 0).all()


def test_leaving_when_the_premium_rises(national):
    stated = {"resident_premium": {2028: 40}, "resident_premium.leaving": 0.02}
    valued, _ = moved(national, stated)
    heads = valued.people.assign(resident=valued.people["adult"] + valued.people["pupil"])
    at = heads.set_index(["scenario", "year"])["resident"]
    assert at["moved", 2028] / at["baseline", 2028] == pytest.approx(1 - 0.02 * 40 / 400 / 0.1)


amounts = st.dictionaries(
    st.sampled_from(sorted(AMOUNTS)),
    st.sampled_from([0, 0.0, {2026: 0}, {2027: 0, "2029-07-01": 0.0}]),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, deadline=None)
@given(stated=amounts)
def test_levers_at_their_old_value_move_no_fen_in_any_draw(national, stated):
    one_mode = [name for name in stated if lever(name).pooling][1:]
    changes = {name: value for name, value in stated.items() if name not in one_mode}
    valued = drgsim.value(national, FundScenario.of(changes, id="old"), years=5, draws=3, seed=4)
    base, old = valued.courses
    assert (base.point.books.money == old.point.books.money).all()
    for name in ("income", "spending", "reserve"):
        assert (getattr(base.drawn, name) == getattr(old.drawn, name)).all()


def test_a_setting_alone_moves_nothing_either(national):
    """Settings of a lever at 0, whatever they are; and a lever that returns to 0 moves nothing after."""
    changes = {"procurement": 0, "procurement.lag": 3, "payment_reform": 0, "payment_reform.employee": 0.5}
    _, (base, new) = moved(national, changes)
    assert (base.money == new.money).all()
    _, (base, new) = moved(national, {"payment_reform": {2027: 1, 2028: 0}})
    line = "employee_pool.inpatient_case"
    gap = (new.line(line) - base.line(line))[0, 0]
    assert (gap != 0).tolist() == [False, True, False, False, False, False]


@pytest.mark.parametrize("name", sorted(AMOUNTS))
def test_identities_hold_to_the_fen_in_every_year_of_every_draw(national, name):
    scenario = FundScenario.of({name: {"2027-07-01": AMOUNTS[name]}}, id="moved")
    money = drgsim.value(national, scenario, years=4, draws=6, seed=7).courses[1].drawn
    steps = money.reserve[:, :, 1:] - money.reserve[:, :, :-1]
    assert (steps == money.income - money.spending).all()
    assert steps.dtype.kind == "i"


def test_a_setting_with_an_interval_makes_the_bar_s_band(national):
    changes = {"hospital_upgrade": 1, "hospital_upgrade.share": 0.02, "hospital_upgrade.resident": -0.25}
    sure = {**changes, "hospital_upgrade.employee": -0.1}
    wide = {**changes, "hospital_upgrade.employee": {"value": -0.1, "low": -0.3, "high": 0.1}}
    widths = []
    for stated in (sure, wide):
        valued = drgsim.value(national, FundScenario.of(stated, id="x"), years=4, draws=80, seed=1)
        bar = valued.waterfall("x", pot="employee_pool").iloc[1]
        widths.append(bar["high_90"] - bar["low_90"])
    assert widths[1] > 3 * widths[0] > 0
    with pytest.raises(FundError, match="low"):
        FundScenario.of(
            {"hospital_upgrade": 1, "hospital_upgrade.employee": {"value": 0, "low": 1, "high": 2}}
        )


@pytest.mark.parametrize("name", FundScenario.available())
def test_a_shipped_question_is_one_short_document_that_moves_money(national, name):
    valued = drgsim.value(national, name, years=8)
    assert (valued.courses[0].point.books.money != valued.courses[1].point.books.money).any()
    assert FundScenario.of(valued.course(name).scenario.to_document()).to_document() == (
        valued.course(name).scenario.to_document()
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id: a\nchanges:\n  resident_premium: {2027: 1" + "0" * 39 + "}", 3),
        ("id: a\nchanges:\n  resident_premium: {1802: 20}", 3),
        ("id: a\nchanges:\n  nope: 20", 3),
        ("changes: 3\nid: a", 1),
        ("changes: {}\nid: [1]", 2),
        ("changes: {}\ntitle: {zh: [a]}", 2),
        ("changes: {}\ndrgsim_fund_scenario: 9", 2),
        ("id: a\nchanges: {resident_premium.x: 1}", 2),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_a_scenario_cannot_mean_is_told_with_its_line(text, line, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DrgsimError) as caught:
        FundScenario.of(path)
    assert caught.value.where == f"mine.yaml, line {line}"

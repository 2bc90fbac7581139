"""Dated payments sum to what is due, come on the right days, and show how low a fund gets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from drgsim import Policy
from drgsim.errors import ArgumentError, ColumnError
from drgsim.payment.pay import pay
from drgsim.settlement import Timing, WorkingDays, cash, prepayments, settle
from drgsim.settlement.settlement_errors import SettlementError

from .test_settle import FLOATING, WEIGHTS, budgets, year_of_cases

EVERY_DAY = WorkingDays(week="Mon Tue Wed Thu Fri Sat Sun")
KINDS = ["advance", "monthly", "prepayment", "prepayment_returned", "clearing"]


@pytest.fixture(scope="module")
def year():
    cases = year_of_cases()
    cases.loc[cases.index[:100], "discharge_date"] = pd.NaT
    return settle(pay(cases, FLOATING, weights=WEIGHTS), FLOATING, budgets=budgets())


def by_item(policy, n=4_000):
    """A year paid item by item, so that what is booked is what is earned."""
    return settle(pay(year_of_cases(n), policy), policy)


def one_hospital(cost, days, policy):
    """The cash of one hospital whose stays cost the same."""
    cases = pd.DataFrame(
        {
            "drg": "GZ13",
            "hospital_level": 3,
            "hospital_id": "h",
            "insurance": "employee",
            "los": 5,
            "total_cost": float(cost),
            "care_region": "A",
            "insured_region": "A",
            "discharge_date": pd.to_datetime(days),
        }
    )
    done = settle(pay(cases, policy, weights=WEIGHTS), policy)
    return done, cash(done, policy)


@given(
    share=st.floats(0, 1),
    delay=st.integers(0, 40),
    claim_day=st.integers(1, 28),
    pay_by=st.sampled_from(["working_days", "month_end"]),
    clearing=st.integers(1, 12),
)
@run(max_examples=15)
def test_a_hospitals_payments_sum_to_what_it_is_due(year, share, delay, claim_day, pay_by, clearing):
    terms = {
        "advance_share": share,
        "advance_delay": delay,
        "claim_day": claim_day,
        "pay_by": pay_by,
        "clearing_months": clearing,
    }
    policy = FLOATING.reform({f"settlement.cash.{name}": value for name, value in terms.items()})
    done = cash(year, policy)
    keys = ["care_region", "insurance", "hospital_id"]
    assert (done.payments.groupby(keys)["amount"].sum() == year.hospitals.set_index(keys)["due"]).all()
    assert (done.hospitals[KINDS].sum(axis=1) == done.hospitals["due"]).all()
    owed = done.receivable("hospital")
    last = owed.groupby(level=keys).tail(1)
    assert not last["receivable"].any()
    assert not last["prepaid"].any()
    assert np.allclose(owed["receivable"], owed["earned"] - owed["received"])
    assert WorkingDays().is_worked(done.payments["date"].to_numpy()).all()


def test_without_advances_months_are_those_of_the_settlement(year):
    """But for stays without a month, which wait for the clearing."""
    done = cash(year, FLOATING)
    months = year.months[year.months["month"] != ""]
    assert done.hospitals["monthly"].sum() == months["paid"].sum()
    assert done.hospitals["advance"].sum() == 0
    assert done.hospitals["prepayment"].tolist() == year.hospitals["prepayment"].tolist()


def test_every_payment_has_its_day():
    policy = Policy.load("national-drg-rate", on="2026-06-30")
    done, paid = one_hospital(10_000, ["2026-01-05", "2026-03-31"], policy)
    dates = paid.payments.set_index("date")["kind"].to_dict()
    assert {f"{day:%Y-%m-%d}": kind for day, kind in dates.items()} == {
        "2026-03-10": "monthly",  # of January: 20 working days from 11 February
        "2026-03-31": "prepayment",
        "2026-05-08": "monthly",
        "2026-12-31": "prepayment_returned",
        "2027-04-30": "clearing",
    }
    assert paid.path("h")["received"].iloc[-1] * 100 == done.hospitals["due"].iloc[0]


def test_advances_come_a_day_after_each_day_of_discharge():
    """Fund rules §2.1: 60 % the next day; over a weekend, on Monday."""
    national = Policy.load("national-drg-rate", on="2026-06-30")
    policy = national.including("anhui-instant-2025")
    done, paid = one_hospital(31_000, ["2026-01-05"], policy)
    advance = paid.payments[paid.payments["kind"] == "advance"].set_index("date")["amount"]
    booked = int(done.hospitals["booked"].iloc[0])
    assert advance.sum() == round(0.6 * booked)
    assert advance.index[[0, -1]].tolist() == [pd.Timestamp("2026-01-02"), pd.Timestamp("2026-02-02")]
    a_day = advance.sum() / 31
    assert advance[pd.Timestamp("2026-01-05")] == pytest.approx(3 * a_day, abs=2)  # Friday to Sunday's stays
    assert advance[pd.Timestamp("2026-01-06")] == pytest.approx(a_day, abs=2)


@pytest.mark.parametrize(("share", "days"), [(0.0, 53), (0.6, 21.8), (0.8, 11.4)])
def test_real_days_stay_near_the_simple_count(share, days):
    """Fund rules §2.2, table: 28 calendar days for 20 working days."""
    policy = Policy.load("national-ffs").reform(
        {
            "settlement.cash.working_days": 28,
            "settlement.cash.advance_share": share,
            "settlement.cash.advance_delay": 1,
        }
    )
    found = cash(by_item(policy), policy, working_days=EVERY_DAY).summary()["days_monthly"]
    assert found.to_numpy() == pytest.approx(days, abs=0.6)


@pytest.mark.parametrize("share", [0.0, 0.7])
def test_days_owed_are_the_receivable_summed_over_the_days(year, share):
    policy = FLOATING.reform({"settlement.cash.advance_share": share})
    done = cash(year, policy)
    for row in done.hospitals.itertuples():
        days = pd.date_range("2025-01-01", "2026-04-30")
        owed = pd.Series(0.0, days)
        mine = [row.care_region, row.insurance, row.hospital_id]
        keys = ["care_region", "insurance", "hospital_id"]
        paid = done.payments[(done.payments[keys] == mine).all(axis=1)]
        paid = paid[~paid["kind"].str.startswith("prepayment")].groupby("date")["amount"].sum()
        for month in done.months[(done.months[keys] == mine).all(axis=1)].itertuples():
            inside = owed.index.strftime("%Y-%m") == month.month
            owed[inside] += month.entitlement / inside.sum()
        owed -= paid.reindex(days, fill_value=0)
        owed.iloc[-1] -= owed.sum()
        assert owed.cumsum().iloc[:-1].sum() / row.due == pytest.approx(row.days_all, abs=1e-6)


def test_advances_beyond_what_is_earned_are_the_risk():
    """Fund rules §2.2: max(0, sum of advances - (1 - retention) × entitlement)."""
    policy = Policy.load("national-drg-rate", on="2026-06-30").reform({"settlement.cash.advance_share": 0.8})
    done, paid = one_hospital(30_000, ["2026-01-05", "2026-02-05"], policy)
    month = paid.months.set_index("month")
    expected = (0.8 * month["booked"] - 0.95 * month["entitlement"]).clip(lower=0)
    assert (month["over_advanced"] > 0).all()
    assert np.allclose(month["over_advanced"], expected, atol=1)
    assert paid.summary()["safe_share"].iloc[0] == pytest.approx(
        0.95 * month["entitlement"].sum() / month["booked"].sum(), abs=1e-4
    )
    # nothing monthly is left to pay, and the rest is taken back at the clearing
    assert paid.hospitals[["monthly", "over_advanced"]].iloc[0].tolist() == [0, month["over_advanced"].sum()]
    assert (
        paid.hospitals["clearing"].iloc[0]
        == done.hospitals["due"].iloc[0] - paid.hospitals["advance"].iloc[0]
    )


def _catastrophic(settled, fund, days):
    """What the fund pays for its insured beside the case payment, on the day its month is paid."""
    own = settled.flow_months
    own = own[(own["insured_region"] == fund.region) & (own["insurance"] == fund.insurance)]
    by_month = own.groupby("month")["catastrophic"].sum()
    timing, working = Timing.read(FLOATING), WorkingDays()
    paid_on = [
        timing.cleared_by(2025, working)
        if month == ""
        else timing.paid_by(np.array([month], "datetime64[M]"), working)[0]
        for month in by_month.index
    ]
    assert by_month.sum() == settled.ledger.loc[(fund.region, fund.insurance), "catastrophic"]
    amounts = pd.Series(by_month.to_numpy(), pd.DatetimeIndex(paid_on)).groupby(level=0).sum()
    return amounts.reindex(days, fill_value=0) / 100


def test_the_lowest_cash_of_a_fund_is_that_of_its_days(year):
    funds = budgets().rename(columns={"budget": "income"}).assign(opening=150_000.0)
    done = cash(year, FLOATING, funds=funds)
    summary = done.summary()
    for row in funds.itertuples():
        own = done.payments[
            (done.payments["care_region"] == row.region) & (done.payments["insurance"] == row.insurance)
        ]
        days = pd.date_range(f"{done.year}-01-01", own["date"].max())
        paid = own.groupby("date")["amount"].sum().reindex(days, fill_value=0) / 100
        income = pd.Series(np.where(days.day == 1, row.income / 12, 0), days)
        income[days.year > done.year] = 0
        account = row.opening + (income - paid - _catastrophic(year, row, days)).cumsum()
        found = summary.loc[(row.region, row.insurance)]
        assert found["lowest_cash"] == pytest.approx(account.min(), abs=0.02)
        assert found["days_below_zero"] == (account < 0).sum()
    assert summary["days_below_zero"].sum() > 0


def test_hospitals_that_joined_are_advanced_and_others_are_not(year):
    some = FLOATING.reform({"settlement.cash.advance_share": {"h1": 0.6, "h2": 0.6}})
    assert [Timing.read(some, name).advance_share for name in ("h1", "h3")] == [0.6, 0.0]
    hospitals = cash(year, some).hospitals
    advanced = hospitals[hospitals["advance"] > 0]
    assert set(advanced["hospital_id"]) == {"h1", "h2"}
    assert (hospitals["days_monthly"][advanced.index] < 40).all()


def test_faster_payment_releases_cash(year):
    """Fund rules §2.2: days saved in months, times the monthly revenue; times the rate of a loan."""
    slow = cash(year, FLOATING.at("2025-06-30"))
    fast = cash(year, FLOATING)
    table = slow.compare(fast, loan_rate=0.03)
    assert (table["before"] > table["after"]).all()
    due = slow.hospitals.set_index(table.index.names)["due"] / 100
    assert np.allclose(table["released"], (table["before"] - table["after"]) / 30 * due / 12)
    assert np.allclose(table["saved_a_year"], table["released"] * 0.03)


def test_displays_speak_of_funds(year):
    done = cash(year, FLOATING)
    for shown in (repr(done), done._repr_html_()):
        assert "Cash of 2025" in shown
        assert "h1" not in shown
    assert done.frame["amount"].sum() == pytest.approx(year.hospitals["due"].sum() / 100)


def test_workbook(year, tmp_path):
    lent = prepayments(year, FLOATING)
    cash(year, FLOATING).to_excel(tmp_path / "cash.xlsx")
    lent.to_excel(tmp_path / "lent.xlsx", lang="en")
    with pd.ExcelFile(tmp_path / "cash.xlsx", engine="calamine") as book:
        assert book.sheet_names == ["基金", "医疗机构", "应收", "拨付"]
        paid = pd.read_excel(book, sheet_name="拨付")
    assert paid["金额"].sum() == pytest.approx(year.hospitals["due"].sum() / 100)
    with pd.ExcelFile(tmp_path / "lent.xlsx", engine="calamine") as book:
        assert pd.read_excel(book, sheet_name="pairs")["prepaid"].sum() == pytest.approx(
            lent.summary()["prepaid"].sum()
        )
        assert len(pd.read_excel(book, sheet_name="months")) == len(lent.months)


def test_helpful_refusals(year):
    silent = FLOATING.reform({"settlement.cash.clearing_months": None})
    with pytest.raises(SettlementError, match="clearing_months"):
        cash(year, silent)
    undated = settle(pay(year_of_cases().drop(columns="discharge_date"), FLOATING, weights=WEIGHTS), FLOATING,
                     budgets=budgets())  # fmt: skip
    with pytest.raises(SettlementError, match="no stay has a month"):
        cash(undated, FLOATING)
    with pytest.raises(ColumnError, match="lacks columns"):
        cash(year, FLOATING, funds=budgets())
    opening = budgets().rename(columns={"budget": "opening"})
    with pytest.raises(SettlementError, match="opens twice"):
        cash(year, FLOATING, funds=pd.concat([opening, opening]))
    with pytest.raises(SettlementError, match="needs an opening balance"):
        cash(year, FLOATING, funds=opening.assign(opening=np.nan))
    done = cash(year, FLOATING)
    with pytest.raises(ArgumentError, match="did you mean 'h1'"):
        done.path("h11")
    with pytest.raises(ArgumentError, match="not a way to group"):
        done.receivable("city")

"""Regions lend each other what the rules say, alerts ring at their lines, and the money is accounted for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from drgsim import Policy
from drgsim.payment.pay import pay
from drgsim.settlement import cash, prepayments, settle, statistics
from drgsim.settlement.region_prepayments import PAIR
from drgsim.settlement.settlement_errors import SettlementError
from drgsim.settlement.statistics import MEASURES

from .test_settle import FLOATING, WEIGHTS, budgets, year_of_cases

NATIONAL = Policy.load("national-drg-rate", on="2026-06-30")
HEBEI = NATIONAL.including("hebei-prepayment")


def table(rows):
    """A statistics table of (insured region, care region, insurance, month, fen the insured region pays)."""
    columns = ["insured_region", "care_region", "insurance", "month", "fund"]
    frame = pd.DataFrame(rows, columns=columns).assign(hospital_id="h", group="g")
    for name in MEASURES:
        if name not in frame:
            frame[name] = np.int64(0)
    return frame.astype({"fund": np.int64})


def months_of(year, amounts, insurance="employee"):
    return table([("H", "D", insurance, f"{year}-{at + 1:02d}", fen) for at, fen in enumerate(amounts)])


@pytest.fixture(scope="module")
def year():
    cases = year_of_cases()
    cases.loc[cases.index[:100], "discharge_date"] = pd.NaT
    paid = pay(cases, FLOATING, weights=WEIGHTS)
    return paid, settle(paid, FLOATING, budgets=budgets())


def test_hebei_lends_six_months_of_last_year():
    """Fund rules §1.2: six months of last year's cost."""
    done = prepayments(
        months_of(2026, [1] * 12), HEBEI, last_year=months_of(2025, [100_000] * 6 + [200_000] * 6)
    )
    assert done.summary()["prepaid"].tolist() == [9_000.0]
    assert not done.assumed_steady


def test_elsewhere_two_mean_months_of_the_last_quarter_are_lent():
    """Fund rules §1.2: twice the monthly mean of last year's fourth quarter."""
    last = months_of(2025, [100_000] * 9 + [120_000, 150_000, 180_000])
    done = prepayments(months_of(2026, [1] * 12), NATIONAL, last_year=last)
    assert done.summary()["prepaid"].tolist() == [3_000.0]


@pytest.mark.parametrize(
    ("fen", "alert"),
    [(6_999, ""), (7_000, "yellow"), (8_999, "yellow"), (9_000, "red"), (10_001, "red")],
)
def test_alerts_ring_at_their_lines(fen, alert):
    """Fund rules §1.2 and §8 row 13: yellow from 70 %, red from 90 %; red is tested first."""
    last = months_of(2025, [1_667] * 11 + [1_663])  # 6 months of it are 10,000 fen
    done = prepayments(months_of(2026, [100, fen, 100]), HEBEI, last_year=last)
    assert done.months["prepaid"].unique().tolist() == [10_000]
    assert done.months["alert"].tolist() == ["", alert, "", ""]
    assert done.months["use"].tolist()[1] == fen / 10_000


def test_alerts_say_when_they_first_rang():
    last = months_of(2025, [20] * 12)  # 120 fen lent
    claims = [10, 90, 110, 100, 130, 10]
    quiet = table([("H", "E", "employee", "2026-01", 1), ("H", "E", "employee", "2025-01", 600)])
    done = prepayments(
        pd.concat([months_of(2026, claims), quiet.iloc[:1]]),
        HEBEI,
        last_year=pd.concat([last, quiet.iloc[1:]]),
    )
    ringing = done.alerts()
    assert ringing.index.tolist() == [("H", "D", "employee")]
    row = ringing.iloc[0]
    assert (row["first_alert"], row["yellow_months"]) == ("2026-02", 2)
    assert (row["first_red"], row["red_months"]) == ("2026-03", 2)
    assert row["peak_use"] == 130 / 120


def test_what_waits_for_clearing_grows_with_its_lag():
    slow = HEBEI.reform({"cross_region.prepayment.clearing_lag": 3})
    done = prepayments(months_of(2026, [10, 20, 30, 40]), slow, last_year=months_of(2025, [50] * 12))
    assert done.months["uncleared"].tolist() == [10, 30, 60, 90, 70, 40, 0]
    assert done.months["balance"].tolist() == [290, 270, 240, 210, 230, 260, 300]
    assert done.months["month"].tolist()[-1] == "2026-07"


CLAIMS = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from("ABC"),
        st.sampled_from(["employee", "resident"]),
        st.sampled_from(["2026-01", "2026-02", "2026-05", "2026-12"]),
        st.integers(-1_000, 10**9),
    ),
    min_size=1,
    max_size=30,
)


LAGS = {lag: HEBEI.reform({"cross_region.prepayment.clearing_lag": lag}) for lag in (0, 1, 4)}


def count(month):
    return 12 * int(month[:4]) + int(month[5:])


@given(CLAIMS, st.sampled_from(list(LAGS)), st.randoms(use_true_random=False))
@run(max_examples=15, deadline=None)
def test_the_account_of_every_pair_holds_to_the_fen(rows, lag, shuffle):
    policy = LAGS[lag]
    done = prepayments(table(rows), policy)
    again = list(rows)
    shuffle.shuffle(again)
    pd.testing.assert_frame_equal(done.months, prepayments(table(again), policy).months)
    away = [row for row in rows if row[0] != row[1]]
    assert {(row[0], row[1], row[2]) for row in away} == set(done.rest.index)
    for pair, own in done.months.groupby(PAIR):
        claims = {}
        for *key, month, fen in away:
            if tuple(key) == pair:
                claims[month] = claims.get(month, 0) + fen
        prepaid = round(max(sum(claims.values()), 0) / 2)
        assert abs(own["prepaid"].iloc[0] - prepaid) <= 1  # a half fen may go either way
        waiting = []
        for month in own["month"]:
            owed = 0
            for claimed, fen in claims.items():
                age = count(month) - count(claimed)
                owed += fen if 0 <= age < lag else 0
            waiting.append(owed)
        assert own["uncleared"].tolist() == waiting
        assert own["paid"].sum() == own["cleared"].sum() == sum(claims.values())
        assert (own["balance"] == own["prepaid"] - own["paid"].cumsum() + own["cleared"].cumsum()).all()


def test_stays_statistics_and_settlement_say_the_same(year):
    paid, settled = year
    from_stays = prepayments(paid, FLOATING)
    for source in (statistics(paid), settled):
        pd.testing.assert_frame_equal(prepayments(source, FLOATING).months, from_stays.months)
    assert from_stays.assumed_steady
    # the settlement also knows at what price of a point the year is cleared
    total = prepayments(settled, FLOATING).summary()[["cleared", "rest"]].sum(axis=1)
    rows = settled.flow_rows
    owed = rows[rows["care_region"] != rows["insured_region"]].groupby(PAIR)["settled_insured_region"].sum()
    assert np.allclose(total, owed / 100)
    undated = statistics(paid).query("month == '' and care_region != insured_region")
    assert from_stays.rest.sum() == (undated["fund"] - undated["fund_care_region"]).sum() > 0


def test_the_cash_of_a_fund_ends_with_what_it_did_not_spend_or_lend(year):
    """opening + income - spent - lent + borrowed, to the fen, through every dated payment."""
    _, settled = year
    lent = prepayments(settled, FLOATING)
    funds = budgets().rename(columns={"budget": "income"}).assign(opening=1e6)
    done = cash(settled, FLOATING, funds=funds, between_regions=lent)
    first = lent.months.drop_duplicates(PAIR)
    out = first.groupby(["insured_region", "insurance"])["prepaid"].sum()
    come = first.groupby(["care_region", "insurance"])["prepaid"].sum()
    for row in funds.itertuples():
        key = (row.region, row.insurance)
        own = done.fund_days[(done.fund_days["region"] == key[0]) & (done.fund_days["insurance"] == key[1])]
        start = round((row.opening + row.income) * 100)
        assert own["cash"].iloc[-1] == start - settled.ledger.loc[key, "spent"] - out[key] + come[key]
    moved = done.fund_days.groupby("date")["regions"].sum()
    assert not moved.any()  # what one region gets another pays on that day
    assert done.fund_days["regions"].abs().sum() > 0


def test_a_policy_that_lends_nothing_rings_nothing(year):
    _, settled = year
    none = FLOATING.reform({"cross_region.prepayment.months": 0})
    done = prepayments(settled, none)
    assert done.alerts().empty
    assert done.months["use"].isna().all()
    assert not done.months["prepaid"].any()


def test_a_new_flow_without_prepayment_is_red_at_once():
    new = table([("H", "D", "employee", "2026-03", 5)])
    done = prepayments(new, HEBEI, last_year=months_of(2025, [0] * 12))
    assert done.months["use"].tolist() == [np.inf, 0.0]
    assert done.months["alert"].tolist() == ["red", ""]


def test_each_region_lends_by_its_own_policy():
    rows = [
        (home, away, "resident", f"{year}-{month:02d}", 1_200)
        for home, away in ("AB", "BA")
        for year in (2025,)
        for month in range(1, 13)
    ]
    done = prepayments(table(rows), {"A": HEBEI, "other": NATIONAL})
    assert done.flows().loc["A", "B"] == 72.0
    assert done.flows().loc["B", "A"] == 24.0
    held = done.care_regions()
    assert held.loc[("B", "resident", "2025-01"), ["prepaid", "use"]].tolist() == [72.0, 1_200 / 7_200]


def test_nobody_goes_elsewhere():
    done = prepayments(table([("A", "A", "employee", "2026-01", 100)]), NATIONAL)
    assert done.summary().empty
    assert "0 pairs" in repr(done)


def test_displays_speak_of_regions(year):
    _, settled = year
    done = prepayments(settled, FLOATING)
    for shown in (repr(done), done._repr_html_()):
        assert "last year taken as this year" in shown
        assert "h1" not in shown
    assert done.frame["paid"].sum() == pytest.approx(done.months["paid"].sum() / 100)


def test_months_are_asked_for_where_they_are_needed():
    undated = table([("H", "D", "employee", "", 100)])
    with pytest.raises(SettlementError, match="no stay has a month"):
        prepayments(undated, NATIONAL)
    with pytest.raises(SettlementError, match="fourth quarter needs months"):
        prepayments(months_of(2026, [1]), NATIONAL, last_year=undated)
    silent = NATIONAL.reform({"cross_region.prepayment.paid_month": None})
    cases = year_of_cases(50)
    done = settle(pay(cases, silent, weights=WEIGHTS), silent)
    with pytest.raises(SettlementError, match="paid_month: null"):
        cash(done, silent, between_regions=prepayments(done, silent))

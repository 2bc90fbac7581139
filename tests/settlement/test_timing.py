"""When money arrives under a policy: the worked table of the fund rules, and dated deadlines."""

import csv
import datetime
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy
from drgsim._paths import data_path
from drgsim.settlement import Timing, WorkingDays, deadlines, prepayment_gate, timing
from drgsim.settlement.settlement_errors import SettlementError
from drgsim.sources import resolve

NATIONAL = Policy.load("national-drg-rate", on="2026-06-30")
BEFORE = Policy.load("national-drg-rate", on="2025-06-30")
ANHUI = NATIONAL.including("anhui-instant-2025")


@pytest.mark.parametrize(
    ("policy", "days", "months"),
    [
        (BEFORE, 72, 2.40),  # claim by the 15th, 30 working days
        (NATIONAL, 53, 1.77),  # claim by the 10th, 20 working days
        (NATIONAL.reform({"settlement.cash.pay_by": "month_end"}), 45, 1.50),
        (ANHUI, 21.8, 0.73),  # 60 % the next day
        (ANHUI.reform({"settlement.cash.advance_share": 0.8}), 11.4, 0.38),
    ],
)
def test_mean_days_from_discharge_to_cash(policy, days, months):
    """Fund rules §2.2, table; fund rules §8 row 11."""
    assert Timing.read(policy).mean_days() == pytest.approx(days, abs=1e-9)
    assert Timing.read(policy).receivable_months() == pytest.approx(months, abs=0.005)


def test_the_advanced_share_gives_the_published_base():
    """Fund rules §8 row 10: 170 of 亿 advanced at 60 % stand on about 283."""
    assert Timing.read(ANHUI).advance_share * 283 == pytest.approx(170, abs=0.5)


def test_mean_daily_advance_gives_the_published_number_of_days():
    """Fund rules §8 row 12: 9.01 at 0.45 a day are 20 days of paying; from 25 March 2025 on, to 23 April."""
    begun, worked = np.datetime64("2025-03-25"), round(9.01 / 0.45)
    discharged = np.arange(begun, begun + 60)
    advanced = Timing.read(ANHUI).advanced_on(discharged, WorkingDays(holidays=["2025-04-04"]))
    assert worked == 20
    assert np.unique(advanced)[worked - 1] == np.datetime64("2025-04-23")


def test_working_day_deadlines():
    """Fund rules §8 row 32: the 10th + 20 working days; 30; 5 + 10 working days; 12 natural days."""
    known = NATIONAL.reform({"cross_region.last_point_value": 10})
    hubei = known.including("hubei-cross-region-2025")
    january = deadlines(hubei, 2026).loc["2026-01"]
    expected = {
        "list_by": "2026-02-12",
        "claim_by": "2026-02-10",
        "pay_by": "2026-03-10",
        "submit_by": "2026-02-17",
        "transfer_by": "2026-03-03",
    }
    assert january.to_dict() == {name: pd.Timestamp(day) for name, day in expected.items()}
    assert deadlines(BEFORE, 2025).loc["2025-01", "pay_by"] == pd.Timestamp("2025-03-28")


def test_holidays_move_deadlines():
    """The Spring Festival of 2026: 15 to 23 February off, 14 and 28 February worked."""
    festival = pd.bdate_range("2026-02-16", "2026-02-23").date
    days = WorkingDays(holidays=festival, worked=["2026-02-14", "2026-02-28"])
    january = deadlines(NATIONAL, 2026, working_days=days).loc["2026-01"]
    assert january["pay_by"] == pd.Timestamp("2026-03-16")


def test_steps_without_a_limit_have_no_day():
    bare = NATIONAL.reform({"cross_region.prepayment.submit_days": None})
    steps = deadlines(bare, 2026)
    assert steps[["list_by", "submit_by"]].isna().all().all()
    assert steps.loc["2026-01", "transfer_by"] == pd.Timestamp("2026-02-24")


@pytest.mark.parametrize(
    ("year", "last", "share"),
    [(2025, "2026-05-31", 0.05), (2026, "2027-04-30", 0.05), (2027, "2028-03-31", 0.03)],
)
def test_the_clearing_schedule(year, last, share):
    """Fund rules §8 row 33; every day counted as worked, for the plan names the last day of a month."""
    every_day = WorkingDays(week="Mon Tue Wed Thu Fri Sat Sun")
    policy = Policy.load("cash-timing", on=f"{year}-12-31")
    assert Timing.read(policy).cleared_by(year, every_day) == np.datetime64(last)
    assert policy["settlement.cash.clearing_share"] == share
    pilot = policy.reform({"settlement.cash.clearing_months": 3})
    assert Timing.read(pilot).cleared_by(year, every_day) == np.datetime64(f"{year + 1}-03-31")


def test_the_end_of_a_month_is_its_last_working_day():
    aim = Timing.read(NATIONAL.reform({"settlement.cash.pay_by": "month_end"}))
    assert aim.paid_by(np.datetime64("2026-01", "M"), WorkingDays()) == np.datetime64("2026-02-27")


def test_a_policy_without_terms_says_what_to_set():
    silent = NATIONAL.reform({"settlement.cash.claim_day": None})
    with pytest.raises(SettlementError, match=r"settlement\.cash\.claim_day: null"):
        Timing.read(silent).mean_days()


@pytest.mark.parametrize(
    ("insurance", "months", "last", "forecast", "reason"),
    [
        ("employee", 12, 0, 0, ""),
        ("employee", 11.99, 0, 0, "reserve"),
        ("resident", 6, 0, 0, ""),
        ("resident", 5.99, 0, 0, "reserve"),
        ("resident", 12, -0.01, 0, "deficit"),
        ("resident", 12, 0, -0.01, "forecast"),
    ],
)
def test_the_prepayment_gate(insurance, months, last, forecast, reason):
    """Fund rules §8 row 14: 12 months for employees, 6 for residents, and no deficit."""
    gate = prepayment_gate(
        NATIONAL, insurance, reserve=months, spending=12, last_balance=last, forecast_balance=forecast
    )
    assert (gate.reason, bool(gate)) == (reason, reason == "")
    assert gate.reserve_months == pytest.approx(months)


def test_before_the_rule_the_gate_stands_open():
    before = NATIONAL.at(datetime.date(2024, 6, 30))
    assert prepayment_gate(before, "employee", reserve=0, spending=1, last_balance=-1)


def test_conventions_have_their_trust_and_are_used():
    """Trust as the source has it (a month of 30 days, seven days for five worked are assumed), none idle."""
    rooms = Path(timing.__file__).parent.glob("*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in rooms)
    with data_path("settlement", "conventions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert resolve(row["source"]).state == row["state"], row["name"]
            assert row["state"] == "assumed" or not row["source"].endswith("90"), row["name"]
            assert re.search(rf"""convention\(['"]{row["name"]}['"]\)""", code), row["name"]


def test_deadlines_are_of_the_twelve_months_of_the_year():
    assert deadlines(NATIONAL, 2026).index.tolist() == [f"2026-{month:02}" for month in range(1, 13)]

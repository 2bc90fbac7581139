"""Working days skip weekends and holidays, and count those worked in exchange."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.errors import ArgumentError
from drgsim.settlement import WorkingDays

# Spring Festival of 2025 as the State Council set it: 28 January to 4 February, two weekend days worked
SPRING = WorkingDays(
    holidays=["2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04"],
    worked=["2025-01-26", "2025-02-08"],
)
DAYS = st.dates(datetime.date(2024, 12, 1), datetime.date(2025, 4, 1))


def counted(calendar, day, count):
    """The slow way: one day at a time."""
    while count:
        day += datetime.timedelta(days=1)
        count -= bool(calendar.is_worked(day))
    return day


@given(st.lists(DAYS, min_size=1, max_size=5), st.integers(0, 45))
def test_working_days_are_counted_one_by_one(days, count):
    found = SPRING.after(np.array(days, "datetime64[D]"), count)
    assert found.tolist() == [counted(SPRING, day, count) for day in days]


@given(DAYS)
def test_the_nearest_working_days(day):
    before, after = SPRING.on_or_before(day).item(), SPRING.on_or_after(day).item()
    assert before <= day <= after
    assert SPRING.is_worked(before)
    assert SPRING.is_worked(after)
    between = np.arange(np.datetime64(before) + 1, np.datetime64(after))
    assert not SPRING.is_worked(between[between != np.datetime64(day)]).any()
    assert (before == after == day) == bool(SPRING.is_worked(day))


def test_a_festival_moves_a_deadline():
    plain = WorkingDays().after("2025-01-24", 5)
    assert (plain, SPRING.after("2025-01-24", 5)) == (
        np.datetime64("2025-01-31"),
        np.datetime64("2025-02-07"),
    )


def test_a_week_of_seven_days_counts_calendar_days():
    assert WorkingDays(week="Mon Tue Wed Thu Fri Sat Sun").after("2025-10-10", 28) == np.datetime64(
        "2025-11-07"
    )


def test_a_long_closure_is_searched_through():
    closed = WorkingDays(holidays=np.arange("2025-01-01", "2025-06-01", dtype="datetime64[D]"))
    assert closed.after("2025-01-01", 1) == np.datetime64("2025-06-02")
    assert closed.on_or_before("2025-05-31") == np.datetime64("2024-12-31")


@pytest.mark.parametrize(
    "make",
    [
        lambda: WorkingDays(week="Monday"),
        lambda: WorkingDays(holidays=["2025-01-26"], worked=["2025-01-26"]),
        lambda: WorkingDays(holidays=["26 January"]),
        lambda: WorkingDays().after("2025-01-01", -1),
    ],
)
def test_what_is_no_calendar_is_refused(make):
    with pytest.raises(ArgumentError):
        make()

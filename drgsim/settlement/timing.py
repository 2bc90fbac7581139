"""When hospitals are paid: claim day, working days to pay, advances; working days with holidays and days
worked instead."""

from __future__ import annotations

import calendar
import csv
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._paths import data_path
from ..errors import ArgumentError
from .settlement_errors import SettlementError

if TYPE_CHECKING:
    from ..policy.reading import Readable


Days = npt.NDArray[np.datetime64]
DayLike = datetime.date | str | npt.ArrayLike

_WEEK = "Mon Tue Wed Thu Fri"
_ODD = 30  # days a run of days without work may last; longer ones are searched for again


class WorkingDays:
    """Which days are worked. Days are `datetime64[D]`, dates or ISO text; answers are `datetime64[D]`.

    Parameters
    ----------
    holidays : weekdays that are not worked. None are known beforehand: the State Council sets them each year.
    worked : weekend days that are.
    week : the days of a usual week; `"Mon Tue Wed Thu Fri Sat Sun"` counts calendar days.

    >>> days = WorkingDays(holidays=["2026-02-16", "2026-02-17"])
    >>> days.after("2026-02-13", 1), days.on_or_before("2026-02-28")
    (np.datetime64('2026-02-18'), np.datetime64('2026-02-27'))
    """

    def __init__(
        self, *, holidays: Iterable[Any] = (), worked: Iterable[Any] = (), week: str = _WEEK
    ) -> None:
        self.holidays, self.worked = _days(holidays), _days(worked)
        names = list(calendar.day_abbr)
        unknown = sorted(set(week.split()) - set(names))
        if unknown or not week.split():
            raise ArgumentError("not days of the week", got=unknown or week, allowed=names)
        self.week = "".join("1" if name in week.split() else "0" for name in names)
        both = np.intersect1d(self.holidays, self.worked)
        if len(both):
            raise ArgumentError("a day is both a holiday and worked", got=str(both[0]))

    def is_worked(self, day: DayLike) -> Any:
        """Whether each day is worked."""
        days = _day(day)
        usual = np.is_busday(days, weekmask=self.week)
        return (usual & ~np.isin(days, self.holidays)) | np.isin(days, self.worked)

    def after(self, day: DayLike, count: int) -> Any:
        """The `count`-th working day after each day, which itself does not count; 0 gives the day back."""
        days = _day(day)
        if count < 0:
            raise ArgumentError("working days are counted forward", got=count, allowed="0 or more")
        if count == 0 or days.size == 0:
            return days
        worked = self._between(days.min() + 1, days.max() + 1, count)
        return worked[np.searchsorted(worked, days, side="right") + count - 1]

    def on_or_after(self, day: DayLike) -> Any:
        """Each day that is worked, or the next one that is."""
        return self.after(_day(day) - 1, 1)

    def on_or_before(self, day: DayLike) -> Any:
        """Each day that is worked, or the last one before it that was."""
        days = _day(day)
        if days.size == 0:
            return days
        span = _ODD
        while True:
            known = np.arange(days.min() - span, days.max() + 1)
            worked = known[self.is_worked(known)]
            if len(worked) and worked[0] <= days.min():
                return worked[np.searchsorted(worked, days, side="right") - 1]
            span *= 2

    def _between(self, first: Any, last: Any, further: int) -> Days:
        """Working days from `first` on, at least `further` of them from `last` on."""
        span = 2 * further + _ODD
        while True:
            known = np.arange(first, last + span)
            worked = self.is_worked(known)
            if worked[-span:].sum() >= further:
                return known[worked]
            span *= 2


def _day(day: DayLike) -> Any:
    try:
        return np.asarray(day, dtype="datetime64[D]")[()]
    except ValueError as error:
        raise ArgumentError("not a day", got=str(day), allowed="a date, or text YYYY-MM-DD") from error


def _days(days: Iterable[Any]) -> Days:
    return np.unique(np.array([_day(day) for day in days], dtype="datetime64[D]"))


Months = npt.NDArray[np.datetime64]

MONTHS_IN_A_YEAR = 12


@cache
def convention(name: str) -> float:
    """A number that settlement holds to unless it is told otherwise, with source and trust in
    `data/settlement/conventions.csv`.

    >>> convention("days_in_a_month")
    30.0
    """
    with data_path("settlement", "conventions.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}[name]


@dataclass(frozen=True, slots=True)
class Timing:
    """The terms of payment of one policy. None where it does not say."""

    claim_day: int | None
    pay_by: str
    working_days: int | None
    advance_share: float
    advance_delay: int
    prepayment_month: int | None
    prepayment_return_month: int | None
    clearing_months: int | None

    @classmethod
    def read(cls, policy: Readable, hospital: str = "") -> Timing:
        """The terms a policy sets; the advance may differ by hospital, and one it does not name gets none."""
        whole = {
            name: policy[f"settlement.cash.{name}"]
            for name in (
                "claim_day", "pay_by", "working_days", "advance_delay", "prepayment_month",
                "prepayment_return_month", "clearing_months",
            )
        }  # fmt: skip
        share = policy.number("settlement.cash.advance_share", hospital=hospital)
        return cls(advance_share=float(share or 0), **whole)

    def mean_days(self) -> float:
        """Mean days from discharge to cash of the months' money, counted simply (fund rules §2.2).

        Discharges are spread evenly over months of 30 days, and five working days take seven days. Retention
        and clearing come later and are left out; `CashFlows` counts the real days of everything.

        >>> from drgsim import Policy
        >>> Timing.read(Policy.load("national-drg-rate", on="2026-06-30")).mean_days()
        53.0
        """
        month = convention("days_in_a_month")
        if self.pay_by == "month_end":
            wait = month / 2 + month
        else:
            worked = convention("calendar_days_a_working_day") * self._needed("working_days")
            wait = month / 2 + self._needed("claim_day") + worked
        return self.advance_share * self.advance_delay + (1 - self.advance_share) * wait

    def receivable_months(self) -> float:
        """The receivable of a hospital in months of its fund revenue, counted as simply."""
        return self.mean_days() / convention("days_in_a_month")

    def advanced_on(self, discharged: Days, days: WorkingDays) -> Days:
        """The day stays discharged on these days are advanced."""
        return days.on_or_after(discharged + self.advance_delay)

    def claimed_by(self, month: Months) -> Days:
        """The last day to claim the stays of these months."""
        return _first_day(month + 1) + (self._needed("claim_day") - 1)

    def paid_by(self, month: Months, days: WorkingDays) -> Days:
        """The last working day to pay the stays of these months."""
        if self.pay_by == "month_end":
            return days.on_or_before(last_day(month + 1))
        return days.after(self.claimed_by(month), self._needed("working_days"))

    def cleared_by(self, year: int, days: WorkingDays) -> Any:
        """The last working day to clear a year."""
        last = np.datetime64(f"{year}-12", "M")
        return days.on_or_before(last_day(last + self._needed("clearing_months")))

    def prepaid_by(self, year: int, days: WorkingDays) -> tuple[Any, Any]:
        """The last working days to prepay hospitals in a year, and to take it back."""
        january = np.datetime64(f"{year}-01", "M")
        paid, returned = (
            january + (self._needed(name) - 1) for name in ("prepayment_month", "prepayment_return_month")
        )
        return days.on_or_before(last_day(paid)), days.on_or_before(last_day(returned))

    def _needed(self, name: str) -> int:
        value = getattr(self, name)
        if value is None:
            raise SettlementError(
                "the policy does not say when the fund's money arrives",
                got=f"settlement.cash.{name}: null",
                do='set it, or take national values with policy.including("cash-timing")',
            )
        return int(value)


def deadlines(policy: Readable, year: int, *, working_days: WorkingDays | None = None) -> pd.DataFrame:
    """The dated steps of a year's twelve months.

    Returns
    -------
    DataFrame indexed by month (YYYY-MM of discharge) with the columns `list_by` (settlement list of the stays
    of the month's last day), `claim_by`, `pay_by`, `submit_by` and `transfer_by` (clearing between regions,
    counted from the claim day); NaT where the policy sets no limit. Working days as the caller's calendar
    has them.

    >>> from drgsim import Policy
    >>> deadlines(Policy.load("national-drg-rate"), 2026).loc["2026-03", "pay_by"]
    Timestamp('2026-05-08 00:00:00')
    """
    days = working_days or WorkingDays()
    timing = Timing.read(policy)
    months = np.datetime64(f"{year}-01", "M") + np.arange(12)
    claim = timing.claimed_by(months)
    steps: dict[str, Any] = {"list_by": np.full(12, np.datetime64("NaT", "D"))}
    if policy["settlement.cash.list_days"] is not None:
        steps["list_by"] = last_day(months) + int(policy["settlement.cash.list_days"])
    steps |= {"claim_by": claim, "pay_by": timing.paid_by(months, days)}
    step = claim
    for name in ("submit", "transfer"):
        limit = policy[f"cross_region.prepayment.{name}_days"]
        step = np.full(12, np.datetime64("NaT", "D")) if limit is None else days.after(step, int(limit))
        steps[f"{name}_by"] = step
        if limit is None:
            step = claim
    index = pd.Index(months.astype(str), name="month")
    return pd.DataFrame({name: found.astype("datetime64[s]") for name, found in steps.items()}, index=index)


def _first_day(month: Any) -> Any:
    return month.astype("datetime64[D]")


def last_day(month: Any) -> Any:
    """The last day of each month (datetime64[M])."""
    return _first_day(month + 1) - 1

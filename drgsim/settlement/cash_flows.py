"""The result of `cash`: dated payments, what is owed over time, how long money takes, how low a fund gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..errors import ArgumentError
from ..language import both
from ..words import headers
from .settlement import LABELS
from .settlement_errors import LedgerError
from .settlement_workbook import write_tables
from .timing import MONTHS_IN_A_YEAR, convention

FUND_KEYS = ["care_region", "insurance"]
HOSPITAL_KEYS = [*FUND_KEYS, "hospital_id"]
ZH = LABELS | headers(
    "advance",
    "monthly",
    "prepayment_returned",
    "advanced",
    "earned",
    "received",
    "prepaid",
    "receivable",
    "kind",
    "amount",
    "days_monthly",
    "days_all",
    "clearing_share",
    "clearing_target",
    "over_advanced",
    "safe_share",
    "lowest_cash",
    "lowest_on",
    "days_below_zero",
    room="cash",
)


@dataclass(frozen=True, repr=False)
class CashFlows:
    """A settled year in dated payments. Money of the attributes is whole fen; the methods give yuan.

    Attributes
    ----------
    year : the year that is settled.
    payments : care_region, insurance, hospital_id, date, kind, amount; sorted. Kinds are advance, monthly,
        prepayment, prepayment_returned (negative) and clearing (negative when recovered).
    months : by hospital and month: booked, entitlement, earned (entitlement less retention), advanced, paid
        (monthly), carried (debt into the next month), over_advanced (advanced beyond what was earned).
    hospitals : due and its parts by kind, over_advanced, and mean days from discharge to cash: `days_monthly`
        of advances and months; `days_all`, what is owed over all days until the clearing by what is due,
        negative where a hospital holds money of the fund. Prepayment is lent and counts in neither.
    fund_days : where opening balances were given, the account of each fund on the days it moves.
    targets : by care region, the share of the year that should be left to the clearing; None where not set.
    """

    year: int
    payments: pd.DataFrame
    months: pd.DataFrame
    hospitals: pd.DataFrame
    fund_days: pd.DataFrame
    targets: Mapping[str, float | None]

    @property
    def frame(self) -> pd.DataFrame:
        """Every payment, with `amount` in yuan."""
        return self.payments.assign(amount=self.payments["amount"] / 100)

    def summary(self) -> pd.DataFrame:
        """By fund: yuan due and paid by kind, mean days, the clearing's share, over-advance, lowest cash.

        `safe_share` is the largest advance that 95 of 100 hospital months earn; above it the agency must
        claw back (fund rules §2.2).
        """
        money = self.hospitals.groupby(FUND_KEYS).sum(numeric_only=True)
        days = [name for name in money.columns if name.startswith("days_")]
        table = money.drop(columns=days) / 100
        for name in days:
            table[name] = self._mean_days(name)
        table["clearing_share"] = money["clearing"] / money["due"].where(money["due"] != 0)
        regions = table.index.get_level_values("care_region")
        table["clearing_target"] = [_number(self.targets[region]) for region in regions]
        table["safe_share"] = self._safe_share()
        return table.join(self._lowest())

    def path(self, hospital_id: str) -> pd.DataFrame:
        """One hospital's payments by date, fund and kind, yuan, with the sum so far."""
        own = self.payments[self.payments["hospital_id"] == hospital_id].sort_values(["date", "kind"])
        if own.empty:
            raise ArgumentError(
                "no such hospital", got=hospital_id, nearest=set(self.hospitals["hospital_id"].astype(str))
            )
        amount = own["amount"]
        table = own.assign(amount=amount / 100, received=amount.cumsum() / 100)
        return table[["date", "care_region", "insurance", "kind", "amount", "received"]].reset_index(
            drop=True
        )

    def receivable(self, by: Literal["fund", "hospital"] = "fund") -> pd.DataFrame:
        """At each month's end, yuan: earned, received, prepaid, and `receivable = earned - received`.

        Earned are the entitlements of the months so far; with the clearing, all that is due. `prepaid` is
        money lent and not yet taken back, outside `received`. The last receivable is 0, or LedgerError.
        """
        keys = {"fund": FUND_KEYS, "hospital": HOSPITAL_KEYS}.get(by)
        if keys is None:
            raise ArgumentError("not a way to group", got=by, allowed=["fund", "hospital"])
        month = pd.PeriodIndex(self.payments["date"], freq="M").astype(str)
        paid = self.payments.assign(month=month, lent=self.payments["kind"].str.startswith("prepayment"))
        last = str(month.max())
        earned = self.months.groupby([*keys, "month"])["entitlement"].sum().unstack("month", fill_value=0)
        received, prepaid = (
            some.groupby([*keys, "month"])["amount"].sum().unstack("month", fill_value=0)
            for some in (paid[~paid["lent"]], paid[paid["lent"]])
        )
        due = self.hospitals.groupby(keys)["due"].sum()
        first = min(str(self.months["month"].min()), str(month.min()))
        every = pd.period_range(first, last, freq="M").astype(str)
        earned, received, prepaid = (
            table.reindex(index=due.index, columns=every, fill_value=0).astype(np.int64)
            for table in (earned, received, prepaid)
        )
        earned[last] += due - earned.sum(axis=1)
        sums = {
            "earned": earned.cumsum(axis=1),
            "received": received.cumsum(axis=1),
            "prepaid": prepaid.cumsum(axis=1),
        }
        sums["receivable"] = sums["earned"] - sums["received"]
        if sums["receivable"][last].any() or sums["prepaid"][last].any():
            raise LedgerError("money is still owed after the last payment", where=f"receivable of {last}")
        long = pd.concat({name: table.stack() for name, table in sums.items()}, axis=1) / 100
        long.index.names = [*keys, "month"]
        return long

    def compare(self, other: CashFlows, *, loan_rate: float | None = None) -> pd.DataFrame:
        """By hospital: mean days here and in `other`, and the cash that faster payment releases, yuan.

        `released` is the change of days in months of 30 days times the mean monthly revenue, once; with
        `loan_rate` (a share a year) `saved_a_year` is the interest on it (fund rules §2.2).
        """
        keys = HOSPITAL_KEYS
        here, there = (each.hospitals.set_index(keys) for each in (self, other))
        if not here.index.equals(there.index):
            raise ArgumentError(
                "cash of different hospitals cannot be compared",
                got=f"{len(here)} and {len(there)} statements",
            )
        days = {"before": here["days_monthly"], "after": there["days_monthly"]}
        table = pd.DataFrame(days)
        monthly = here["due"] / 100 / MONTHS_IN_A_YEAR
        table["released"] = (table["before"] - table["after"]) / convention("days_in_a_month") * monthly
        if loan_rate is not None:
            table["saved_a_year"] = table["released"] * loan_rate
        return table

    def to_excel(self, path: Any, lang: Literal["zh", "en"] | None = None) -> None:
        """Funds, hospitals, what is owed at each month's end, and payments by month, as a workbook; yuan."""
        days = [name for name in self.hospitals.columns if name.startswith("days_")]
        hospitals = self.hospitals.set_index(HOSPITAL_KEYS)
        money = hospitals.drop(columns=days) / 100
        month = self.payments["date"].dt.strftime("%Y-%m")
        keys = [*FUND_KEYS, month.rename("month"), "kind"]
        tables = {
            ("基金", "funds"): self.summary(),
            ("医疗机构", "hospitals"): money.join(hospitals[days]),
            ("应收", "receivable"): self.receivable(),
            ("拨付", "payments"): (self.payments.groupby(keys)[["amount"]].sum() / 100),
        }
        write_tables(path, tables, ZH, lang)

    def __repr__(self) -> str:
        return f"{self._headline()}\n{self._shown().to_string(float_format='{:,.2f}'.format)}"

    def _repr_html_(self) -> str:
        table = self._shown().rename(columns=lambda name: both(str(ZH.get(name, name)), name))
        return f"<p>{escape(self._headline())}</p>{table.to_html(float_format='{:,.2f}'.format)}"

    def _shown(self) -> pd.DataFrame:
        return self.summary().dropna(axis=1, how="all")

    def _headline(self) -> str:
        hospitals = self.hospitals["hospital_id"].nunique()
        total = self.payments["amount"].sum() / 100
        last = self.payments["date"].max()
        return (
            f"Cash of {self.year}: {len(self.payments):,} payments to {hospitals} hospitals, "
            f"{total:,.2f} yuan in all, the last on {last:%Y-%m-%d}"
        )

    def _mean_days(self, name: str) -> pd.Series:
        """Hospitals' mean days, weighted by what each is due."""
        known = self.hospitals[self.hospitals[name].notna() & (self.hospitals["due"] > 0)]
        weighted = (known[name] * known["due"]).groupby([known[key] for key in FUND_KEYS]).sum()
        return weighted / known.groupby(FUND_KEYS)["due"].sum()

    def _safe_share(self) -> pd.Series:
        booked = self.months[self.months["booked"] > 0]
        shares = (booked["earned"] / booked["booked"]).clip(0, 1)
        return shares.groupby([booked[key] for key in FUND_KEYS]).quantile(convention("worst_quantile"))

    def _lowest(self) -> pd.DataFrame:
        columns = ["lowest_cash", "lowest_on", "days_below_zero"]
        if self.fund_days.empty:
            return pd.DataFrame(columns=columns, index=pd.MultiIndex.from_arrays([[], []], names=FUND_KEYS))
        rows: dict[Any, list[Any]] = {}
        for key, own in self.fund_days.groupby(["region", "insurance"]):
            at = own["cash"].to_numpy().argmin()
            lasts = np.diff(own["date"].to_numpy().astype("datetime64[D]")).astype(np.int64)
            below = int(np.append(lasts, 1)[own["cash"].to_numpy() < 0].sum())
            rows[key] = [own["cash"].iloc[at] / 100, own["date"].iloc[at], below]
        table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        table.index = pd.MultiIndex.from_tuples(rows, names=FUND_KEYS)
        return table


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)

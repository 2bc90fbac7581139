"""The result of `prepayments`: who lent whom how much, how far it was used, and when an alert rang."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..language import both
from ..words import headers
from .settlement import LABELS
from .settlement_workbook import write_tables

PAIR = ["insured_region", "care_region", "insurance"]
MONEY = ("prepaid", "paid", "cleared", "uncleared", "balance")
ZH = LABELS | headers(
    "balance",
    "paid",
    "prepaid",
    "cleared",
    "uncleared",
    "use",
    "alert",
    "rest",
    "peak_use",
    "first_alert",
    "first_red",
    "yellow_months",
    "red_months",
    room="prepayments",
)
SHOWN = 20  # pairs of regions in a display


@dataclass(frozen=True, repr=False)
class RegionPrepayments:
    """Prepayment between regions over a year. Money of the attributes is whole fen; the methods give yuan.

    Attributes
    ----------
    months : by insured region, care region, insurance and month: `prepaid` at the start of the year, `paid`
        to hospitals and `cleared` in the month, `uncleared` and `balance` at its end, `use` (uncleared over
        prepaid; infinite where nothing was lent, NaN where the policy lends nothing), `alert` ("", yellow,
        red).
    rest : by pair, what the year still clears: the settlement price of a point, and stays without a month.
    assumed_steady : True where the year itself stood in for last year.
    """

    months: pd.DataFrame
    rest: pd.Series
    assumed_steady: bool

    @classmethod
    def of(
        cls, columns: Mapping[str, Any], rest: npt.NDArray[np.int64], *, assumed_steady: bool
    ) -> RegionPrepayments:
        """From the columns of `months` and the rest of each pair, in the same order."""
        months = pd.DataFrame(columns)
        pairs = pd.MultiIndex.from_frame(months[PAIR].drop_duplicates())
        return cls(months, pd.Series(rest, index=pairs, name="rest"), assumed_steady)

    @classmethod
    def none(cls, *, assumed_steady: bool) -> RegionPrepayments:
        """Nobody treats another region's insured."""
        columns: dict[str, Any] = {name: np.zeros(0, object) for name in (*PAIR, "month")}
        columns |= {name: np.zeros(0, np.int64) for name in MONEY}
        columns |= {"use": np.zeros(0), "alert": np.zeros(0, object)}
        return cls.of(columns, np.zeros(0, np.int64), assumed_steady=assumed_steady)

    @property
    def frame(self) -> pd.DataFrame:
        """`months` with money in yuan."""
        return self.months.assign(**{name: self.months[name] / 100 for name in MONEY})

    def summary(self) -> pd.DataFrame:
        """By pair, yuan: prepaid, paid, cleared, rest, the peak of use, and when an alert first rang."""
        by_pair = self.months.groupby(PAIR)
        table = by_pair.agg(prepaid=("prepaid", "first"), paid=("paid", "sum"), cleared=("cleared", "sum"))
        table = table.join(self.rest) / 100
        table["peak_use"] = by_pair["use"].max()
        ringing = self.months[self.months["alert"] != ""]
        red = ringing[ringing["alert"] == "red"]
        table["first_alert"] = ringing.groupby(PAIR)["month"].min().reindex(table.index)
        table["first_red"] = red.groupby(PAIR)["month"].min().reindex(table.index)
        all_months = ringing.groupby(PAIR).size().reindex(table.index, fill_value=0)
        table["red_months"] = red.groupby(PAIR).size().reindex(table.index, fill_value=0)
        table["yellow_months"] = all_months - table["red_months"]
        return table

    def alerts(self) -> pd.DataFrame:
        """The pairs whose alert rings in some month, the most used first."""
        table = self.summary()
        ringing = table[(table["yellow_months"] > 0) | (table["red_months"] > 0)]
        return ringing.sort_values("peak_use", ascending=False, kind="stable")

    def care_regions(self) -> pd.DataFrame:
        """By care region, insurance and month, yuan: the money of all home regions it holds and uses."""
        keys = ["care_region", "insurance", "month"]
        table = self.months.groupby(keys)[list(MONEY)].sum() / 100
        lent = table["prepaid"].where(table["prepaid"] > 0)
        return table.assign(use=table["uncleared"] / lent)

    def flows(self) -> pd.DataFrame:
        """Yuan prepaid, insured region (rows) × care region (columns)."""
        lent = self.months.drop_duplicates(PAIR).pivot_table(
            index="insured_region", columns="care_region", values="prepaid", aggfunc="sum", fill_value=0
        )
        return lent / 100

    def to_excel(self, path: Any, lang: Literal["zh", "en"] | None = None) -> None:
        """Pairs, their months, and what care regions hold, as a workbook; yuan."""
        tables = {
            ("地区间", "pairs"): self.summary(),
            ("月度", "months"): self.frame,
            ("就医地", "care_regions"): self.care_regions(),
        }
        write_tables(path, tables, ZH, lang)

    def __repr__(self) -> str:
        shown = self._shown()
        return f"{self._headline()}\n{shown.to_string(float_format='{:,.2f}'.format)}"

    def _repr_html_(self) -> str:
        table = self._shown().rename(columns=lambda name: both(str(ZH.get(name, name)), name))
        return f"<p>{escape(self._headline())}</p>{table.to_html(float_format='{:,.2f}'.format)}"

    def _shown(self) -> pd.DataFrame:
        """Those that ring first; of quiet pairs the largest."""
        table = self.summary()
        worst = table.assign(order=table["peak_use"].fillna(-1)).sort_values(
            ["red_months", "yellow_months", "order", "prepaid"], ascending=False, kind="stable"
        )
        return worst.drop(columns="order").head(SHOWN)

    def _headline(self) -> str:
        table = self.summary()
        steady = "; last year taken as this year" if self.assumed_steady else ""
        red, yellow = (table["red_months"] > 0).sum(), (table["yellow_months"] > 0).sum()
        return (
            f"Prepayment between regions: {len(table)} pairs, {table['prepaid'].sum():,.2f} yuan lent, "
            f"red alert in {red}, yellow in {yellow}{steady}"
        )

"""The result of `settle`: every fund's ledger, every hospital's year and months, and who treats whom."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import pandas as pd

from ..errors import ArgumentError
from ..language import both
from ..words import headers
from .pooling import pool_settled
from .settlement_workbook import write_tables

LABELS = headers(
    "region",
    "insurance",
    "care_region",
    "insured_region",
    "hospital_id",
    "month",
    "cases",
    "budget",
    "reserve",
    "local",
    "outgoing",
    "incoming",
    "assessment",
    "sharing",
    "case_payment",
    "catastrophic",
    "pot",
    "spent",
    "balance",
    "booked",
    "entitlement",
    "assessment_cut",
    "due",
    "paid_monthly",
    "retained",
    "prepayment",
    "clearing",
    "paid",
    "carried",
    "total_cost",
    "payment",
    "fund_by_item",
    "fund",
    "price",
    "held",
    room="settlement",
)


@dataclass(frozen=True, repr=False)
class Settlement:
    """A settled year. Money of the attributes is whole fen; the methods give yuan.

    Attributes
    ----------
    flow_rows : by care region, insured region, insurance and hospital: the statistics, and what the funds owe
        at the settlement price.
    prices : region, insurance, price (settlement over budget point value), held (fixed, floor, cap or "").
    hospitals, months : statements by care region, insurance and hospital.
    ledger : by fund (region, insurance): `case_payment = local + outgoing + incoming + assessment + sharing`,
        `spent = case_payment + catastrophic` (what catastrophic insurance pays out of the basic fund), and
        with budgets of the case payment `balance = budget - case_payment`.
    flow_months : by care region, insured region, insurance and month: cases, and at the budget point value
        what the fund pays and what of it the care region's fund bears.
    pots : by insured region and pot (`catastrophic` with money of its own, `medical_aid`, `other_payers`):
        what is `spent` beside the basic funds.

    Examples
    --------
    >>> import drgsim
    >>> policy = drgsim.Policy.load("national-drg-rate", on="2025-06-30")
    >>> done = drgsim.settle(drgsim.example_payments(), policy)
    >>> done.hospitals["hospital_id"].tolist()
    ['H1']
    """

    flow_rows: pd.DataFrame
    prices: pd.DataFrame
    hospitals: pd.DataFrame
    months: pd.DataFrame
    ledger: pd.DataFrame
    flow_months: pd.DataFrame
    pots: pd.DataFrame

    @property
    def residual(self) -> int:
        """What funds and pots spend, less what hospitals are due and other payers pay, fen; always 0."""
        spent = int(self.ledger["spent"].sum()) + int(self.pots["spent"].sum())
        return spent - int(self.hospitals["due"].sum()) - int(self.flow_rows["other_payers"].sum())

    def summary(self) -> pd.DataFrame:
        """Each fund's ledger in yuan, with the settlement price of a point; below them the other pots.

        Examples
        --------
        >>> import drgsim
        >>> policy = drgsim.Policy.load("national-drg-rate", on="2025-06-30")
        >>> done = drgsim.settle(drgsim.example_payments(), policy)
        >>> done.summary().index.names
        FrozenList(['region', 'insurance'])
        """
        index = ["region", "insurance"]
        parts = [self.ledger, *([self.pots.rename_axis(index)] if len(self.pots) else [])]
        table = pd.concat([part.astype("Float64") for part in parts]) / 100
        return table.join(self.prices.set_index(index)[["price", "held"]])

    def pool(self, funds: pd.DataFrame, mode: str = "transfer", **options: Any) -> pd.DataFrame:
        """Provincial pooling of the settled year: who pays in, who is helped, what stays.

        Parameters
        ----------
        funds : region, insurance, income, reserve, yuan, of every fund of the ledger; optionally
        other_spending
            (beside what is settled here), last_income, risk.
        mode, options : as `drgsim.settlement.pooling.pool_regions`.

        Raises ColumnError, ArgumentError, SettlementError (a fund of the ledger that the table lacks).

        Examples
        --------
        >>> import drgsim
        >>> import pandas as pd
        >>> policy = drgsim.Policy.load("national-drg-rate", on="2025-06-30")
        >>> done = drgsim.settle(drgsim.example_payments(), policy)
        >>> funds = pd.DataFrame(
        ...     {"region": ["310000"], "insurance": ["employee"], "income": [1e4], "reserve": [1e5]}
        ... )
        >>> len(done.pool(funds))
        1
        """
        return pool_settled(self.ledger["spent"] / 100, funds, mode, **options)

    def statement(self, hospital_id: str) -> pd.DataFrame:
        """One hospital's year with every fund, yuan.

        Parameters
        ----------
        hospital_id : str

        Raises
        ------
        NotFoundError
            for a hospital that is not in it.

        Examples
        --------
        >>> import drgsim
        >>> policy = drgsim.Policy.load("national-drg-rate", on="2025-06-30")
        >>> done = drgsim.settle(drgsim.example_payments(), policy)
        >>> done.statement("H1").columns.tolist()[:3]
        ['booked', 'entitlement', 'assessment_cut']
        """
        own = self.hospitals[self.hospitals["hospital_id"] == hospital_id]
        if own.empty:
            raise ArgumentError(
                "no such hospital", got=hospital_id, nearest=set(self.hospitals["hospital_id"].astype(str))
            )
        return _yuan(own.set_index(["care_region", "insurance", "hospital_id"]))

    def flows(self, measure: str = "settled") -> pd.DataFrame:
        """Insured region (rows) × care region (columns): cases, or yuan of `measure`.

        Measures: cases, total_cost, payment, fund_by_item, settled, settled_insured_region,
        settled_care_region.

        Examples
        --------
        >>> import drgsim
        >>> policy = drgsim.Policy.load("national-drg-rate", on="2025-06-30")
        >>> done = drgsim.settle(drgsim.example_payments(), policy)
        >>> done.flows("cases").to_numpy().tolist()
        [[1]]
        """
        allowed = [
            "cases", "total_cost", "payment", "fund_by_item", "settled", "settled_insured_region",
            "settled_care_region",
        ]  # fmt: skip
        if measure not in allowed:
            raise ArgumentError("no such measure of flows", got=measure, allowed=allowed, nearest=allowed)
        table = self.flow_rows.pivot_table(
            index="insured_region", columns="care_region", values=measure, aggfunc="sum", fill_value=0
        )
        return table if measure == "cases" else table / 100

    def to_excel(self, path: Any, lang: Literal["zh", "en"] | None = None) -> None:
        """Ledger, hospital statements, months and flows as a workbook.

        Parameters
        ----------
        path : str or Path
            file to write; one that is there is replaced when all is written
        lang : "zh" or "en"
            language of headers and sheets; None for the one asked for, else Chinese

        Raises
        ------
        MissingExtraError, WriteError
            without the writer of workbooks; when the file cannot be written.

        Examples
        --------
        >>> import drgsim
        >>> policy = drgsim.Policy.load("national-drg-rate", on="2025-06-30")
        >>> done = drgsim.settle(drgsim.example_payments(), policy)
        >>> from tempfile import TemporaryDirectory
        >>> folder = TemporaryDirectory()
        >>> done.to_excel(f"{folder.name}/year.xlsx", lang="en")
        >>> folder.cleanup()
        """
        keys = ["care_region", "insurance", "hospital_id"]
        sheets = {
            ("基金", "funds"): self.summary(),
            ("医疗机构", "hospitals"): _yuan(self.hospitals.set_index(keys)),
            ("月度", "months"): _yuan(self.months.set_index([*keys, "month"])),
            ("就医流向", "flows"): self.flows(),
        }
        write_tables(path, sheets, LABELS, lang)

    def __repr__(self) -> str:
        return f"{self._headline()}\n{self.summary().to_string(float_format='{:,.2f}'.format)}"

    def _repr_html_(self) -> str:
        table = self.summary().rename(columns=lambda name: both(str(LABELS.get(name, name)), name))
        return f"<p>{escape(self._headline())}</p>{table.to_html(float_format='{:,.2f}'.format)}"

    def _headline(self) -> str:
        hospitals = self.hospitals["hospital_id"].nunique()
        cases, spent = int(self.flow_rows["cases"].sum()), self.ledger["spent"].sum() / 100
        return (
            f"Settlement of {len(self.ledger)} funds and {hospitals} hospitals: {cases:,} cases, "
            f"{spent:,.2f} yuan of fund money, residual {self.residual}"
        )


def _yuan(table: pd.DataFrame) -> pd.DataFrame:
    return table / 100

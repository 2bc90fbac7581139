"""The money of a stay when its cost changes: whole fen, and every sum of parts as it was.

The parts of the cost sum to the total, and so do the parts of the bill, wherever they did before. Amounts of
a recorded settlement belong to the old cost: they are emptied, so that a policy computes them anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .frames import Floats, Ints, number

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total_cost"
COST_PARTS = (
    "drug_cost",
    "consumable_cost",
    "examination_cost",
    "procedure_cost",
    "nursing_cost",
    "other_cost",
)
BILL_PARTS = ("out_of_scope", "over_limit", "prepaid_share", "in_scope")
WITHIN = ("new_technology_cost", "commercial_list_cost")  # of the total, overlapping the parts
RECORDED = (
    "deductible",
    "fund_basic",
    "fund_civil_servant",
    "fund_enterprise",
    "fund_catastrophic",
    "fund_large_claim",
    "fund_medical_aid",
    "fund_other",
    "fund_total",
    "patient_paid",
    "account_paid",
    "cash_paid",
)

Money = dict[str, Floats]  # whole fen by column, NaN where missing


def read_money(cases: pd.DataFrame, rows: Ints) -> Money:
    """The amounts of some rows, in fen."""
    columns = (TOTAL, *COST_PARTS, *BILL_PARTS, *WITHIN)
    return {name: np.rint(number(cases, name, rows) * 100) for name in columns if name in cases.columns}


def in_yuan(money: Money, cases: pd.DataFrame, rows: Ints) -> Money:
    """Columns to put into these rows: the amounts in yuan, the ratio they give, no recorded settlement."""
    columns = {name: fen / 100.0 for name, fen in money.items()}
    if "ratio" in cases.columns:
        before = np.rint(number(cases, TOTAL, rows) * 100)
        change = np.divide(money[TOTAL], before, out=np.ones(len(before)), where=before > 0)
        columns["ratio"] = number(cases, "ratio", rows) * change
    return columns | no_settlement(cases, rows)


def no_settlement(cases: pd.DataFrame, rows: Ints) -> Money:
    """The columns of a recorded settlement, empty."""
    return {name: np.full(len(rows), np.nan) for name in RECORDED if name in cases.columns}


def scaled(money: Money, factor: Floats) -> Money:
    """The amounts times a factor each: the total rounded to the fen, its parts to what sums to it.

    Parts are rounded at their running sum, so none becomes negative and no fen is lost.
    """
    total = np.rint(money[TOTAL] * factor)
    exact = np.divide(total, money[TOTAL], out=np.array(factor, np.float64), where=money[TOTAL] > 0)
    result = {TOTAL: total}
    for family in (COST_PARTS, BILL_PARTS):
        result |= scaled_parts({name: money[name] for name in family if name in money}, exact)
    return result | {name: np.rint(money[name] * exact) for name in WITHIN if name in money}


def scaled_parts(parts: Money, factor: Floats) -> Money:
    """Amounts times a factor, rounded so that their sum is the rounded sum."""
    result: Money = {}
    running, before = np.zeros(len(factor)), np.zeros(len(factor))
    for name, fen in parts.items():
        running = running + np.nan_to_num(fen)
        after = np.rint(running * factor)
        result[name] = np.where(np.isnan(fen), np.nan, after - before)
        before = after
    return result


def minus(money: Money, other: Money) -> Money:
    """What is left of amounts."""
    return {name: fen - other[name] for name, fen in money.items()}


def with_more_drugs(money: Money, shift: float) -> Money:
    """The same total with `shift` of it moved from the other parts to drugs, at most what they have."""
    parts = {name: money[name] for name in COST_PARTS if name in money and name != "drug_cost"}
    if "drug_cost" not in money or not parts:
        return money
    others = sum((np.nan_to_num(fen) for fen in parts.values()), start=np.zeros(len(money[TOTAL])))
    moved = np.where(np.isnan(money["drug_cost"]), 0.0, np.minimum(np.rint(money[TOTAL] * shift), others))
    moved = np.nan_to_num(moved)
    left = np.divide(others - moved, others, out=np.ones(len(others)), where=others > 0)
    return money | scaled_parts(parts, left) | {"drug_cost": money["drug_cost"] + moved}

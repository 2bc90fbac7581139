"""Budgets, point values, monthly and yearly clearing, flows between regions."""

from .budgets import budget_from_income, budget_table, grown_budget
from .cash import cash
from .cash_flows import CashFlows
from .fund_cash import Gate, prepayment_gate
from .outsiders import outsiders
from .prepayment import prepayments
from .region_prepayments import RegionPrepayments
from .settle import settle
from .settlement import Settlement
from .statistics import merge_statistics, pool_small_cells, statistics
from .timing import Timing, WorkingDays, deadlines

__all__ = [
    "CashFlows",
    "Gate",
    "RegionPrepayments",
    "Settlement",
    "Timing",
    "WorkingDays",
    "budget_from_income",
    "budget_table",
    "cash",
    "deadlines",
    "grown_budget",
    "merge_statistics",
    "outsiders",
    "pool_small_cells",
    "prepayment_gate",
    "prepayments",
    "settle",
    "statistics",
]

"""Budgets, point values, monthly and yearly clearing, flows between regions."""

from .budgets import budget_from_income, budget_table, grown_budget
from .settle import settle
from .settlement import Settlement
from .statistics import merge_statistics, pool_small_cells, statistics

__all__ = [
    "Settlement",
    "budget_from_income",
    "budget_table",
    "grown_budget",
    "merge_statistics",
    "pool_small_cells",
    "settle",
    "statistics",
]

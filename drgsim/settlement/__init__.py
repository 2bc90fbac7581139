"""Budgets, point values, monthly and yearly clearing, flows between regions."""

"""Weights and rates of groups: measured from cases, read from a table, or published."""

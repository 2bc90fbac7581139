"""Levers of the fund, one a file; each has its facts in `data/fund/levers/`."""

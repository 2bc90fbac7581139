"""Commands that rebuild the tables of `data/` from gathered facts; not installed."""

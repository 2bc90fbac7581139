"""The street: stays in, steps in order, bill, ledger."""

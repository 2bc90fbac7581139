"""Policies as dated, sourced documents, weights and rates, and the payment of a case."""

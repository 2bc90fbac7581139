"""Rebuild the policy schema, the city documents and the weight tables."""

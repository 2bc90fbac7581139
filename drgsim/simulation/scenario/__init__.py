"""Scenario documents: policy, levers, responses, assumptions."""

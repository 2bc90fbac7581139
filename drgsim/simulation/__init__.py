"""Scenarios, responses, projection, uncertainty, comparison and attribution."""

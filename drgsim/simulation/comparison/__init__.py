"""Scenarios side by side: tables, bars, flows."""

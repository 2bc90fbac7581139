"""Policies: dated, sourced documents of parameters and rules, read, checked, reformed and shown."""

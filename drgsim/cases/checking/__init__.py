"""Kinds of checks that need more than a condition, what they propose, and the workbook for coders."""

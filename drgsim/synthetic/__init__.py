"""Synthetic regions calibrated to published figures, built from the schemes' own rules."""

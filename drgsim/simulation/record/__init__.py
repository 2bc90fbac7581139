"""Run records: written, read back and verified."""

"""The hospital's insurance office: its month, its warnings, and reconciliation with the bureau."""

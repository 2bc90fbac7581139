"""The case table: its columns, layouts, readers, checks and writers."""

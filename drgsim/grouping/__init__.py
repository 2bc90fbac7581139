"""The groupers: cases in, groups out, and the answer to why."""

"""Rules of a policy: a condition, one effect of the menu, and where they come from."""

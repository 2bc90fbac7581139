"""The scheme laboratory: a local scheme cut from one's own cases on the base of a national one."""

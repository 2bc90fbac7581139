"""Scheme packs: grouping rules as data, loaded, checked, compared and compiled."""

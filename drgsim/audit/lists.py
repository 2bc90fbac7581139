"""Named lists of codes that supervision ships; conditions write them as `@name`."""

from __future__ import annotations

import csv
from functools import cache

from .._paths import data_path


@cache
def code_lists() -> dict[str, tuple[str, ...]]:
    """The lists by name (`data/audit/lists.csv`).

    >>> code_lists()["delivery"]
    ('O80-O84', 'Z37')
    """
    with data_path("audit", "lists.csv").open(encoding="utf-8", newline="") as file:
        return {row["list"]: tuple(row["codes"].split()) for row in csv.DictReader(file)}

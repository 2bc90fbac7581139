"""Reading the small text tables of `data/synthetic`."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from .._paths import data_path


@cache
def rows(*parts: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a CSV file, by column name."""
    with data_path("synthetic", *parts).open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file))


@cache
def document(*parts: str) -> Mapping[str, Any]:
    """A TOML file."""
    return MappingProxyType(tomllib.loads(data_path("synthetic", *parts).read_text(encoding="utf-8")))

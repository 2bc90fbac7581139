"""Headers of every layout and language that name persons, or codes that are none of the stay's own."""

from __future__ import annotations

import csv
import re
from functools import cache
from typing import Literal

from .._paths import data_path

HeaderKind = Literal["identifier", "elsewhere"]


@cache
def headers_of(kind: HeaderKind) -> re.Pattern[str]:
    """The header keys of a kind, rows of `data/cases/header_kinds.csv`."""
    with data_path("cases", "header_kinds.csv").open(encoding="utf-8", newline="") as file:
        patterns = [row["pattern"] for row in csv.DictReader(file) if row["kind"] == kind]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def is_elsewhere(key: str) -> bool:
    """Whether a header key names codes that are no diagnosis or procedure of the stay: outpatient diagnoses,
    pathology, Chinese medicine …

    >>> is_elsewhere("门诊诊断编码"), is_elsewhere("诊断编码"), is_elsewhere("otp_wm_dise")
    (True, False, True)
    """
    return headers_of("elsewhere").fullmatch(key) is not None

"""Grouping through the kernel and through its readable twin, and the tables of cases of the tests."""

import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pandas as pd

from drgsim.grouping import DrgGrouper

CASES = Path(__file__).parent / "cases"
GROUP = ["mdc", "adrg", "drg", "status"]


@contextmanager
def readable_twin():
    """Everything inside is grouped by the readable twin."""
    before = os.environ.get("DRGSIM_REFERENCE")
    os.environ["DRGSIM_REFERENCE"] = "1"
    try:
        yield
    finally:
        os.environ.pop("DRGSIM_REFERENCE")
        if before is not None:
            os.environ["DRGSIM_REFERENCE"] = before


@cache
def grouper(scheme, threads=1):
    """A grouper made once for all tests."""
    return DrgGrouper(scheme, threads=threads)


def group_both_ways(grouper, cases):
    """What the kernel answers, after the twin has answered the same."""
    answer = grouper.group(cases)
    with readable_twin():
        pd.testing.assert_frame_equal(grouper.group(cases), answer)
    return answer


def read_cases(path):
    """A table of cases as text, nothing missing but empty."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def wrong(answer, cases):
    """The rows where the answer is not the expected one, for a message."""
    expected = [column for column in [*GROUP, "severity", "reason"] if column in cases]
    found = answer[expected].astype(str).set_axis(cases.index)
    bad = (found != cases[expected].astype(str)).any(axis=1)
    return [(case, found.loc[row].to_dict()) for row, case in cases[bad].to_dict("index").items()]

"""The statistics of several bureaus as one table, if they can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..settlement.statistics import FLOW, merge_statistics
from .exchange_errors import ExchangeError
from .file import Exchange

if TYPE_CHECKING:
    import pandas as pd


def combine(files: Sequence[Exchange]) -> pd.DataFrame:
    """One table of statistics, to be given to `drgsim.settle`.

    Raises
    ------
    ExchangeError
        Two files are of another scheme, policy, period or threshold, or both count the stays of one hospital
        from one region and insurance.
    """
    if not files:
        raise ArgumentError("there is nothing to combine", got="no file")
    not_by_difference(files)
    thresholds = sorted({int(each.manifest["k"]) for each in files})
    if len(thresholds) > 1:
        raise ExchangeError(
            "the files differ in their threshold k", got=thresholds,
            do="agree on one k before the first file of a period is handed on",
        )  # fmt: skip
    for word in ("scheme", "policy", "period"):
        said = sorted({str(each.manifest[word]) for each in files})
        if len(said) > 1:
            raise ExchangeError(f"the files differ in their {word}", got=said, do="make them by the same one")
    seen: dict[tuple[Any, ...], int] = {}
    for number, each in enumerate(files):
        for flow in each.frame[list(FLOW)].drop_duplicates().itertuples(index=False, name=None):
            other = seen.setdefault(flow, number)
            if other != number:
                raise ExchangeError(
                    "the stays of one hospital would count twice",
                    got=f"hospital {flow[3]}, {flow[2]}, insured in {flow[1]}",
                    where=" and ".join(str(files[place].manifest["sender"]) for place in (other, number)),
                    do="give each file once, and each hospital's stays by one bureau",
                )
    return merge_statistics([each.frame for each in files])


def not_by_difference(files: Sequence[Exchange]) -> None:
    """Refuse to lay two files beside each other that hold the same stays pooled at two thresholds.

    Raises ExchangeError: what one of them pools the other may show, and the difference is the pooled cell.
    """
    seen: dict[tuple[Any, ...], Exchange] = {}
    for each in files:
        for flow in each.frame[list(FLOW)].drop_duplicates().itertuples(index=False, name=None):
            other = seen.setdefault((each.manifest["period"], *flow), each)
            if other.manifest["k"] != each.manifest["k"]:
                raise ExchangeError(
                    "the same stays at two thresholds: their difference gives pooled cells back",
                    got=f"k = {other.manifest['k']} and k = {each.manifest['k']}, "
                    f"period {each.manifest['period']}, hospital {flow[3]}",
                    where=" and ".join(str(one.manifest["sender"]) for one in (other, each)),
                    do="use one of them, destroy the other, and tell its sender to hand a period on at one k",
                )

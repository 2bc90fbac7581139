"""The statistics of several bureaus as one table, if they can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

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
        Two files are of another scheme, policy or period, or both count the stays of one hospital from one
        region and insurance.
    """
    if not files:
        raise ArgumentError("there is nothing to combine", got="no file")
    for word in ("scheme", "policy", "period"):
        said = sorted({str(each.manifest[word]) for each in files})
        if len(said) > 1:
            raise ExchangeError(f"the files differ in their {word}", got=said, do="make them by the same one")
    seen: dict[tuple[str, ...], int] = {}
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

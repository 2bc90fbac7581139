"""Cases with a group: as they are, or grouped by the policy's scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..._optional import require
from ...cases.given import refuse_columns, refuse_doubled
from ...errors import ArgumentError, ColumnError, NotFoundError
from ...language import both
from ...policy.dated_scheme import DatedScheme
from .jurisdiction import schemes_of
from .stays import Stays

DRG, DIP, SCHEME = "drg", "dip_code", "scheme"


def grouped(
    cases: Any, policy: Any, *, scheme: str | None = None, by_stay: bool = False
) -> tuple[pd.DataFrame, str]:
    """The cases with their group, and the column it stands in.

    `scheme` stands in for the policies' own; with `by_stay`, a scheme that changes by date is that of each
    stay's day, otherwise that of the policy's. Raises ColumnError or ArgumentError when there is no group and
    none can be found.
    """
    frame = as_frame(cases)
    policies = list(policy.values()) if isinstance(policy, Mapping) else [policy]
    methods = {each.method for each in policies}
    if "dip" in methods and DIP in frame.columns:
        return frame, DIP
    if DRG in frame.columns or methods == {"ffs"}:
        return frame, DRG
    catalogues = {each["dip.catalogue"] for each in policies if each.method == "dip"}
    if methods == {"dip"} and len(catalogues) == 1 and None not in catalogues:
        return _typed(frame, str(next(iter(catalogues))), {each["dip.rules"] for each in policies}), DIP
    if "dip" in methods:
        raise ColumnError(
            "paying by DIP needs the disease type of each stay",
            got="no column dip_code",
            allowed="dip_code and score, as DipGrouper.group returns them",
            do="group the cases with drgsim.DipGrouper first, or name the catalogue in dip.catalogue",
        )
    if by_stay and not scheme and any(isinstance(each.document.scheme, DatedScheme) for each in policies):
        return _grouped_by_day(frame, policy), DRG
    schemes = {scheme} if scheme else {each.scheme for each in policies}
    if len(schemes) > 1 or None in schemes:
        raise ArgumentError(
            "cases without a group, and policies that do not name one scheme",
            got=sorted(str(each) for each in schemes),
            do="group the cases first, or pay the regions one by one",
        )
    try:
        return frame.assign(**_answer(frame, schemes.pop())), DRG
    except NotFoundError as error:
        if scheme is not None:
            raise
        raise _not_shipped(error, policies) from None


def _typed(frame: pd.DataFrame, catalogue: str, rules: set[str | None]) -> pd.DataFrame:
    """The cases with the disease types of the catalogue their policies name."""
    from ...dip import DipGrouper

    stated = rules - {None}
    answer = DipGrouper(catalogue, rules=stated.pop() if len(stated) == 1 else None).group(frame)
    return frame.assign(**{name: answer[name].array for name in answer.columns})


def _not_shipped(error: NotFoundError, policies: list[Any]) -> NotFoundError:
    """What a policy lacks whose scheme does not ship, and the nearest choice."""
    from ...weights.runnable import lacking

    told = [f"{each.id}: {both(one.zh, one.en)}" for each in policies for one in lacking(each)]
    return NotFoundError(
        "该政策的分组方案未随附 the policy's scheme does not ship",
        got=error.got,
        do="; ".join(told) or error.do,
    )


def _answer(frame: pd.DataFrame, scheme: str) -> dict[str, Any]:
    from ...grouping import DrgGrouper

    answer = DrgGrouper(scheme).group(frame)
    return {name: answer[name].array for name in answer.columns}


def _grouped_by_day(frame: pd.DataFrame, policy: Any) -> pd.DataFrame:
    """Each stay in the group of the scheme of its day; `scheme` says which that was."""
    import numpy as np

    schemes = schemes_of(Stays(frame), policy)
    columns: dict[str, Any] = {SCHEME: schemes}
    for scheme in dict.fromkeys(schemes):
        rows = np.flatnonzero(schemes == scheme)
        for name, values in _answer(frame.iloc[rows], scheme).items():
            columns.setdefault(name, np.full(len(frame), None, dtype=object))[rows] = values.astype(object)
    return frame.assign(**columns)


def as_frame(cases: Any) -> pd.DataFrame:
    """A table of cases, one case as a mapping, or several, as a DataFrame.

    Raises ArgumentError for anything else, ColumnError when a column stands twice.
    """
    if hasattr(cases, "__arrow_c_stream__") and not isinstance(cases, pd.DataFrame):
        pa = require("pyarrow", extra="arrow", feature="paying Arrow tables")
        cases = pa.table(cases).to_pandas()
    if isinstance(cases, pd.DataFrame):
        refuse_doubled(cases.columns)
        return cases
    if isinstance(cases, Mapping):
        refuse_columns(cases)
    rows = [cases] if isinstance(cases, Mapping) else cases
    if isinstance(rows, list | tuple) and all(isinstance(row, Mapping) for row in rows):
        return pd.DataFrame([{name: _cell(value) for name, value in row.items()} for row in rows])
    raise ArgumentError(
        "not a table of cases",
        got=type(cases).__name__,
        allowed=("DataFrame", "anything with __arrow_c_stream__", "dict", "list of dicts"),
    )


def _cell(value: Any) -> Any:
    """Lists of codes as the case table writes them."""
    return "|".join(map(str, value)) if isinstance(value, list | tuple) else value

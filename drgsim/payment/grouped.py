"""Cases with a group: as they are, or grouped by the policy's scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, ColumnError

if TYPE_CHECKING:
    import pandas as pd


def grouped(cases: pd.DataFrame, policy: Any) -> tuple[pd.DataFrame, str]:
    """The cases with their group, and the column it stands in.

    Raises ColumnError or ArgumentError when there is no group and none can be found.
    """
    policies = list(policy.values()) if isinstance(policy, Mapping) else [policy]
    methods = {each.method for each in policies}
    if "dip" in methods and "dip_code" in cases.columns:
        return cases, "dip_code"
    if "drg" in cases.columns or methods == {"ffs"}:
        return cases, "drg"
    if "dip" in methods:
        raise ColumnError(
            "paying by DIP needs the disease type of each stay",
            got="no column dip_code",
            allowed="dip_code and score, as DipGrouper.group returns them",
            do="group the cases with drgsim.DipGrouper first",
        )
    schemes = {each.scheme for each in policies}
    if len(schemes) > 1 or None in schemes:
        raise ArgumentError(
            "cases without a group, and policies that do not name one scheme",
            got=sorted(str(scheme) for scheme in schemes),
            do="group the cases first, or pay the regions one by one",
        )
    from ..grouping import DrgGrouper

    answer = DrgGrouper(schemes.pop()).group(cases)
    return cases.assign(**{name: answer[name].array for name in answer.columns}), "drg"

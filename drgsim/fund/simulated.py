"""From a simulation of stays to a valuation: how a reform changes the fund's inpatient money, as dated
assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import FundError

SCHEMES = ("employee", "resident")


def inpatient_levels(
    before: Mapping[str, float], after: Mapping[str, float], *, since: Any = None
) -> dict[str, Any]:
    """Assumptions `inpatient_level.<scheme>` for a scenario, from the fund's inpatient money under two
    policies.

    Parameters
    ----------
    before, after : yuan by insurance (employee, resident), of the same stays.
    since : day or year from which the reform holds; the first projected year when None.

    Raises FundError for money that is not above zero, or for insurances that differ.

    >>> inpatient_levels({"employee": 100.0}, {"employee": 98.0}, since=2027)
    {'inpatient_level.employee': {2027: 0.98}}
    """
    if set(before) != set(after) or not set(before) <= set(SCHEMES) or not before:
        raise FundError(
            "money of two policies by insurance", got=[sorted(before), sorted(after)], allowed=SCHEMES
        )
    levels = {}
    for scheme in before:
        if not before[scheme] > 0 or not after[scheme] > 0:
            raise FundError(
                f"inpatient money of {scheme} must be above 0", got=[before[scheme], after[scheme]]
            )
        level = after[scheme] / before[scheme]
        levels[f"inpatient_level.{scheme}"] = level if since is None else {since: level}
    return levels

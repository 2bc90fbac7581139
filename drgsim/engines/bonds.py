"""What makes stays belong together in a payment: a quota of a hospital, the year of a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ..errors import DrgsimError

if TYPE_CHECKING:
    from ..policy.policy import Policy


class SplitError(DrgsimError, ValueError):
    """Stays that a policy looks at together would be looked at apart."""

    code = "DS951"


PERSON, HOSPITAL, REGION = "patient_id", "hospital_id", "care_region"
EVERYTHING = "*"


def bonds(policy: Policy | Mapping[str, Policy], columns: Collection[str]) -> dict[str, str]:
    """The columns whose equal values hold stays together under a policy, each with the reason.

    `"*"` where no column does: every stay counts.

    >>> from drgsim import Policy
    >>> free = {"outlier.high.quota": None, "special_review.method": "none"}
    >>> bonds(Policy.load("national-drg-rate").reform(free), ["case_id", "drg", "hospital_id"])
    {}
    >>> sorted(bonds(Policy.load("national-drg-rate"), ["case_id", "patient_id", "hospital_id"]))
    ['hospital_id', 'patient_id']
    """
    found: dict[str, str] = {}
    for each in policy.values() if isinstance(policy, Mapping) else [policy]:
        if PERSON in columns:
            found[PERSON] = "what a person's earlier stays of the year used up"
        if each["outlier.high.quota"] is not None:
            found[_scope(each["outlier.high.quota_scope"])] = "outlier.high.quota"
        if each["special_review.method"] != "none":
            found[_scope(each["special_review.quota_scope"])] = "special_review.quota"
            if each["special_review.eligible.group_cases"] is not None:
                found[EVERYTHING] = "special_review.eligible.group_cases"
    return found


def refuse_apart(policy: Policy | Mapping[str, Policy], columns: Collection[str]) -> None:
    """Raises SplitError when stays belong together under the policy."""
    found = bonds(policy, columns)
    if found:
        raise SplitError(
            "under this policy stays cannot be paid apart from each other",
            got="; ".join(f"{column}: {why}" for column, why in found.items()),
            do="keep them together: by a column in which neither a hospital nor a person has two values "
            "(together='care_region'), or pay them in one table",
        )


def _scope(word: str) -> str:
    return HOSPITAL if word == "hospital" else REGION

"""What a caller may give where a policy is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ArgumentError
from .policy import Policy


def policy_given(policy: Any) -> Policy:
    """The policy itself, or the one of a shipped id, a YAML file or a document as a mapping.

    Raises ArgumentError for anything else, and what `Policy.load` raises.
    """
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str | Path | Mapping):
        return Policy.load(policy)
    raise ArgumentError(
        "not a policy",
        got=type(policy).__name__,
        allowed="a Policy, the id of a shipped one, a YAML file",
        do="drgsim.Policy.load(ID or file); `drgsim policy list` names those that ship",
    )


def policies_given(policy: Any) -> Policy | dict[str, Policy]:
    """One policy for all, or one for each region (or `"other"`): each as `policy_given` takes it."""
    if isinstance(policy, Mapping) and "drgsim_policy" not in policy:
        return {str(region): policy_given(each) for region, each in policy.items()}
    return policy_given(policy)

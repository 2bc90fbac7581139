"""One policy for all regions, or one for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import NotFoundError
from ..policy.policy import policies_given

if TYPE_CHECKING:
    from ..policy.policy import Policy


def policy_by_region(policy: Any) -> Callable[[str], Policy]:
    """The policy of a region, from one for all or a mapping of region (or `"other"`) to Policy."""
    policy = policies_given(policy)
    if not isinstance(policy, Mapping):
        return lambda region: policy

    def find(region: str) -> Policy:
        if region not in policy and "other" not in policy:
            raise NotFoundError(
                "a care region has no policy", got=region, allowed=sorted(policy), nearest=policy
            )
        return policy[region] if region in policy else policy["other"]

    return find

"""The policies and schemes a form offers, and what a form chose of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import NotFoundError
from ...policy.policy import Policy
from ...schemes.registry import available_ids
from ...weights.weights import Weights
from ..answers import NATIONAL
from ..kept import Kept
from ..settings import Settings


def choices(settings: Settings, kept: Kept) -> dict[str, Any]:
    """What forms offer: policies that price stays, the one to begin with, schemes."""
    own = settings.policy
    policies = [
        {**each, "id": own if own is not None and each["default"] else each["id"]}
        for each in kept.policies()
        if each["method"]
    ]
    return {"policies": policies, "policy": own or NATIONAL, "schemes": sorted(available_ids())}


def policy_options(name: str | None, settings: Settings, kept: Kept) -> dict[str, Any]:
    """A shipped policy by its id, or the one the service was started with; never another path.

    None is the one that forms begin with.
    """
    offered = choices(settings, kept)
    known = [each["id"] for each in offered["policies"]]
    if name is None:
        name = offered["policy"]
    if name not in known:
        raise NotFoundError("no such policy", got=name[:100], allowed=known, nearest=known)
    return {"policy": name}


def policy_of(options: Mapping[str, Any]) -> Policy:
    """The policy of options that `policy_options` made."""
    return Policy.load(options["policy"])


def weights_for(policy: Policy, scheme: str | None, named: str | None) -> Weights | None:
    """The table that was named, else the policy's own, else the demonstration table of the scheme."""
    if named:
        return Weights.load(named)
    if policy["standard.weights"] is not None:
        return None
    example = f"{scheme or policy.scheme}-example"
    return Weights.load(example) if example in Weights.published() else None

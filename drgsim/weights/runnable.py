"""Whether a policy can be run with what ships, by scheme and weights; the nearest choice if not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import nearest_name
from ..schemes.registry import available_ids
from .weights import Weights

if TYPE_CHECKING:
    from ..policy.policy import Policy

NATIONAL = "chs-drg-2.0"  # what is taken where no pack of a place ships


@dataclass(frozen=True)
class Lacking:
    """What a policy lacks: a sentence in Chinese and in English."""

    zh: str
    en: str


def lacking(policy: Policy) -> list[Lacking]:
    """What must be given before the policy can be run; nothing for one that can.

    >>> from drgsim import Policy
    >>> lacking(Policy.load("harbin-2022"))
    []
    """
    found = []
    scheme = policy.scheme
    if policy.method in ("drg_rate", "drg_points"):
        if scheme is None or scheme not in available_ids():
            near = nearest_scheme(scheme or "")
            left = _unpriced(policy, near)
            found.append(
                Lacking(
                    f"分组方案 {scheme or '未载明'} 未随附, 最接近的是 {near} (--scheme {near}){left[0]}",
                    f"scheme {scheme or 'unnamed'} does not ship; nearest: {near} (--scheme {near}){left[1]}",
                )
            )
        if Weights.of(policy) is None:
            found.append(Lacking("无权重表, 需用 --weights 给出", "no weight table: give one with --weights"))
    return found


def nearest_scheme(scheme: str) -> str:
    """Another edition of the same place, else the national edition."""
    ids = sorted(available_ids())
    place = re.sub(r"-\d{4}$", "", scheme)
    editions = [each for each in ids if place and re.fullmatch(rf"{re.escape(place)}-\d{{4}}", each)]
    if editions:
        return editions[-1]
    near = nearest_name(scheme, ids) if scheme.startswith("chs-drg") else None
    return near or NATIONAL


def unpriced(policy: Policy) -> Lacking | None:
    """What a policy that can be run leaves unpriced on its day: groups of its scheme without a weight.

    >>> from drgsim import Policy
    >>> unpriced(Policy.load("harbin")).en
    '267 of 688 groups have no weight on 2024-12-31: their stays stay unpriced'
    >>> unpriced(Policy.load("national-drg-rate")) is None
    True
    """
    if policy.method not in ("drg_rate", "drg_points") or policy.scheme not in available_ids():
        return None
    groups, without = _counted(policy, str(policy.scheme))
    if not without:
        return None
    return Lacking(
        f"{policy.on} 有 {groups} 个病组中的 {without} 个无权重, 其病例无法定价",
        f"{without} of {groups} groups have no weight on {policy.on}: their stays stay unpriced",
    )


def _unpriced(policy: Policy, scheme: str) -> tuple[str, str]:
    """How many groups of the nearest scheme have no weight under the policy, in words."""
    groups, without = _counted(policy, scheme)
    if not groups:
        return "", ""
    return (
        f", 该版 {groups} 个病组中 {without} 个在本政策中无权重, 无法定价",
        f"; of its {groups} groups {without} have no weight here and stay unpriced",
    )


def _counted(policy: Policy, scheme: str) -> tuple[int, int]:
    """Groups of a scheme, and how many of them have no weight under the policy; (0, 0) without weights."""
    from ..schemes.compile_cache import load_compiled

    table = Weights.of(policy)
    if table is None:
        return 0, 0
    groups = [code for code in load_compiled(scheme).drgs.codes if code not in ("", "0000")]
    without = int(np.isnan(np.asarray(table.weight_of(groups), dtype=np.float64)).sum())
    return len(groups), without

"""A year between two states of the rules: how much of each stretch of a scenario's path is in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Arriving(Protocol):
    """A step of a scenario: its name, and how much of it has arrived in a year."""

    @property
    def name(self) -> str: ...

    def share(self, year: int) -> float: ...


def blend(steps: Sequence[Arriving], year: int) -> list[tuple[tuple[str, ...], float]]:
    """Sets of steps to pay for, and the weight of each; the weights add to 1.

    With V_k the money after the first k steps and s_k the share of step k, the year's money is
    V_0 + Σ s_k (V_k - V_{k-1}). States of weight 0 are left out, so a scenario whose steps are all whole is
    paid once.

    >>> from ..scenario.phase_in import PhaseIn
    >>> from ..scenario.steps import Step
    >>> path = [Step("a", {}, "mechanical"), Step("b", {}, "mechanical", phase_in=PhaseIn(2027, 4, "linear"))]
    >>> blend(path, 2027)
    [(('a',), 0.75), (('a', 'b'), 0.25)]
    """
    names = [step.name for step in steps]
    shares = [1.0, *(step.share(year) for step in steps), 0.0]
    weights = [shares[place] - shares[place + 1] for place in range(len(shares) - 1)]
    return [(tuple(names[:place]), weight) for place, weight in enumerate(weights) if weight != 0.0]

"""The steps from a baseline to a scenario: one bar of the waterfall each, in the order they are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..responses import declared

if TYPE_CHECKING:
    from .phase_in import PhaseIn
    from .scenario import Scenario

Kind = Literal["mechanical", "behavioural"]
REGROUPED = ":regrouped"  # a step half taken: its groups, at the prices from before it


@dataclass(frozen=True)
class Step:
    """A lever or a response: its name in the scenario, title (zh, en), kind, and how it arrives.

    `regroups` says that the step changes the groups, so that its bar has two parts.
    """

    name: str
    title: Mapping[str, str]
    kind: Kind
    regroups: bool = False
    phase_in: PhaseIn | None = None

    def share(self, year: int) -> float:
        """How much of the step has arrived in a year, 0 to 1."""
        return 1.0 if self.phase_in is None else self.phase_in.share(year)


def steps_of(scenario: Scenario) -> tuple[Step, ...]:
    """The scenario's levers in their order, then its responses in the order they are applied."""
    levers = [
        Step(
            lever.id,
            lever.title or {"zh": lever.id, "en": lever.id},
            "mechanical",
            lever.scheme is not None or lever.policy is not None,
            lever.phase_in,
        )
        for lever in scenario.levers
    ]
    order = list(declared())
    responses = [
        Step(each.name, declared()[each.name].title, "behavioural", phase_in=each.phase_in)
        for each in sorted(scenario.responses, key=lambda each: order.index(each.name))
    ]
    return (*levers, *responses)

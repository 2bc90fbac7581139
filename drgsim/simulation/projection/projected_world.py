"""What a projection asks of the world it projects: cells of paid stays, rules, budgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from ..scenario.scenario import Scenario


class StatedRules(Protocol):
    """The rules some steps of a scenario come to; equal `key` means equal money on the same cases."""

    @property
    def key(self) -> Any: ...

    @property
    def policies(self) -> Any: ...

    @property
    def each(self) -> Sequence[Any]: ...


class PaidWorld(Protocol):
    """The cases of the base year, paid by need; `drgsim.simulation.world.world.World` is one.

    `cells` gives what funds and hospitals get before the clearing by care region, insured region, insurance,
    hospital and age band, with the measures of `drgsim.settlement.statistics` (int64; money in fen).
    """

    @property
    def year(self) -> int: ...

    @property
    def budgets(self) -> pd.DataFrame: ...

    @property
    def given_budgets(self) -> pd.DataFrame | None: ...

    def rules(
        self, scenario: Scenario, steps: Iterable[str] | None = None, *, year: int | None = None
    ) -> StatedRules: ...

    def cells(
        self, scenario: Scenario, steps: Iterable[str] | None, relative_cost: Mapping[str, float], year: int
    ) -> pd.DataFrame: ...

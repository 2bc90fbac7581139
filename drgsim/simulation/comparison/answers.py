"""What a comparison says of all of it: checks, cautions, bands, the years ahead, what its levers moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import ArgumentError
from ..checks.left_out import cautions, not_projected, unpaid
from ..progress import Listener
from ..scenario_errors import SimulationError
from .kept import ComparisonRecord, ask, kept
from .tables import bands, special_load

if TYPE_CHECKING:
    import pandas as pd

    from ..projection.projection import Projection
    from ..scenario.scenario import Scenario


class Answers(ComparisonRecord):
    """The answers of a `Comparison` that are of all its scenarios, and need no argument or few."""

    def scenario(self, id: str | None = None) -> Scenario:
        """A scenario by its id; without one the only reform, or the first.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.scenario().id
        'reform'
        """
        if id is None:
            return self.scenarios[min(1, len(self.scenarios) - 1)]
        for each in self.scenarios:
            if each.id == id:
                return each
        ids = [each.id for each in self.scenarios]
        raise ArgumentError("no such scenario here", got=id, allowed=ids, nearest=ids)

    @kept
    def unpaid(self) -> pd.DataFrame:
        """Stays no rule could pay: scenario, problem, zh, en, cases, total_cost (yuan).

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> len(found.unpaid())
        0
        """
        return unpaid(self)

    def cautions(self) -> list[tuple[str, str]]:
        """What to know of the cases before any number, (Chinese, English): stays that cannot be paid, are of
        another year or insurance, or do not say where they were.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> len(found.cautions())
        1
        """
        return [*self.cautioned(), *self.not_projected()]

    @kept
    def cautioned(self) -> list[tuple[str, str]]:
        """What `cautions` says of the cases.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.cautioned() == found.cautions()
        False
        """
        return cautions(self)

    @kept
    def not_projected(self) -> list[tuple[str, str]]:
        """What `cautions` says of funds without years.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> len(found.not_projected())
        1
        """
        return list(not_projected(self))

    @kept
    def supervision(self) -> pd.DataFrame:
        """scenario, lever, part (at_stake, deterred, recovered, saved, fine_low, fine_high), title_zh,
        title_en, value, low, high (yuan), source, state: what levers of supervision bring; empty without.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> len(found.supervision())
        0
        """
        from .tables import supervised

        return supervised(self.scenarios, self.world, self.seed)

    def audited(self, scenario: str | None = None) -> Any:
        """The audit (`drgsim.audit.AuditResult`) of the baseline's stays behind a scenario's supervision.

        Raises SimulationError when no lever of it supervises.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> try:
        ...     found.audited("reform")
        ... except drgsim.DrgsimError as error:
        ...     print(error.message)
        no lever of this scenario supervises
        """
        from .tables import audited

        return audited(self.scenario(scenario), self.world)

    @kept
    def outliers(self) -> pd.DataFrame:
        """How many stays the special rules reach: scenario, kind, cases, share of all, adjustment (yuan).

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.outliers().columns.tolist()
        ['scenario', 'kind', 'cases', 'share', 'adjustment']
        """
        return special_load({each.id: self.outcomes[each.id].payments for each in self.scenarios})

    def projection(self) -> pd.DataFrame:
        """The funds over the years: scenario, region, insurance, year, insured, cases, inpatient_cost,
        inpatient_fund, other_spending, income, balance, reserve, reserve_months, warning; with draws also
        low and high of inpatient_fund, balance and reserve, as the assumptions vary (90 %).

        Raises SimulationError when no years were asked for.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.projection()["year"].unique().tolist()
        [2025, 2026]
        """
        if self.drawn_assumptions is not None:
            return self.drawn_assumptions.beside()
        return self._projected().frame

    def first_deficit(self) -> pd.DataFrame:
        """scenario, region, insurance, current_deficit, reserve_gone: years, <NA> where there is none.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> list(found.first_deficit().columns)
        ['scenario', 'region', 'insurance', 'current_deficit', 'reserve_gone']
        """
        return self._projected().first_deficit()

    def pooled(self, mode: str = "transfer", **options: Any) -> pd.DataFrame:
        """Provincial pooling over the projected years (`Projection.pooled`): who gives and who gets.

        Raises SimulationError when no years were asked for.

        Parameters
        ----------
        mode : "transfer", "unified" or "ex_ante"
            the form of pooling (fund rules §5.1)
        **options
            shares of that form, 0 to 1

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.pooled("transfer").columns[:4].tolist()
        ['scenario', 'year', 'region', 'insurance']
        """
        return self._projected().pooled(mode, **options)

    @kept
    def bands(self) -> pd.DataFrame:
        """scenario, measure, band, year, region, insurance, low, middle, high; yuan.

        `sampling` and `difference_sampling` are of the base year, `parameters` and `difference_parameters`
        of every projected year. Bands of different kinds are never added up. Empty without draws.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.bands()["band"].unique().tolist()
        ['sampling', 'difference_sampling', 'parameters', 'difference_parameters']
        """
        return bands(self)

    @kept
    def closes_a_budget(self, scenario: str | None = None) -> bool:
        """Whether a point value of the scenario was solved, so that its funds spend their budgets whatever
        the stays cost: money then moves between hospitals.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.closes_a_budget("reform")
        False
        """
        prices = self.outcomes[self.scenario(scenario).id].settlement.prices
        return bool((prices["held"] == "").any())

    @kept
    def published(self) -> pd.DataFrame:
        """The baseline beside the published figures it should meet: measure, title_zh, title_en, insurance,
        year, simulated, published, gap (share of the published figure), source, state, note.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.published().columns[:2].tolist()
        ['measure', 'title_zh']
        """
        from ..projection.published_beside import published_beside

        outcome = self.outcomes[self.baseline.id]
        return published_beside(
            outcome.payments.stays.frame, outcome.ledger, self.world.year, projection=self.projected
        )

    @kept
    def plausibility(self) -> pd.DataFrame:
        """scenario, check, title_zh, title_en, value, low, high, ok, source, state: whether results lie where
        such results lie.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.plausibility()["ok"].dtype.kind
        'b'
        """
        from ..checks.plausibility import plausibility

        return plausibility(self)

    def liveness(
        self, *, every: bool = False, switches: bool = False, progress: Listener | None = None
    ) -> pd.DataFrame:
        """scenario, lever, path, moved, fund_change, reason_zh, reason_en: which parameters of the levers
        changed nothing here, and why. Pays the cases once for each, unless `simulate` has.

        `switches` adds the parameters in which a lever that switches the policy differs; `every` sweeps the
        parameters the baseline reads.

        Parameters
        ----------
        every, switches : bool
        progress : callable, optional
            told how far it is

        Returns
        -------
        DataFrame, a row a parameter; fund_change in yuan

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.liveness()[["path", "moved"]].values.tolist()
        [['outlier.high.threshold/3', False]]
        """
        from ..checks.liveness import liveness

        return ask(
            self,
            "liveness",
            {"every": every, "switches": switches},
            lambda: liveness(self, every=every, switches=switches, progress=progress),
        )

    @property
    @kept
    def states(self) -> Mapping[str, int]:
        """How many parameters the scenarios read are read, secondary, assumed or default."""
        counted: dict[str, int] = {}
        for outcome in self.outcomes.values():
            for state, number in outcome.payments.states.items():
                counted[state] = max(counted.get(state, 0), number)
        return counted

    def _projected(self) -> Projection:
        if self.projected is None:
            raise SimulationError("no years were simulated", do="simulate with years=5, say")
        return self.projected

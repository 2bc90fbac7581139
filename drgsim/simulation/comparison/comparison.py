"""What `drgsim.simulate` returns: every scenario beside the baseline, in yuan, without a case row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import ArgumentError, ColumnError
from ..progress import Listener, telling
from ..scenario.scenario import Scenario
from ..scenario.steps import steps_of
from ..world.outcome import ALIASES, MARKS, MEASURES, PLACES
from .answers import Answers
from .attribution import Bars, Method, attribute, waterfall
from .faces import Faces
from .kept import NO_ROWS, ask, kept
from .tables import by_column, by_hospital, cost_to_standard, flow_changes, flow_matrix, migration, summary

if TYPE_CHECKING:
    import pandas as pd

    from ..record.fingerprint import Fingerprint


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Faces, Answers):
    """Scenarios paid, settled and compared. Built by `drgsim.simulate`; never changes.

    Here are its tables; `Faces` has its charts, page and workbook, which read what is kept: what pays all
    cases, `attribution` and `liveness`, is worked out by `simulate` or `explain`.

    Attributes
    ----------
    scenarios : the baseline first
    outcomes : every scenario's payments and settlement, by id
    world : the cases, and what can still be paid on them
    seed, years, draws : as asked for
    projected : the funds carried on, where years were asked for

    Examples
    --------
    >>> import drgsim, pickle
    >>> cases = drgsim.synthetic_cases(n=300, year=2025, seed=1)
    >>> found = drgsim.simulate(cases, ["baseline-drg", {"outlier.high.threshold/3": 2.5}])
    >>> small = pickle.loads(pickle.dumps(found.without_rows()))
    >>> small.summary().equals(found.summary())
    True
    """

    @kept
    def summary(self) -> pd.DataFrame:
        """A row a scenario (index): title_zh, title_en, cases, not_payable, not_payable_cost, cmi, money in
        yuan, and the changes from the baseline: fund_change, fund_change_share, patient_change,
        other_payers_change, hospital_change (what hospitals gain). Of the payers, `catastrophic` is in fund
        or in other_payers as the policy has it paid, `medical_aid` in other_payers.

        Stays that cannot be paid are among the cases, and in no amount but `not_payable_cost`.
        """
        return summary(self.scenarios, self.outcomes)

    @kept
    def by(self, key: str) -> pd.DataFrame:
        """A row for each scenario and value of a column: cases, money in yuan, changes from the baseline.

        `key` is a column of the cases (`region` is the insured region, `hospital` and `level` the
        hospital's), `mdc`, `age_band`, or a mark of the payment such as `outlier` or `route`.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> bool(found.by("insurance")["cases"].sum() >= 300)
        True
        """
        column = ALIASES.get(key, key)
        if column != key:  # the same sums under another name
            return self.by(column).rename(columns={column: key})
        return by_column([each.id for each in self.scenarios], self.outcomes, key)

    @kept
    def attribution(
        self, scenario: str | None = None, *, measure: str = "fund", method: Method = "ordered"
    ) -> pd.DataFrame:
        """The way from the baseline to a scenario, bar by bar: the bars add up to the fen.

        Columns: scenario, lever, title_zh, title_en, kind (baseline, mechanical, regrouped, repriced,
        behavioural, total), value, cumulative (yuan; `cases` counts). `method="shapley"` averages over
        every order of at most six steps.

        Parameters
        ----------
        scenario : str, optional
            id of one reform; all of them without
        measure : str
            fund, patient, hospital, total_cost … in yuan, or cases
        method : "ordered" or "shapley"

        Raises
        ------
        ArgumentError, SimulationError
            for another measure, method or scenario; for too many steps to average over.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.attribution("reform")[["kind", "cumulative"]].iloc[[0, -1], 0].tolist()
        ['baseline', 'total']
        """
        _known_measure(measure)
        own = self.scenario(scenario)
        return waterfall(
            own,
            self._bars(own, method),
            baseline=self.outcomes[self.baseline.id].total[measure],
            measure=measure,
            starts_elsewhere=self.world.rules(own, ()).key != self.world.rules(self.baseline, ()).key,
        )

    @kept
    def flows(
        self, scenario: str | None = None, *, measure: str = "fund", change: bool = False
    ) -> pd.DataFrame:
        """Insured region (rows) × care region (columns): cases, or yuan after the clearing of a measure.

        `change` gives the change from the baseline.

        Parameters
        ----------
        scenario : str, optional
            id; the baseline without
        measure : str
            fund, payment, total_cost … in yuan, or cases
        change : bool
            the difference from the baseline

        Raises
        ------
        NotFoundError, ArgumentError
            for a scenario that is not here, a measure that is none.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> int(found.flows(measure="cases").to_numpy().sum())
        300
        """
        _known_measure(measure)
        own = flow_matrix(self.outcomes[self.scenario(scenario).id], measure)
        if not change:
            return own
        return flow_changes(own, flow_matrix(self.outcomes[self.baseline.id], measure))

    @kept
    def migration(self, scenario: str | None = None) -> pd.DataFrame:
        """before, after, cases: the baseline's groups against the scenario's, without its responses; empty
        where the scheme is the same.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> len(found.migration("reform"))
        0
        """
        own = self.scenario(scenario)
        before = self.world.rules(self.baseline, ())
        after = self.world.rules(own, [step.name for step in steps_of(own) if step.kind == "mechanical"])
        stays = [self.world.stays(rules.scheme) for rules in (before, after)]
        table = migration(*stays)
        return table if before.scheme != after.scheme else table.iloc[:0]

    @kept
    def hospitals(self, scenario: str | None = None) -> pd.DataFrame:
        """A row a hospital: hospital_id, care_region, hospital_level, cases, total_cost, fund,
        borne_by_hospital (yuan), margin (share of its cost), fund_change, hospital_change; the largest gain
        first.

        Parameters
        ----------
        scenario : str, optional
            id; the first reform without

        Raises
        ------
        NotFoundError
            for a scenario that is not here.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.hospitals("reform")["hospital_change"].is_monotonic_decreasing
        True
        """
        return by_hospital(self.outcomes[self.scenario(scenario).id], self.outcomes[self.baseline.id])

    @kept
    def cost_to_standard(self, scenario: str | None = None) -> pd.DataFrame:
        """scenario, low, high (cost ÷ standard), cases; of all scenarios, or of one.

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> bool(found.cost_to_standard("reform")["cases"].sum() <= 300)
        True
        """
        chosen = self.scenarios if scenario is None else (self.scenario(scenario),)
        return cost_to_standard({each.id: self.outcomes[each.id].payments for each in chosen})

    @property
    @kept
    def fingerprint(self) -> Fingerprint:
        """What the cases were, without a case: digest, rows and columns."""
        from ..record.fingerprint import fingerprint

        return fingerprint(self.world.given_cases)

    @property
    @kept
    def year(self) -> int:
        """The year of the cases."""
        return self.world.year

    def explain(self, *, progress: Listener | None = None) -> Comparison:
        """Work out now what page and workbook say of the levers, `attribution` and `liveness`, and keep it.

        `simulate` does so unless told not to. Pays the cases once for every step and parameter of a reform.

        Parameters
        ----------
        progress : callable, optional
            told how far it is

        Examples
        --------
        >>> import drgsim
        >>> found = drgsim.example_comparison()
        >>> found.explain().explained
        True
        """
        tell = telling(progress, "attribute")
        for done, each in enumerate(self.reforms):
            tell(done, len(self.reforms), each.id)
            self.attribution(each.id)
        self.liveness(progress=progress)
        self._kept["explain", ()] = True
        return self

    def without_rows(self) -> Comparison:
        """The same result without the cases and what was paid on each: small, to be pickled and kept.

        It answers what this one was asked before, and all that page and workbook show: `summary`, `by` (every
        usual key), `attribution` (ordered) and `flows` of every measure, `hospitals`, `migration`,
        `outliers`, `cost_to_standard`, `bands`, `projection`, the checks. Anything else raises
        SimulationError, and says what there is.
        """
        return _without_rows(self)

    def _bars(self, scenario: Scenario, method: Method) -> Bars:
        def make() -> Bars:
            return attribute(steps_of(scenario), lambda taken: self.world.total(scenario, taken), method)

        return ask(self, "bars", {"scenario": scenario.id, "method": method}, make)


def _known_measure(measure: str) -> None:
    if measure not in MEASURES:
        raise ArgumentError("no such measure", got=measure, allowed=MEASURES, nearest=MEASURES)


_KEYS = dict.fromkeys((*ALIASES, *PLACES, "insurance", "mdc", "age_band", *MARKS))


def _without_rows(found: Comparison) -> Comparison:
    if found.rowless:
        return found
    found.explain()
    for whole in (
        found.summary, found.unpaid, found.cautions, found.outliers, found.bands, found.supervision,
        found.published, found.plausibility, found.supervision,
    ):  # fmt: skip
        whole()
    _ = found.states, found.year, found.fingerprint
    for key in _KEYS:
        if _sums_by(found, key):
            found.by(key)
    for id in (None, *(each.id for each in found.scenarios)):
        for of_one in (found.migration, found.hospitals, found.cost_to_standard, found.closes_a_budget):
            of_one(id)
        for measure in MEASURES:
            found.attribution(id, measure=measure)
            for change in (False, True):
                found.flows(id, measure=measure, change=change)
    small = replace(found, outcomes=NO_ROWS, world=NO_ROWS, drawn_hospitals=None)
    small._kept.update(found._kept)
    return small


def _sums_by(found: Comparison, key: str) -> bool:
    try:
        found.outcomes[found.baseline.id].key(key)
    except ColumnError:
        return False
    return True

"""What a simulation found, as tables: every scenario beside the baseline, in yuan, without a case row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ArgumentError
from .attribution import Bars, Method, attribute
from .cost_to_standard import cost_to_standard
from .errors import SimulationError
from .left_out import cautions, unpaid, unpaid_costs
from .migration import migration
from .outcome import MEASURES, Outcome
from .scenario import Scenario
from .special_load import special_load
from .steps import Step, steps_of
from .world import World

if TYPE_CHECKING:
    import pandas as pd

    from .fingerprint import Fingerprint
    from .parameter_band import ParameterBand
    from .projection import Projection
    from .sampling import Resampled

MONEY = MEASURES[1:]
STARTING_RULES = "starting-rules"  # the bar of a scenario that does not start from the baseline's rules
_STARTING_TITLE = {"zh": "起点规则不同", "en": "different starting rules"}
BAND_COLUMNS = ("scenario", "measure", "band", "year", "region", "insurance", "low", "middle", "high")
_CHANGES = {
    "fund_change": ("fund", 1),
    "patient_change": ("patient", 1),
    "hospital_change": ("borne_by_hospital", -1),
}


@dataclass(frozen=True, repr=False)
class Results:
    """Scenarios paid, settled and compared. Built by `simulate`; never changes.

    Attributes
    ----------
    scenarios : the baseline first
    outcomes : every scenario's payments and settlement, by id
    world : the cases, and what can still be paid on them
    seed, years, draws : as asked for
    projected : the funds carried on, where years were asked for
    """

    scenarios: tuple[Scenario, ...]
    outcomes: Mapping[str, Outcome]
    world: World
    seed: int = 0
    years: int = 0
    draws: int = 0
    projected: Projection | None = None
    drawn_hospitals: Resampled | None = None
    drawn_assumptions: ParameterBand | None = None

    @property
    def baseline(self) -> Scenario:
        return self.scenarios[0]

    @property
    def reforms(self) -> tuple[Scenario, ...]:
        """The scenarios beside the baseline."""
        return self.scenarios[1:]

    def scenario(self, id: str | None = None) -> Scenario:
        """A scenario by its id; without one the only reform, or the first."""
        if id is None:
            return self.scenarios[min(1, len(self.scenarios) - 1)]
        for each in self.scenarios:
            if each.id == id:
                return each
        ids = [each.id for each in self.scenarios]
        raise ArgumentError("no such scenario here", got=id, allowed=ids, nearest=ids)

    def summary(self) -> pd.DataFrame:
        """A row a scenario (index): title_zh, title_en, cases, not_payable, not_payable_cost, cmi, money in
        yuan, and the changes from the baseline: fund_change, fund_change_share, patient_change,
        hospital_change (what hospitals gain).

        Stays that cannot be paid are among the cases, and in no amount but `not_payable_cost`.
        """
        import pandas as pd

        rows = []
        start = self.outcomes[self.baseline.id].total
        for scenario in self.scenarios:
            outcome = self.outcomes[scenario.id]
            total, unpaid = outcome.total, unpaid_costs(outcome)
            row: dict[str, Any] = {
                "title_zh": scenario.title.get("zh", scenario.id),
                "title_en": scenario.title.get("en", scenario.id),
                "cases": total["cases"],
                "not_payable": sum(cases for cases, _ in unpaid.values()),
                "not_payable_cost": sum(cost for _, cost in unpaid.values()) / 100,
                "cmi": outcome.cmi,
            }
            row |= {name: total[name] / 100 for name in MONEY}
            for name, (measure, sign) in _CHANGES.items():
                row[name] = sign * (total[measure] - start[measure]) / 100
            row["fund_change_share"] = row["fund_change"] * 100 / start["fund"] if start["fund"] else np.nan
            rows.append(row)
        index = pd.Index([scenario.id for scenario in self.scenarios], name="scenario")
        return pd.DataFrame(rows, index=index)

    def unpaid(self) -> pd.DataFrame:
        """Stays no rule could pay: scenario, problem, zh, en, cases, total_cost (yuan)."""
        return unpaid(self)

    def cautions(self) -> list[tuple[str, str]]:
        """What to know of the cases before any number, (Chinese, English): stays that cannot be paid, are of
        another year or insurance, or do not say where they were."""
        return cautions(self)

    def by(self, key: str) -> pd.DataFrame:
        """A row for each scenario and value of a column: cases, money in yuan, changes from the baseline.

        `key` is a column of the cases (`region` is the insured region, `hospital` and `level` the
        hospital's), `mdc`, `age_band`, or a mark of the payment such as `outlier` or `route`.
        """
        import pandas as pd

        sides = {each.id: self._sums(each.id, key) for each in self.scenarios}
        start = sides[self.baseline.id]
        tables = []
        for id, own in sides.items():
            index = own.index.union(start.index, sort=True)
            here, there = own.reindex(index, fill_value=0), start.reindex(index, fill_value=0)
            table = here[["cases"]].assign(**{name: here[name] / 100 for name in MONEY})
            for name, (measure, sign) in _CHANGES.items():
                table[name] = sign * (here[measure] - there[measure]) / 100
            table.insert(0, "scenario", id)
            tables.append(table.rename_axis(key).reset_index())
        together = pd.concat(tables, ignore_index=True)
        return together[["scenario", key, *[n for n in together.columns if n not in ("scenario", key)]]]

    def attribution(
        self, scenario: str | None = None, *, measure: str = "fund", method: Method = "ordered"
    ) -> pd.DataFrame:
        """The way from the baseline to a scenario, bar by bar: the bars add up to the fen.

        Columns: scenario, lever, title_zh, title_en, kind (baseline, mechanical, regrouped, repriced,
        behavioural, total), value, cumulative (yuan; `cases` counts). `method="shapley"` averages over
        every order of at most six steps.
        """
        import pandas as pd

        _known_measure(measure)
        own = self.scenario(scenario)
        unit = 1 if measure == "cases" else 100
        start = self.outcomes[self.baseline.id].total[measure]
        titles = {step.name: step.title for step in self._steps(own)}
        rows: list[tuple[str, Mapping[str, str], str, int, int]] = [
            ("", {"zh": "基线", "en": "baseline"}, "baseline", start, start)
        ]
        reached = start
        bars = self._bars(own, method)
        if bars.start[measure] != start or self._starts_elsewhere(own):
            reached = bars.start[measure]
            rows.append((STARTING_RULES, _STARTING_TITLE, "mechanical", reached - start, reached))
        for (name, kind), moved in bars.values.items():
            reached += moved[measure]
            rows.append((name, titles[name], kind, moved[measure], reached))
        rows.append(("", own.title, "total", reached, reached))
        return pd.DataFrame(
            [
                {
                    "scenario": own.id,
                    "lever": lever,
                    "title_zh": title.get("zh", lever),
                    "title_en": title.get("en", lever),
                    "kind": kind,
                    "value": value / unit,
                    "cumulative": cumulative / unit,
                }
                for lever, title, kind, value, cumulative in rows
            ]
        )

    def flows(
        self, scenario: str | None = None, *, measure: str = "fund", change: bool = False
    ) -> pd.DataFrame:
        """Insured region (rows) × care region (columns): cases, or yuan after the clearing of a measure.

        `change` gives the change from the baseline.
        """
        _known_measure(measure)
        own = self._flow(self.scenario(scenario).id, measure)
        if not change:
            return own
        start = self._flow(self.baseline.id, measure)
        rows, columns = own.index.union(start.index), own.columns.union(start.columns)
        here, there = (each.reindex(index=rows, columns=columns, fill_value=0) for each in (own, start))
        return here - there

    def migration(self, scenario: str | None = None) -> pd.DataFrame:
        """before, after, cases: the baseline's groups against the scenario's, without its responses; empty
        where the scheme is the same."""
        own = self.scenario(scenario)
        before = self.world.rules(self.baseline, ())
        after = self.world.rules(own, [step.name for step in steps_of(own) if step.kind == "mechanical"])
        stays = [self.world.stays(rules.scheme) for rules in (before, after)]
        table = migration(*stays)
        return table if before.scheme != after.scheme else table.iloc[:0]

    def hospitals(self, scenario: str | None = None) -> pd.DataFrame:
        """A row a hospital: hospital_id, care_region, hospital_level, cases, total_cost, fund,
        borne_by_hospital (yuan), margin (share of its cost), fund_change, hospital_change; the largest gain
        first."""
        keys = ("care_region", "hospital_level", "hospital_id")
        own = self._cells(self.scenario(scenario).id, keys)
        start = self._cells(self.baseline.id, keys)
        index = own.index.union(start.index, sort=True)
        here, there = own.reindex(index, fill_value=0), start.reindex(index, fill_value=0)
        table = here[["cases"]].assign(
            **{name: here[name] / 100 for name in ("total_cost", "fund", "borne_by_hospital")}
        )
        table["margin"] = -table["borne_by_hospital"] / table["total_cost"].where(table["total_cost"] > 0)
        table["fund_change"] = (here["fund"] - there["fund"]) / 100
        table["hospital_change"] = (there["borne_by_hospital"] - here["borne_by_hospital"]) / 100
        table = table.reset_index().sort_values("hospital_change", ascending=False, kind="stable")
        return table.reset_index(drop=True)

    def outliers(self) -> pd.DataFrame:
        """How many stays the special rules reach: scenario, kind, cases, share of all, adjustment (yuan)."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"scenario": each.id, **row}
                for each in self.scenarios
                for row in special_load(self.outcomes[each.id].payments)
            ]
        )

    def cost_to_standard(self, scenario: str | None = None) -> pd.DataFrame:
        """scenario, low, high (cost ÷ standard), cases; of all scenarios, or of one."""
        import pandas as pd

        chosen = self.scenarios if scenario is None else (self.scenario(scenario),)
        tables = []
        for each in chosen:
            table = cost_to_standard(self.outcomes[each.id].payments)
            table.insert(0, "scenario", each.id)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What the cases were, without a case: digest, rows and columns."""
        from .fingerprint import fingerprint

        return fingerprint(self.world.given_cases)

    def projection(self) -> pd.DataFrame:
        """The funds over the years: scenario, region, insurance, year, insured, cases, inpatient_cost,
        inpatient_fund, other_spending, income, balance, reserve, reserve_months, warning; with draws also
        low and high of inpatient_fund, balance and reserve, as the assumptions vary (90 %).

        Raises SimulationError when no years were asked for.
        """
        if self.drawn_assumptions is not None:
            return self.drawn_assumptions.beside()
        return self._projected().frame

    def first_deficit(self) -> pd.DataFrame:
        """scenario, region, insurance, current_deficit, reserve_gone: years, <NA> where there is none."""
        return self._projected().first_deficit()

    def bands(self) -> pd.DataFrame:
        """scenario, measure, band, year, region, insurance, low, middle, high; yuan.

        `sampling` and `difference_sampling` are of the base year, `parameters` and `difference_parameters`
        of every projected year. Bands of different kinds are never added up. Empty without draws.
        """
        import pandas as pd

        from .bands import sampling_bands

        tables = []
        if self.drawn_hospitals is not None:
            sampled = sampling_bands(self.drawn_hospitals, baseline=self.baseline.id, year=self.world.year)
            tables.append(sampled[[*BAND_COLUMNS]])
        if self.drawn_assumptions is not None:
            for band, table in (
                ("parameters", self.drawn_assumptions.levels()),
                ("difference_parameters", self.drawn_assumptions.differences()),
            ):
                tables.append(table.assign(band=band)[[*BAND_COLUMNS]])
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*BAND_COLUMNS])

    def published(self) -> pd.DataFrame:
        """The baseline beside the published figures it should meet: measure, title_zh, title_en, insurance,
        year, simulated, published, gap (share of the published figure), source, state, note."""
        from .published_beside import published_beside

        outcome = self.outcomes[self.baseline.id]
        return published_beside(
            outcome.payments.stays.frame, outcome.ledger, self.world.year, projection=self.projected
        )

    def plausibility(self) -> pd.DataFrame:
        """scenario, check, title_zh, title_en, value, low, high, ok, source, state: whether results lie where
        such results lie."""
        from .plausibility import plausibility

        return plausibility(self)

    def liveness(self, *, every: bool = False, switches: bool = False) -> pd.DataFrame:
        """scenario, lever, path, moved, fund_change, reason_zh, reason_en: which parameters of the levers
        changed nothing here, and why. Pays the cases once for each.

        `switches` adds the parameters in which a lever that switches the policy differs; `every` sweeps the
        parameters the baseline reads.
        """
        from .liveness import liveness

        asked = every, switches
        if asked not in self._alive:
            self._alive[asked] = liveness(self, every=every, switches=switches)
        return self._alive[asked].copy()

    @property
    def states(self) -> Mapping[str, int]:
        """How many parameters the scenarios read are read, secondary, assumed or default."""
        counted: dict[str, int] = {}
        for outcome in self.outcomes.values():
            for state, number in outcome.payments.states.items():
                counted[state] = max(counted.get(state, 0), number)
        return counted

    @cached_property
    def _alive(self) -> dict[tuple[bool, bool], pd.DataFrame]:
        return {}

    @cached_property
    def _paths(self) -> dict[tuple[str, str], Bars]:
        return {}

    def _bars(self, scenario: Scenario, method: Method) -> Bars:
        key = scenario.id, method
        if key not in self._paths:
            self._paths[key] = attribute(
                steps_of(scenario), lambda taken: self.world.total(scenario, taken), method
            )
        return self._paths[key]

    def _projected(self) -> Projection:
        if self.projected is None:
            raise SimulationError("no years were simulated", do="simulate with years=5, say")
        return self.projected

    def _steps(self, scenario: Scenario) -> tuple[Step, ...]:
        return steps_of(scenario)

    def _starts_elsewhere(self, scenario: Scenario) -> bool:
        return self.world.rules(scenario, ()).key != self.world.rules(self.baseline, ()).key

    def _sums(self, id: str, key: str) -> pd.DataFrame:
        return self.outcomes[id].sums([key]).set_index(key)

    def _cells(self, id: str, keys: tuple[str, ...]) -> pd.DataFrame:
        return self.outcomes[id].sums(keys).set_index(list(keys))

    def _flow(self, id: str, measure: str) -> pd.DataFrame:
        table = self.outcomes[id].sums(["insured_region", "care_region"])
        wide = table.pivot_table(
            index="insured_region", columns="care_region", values=measure, aggfunc="sum", fill_value=0
        )
        return wide if measure == "cases" else wide / 100


def _known_measure(measure: str) -> None:
    if measure not in MEASURES:
        raise ArgumentError("no such measure", got=measure, allowed=MEASURES, nearest=MEASURES)

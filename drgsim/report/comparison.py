"""What `drgsim.simulate` returns: results with charts, a page, a workbook and a display for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _version
from .._atomic import replacing
from ..simulation.checks.left_out import cautions, not_projected
from ..simulation.comparison.attribution import Method
from ..simulation.comparison.results import Results
from . import figures, fonts
from .facts import RunFacts, ScenarioFacts
from .fund_lights import fund_lights
from .glance import glance_html, glance_text
from .page import page
from .tables import projected, reforms
from .words import word
from .workbook import write_workbook

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, repr=False)
class Comparison(Results):
    """Scenarios side by side. Tables come from `Results`; here is what people look at.

    Every `plot_…` returns a `matplotlib.figure.Figure`; `lang` is "zh" or "en", by default Chinese where a
    font here can write it. Displays, page and workbook hold sums only, never a case.
    """

    def plot_waterfall(
        self,
        scenario: str | None = None,
        *,
        measure: str = "fund",
        method: Method = "ordered",
        lang: str | None = None,
    ) -> Any:
        """What each lever changes: of one scenario, or of all, a panel each."""
        import pandas as pd

        names = reforms(self) if scenario is None else [scenario]
        table = pd.concat(
            [self.attribution(each, measure=measure, method=method) for each in names or [self.baseline.id]],
            ignore_index=True,
        )
        return figures.waterfall(table, measure=measure, lang=lang, titles=self._titles)

    def plot_hospitals(self, scenario: str | None = None, *, shown: int = 8, lang: str | None = None) -> Any:
        """Who gains and who loses most, and all hospitals by level."""
        own = self.scenario(scenario)
        title = own.title.get(fonts.language(lang), own.id)
        return figures.hospitals(self.hospitals(own.id), shown=shown, lang=lang, title=title)

    def plot_flows(self, scenario: str | None = None, *, lang: str | None = None) -> Any:
        """Whose fund pays hospitals where: the baseline, and what a scenario changes in it."""
        own = self.scenario(scenario)
        change = None if own.id == self.baseline.id else self.flows(own.id, change=True)
        title = own.title.get(fonts.language(lang), own.id)
        return figures.flows(self.flows(self.baseline.id), change=change, lang=lang, title=title)

    def plot_projection(self, region: str = "all", *, lang: str | None = None) -> Any:
        """The funds over the years. Raises SimulationError when no years were simulated."""
        return figures.projection(self.projection(), region=region, lang=lang, titles=self._titles)

    def plot_outliers(self, *, lang: str | None = None) -> Any:
        """Outliers, special review and new technology: stays and money."""
        return figures.outliers(self.outliers(), lang=lang, titles=self._titles)

    def plot_cost_to_standard(self, *, lang: str | None = None) -> Any:
        """How far stays cost more or less than their standard."""
        return figures.cost_to_standard(self.cost_to_standard(), lang=lang, titles=self._titles)

    def to_html(
        self, path: Any, *, lang: str | None = None, synthetic: bool = False, more: Sequence[str] = ()
    ) -> None:
        """Write the report: one self-contained page, without script or network, that prints on A4.

        `synthetic` says on the page that the cases are nobody's, `more` are further sections of HTML. The
        file is there whole or not at all.
        """
        text = page(self, self.facts(synthetic=synthetic), lang=lang, more=more)
        with replacing(Path(path)) as part:
            part.write_text(text, encoding="utf-8")

    def to_excel(self, path: Any, *, synthetic: bool = False) -> None:
        """Write every table as a sheet; needs XlsxWriter. The file is there whole or not at all."""
        write_workbook(path, self, self.facts(synthetic=synthetic))

    def facts(self, *, synthetic: bool = False) -> RunFacts:
        """What the run was, as page and workbook say it."""
        flows = self.flows(self.baseline.id, measure="cases")
        states = self.states
        bare = RunFacts(
            version=_version.__version__,
            scenarios=tuple(
                ScenarioFacts(each.id, dict(each.title), each.hash, each.note) for each in self.scenarios
            ),
            cases=int(self.summary()["cases"].iloc[0]),
            hospitals=len(self.hospitals(self.baseline.id)),
            regions=len(set(flows.index) | set(flows.columns)),
            year=self.world.year,
            seed=self.seed,
            draws=self.draws or None,
            parameters=sum(states.values()),
            assumed=states.get("assumed", 0),
            synthetic=synthetic,
            fingerprint=self.fingerprint.digest,
        )
        marks = [
            (
                each.id,
                bare.mark(each.id) or word("baseline", "zh"),
                bare.mark(each.id) or word("baseline", "en"),
            )
            for each in self.scenarios
        ]
        return replace(
            bare,
            warnings=(*cautions(self), *fund_lights(projected(self), marks)),
            notes_on_years=tuple(not_projected(self)),
        )

    @property
    def _titles(self) -> dict[str, dict[str, str]]:
        return {each.id: dict(each.title) for each in self.scenarios}

    def __repr__(self) -> str:
        return glance_text(self.summary(), self.states)

    def _repr_html_(self) -> str:
        return glance_html(self.summary(), self.states)

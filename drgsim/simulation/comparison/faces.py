"""What people look at of a comparison: charts, one page, a workbook, a display for notebooks.

All of it is drawn by the report room from the tables that stand; nothing is paid here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from ..._atomic import replacing
from ..._rooms import report_room

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario
    from .attribution import Method


class _Tables(Protocol):
    """What a face reads of the class it is mixed into."""

    @property
    def scenarios(self) -> tuple[Scenario, ...]: ...
    @property
    def baseline(self) -> Scenario: ...
    @property
    def reforms(self) -> tuple[Scenario, ...]: ...
    @property
    def states(self) -> Mapping[str, int]: ...
    def scenario(self, id: str | None = None) -> Scenario: ...
    def summary(self) -> pd.DataFrame: ...
    def attribution(
        self, scenario: str | None = None, *, measure: str = ..., method: Method = ...
    ) -> pd.DataFrame: ...
    def flows(
        self, scenario: str | None = None, *, measure: str = ..., change: bool = ...
    ) -> pd.DataFrame: ...
    def hospitals(self, scenario: str | None = None) -> pd.DataFrame: ...
    def outliers(self) -> pd.DataFrame: ...
    def cost_to_standard(self, scenario: str | None = None) -> pd.DataFrame: ...
    def projection(self) -> pd.DataFrame: ...
    def facts(self, *, synthetic: bool = False) -> Any: ...


class Faces:
    """Scenarios side by side, as people look at them.

    Every `plot_…` returns a `matplotlib.figure.Figure` and needs the extra `plot`; `lang` is "zh" or "en", by
    default Chinese where a font here can write it. A scenario is named by its id (NotFoundError for another).
    Displays, page and workbook hold sums only, never a case.

    Examples
    --------
    >>> import drgsim
    >>> from tempfile import TemporaryDirectory
    >>> found = drgsim.example_comparison()
    >>> found.plot_waterfall("reform", measure="fund", method="ordered", lang="en").axes != []
    True
    >>> figures = found.plot_hospitals("reform", shown=3, lang="en"), found.plot_flows("reform", lang="en")
    >>> figures += found.plot_projection(region="all", lang="en"), found.plot_outliers(lang="en")
    >>> len(figures), type(found.plot_cost_to_standard(lang="en")).__name__
    (4, 'Chart')
    >>> found.facts(synthetic=True).cases
    300
    >>> with TemporaryDirectory() as folder:
    ...     found.to_html(f"{folder}/report.html", lang="en", synthetic=True)
    ...     found.to_excel(f"{folder}/results.xlsx", synthetic=True)
    """

    def plot_waterfall(
        self: _Tables,
        scenario: str | None = None,
        *,
        measure: str = "fund",
        method: Method = "ordered",
        lang: str | None = None,
    ) -> Any:
        """What each lever changes: of one `scenario`, or of all, a panel each.

        `measure` (fund, patient, hospital … in yuan, or cases) and `method` as in `attribution`; `lang` of
        labels.
        """
        names = [each.id for each in self.reforms] if scenario is None else [scenario]
        table = pd.concat(
            [self.attribution(each, measure=measure, method=method) for each in names or [self.baseline.id]],
            ignore_index=True,
        )
        return _figures().waterfall(table, measure=measure, lang=lang, titles=_titles(self))

    def plot_hospitals(
        self: _Tables, scenario: str | None = None, *, shown: int = 8, lang: str | None = None
    ) -> Any:
        """Who gains and loses most by a `scenario`, `shown` of each, and all by level; `lang` of labels."""
        own = self.scenario(scenario)
        return _figures().hospitals(self.hospitals(own.id), shown=shown, lang=lang, title=_title(own, lang))

    def plot_flows(self: _Tables, scenario: str | None = None, *, lang: str | None = None) -> Any:
        """Whose fund pays where: the baseline, and what a `scenario` changes in it; `lang` of labels."""
        own = self.scenario(scenario)
        change = None if own.id == self.baseline.id else self.flows(own.id, change=True)
        return _figures().flows(
            self.flows(self.baseline.id), change=change, lang=lang, title=_title(own, lang)
        )

    def plot_projection(self: _Tables, region: str = "all", *, lang: str | None = None) -> Any:
        """The funds of a `region` over the years; `lang` of labels. Raises SimulationError without years."""
        return _figures().projection(self.projection(), region=region, lang=lang, titles=_titles(self))

    def plot_outliers(self: _Tables, *, lang: str | None = None) -> Any:
        """Outliers, special review and new technology: stays and money; `lang` of labels."""
        return _figures().outliers(self.outliers(), lang=lang, titles=_titles(self))

    def plot_cost_to_standard(self: _Tables, *, lang: str | None = None) -> Any:
        """How far stays cost more or less than their standard; `lang` of labels."""
        return _figures().cost_to_standard(self.cost_to_standard(), lang=lang, titles=_titles(self))

    def to_html(
        self: _Tables,
        path: Any,
        *,
        lang: str | None = None,
        synthetic: bool = False,
        more: Sequence[str] = (),
    ) -> None:
        """Write the report: one self-contained page, without script or network, that prints on A4.

        It reads what stands and pays nothing: of a result that was not explained it says so. `synthetic` says
        on the page that the cases are nobody's, `more` are further sections of HTML, `lang` that of charts.
        The file at `path` is there whole or not at all. Raises MissingExtraError without matplotlib.
        """
        text = report_room("page").page(self, self.facts(synthetic=synthetic), lang=lang, more=more)
        with replacing(Path(path)) as part:
            part.write_text(text, encoding="utf-8")

    def to_excel(self: _Tables, path: Any, *, synthetic: bool = False) -> None:
        """Write every table as a sheet to `path`; the file is there whole or not at all.

        `synthetic` says in it that the cases are nobody's. Raises MissingExtraError without XlsxWriter.
        """
        report_room("comparison_workbook").write_workbook(path, self, self.facts(synthetic=synthetic))

    def facts(self: _Tables, *, synthetic: bool = False) -> Any:
        """What the run was, as page and workbook say it: `RunFacts`; `synthetic`: invented cases."""
        return report_room("facts").facts_of(self, synthetic=synthetic)

    def __repr__(self: _Tables) -> str:
        return str(report_room("glance").glance_text(self.summary(), self.states))

    def _repr_html_(self: _Tables) -> str:
        return str(report_room("glance").glance_html(self.summary(), self.states))


def _figures() -> Any:
    return report_room("figures")


def _titles(found: _Tables) -> dict[str, dict[str, str]]:
    return {each.id: dict(each.title) for each in found.scenarios}


def _title(scenario: Any, lang: str | None) -> str:
    return str(scenario.title.get(report_room("fonts").language(lang), scenario.id))

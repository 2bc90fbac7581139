"""What a fit found, and how far the catalogue it made can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..catalogue import DipCatalogue
from ..diff import CatalogueDiff
from .cases import LearningCases
from .stats import places_by, spread, spread_inside

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class DipFitReport:
    """The result of `DipCatalogueBuilder.fit`. It holds no case rows.

    Attributes
    ----------
    frame : a row a type: kind, primary_care, cases, mean_cost, mean_los, cv, score …
    stability : a row for each pair of years that follow each other: types in both, share of the later
        year's cases in them, median and 90th percentile of the change of mean cost, share of the types
        within 10 per cent, rank correlation of mean cost
    auxiliary : a row for each type and dimension tried: cv, cv_inside, cut, kept, classes
    hospital_coefficients : a row a hospital level
    left_out : why how many cases did not count
    """

    catalogue: DipCatalogue
    frame: pd.DataFrame
    stability: pd.DataFrame
    auxiliary: pd.DataFrame
    hospital_coefficients: pd.DataFrame
    left_out: dict[str, int]
    overall: dict[str, Any]

    def summary(self) -> dict[str, Any]:
        """Cases, types by kind, coverage of the core types, the spread left inside types, RIV, threshold."""
        return dict(self.overall)

    def changes(self, other: DipCatalogue) -> CatalogueDiff:
        """What the learned catalogue changes against another."""
        return other.diff(self.catalogue)

    def __repr__(self) -> str:
        found = self.overall
        return (
            f"DipFitReport({found['cases']} cases -> {found['types']} types, "
            f"{found['coverage']:.1%} of cases in core types, CV inside types {found['cv_inside']:.2f})"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = {
            name: f"{value:.4g}" if isinstance(value, float) else str(value)
            for name, value in self.overall.items()
        }
        cells = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in shown.items()
        )
        return f"<table><caption>{escape(self.catalogue.title)}</caption>{cells}</table>"


def overall(
    cases: LearningCases, type_of: npt.NDArray[np.object_], catalogue: DipCatalogue, threshold: int
) -> dict[str, Any]:
    """The numbers of the summary. RIV is the share of the variance of cost that lies between types."""
    places = places_by(type_of)
    group = np.zeros(len(cases), np.int64)
    for number, rows in enumerate(places.values()):
        group[rows] = number
    inside, whole = spread_inside(cases.cost, group), spread(cases.cost)
    core = np.array([catalogue.types[code].kind == "core" for code in type_of], bool)
    cvs = [spread(cases.cost[rows]) for rows in places.values()]
    return {
        "cases": len(cases),
        "left_out": sum(cases.left_out.values()),
        "years": len(np.unique(cases.year)),
        "types": len(catalogue.types),
        "core": sum(kind.kind == "core" for kind in catalogue.types.values()),
        "composite": sum(kind.kind == "composite" for kind in catalogue.types.values()),
        "primary_care": sum(kind.primary_care for kind in catalogue.types.values()),
        "core_threshold": threshold,
        "coverage": float(core.mean()),
        "cv": whole,
        "cv_inside": inside,
        "cv_mean": float(np.average(cvs, weights=[len(rows) for rows in places.values()])),
        "riv": 1 - (inside / whole) ** 2 if whole > 0 else float("nan"),
        "auxiliary_factors": len(catalogue.auxiliary),
    }


def stability(cases: LearningCases, type_of: npt.NDArray[np.object_], min_cases: int) -> pd.DataFrame:
    """How alike the types are from one year to the next; types of fewer cases in either are left out."""
    import pandas as pd

    columns = [
        *("year", "next_year", "types", "share_of_cases", "median_change", "p90_change", "within_10_percent"),
        "rank_correlation",
    ]
    years = [year for year in np.unique(cases.year).tolist() if year > 0]
    frame = pd.DataFrame({"type": type_of, "year": cases.year, "cost": cases.cost})
    table = frame.groupby(["year", "type"])["cost"].agg(["mean", "size"])
    rows = []
    for year, following in pairwise(years):
        both = table.loc[year].add_suffix("_1").join(table.loc[following].add_suffix("_2"), how="inner")
        both = both[(both["size_1"] >= min_cases) & (both["size_2"] >= min_cases)]
        if both.empty:
            continue
        change = (both["mean_2"] / both["mean_1"] - 1).abs()
        ranks = both["mean_1"].rank().corr(both["mean_2"].rank()) if len(both) > 1 else np.nan
        share = both["size_2"].sum() / table.loc[following, "size"].sum()
        spreads = (change.median(), change.quantile(0.9), (change <= 0.1).mean())
        rows.append((year, following, len(both), share, *spreads, ranks))
    return pd.DataFrame(rows, columns=columns)

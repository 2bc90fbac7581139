"""What a fit found, and how far the catalogue it made can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..._excel import MONEY, PLAIN, RATIO, workbook
from ...language import both, stated_language, told
from ...words import word_in
from ..catalogue import DipCatalogue
from ..diff import CatalogueDiff
from ..words import Kind
from .cases import LearningCases
from .stats import Groups, spread, spread_inside, spreads


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
    needs : what a step could not be done without, by its name
    """

    catalogue: DipCatalogue
    frame: pd.DataFrame
    stability: pd.DataFrame
    auxiliary: pd.DataFrame
    hospital_coefficients: pd.DataFrame
    left_out: dict[str, int]
    overall: dict[str, Any]
    needs: dict[str, str]

    def summary(self) -> dict[str, Any]:
        """Cases, types by kind, coverage of the core types, the spread left inside types, RIV, threshold."""
        return dict(self.overall)

    def changes(self, other: DipCatalogue) -> CatalogueDiff:
        """What the learned catalogue changes against another."""
        return other.diff(self.catalogue)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the report by its name; `about` says how far to trust the catalogue, and what was
        left out or could not be done."""
        made = self.catalogue
        about = [
            (both("可信度", "trust"), word_in(made.trust, "trust")),
            *((both("说明", "note"), told(note)) for note in made.notes),
            *(
                (told(f"left out 未计入: {why}"), f"{count:,}")
                for why, count in self.left_out.items()
                if count
            ),
            *((f"{step} {both('需要', 'needs')}", told(what)) for step, what in self.needs.items()),
        ]
        return {
            "about": pd.DataFrame(about, columns=["what", "said"]),
            "summary": pd.DataFrame(
                [(word_in(name, "dip_fit"), str(value)) for name, value in self.overall.items()],
                columns=["what", "value"],
            ),
            "types": _with_kinds(self.frame.reset_index()),
            "stability": self.stability,
            "auxiliary": self.auxiliary,
            "hospital_coefficients": self.hospital_coefficients,
            "level_means": pd.DataFrame(
                [(i.type, i.level, i.mean_cost, i.cases) for i in made.level_means],
                columns=["type", "level", "mean_cost", "cases"],
            ),
        }

    def to_excel(self, path: str | Path) -> None:
        """Every table on a sheet of its own; the file is there whole or not at all."""
        with workbook(path) as book:
            for name, table in self.tables().items():
                book.table(name, table, code=_number_format)

    def __repr__(self) -> str:
        found = self.overall
        return (
            f"DipFitReport({found['cases']} cases -> {found['types']} types, "
            f"{found['coverage']:.1%} of cases in core types, CV inside types {found['cv_inside']:.2f})"
        )

    def _repr_html_(self) -> str:
        shown = {
            name: f"{value:.4g}" if isinstance(value, float) else str(value)
            for name, value in {**self.overall, "trust": self.catalogue.trust, **self.needs}.items()
        }
        cells = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in shown.items()
        )
        return f"<table><caption>{escape(self.catalogue.title)}</caption>{cells}</table>"


def _with_kinds(types: pd.DataFrame) -> pd.DataFrame:
    if (lang := stated_language()) is None or "kind" not in types:
        return types
    return types.assign(kind=[Kind(kind).named(lang) for kind in types["kind"]])


def _number_format(column: str) -> str:
    if column in ("cases", "n", "types", "year", "next_year"):
        return PLAIN
    return MONEY if "cost" in column or "score" in column else RATIO


def overall(cases: LearningCases, types: Groups, catalogue: DipCatalogue, threshold: int) -> dict[str, Any]:
    """The numbers of the summary. RIV is the share of the variance of cost that lies between types."""
    inside, whole = spread_inside(cases.cost, types.group), spread(cases.cost)
    core = [catalogue.types[code].kind != "composite" for code in types.names]
    cvs = spreads(cases.cost, types.group, len(types))
    return {
        "cases": len(cases),
        "left_out": sum(cases.left_out.values()),
        "years": len(cases.years.stated),
        "types": len(catalogue.types),
        "core": sum(kind.kind != "composite" for kind in catalogue.types.values()),
        "composite": sum(kind.kind == "composite" for kind in catalogue.types.values()),
        "without_score": sum(kind.score is None for kind in catalogue.types.values()),
        "primary_care": catalogue.summary()["primary_care"],
        "core_threshold": threshold,
        "coverage": int(types.counts[core].sum()) / len(cases),
        "cv": whole,
        "cv_inside": inside,
        "cv_mean": float(np.average(cvs, weights=types.counts)),
        "riv": 1 - (inside / whole) ** 2 if whole > 0 else float("nan"),
        "auxiliary_factors": len(catalogue.auxiliary),
    }


def stability(cases: LearningCases, types: Groups, min_cases: int) -> pd.DataFrame:
    """How alike the types are from one year to the next; types of fewer cases in either are left out."""
    columns = [
        *("year", "next_year", "types", "share_of_cases", "median_change", "p90_change", "within_10_percent"),
        "rank_correlation",
    ]
    years = [year for year in cases.years.stated.tolist() if year > 0]
    if len(years) < 2:
        return pd.DataFrame(columns=columns)
    year_of = cases.years.stated[cases.years.place]
    frame = pd.DataFrame({"type": types.group, "year": year_of, "cost": cases.cost})
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

"""Are the results of a kind that happens: each figure beside a range, which is data with its source.

A figure outside its range is no error. It says that the cases, or what was assumed of them, are unlike what
is known of the country, and that somebody should look.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..._paths import data_path
from ...payment.engine.state import Outlier, Review, Route
from ...published import series
from ..world.groupings import FITTED

if TYPE_CHECKING:
    from ..comparison.kept import ComparisonRecord
    from ..scenario.scenario import Scenario
    from ..world.outcome import Outcome

ALL = "all"
COLUMNS = ("scenario", "check", "title_zh", "title_en", "value", "low", "high", "ok", "source", "state")


@dataclass(frozen=True, slots=True)
class Range:
    """One row of `data/simulation/plausibility.csv`.

    Either `low` and `high` are stated, or they lie `width` (a share) around the published measure's figure
    of the year nearest to the cases'. `state` is that of the range, never better than the figure's.
    """

    check: str
    measure: str
    insurance: str
    zh: str
    en: str
    low: float | None
    high: float | None
    published: str
    width: float | None
    source: str
    state: str

    def bounds(self, year: int) -> tuple[float, float, str]:
        """low, high and the source of the range for cases of a year."""
        if self.low is not None and self.high is not None:
            return self.low, self.high, self.source
        figures = series(self.published, insurance=self.insurance)
        nearest = figures[min(figures, key=lambda each: (abs(each - year), -each))]
        width = float(self.width or 0)
        return nearest.amount * (1 - width), nearest.amount * (1 + width), nearest.source


@cache
def ranges() -> tuple[Range, ...]:
    """The declared ranges.

    >>> ranges()[0].check
    'fund_share_employee'
    """
    with data_path("simulation", "plausibility.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_range(row) for row in csv.DictReader(file))


def plausibility(results: ComparisonRecord) -> pd.DataFrame:
    """A row for each scenario and check: scenario, check, title_zh, title_en, value, low, high, ok, source,
    state. Checks that have no value here (no stay of an insurance, weights that are not measured) are left
    out."""
    rows = []
    for scenario in results.scenarios:
        outcome = results.outcomes[scenario.id]
        for each in ranges():
            value = MEASURES[each.measure](outcome, scenario, each.insurance)
            if value is not None and np.isfinite(value):
                low, high, source = each.bounds(results.world.year)
                ok = low <= value <= high
                row = (scenario.id, each.check, each.zh, each.en, value, low, high, ok, source, each.state)
                rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_cost(*names: str) -> Callable[[Outcome, Scenario, str], float | None]:
    """Measures of the ledger over the total cost."""

    def share(outcome: Outcome, scenario: Scenario, insurance: str) -> float | None:
        own, ledger = _stays_of(outcome, insurance), outcome.ledger
        cost = int(ledger["total_cost"][own].sum())
        return sum(int(ledger[name][own].sum()) for name in names) / cost if cost else None

    return share


def _mean_cost(outcome: Outcome, scenario: Scenario, insurance: str) -> float | None:
    paid = outcome.payments.findings.problem == 0  # the others have no cost here
    cost = outcome.ledger["total_cost"][_stays_of(outcome, insurance) & paid]
    return int(cost.sum()) / 100 / len(cost) if len(cost) else None


def _mean_stay(outcome: Outcome, scenario: Scenario, insurance: str) -> float | None:
    days = outcome.payments.stays.number("los")[_stays_of(outcome, insurance)]
    stated = days[~np.isnan(days)]
    return float(stated.sum()) / len(stated) if len(stated) else None


def _share(find: Callable[[Outcome], npt.NDArray[np.bool_]]) -> Callable[[Outcome, Scenario, str], float]:
    """The share of stays that are found."""
    return lambda outcome, scenario, insurance: float(np.count_nonzero(find(outcome)) / len(outcome.payments))


def _margin(outcome: Outcome, scenario: Scenario, insurance: str) -> float | None:
    total = outcome.total
    return -total["borne_by_hospital"] / total["total_cost"] if total["total_cost"] else None


def _cmi(outcome: Outcome, scenario: Scenario, insurance: str) -> float | None:
    return outcome.cmi if scenario.weights == FITTED else None


def _outside(outcome: Outcome) -> npt.NDArray[np.bool_]:
    stays = outcome.payments.stays
    home, care = (each.words() for each in map(stays.labels, _REGIONS))
    return np.asarray(home != care)


def _stays_of(outcome: Outcome, insurance: str) -> npt.NDArray[np.bool_]:
    labels = outcome.payments.stays.labels("insurance")
    if insurance == ALL:
        return np.ones(len(labels.codes), np.bool_)
    return np.isin(labels.codes, [code for code, name in enumerate(labels.names) if str(name) == insurance])


_REGIONS = ("insured_region", "care_region")
_HIGH = (Outlier.HIGH, Outlier.HIGH_OVER_QUOTA)
MEASURES: Mapping[str, Callable[[Outcome, Scenario, str], float | None]] = {
    "fund_share": _of_cost("fund", "other_payers"),  # the published share counts every fund
    "patient_share": _of_cost("patient"),
    "mean_cost": _mean_cost,
    "mean_stay": _mean_stay,
    "low_outlier_share": _share(lambda outcome: outcome.payments.findings.outlier == Outlier.LOW),
    "high_outlier_share": _share(lambda outcome: np.isin(outcome.payments.findings.outlier, _HIGH)),
    "reviewed_share": _share(lambda outcome: outcome.payments.findings.review == Review.ACCEPTED),
    "hospital_margin": _margin,
    "cmi": _cmi,
    "ungrouped_share": _share(lambda outcome: outcome.payments.findings.route == Route.UNGROUPED),
    "unpaid_share": _share(lambda outcome: outcome.payments.findings.problem != 0),
    "cross_region_share": _share(_outside),
}


def measures_of(found: Iterable[Range]) -> set[str]:
    """The measures some ranges ask for.

    >>> measures_of(ranges()) == set(MEASURES)
    True
    """
    return {each.measure for each in found}


def _range(row: Mapping[str, str]) -> Range:
    numbers = {name: float(row[name]) if row[name] else None for name in ("low", "high", "width")}
    return Range(
        row["check"] if row["insurance"] == ALL else f"{row['check']}_{row['insurance']}",
        row["measure"],
        row["insurance"],
        row["title_zh"],
        row["title_en"],
        numbers["low"],
        numbers["high"],
        row["published"],
        numbers["width"],
        row["source"],
        row["state"],
    )

"""The results a run record states: tables in whole fen, none with a row a stay or a hospital.

To record another table of `Comparison`, add it to `TABLES`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...synthetic.generate import synthetic_cases
from ..comparison.comparison import Comparison
from ..simulate import simulate
from ..world.outcome import MEASURES

BASELINE = "baseline-drg"
# a small year of the invented province, the same on every machine
CASES, YEAR, SEED = 8_000, 2025, 20_260_101


def simulated(*ids: str) -> Comparison:
    """The shipped scenarios beside their baseline, on the small year."""
    return simulate(synthetic_cases("province", n=CASES, year=YEAR, seed=SEED), [BASELINE, *ids])


def expected_table(results: Comparison, id: str) -> pd.DataFrame:
    """table, key, measure, value: totals, bars and sums by region and level in whole fen (cases counted)."""
    return pd.DataFrame(_rows(results, id), columns=["table", "key", "measure", "value"])


def _rows(results: Comparison, id: str) -> Iterator[tuple[str, str, str, int]]:
    outcome = results.outcomes[id]
    for measure, value in outcome.total.items():
        yield "total", "", measure, value
    for bar in results.attribution(id).to_dict("records"):
        yield "bar", f"{bar['lever']}/{bar['kind']}", "fund", round(float(bar["value"]) * 100)
    for by in ("region", "level", "insurance", "outlier", "review"):
        for row in outcome.sums([by]).to_dict("records"):
            for measure in MEASURES:
                yield by, str(row[by]), measure, int(row[measure])


Table = dict[str, list[Any]]  # columns, rows

FEW = 10  # stays; regions with fewer are put together
FEW_NAME = "(few)"
# columns of yuan, kept as whole fen; others are kept as they are
YUAN = frozenset(
    {
        *MEASURES[1:],
        "fund_change",
        "patient_change",
        "other_payers_change",
        "hospital_change",
        "value",
        "cumulative",
        "adjustment",
        "not_payable_cost",
    }
    | {"gained", "lost", "inpatient_cost", "inpatient_fund", "other_spending", "income", "balance", "reserve"}
    | {f"{name}_{edge}" for name in ("inpatient_fund", "balance", "reserve") for edge in ("low", "high")}
)


def as_table(frame: pd.DataFrame) -> Table:
    """A frame as columns and rows of plain values: yuan as whole fen, missing as None."""
    rows = zip(*(_plain(str(name), frame[name]) for name in frame.columns), strict=True)
    return {"columns": [str(name) for name in frame.columns], "rows": [list(row) for row in rows]}


def _plain(name: str, column: pd.Series[Any]) -> list[Any]:
    return [_value(value, yuan=name in YUAN) for value in column.to_list()]


def _value(value: Any, *, yuan: bool) -> Any:
    if value is None or value != value:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.number):
        if not math.isfinite(value):
            return None
        if yuan:
            return round(float(value) * 100)
        return int(value) if isinstance(value, int | np.integer) else float(value)
    return str(value)


def _summary(results: Comparison) -> pd.DataFrame:
    return results.summary().reset_index()


def _attribution(results: Comparison) -> pd.DataFrame:
    return pd.concat([results.attribution(each.id) for each in results.scenarios], ignore_index=True)


def _by_region(results: Comparison) -> pd.DataFrame:
    """By insured region; those with few stays under any scenario are one row, so that no row is a person."""
    table = results.by("region")
    few = set(table.loc[table["cases"].between(1, FEW - 1), "region"])
    table["region"] = table["region"].astype(object).where(~table["region"].isin(few), FEW_NAME)
    return table.groupby(["scenario", "region"], as_index=False, sort=True).sum()


def _hospitals(results: Comparison) -> pd.DataFrame:
    """A row a scenario: how many hospitals gain and lose, how much, and a digest of the whole table."""
    rows = []
    for scenario in results.scenarios:
        table = results.hospitals(scenario.id)
        change = table["hospital_change"]
        whole = table.sort_values(["care_region", "hospital_id"], kind="stable")
        text = repr(as_table(whole.drop(columns="margin")))
        rows.append(
            {
                "scenario": scenario.id,
                "hospitals": len(table),
                "gaining": int((change > 0).sum()),
                "losing": int((change < 0).sum()),
                "gained": float(change.clip(lower=0).sum()),
                "lost": float(-change.clip(upper=0).sum()),
                "digest": hashlib.sha256(text.encode()).hexdigest(),
            }
        )
    return pd.DataFrame(rows)


TABLES: Mapping[str, Callable[[Comparison], Any]] = {
    "summary": _summary,
    "attribution": _attribution,
    "by_region": _by_region,
    "by_insurance": lambda results: results.by("insurance"),
    "by_level": lambda results: results.by("level"),
    "hospitals": _hospitals,
    "outliers": lambda results: results.outliers(),
    "projection": lambda results: results.projection() if results.years else None,
    "bands": lambda results: results.bands() if results.draws else None,
}


def tables(results: Comparison) -> dict[str, Table]:
    """Every table of `TABLES` the run has."""
    made = {name: make(results) for name, make in TABLES.items()}
    return {name: as_table(frame) for name, frame in made.items() if frame is not None}

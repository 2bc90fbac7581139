"""What a run was given beside cases and scenarios, as a record keeps it and as `simulate` takes it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...settlement.budgets import FUND
from ..projection.funds import COLUMNS
from ..projection.growth import band_names
from ..world.age_bands import AGE_BAND

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison
    from ..projection.projection import Projection

Rows = list[dict[str, Any]]
_GIVEN = "read"  # what a projection calls a table of the caller's


def run_inputs(results: Comparison) -> dict[str, Any]:
    """seed, years, draws, and the tables of budgets, funds and insured that were given.

    Budgets are yuan as they were given, which need not be whole fen; the money of funds is whole fen. A table
    that was not given, and is derived again from the cases, is None.
    """
    projected = results.projected
    return {
        "seed": results.seed,
        "years": results.years,
        "draws": results.draws,
        "budgets": _budgets(results.world.given_budgets),
        "funds": _funds(projected) if projected and projected.opening.state == _GIVEN else None,
        "insured": _insured(projected) if projected and projected.insured.state == _GIVEN else None,
    }


def as_arguments(run: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of `simulate` that repeat a run."""
    return {
        "seed": run["seed"],
        "years": run["years"],
        "draws": run["draws"],
        "budgets": _frame(run["budgets"], ()),
        "funds": _frame(run["funds"], COLUMNS),
        "insured": _frame(run["insured"], ()),
    }


def _budgets(table: pd.DataFrame | None) -> Rows | None:
    if table is None:
        return None
    columns = (table[name] for name in (*FUND, "budget"))
    return [
        {"region": str(region), "insurance": str(insurance), "budget": float(budget)}
        for region, insurance, budget in zip(*columns, strict=True)
    ]


def _funds(projected: Projection) -> Rows:
    money = [getattr(projected.opening, name) for name in COLUMNS]
    return [
        dict(zip(FUND, fund, strict=True))
        | {name: int(fen[row]) for name, fen in zip(COLUMNS, money, strict=True)}
        for row, fund in enumerate(projected.funds)
    ]


def _insured(projected: Projection) -> Rows:
    return [
        dict(zip(FUND, fund, strict=True)) | {AGE_BAND: band, "insured": float(persons)}
        for fund, row in zip(projected.funds, projected.insured.persons, strict=True)
        for band, persons in zip(band_names(), row, strict=True)
    ]


def _frame(rows: Rows | None, money: tuple[str, ...]) -> pd.DataFrame | None:
    if rows is None:
        return None
    frame = pd.DataFrame(rows)
    return frame.assign(**{name: frame[name] / 100 for name in money})

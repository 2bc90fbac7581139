"""Short tables made from the long ones: what a reader asks first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd


class Tables(Protocol):
    """The table methods of a result that charts, page and workbook are made of."""

    def summary(self) -> pd.DataFrame: ...
    def by(self, key: str) -> pd.DataFrame: ...
    def attribution(self, scenario: str | None = None, *, measure: str = ...) -> pd.DataFrame: ...
    def flows(
        self, scenario: str | None = None, *, measure: str = ..., change: bool = ...
    ) -> pd.DataFrame: ...
    def migration(self, scenario: str | None = None) -> pd.DataFrame: ...
    def hospitals(self, scenario: str | None = None) -> pd.DataFrame: ...
    def outliers(self) -> pd.DataFrame: ...
    def cost_to_standard(self, scenario: str | None = None) -> pd.DataFrame: ...
    def projection(self) -> pd.DataFrame: ...
    def bands(self) -> pd.DataFrame: ...


def reforms(tables: Tables) -> list[str]:
    """The scenarios beside the baseline."""
    return [str(each) for each in tables.summary().index[1:]]


def projected(tables: Tables) -> pd.DataFrame:
    """The funds over the years, or an empty table where no years were simulated."""
    return tables.projection() if getattr(tables, "years", 1) else pd.DataFrame()


def check_table(tables: Tables, name: str) -> pd.DataFrame:
    """`published`, `plausibility` or `liveness`; an empty table for a result that does not make it, or that
    would have to pay all cases for it (`explained`)."""
    make = getattr(tables, name, None)
    if name == "liveness" and not explained(tables):
        make = None
    return pd.DataFrame() if make is None else make()


def closes_a_budget(tables: Tables, scenario: str) -> bool:
    """Whether the scenario's funds spend closed budgets; False for a result that does not say."""
    tell = getattr(tables, "closes_a_budget", None)
    return False if tell is None else bool(tell(scenario))


def explained(tables: Tables) -> bool:
    """Whether attribution and liveness stand ready: a report reads them and never pays for them."""
    return bool(getattr(tables, "explained", True))


def attributions(tables: Tables, *, measure: str = "fund") -> pd.DataFrame:
    """The attribution of every reform, one after the other; empty where it was not worked out."""
    names = reforms(tables) if explained(tables) else []
    parts = [tables.attribution(each, measure=measure) for each in names]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def most_moving(changes: dict[str, Any]) -> str | None:
    """The scenario under which most money moves, whichever way; None when none moves any."""
    moved = {key: float(np.nansum(np.abs(np.asarray(each, dtype=float)))) for key, each in changes.items()}
    largest = max(moved, key=lambda key: moved[key], default=None)
    return largest if largest is not None and moved[largest] > 0 else None


def hospital_changes(tables: Tables, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The hospitals of each reform."""
    return {each: tables.hospitals(each) for each in names}


def winners_and_losers(changes: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row a scenario: gaining, losing, same (hospitals); gained, lost (yuan); low, middle, high.

    The last three are quartiles of a hospital's change as a share of its cost.
    """
    rows = {}
    for scenario, table in changes.items():
        change = table["hospital_change"].astype(float)
        share = (change / table["total_cost"].where(table["total_cost"] > 0)).dropna()
        low, middle, high = np.quantile(share, [0.25, 0.5, 0.75]) if len(share) else (np.nan,) * 3
        rows[scenario] = {
            "gaining": int((change > 0).sum()),
            "losing": int((change < 0).sum()),
            "same": int((change == 0).sum()),
            "gained": float(change[change > 0].sum()),
            "lost": float(change[change < 0].sum()),
            "low": float(low),
            "middle": float(middle),
            "high": float(high),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def by_level(changes: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Scenario × hospital level: the change for hospitals, yuan; the highest level first."""
    rows = {
        scenario: table.groupby(table["hospital_level"].astype(str))["hospital_change"].sum()
        for scenario, table in changes.items()
    }
    wide = pd.DataFrame(rows).T.astype(float).fillna(0.0)
    return wide[sorted(wide.columns, reverse=True)]


def across(
    table: pd.DataFrame, key: str, value: str, names: Sequence[str], *, most: int = 10
) -> pd.DataFrame:
    """key × scenario of a tidy table; of more than `most` keys those with the largest values."""
    wide = table[table["scenario"].isin(names)].pivot_table(
        index=key, columns="scenario", values=value, aggfunc="sum", fill_value=0.0, observed=True
    )
    wide = wide.reindex(columns=list(names), fill_value=0.0)
    order = wide.abs().max(axis=1).sort_values(ascending=False, kind="stable").index[:most]
    return wide.loc[[each for each in wide.index if each in set(order)]]


def years_ahead(projection: pd.DataFrame) -> pd.DataFrame:
    """A row a scenario and insurance of the whole: first_deficit (year or None), the last year's balance,
    reserve and months, with the reserve's band where there is one, and the warnings on the way."""
    whole = projection[projection["region"].astype(str) == "all"]
    rows = []
    for (scenario, insurance), part in whole.groupby(["scenario", "insurance"], sort=False):
        if insurance == "all" and whole["insurance"].nunique() > 1:
            continue  # funds never mix: their sum is nobody's reserve
        ordered = part.sort_values("year")
        short = ordered.loc[ordered["balance"] < 0, "year"]
        last = ordered.iloc[-1]
        rows.append(
            {
                "scenario": scenario,
                "insurance": insurance,
                "year": int(last["year"]),
                "first_deficit": int(short.iloc[0]) if len(short) else None,
                "balance": float(last["balance"]),
                "reserve": float(last["reserve"]),
                "reserve_low": float(last.get("reserve_low", np.nan)),
                "reserve_high": float(last.get("reserve_high", np.nan)),
                "reserve_months": float(last["reserve_months"]),
                "warnings": ", ".join(dict.fromkeys(str(each) for each in ordered["warning"] if each)),
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class Edges:
    """Low and high of a band, yuan, and the year it is of."""

    low: float
    high: float
    year: int | None


# the parameters' band is of what is projected: the fund's inpatient payments
_BANDED = {"sampling": "fund", "parameters": "inpatient_fund"}


def change_band(bands: pd.DataFrame, scenario: str, kind: str) -> Edges | None:
    """The band of a scenario's change of the fund: `sampling` of the year of the cases, `parameters` of the
    last year projected; None where it was not drawn."""
    if not len(bands):
        return None
    found = bands[
        (bands["scenario"] == scenario)
        & (bands["measure"] == _BANDED[kind])
        & (bands["band"] == f"difference_{kind}")
    ]
    for key in ("region", "insurance"):
        if key in found:
            found = found[found[key].astype(str) == "all"]
    found = found.dropna(subset=["low", "high"])
    if not len(found):
        return None
    last = found.sort_values("year", kind="stable").iloc[-1]
    year = None if last["year"] is None or last["year"] != last["year"] else int(last["year"])
    return Edges(float(last["low"]), float(last["high"]), year)

"""Outcomes beside the baseline's: what each scenario comes to, and what it changes, in yuan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..checks.left_out import unpaid_costs
from ..world.outcome import MEASURES, Outcome

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario

MONEY = MEASURES[1:]
FEN = 100
HOSPITAL = ("care_region", "hospital_level", "hospital_id")
# a change -> the measure it is of, and whether more of that is more of the change
CHANGES = {
    "fund_change": ("fund", 1),
    "patient_change": ("patient", 1),
    "other_payers_change": ("other_payers", 1),
    "hospital_change": ("borne_by_hospital", -1),
}


def summary(scenarios: Sequence[Scenario], outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """A row a scenario, the baseline first; `Comparison.summary` names the columns."""
    start = outcomes[scenarios[0].id].total
    rows = []
    for scenario in scenarios:
        outcome = outcomes[scenario.id]
        total, unpaid = outcome.total, unpaid_costs(outcome)
        row: dict[str, Any] = {
            "title_zh": scenario.title.get("zh", scenario.id),
            "title_en": scenario.title.get("en", scenario.id),
            "cases": total["cases"],
            "not_payable": sum(cases for cases, _ in unpaid.values()),
            "not_payable_cost": sum(cost for _, cost in unpaid.values()) / FEN,
            "cmi": outcome.cmi,
        }
        row |= {name: total[name] / FEN for name in MONEY}
        for name, (measure, sign) in CHANGES.items():
            row[name] = sign * (total[measure] - start[measure]) / FEN
        row["fund_change_share"] = row["fund_change"] * FEN / start["fund"] if start["fund"] else np.nan
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index([each.id for each in scenarios], name="scenario"))


def by_column(ids: Sequence[str], outcomes: Mapping[str, Outcome], key: str) -> pd.DataFrame:
    """A row for each scenario and value of a column of the cases; the baseline is the first id."""
    sides = {id: outcomes[id].sums([key]).set_index(key) for id in ids}
    tables = []
    for id, own in sides.items():
        here, there = _aligned(own, sides[ids[0]])
        table = here[["cases"]].assign(**{name: here[name] / FEN for name in MONEY})
        for name, (measure, sign) in CHANGES.items():
            table[name] = sign * (here[measure] - there[measure]) / FEN
        table.insert(0, "scenario", id)
        tables.append(table.rename_axis(key).reset_index())
    together = pd.concat(tables, ignore_index=True)
    return together[["scenario", key, *[name for name in together.columns if name not in ("scenario", key)]]]


def by_hospital(own: Outcome, baseline: Outcome) -> pd.DataFrame:
    """A row a hospital, the largest gain first; `Comparison.hospitals` names the columns."""
    here, there = _aligned(*(each.sums(HOSPITAL).set_index(list(HOSPITAL)) for each in (own, baseline)))
    money = ("total_cost", "fund", "borne_by_hospital")
    table = here[["cases"]].assign(**{name: here[name] / FEN for name in money})
    table["margin"] = -table["borne_by_hospital"] / table["total_cost"].where(table["total_cost"] > 0)
    for name in ("fund_change", "hospital_change"):
        measure, sign = CHANGES[name]
        table[name] = sign * (here[measure] - there[measure]) / FEN
    ordered = table.reset_index().sort_values("hospital_change", ascending=False, kind="stable")
    return ordered.reset_index(drop=True)


def flow_matrix(outcome: Outcome, measure: str) -> pd.DataFrame:
    """Insured region × care region: cases, or yuan of a measure."""
    wide = outcome.sums(["insured_region", "care_region"]).pivot_table(
        index="insured_region", columns="care_region", values=measure, aggfunc="sum", fill_value=0
    )
    return wide if measure == "cases" else wide / FEN


def flow_changes(own: pd.DataFrame, start: pd.DataFrame) -> pd.DataFrame:
    """One flow matrix less another; a flow that only one of them has counts as nothing in the other."""
    rows, columns = own.index.union(start.index), own.columns.union(start.columns)
    here, there = (each.reindex(index=rows, columns=columns, fill_value=0) for each in (own, start))
    return here - there


def _aligned(own: pd.DataFrame, start: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    index = own.index.union(start.index, sort=True)
    return own.reindex(index, fill_value=0), start.reindex(index, fill_value=0)

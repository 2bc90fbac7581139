"""A small world for projections: cells of two invented regions, paid by simple rules in closed form."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pandas as pd

from drgsim.settlement.statistics import MEASURES
from drgsim.simulation.scenario.assumptions import Assumptions
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.scenario.steps import steps_of
from drgsim.simulation.world.case_table import AGE_BAND
from drgsim.simulation.world.rules import rules_of

YEAR = 2025
ZERO = Assumptions.load({"id": "zero"})
BASELINE = replace(Scenario.of("national-ffs", on="2025-12-31"), assumptions=ZERO)
FLOATING = replace(
    Scenario.of("national-drg-points", id="floating", on="2025-12-31").reform(
        {"settlement.point_value": "floating"}, id="float"
    ),
    assumptions=ZERO,
)


def cells(seed=0, rows=60, regions=("A", "B", "far")):
    """Random cells; `far` treats nobody at home, so it is no fund of its own."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "care_region": draw.choice(regions[:2], rows),
            "insured_region": draw.choice(regions, rows),
            "insurance": draw.choice(["employee", "resident"], rows),
            "hospital_id": draw.choice(["h1", "h2", "h3"], rows),
            AGE_BAND: draw.choice(["adult", "oldest", ""], rows),
        }
    ).drop_duplicates()
    home = [
        {
            "care_region": region,
            "insured_region": region,
            "insurance": kind,
            "hospital_id": "h1",
            AGE_BAND: "youth",
        }
        for region in regions[:2]
        for kind in ("employee", "resident")
    ]
    table = pd.concat([pd.DataFrame(home), table], ignore_index=True)
    n = len(table)
    table["cases"] = draw.integers(1, 40, n)
    table["total_cost"] = table["cases"] * draw.integers(300_000, 3_000_000, n)
    table["payment"] = (table["total_cost"] * draw.uniform(0.8, 1.2, n)).astype(np.int64)
    table["fund_by_item"] = (table["total_cost"] * 0.7).astype(np.int64)
    table["fund"] = (table["payment"] * 0.7).astype(np.int64)
    outside = table["care_region"] != table["insured_region"]
    table["fund_care_region"] = np.where(outside, table["fund"] // 50, 0)
    by_points = table["insured_region"] != regions[2]  # visitors from far are paid item by item
    table["sliding"] = np.where(by_points, table["payment"], 0)
    table["sliding_care_region"] = np.where(by_points & outside, table["payment"] // 50, 0)
    table["patient"] = table["total_cost"] // 5
    table["other_payers"] = table["total_cost"] // 50
    table["catastrophic"] = 0  # funds spend case payment alone, in closed form
    table["medical_aid"] = table["other_payers"] // 4
    table["borne_by_hospital"] = (
        table["total_cost"] - table["fund"] - table["patient"] - table["other_payers"]
    )
    return table


class SmallWorld:
    """Cells whose fund money answers to relative cost as `payment` does, and each lever takes `saving` of it.

    `response` is the power of relative cost that the fund's money follows. Counts how often it paid.
    """

    def __init__(self, table=None, *, response=1.0, saving=0.1):
        self.table = cells() if table is None else table
        self.response, self.saving = response, saving
        self.year = YEAR
        self.given_budgets = None
        self.asked = []

    def rules(self, scenario, steps=None, *, year=None):
        names = {step.name for step in steps_of(scenario)}
        taken = names if steps is None else set(steps)
        return rules_of(scenario, frozenset(taken), scenario.on or datetime.date(year or YEAR, 12, 31))

    @property
    def budgets(self):
        own = self.table.groupby(["insured_region", "insurance"])["fund"].sum() / 100
        return own.rename("budget").rename_axis(["region", "insurance"]).reset_index()

    def cells(self, scenario, steps, relative_cost, year):
        self.asked.append((scenario.id, tuple(steps), dict(relative_cost), year))
        factor = self.table["insurance"].map(relative_cost).to_numpy()
        moved = dict.fromkeys(MEASURES[1:], factor)
        taken = (1 - self.saving) ** len(steps) * factor**self.response
        moved |= dict.fromkeys(("fund", "fund_care_region", "sliding", "sliding_care_region"), taken)
        columns = {name: np.rint(self.table[name] * each).astype(np.int64) for name, each in moved.items()}
        columns["borne_by_hospital"] = (
            columns["total_cost"] - columns["fund"] - columns["patient"] - columns["other_payers"]
        )
        return self.table.assign(**columns)


def assuming(scenario, **values):
    """The scenario with these assumptions alone; `_` in a name's end stands for the insurance's dot."""
    return replace(scenario, assumptions=Assumptions.load({"id": "own", **values}))

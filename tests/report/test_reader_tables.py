"""Short tables add up to the long ones they are made of."""

import numpy as np
import pandas as pd
import pytest

from drgsim.report.facts import fund_lights
from drgsim.report.reader_tables import (  # fmt: skip
    across,
    attributions,
    by_level,
    change_band,
    hospital_changes,
    most_moving,
    projected,
    winners_and_losers,
    years_ahead,
)

from .conftest import SCENARIOS, FabricatedTables


def test_winners_and_losers_count_every_hospital_and_all_money(tables):
    changes = hospital_changes(tables, SCENARIOS)
    sides = winners_and_losers(changes)
    for each, table in changes.items():
        row = sides.loc[each]
        assert row["gaining"] + row["losing"] + row["same"] == len(table)
        assert row["gained"] + row["lost"] == pytest.approx(table["hospital_change"].sum(), abs=0.01)
        assert by_level(changes).loc[each].sum() == pytest.approx(table["hospital_change"].sum(), abs=0.01)
    assert sides.loc[SCENARIOS[0], "same"] == 200


def test_the_scenario_that_moves_most_is_found_whichever_way():
    assert most_moving({"a": [1, -1], "b": [-5, 0], "c": [np.nan]}) == "b"
    assert most_moving({"a": [0.0]}) is None
    assert most_moving({}) is None


def test_all_reforms_are_attributed(tables):
    assert list(dict.fromkeys(attributions(tables)["scenario"])) == list(SCENARIOS[1:])


def test_the_largest_regions_stay_in_their_own_order():
    table = pd.DataFrame(
        {"scenario": "s", "region": ["a", "b", "c", "d"], "fund_change": [1.0, -9.0, 0.5, 3.0]}
    )
    assert list(across(table, "region", "fund_change", ["s"], most=2).index) == ["b", "d"]
    assert list(across(table, "region", "fund_change", ["s", "t"]).columns) == ["s", "t"]


def test_years_ahead_find_the_first_deficit_and_keep_funds_apart(tables):
    told = years_ahead(tables.projection())
    assert set(told["insurance"]) == {"employee", "resident"}
    for row in told.to_dict("records"):
        own = tables.projection().query(
            "scenario == @row['scenario'] and insurance == @row['insurance'] and balance < 0"
        )
        assert row["first_deficit"] == own["year"].min()
        assert row["reserve_low"] < row["reserve"] < row["reserve_high"]


def test_bands_are_of_the_cases_year_and_of_the_last_projected(tables):
    bands = tables.bands()
    assert change_band(bands, SCENARIOS[1], "sampling").year == 2025
    assert change_band(bands, SCENARIOS[1], "parameters").year == 2030
    assert change_band(bands, SCENARIOS[0], "sampling") is None
    assert change_band(bands.iloc[:0], SCENARIOS[1], "sampling") is None


def test_a_band_of_a_part_is_never_taken_for_that_of_the_whole(tables):
    bands = tables.bands().assign(insurance="employee", region="all")
    assert change_band(bands, SCENARIOS[1], "sampling") is None


def test_without_years_nothing_is_projected():
    tables = FabricatedTables()
    tables.years = 0
    assert len(projected(tables)) == 0


def test_lights_name_fund_year_and_scenarios():
    rows = [
        ("base", "employee", 2026, "deficit"), ("base", "employee", 2027, "deficit"),
        ("x", "employee", 2027, "deficit"), ("base", "resident", 2026, "reserve_red"),
        ("x", "resident", 2026, "reserve_red"), ("x", "resident", 2025, ""),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["scenario", "insurance", "year", "warning"]).assign(region="all")
    told = fund_lights(table, [("base", "基线", "baseline"), ("x", "A", "A")])
    assert told[0][0].startswith("居民医保：")
    assert "每" not in told[0][0]
    assert "every scenario, from 2026" in told[0][1]
    assert "baseline from 2026, A from 2027" in told[1][1]
    assert "基线 2026 年、A 2027 年起" in told[1][0]
    assert fund_lights(table.iloc[:0], []) == []

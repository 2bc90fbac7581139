"""Every hospital has one stratum, inside its region; none is alone where another could stand in for it."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from drgsim.simulation.uncertainty.strata import strata_of

UNITS = st.dictionaries(
    st.tuples(st.sampled_from("xyz"), st.sampled_from(["h1", "h2", "h3", "h4", "h5"])),
    st.integers(1, 4),
    max_size=15,
)


def strata(rows):
    """From rows (table, region, level, hospital, cases)."""
    frame = pd.DataFrame(rows, columns=["table", "region", "level", "hospital", "cases"])
    return strata_of(frame, region=["region"], level=["level"], hospital="hospital", size="cases")


def members(found) -> list[set[str]]:
    units = {place: unit for unit, place in found.place.items()}
    return [
        {units[place][1] for place in range(a, b)}
        for a, b in zip(found.starts[:-1], found.starts[1:], strict=True)
    ]


@given(UNITS)
def test_hospitals_are_alone_only_where_a_region_has_one(units):
    found = strata([(0, region, level, hospital, 1) for (region, hospital), level in units.items()])
    assert sorted(found.place.values()) == list(range(len(units)))
    counts = pd.Series([region for region, _ in units], dtype=object).value_counts()
    for text, hospitals in zip(found.texts, found.hospitals, strict=True):
        region = text.split("\x1f")[0]
        assert hospitals >= min(2, counts[region])
    assert len(set(found.texts)) == len(found.texts)


@given(UNITS)
def test_other_regions_change_nothing(units):
    rows = [(0, region, level, hospital, 1) for (region, hospital), level in units.items()]
    whole, own = strata(rows), strata([row for row in rows if row[1] == "x"])
    kept = {
        text: found
        for text, found in zip(whole.texts, members(whole), strict=True)
        if text.startswith("x\x1f")
    }
    assert kept == dict(zip(own.texts, members(own), strict=True))


def test_a_lone_hospital_joins_the_next_level_and_the_last_joins_the_one_before():
    found = strata([(0, "r", level, f"h{n}", 1) for n, level in enumerate([1, 2, 2, 3, 3, 4])])
    assert found.names == ["r / 1+2", "r / 3+4"]
    assert members(found) == [{"h0", "h1", "h2"}, {"h3", "h4", "h5"}]


def test_levels_are_in_the_order_of_numbers():
    found = strata([(0, "r", level, f"h{n}", 1) for n, level in enumerate([10, 9, 9, 11, 11])])
    assert found.names == ["r / 9", "r / 10+11"]


def test_a_hospital_is_of_the_level_of_most_of_its_stays_in_the_first_table_that_has_it():
    rows = [
        (0, "r", 2, "a", 5),
        (0, "r", 3, "a", 9),
        (0, "r", 2, "b", 1),
        (0, "r", 2, "c", 1),
        (0, "r", 3, "d", 1),
    ]
    later = [(1, "r", 2, "a", 99), (1, "r", 3, "e", 1)]
    assert members(strata(rows + later)) == [{"b", "c"}, {"a", "d", "e"}]


def test_the_same_id_in_two_regions_is_two_hospitals():
    found = strata([(0, region, 3, hospital, 1) for region in "pq" for hospital in "ab"])
    assert found.hospitals.tolist() == [2, 2]
    assert found.starts.dtype == np.int64

"""Our own cases, by scheme: every kind of ADRG, every local predicate, boundaries, statuses, reasons."""

import pytest

from .support import CASES, group_both_ways, grouper, read_cases, wrong

TABLES = {
    (scheme, table): cases
    for table in ("national", "national_3_0", "local")
    for scheme, cases in read_cases(CASES / f"{table}.csv").groupby("scheme")
}


@pytest.mark.parametrize("scheme_and_table", TABLES, ids="-".join)
def test_cases_are_grouped_as_expected(scheme_and_table):
    cases = TABLES[scheme_and_table]
    assert wrong(group_both_ways(grouper(scheme_and_table[0]), cases), cases) == []


def test_there_are_enough_of_them():
    every = [case for cases in TABLES.values() for case in cases.to_dict("records")]
    assert len(every) >= 300
    kinds = {"surgical", "procedure", "medical", "ambiguous"}
    assert kinds == {case["topic"][6:] for case in every if case["topic"].startswith("kind: ")}
    assert {case["status"] for case in every} == {"grouped", "ambiguous", "ungrouped", "invalid"}

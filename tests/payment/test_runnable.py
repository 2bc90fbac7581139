"""Which policies can be run with what ships, and what is said of those that cannot."""

import pandas as pd
import pytest

from drgsim import DrgGrouper, Policy, Weights, estimate
from drgsim.cli.main import main
from drgsim.errors import NotFoundError
from drgsim.weights.runnable import lacking, nearest_scheme, unpriced

CASE = {"sex": 1, "age": 56, "los": 8, "diagnoses": "K80.101", "procedures": "51.2300",
        "insurance": "employee", "hospital_level": 3, "total_cost": 9_000.0}  # fmt: skip


def test_a_policy_whose_scheme_does_not_ship_names_it_and_the_nearest_choice():
    policy = Policy.load("harbin-2023")
    (found,) = lacking(policy)
    assert "haerbin-2022" in found.zh
    assert found.zh.startswith("分组方案 haerbin-2023 未随附")
    assert found.en.startswith("scheme haerbin-2023 does not ship; nearest: haerbin-2022")
    assert "无法定价" in found.zh  # how many groups of that edition have no weight here
    with pytest.raises(NotFoundError, match="haerbin-2022"):
        estimate(CASE, policy)
    assert estimate(CASE, policy, scheme="haerbin-2022").frame["group"].notna().all()
    assert lacking(Policy.load("harbin-2022")) == []


def test_a_policy_that_can_run_says_what_it_leaves_unpriced_on_its_day(capsys):
    left = unpriced(Policy.load("harbin"))
    table, groups = Weights.of(Policy.load("harbin")), set(DrgGrouper("haerbin-2022").compiled.drgs.codes)
    without = len(groups - set(table.frame.index) - {"", "0000"})
    assert left is not None
    assert f"的 {without} 个无权重" in left.zh
    assert "2024-12-31" in left.en
    assert main(["policy", "list"]) == 0
    assert left.zh in capsys.readouterr().out


def test_the_nearest_scheme_is_of_the_place_or_the_national_one():
    assert nearest_scheme("haerbin-2023") == "haerbin-2022"
    assert nearest_scheme("nowhere-2023") == "chs-drg-2.0"


def test_the_list_of_policies_says_which_can_run(capsys):
    assert main(["policy", "list"]) == 0
    told = capsys.readouterr().out
    assert "可运行" in told
    assert "未随附" in told


def test_groupings_of_one_hospital_are_cut_by_group_and_department():
    from drgsim import compare_groupings
    from drgsim.errors import ArgumentError

    rows = [
        CASE | {"hospital_id": "H1", "department": "外科", "total_cost": 5_000.0 + 100 * n} for n in range(20)
    ]
    rows += [CASE | {"hospital_id": "H1", "department": "内科", "diagnoses": "J18.900", "procedures": "",
                     "total_cost": 3_000.0 + 50 * n} for n in range(20)]  # fmt: skip
    found = compare_groupings(pd.DataFrame(rows), "chs-drg-1.1", "chs-drg-2.0")
    assert found.departments["cases"].sum() == found.counts["compared"]
    assert found.departments["change"].sum() == pytest.approx(0, abs=1e-6)
    assert len(found.losers(by="department")) + len(found.winners(by="department")) <= 2
    assert found.groups["cost"].sum() == pytest.approx(found.groups["paid_a"].sum())
    with pytest.raises(ArgumentError, match="no such cut"):
        found.losers(by="ward")

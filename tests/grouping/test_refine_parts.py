"""The parts of a refinement on cells small enough to reckon by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from drgsim.grouping.refine import grow as growing
from drgsim.grouping.refine.cut import _dearest_first, _hospitals, _merged_rows, _told
from drgsim.grouping.refine.features import Cells, Constraints, Feature, Read, cells, read
from drgsim.grouping.refine.partition import (
    Bounds,
    Partition,
    Sums,
    cv_inside,
    differ,
    explained,
    inverted,
    merged,
)
from drgsim.grouping.refine.refine import Refinement
from drgsim.schemes.model import Drg
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import print_rule
from tests.schemes.example import SMALL

C = Constraints.load(
    min_cases=2, min_hospitals=2, min_difference=0.2, ages=(18, 60), classes=2, treatments=()
)


def of(costs, values, *, year=None, base=None, fold=None):
    """A cell for each list of costs; two features, severity and age band."""
    costs = [np.asarray(each, float) for each in costs]
    many = len(costs)
    return Cells(
        (Feature("severity"), Feature("age")),
        np.asarray(values, np.int64).reshape(many, -1),
        np.asarray(fold or [0] * many),
        np.asarray(year or [0] * many),
        np.asarray(base or [0] * many),
        np.array([len(each) for each in costs], float),
        np.array([each.sum() for each in costs]),
        np.array([(each**2).sum() for each in costs]),
        np.repeat(np.arange(many), [len(each) for each in costs]),
        np.zeros(sum(map(len, costs)), np.int64),
    )


TWO = of([[1, 3], [7, 9], [5]], [[0, 0], [1, 0], [2, 0]])


def drg(code, rule, name=""):
    return Drg(code, "ES3", name or f"肺炎，{code}", parse_rule(rule))


def test_sums_of_groups_and_what_they_explain():
    """Costs 1 3 | 7 9 5: mean 5, squares around it 16+4+4+16+0 = 40; inside 2, and 8 around 7."""
    groups = np.array([0, 1, 1])
    sums = Sums.of(TWO, groups, 3)
    assert sums.n.tolist() == [2, 3, 0]
    assert sums.mean.tolist() == [2, 7, 0]
    assert sums.inside.tolist() == [2, 8, 0]
    assert Sums.of(TWO, groups, 3, np.array([True, False, True])).cost.tolist() == [4, 5, 0]
    assert explained(TWO, groups, 2) == pytest.approx(0.75)
    assert cv_inside(TWO, groups, 2) == pytest.approx(np.sqrt(2) / 5)
    assert explained(of([[4, 4]], [[0, 0]]), np.array([0]), 1) == 0


def test_what_is_told_of_a_group_of_one_case_is_that_case():
    row = {"adrg": "ES3"}
    told = _told(
        row, TWO, np.array([0, 0, 1]), (drg("ES31", "MCC"), drg("ES35", "TRUE")), "split", 0.25, None
    )
    assert told.row == {
        "adrg": "ES3", "decision": "split", "groups_after": 2, "left_out_after": 0.25,
        "riv_after": pytest.approx(0), "cv_after": pytest.approx(np.sqrt(8) / 5),
    }  # fmt: skip
    assert told.groups == [
        {"adrg": "ES3", "group": "ES31", "name": "肺炎，ES31", "rule": "MCC", "cases": 4, "mean_cost": 5.0,
         "cv": pytest.approx(np.sqrt(10) / 5)},
        {"adrg": "ES3", "group": "ES35", "name": "肺炎，ES35", "rule": "TRUE", "cases": 1, "mean_cost": 5.0,
         "cv": 0.0},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "target", "rows"),
    [
        (["MCC", "CC", "TRUE"], [0, 0, 1], [("ES2", "MCC or CC"), ("ES3", "TRUE")]),
        (["MCC", "CC", "TRUE"], [0, 1, 1], [("ES1", "MCC"), ("ES3", "TRUE")]),
        (["MCC", "MCC or CC", "TRUE"], [0, 0, 1], [("ES2", "MCC or CC"), ("ES3", "TRUE")]),
        (["MCC", "CC", "TRUE"], [0, 0, 0], [("ES39", "TRUE")]),
    ],
)
def test_merged_groups_have_the_last_code_and_take_what_each_took(rules, target, rows):
    found = _merged_rows(
        tuple(drg(f"ES{place}", rule) for place, rule in enumerate(rules, 1)), np.array(target)
    )
    assert [(each.code, print_rule(each.rule)) for each in found] == rows
    if len(found) == 1:
        assert found[0].name == "肺炎"


def test_groups_differ_by_enough_cases_means_and_years():
    groups = np.array([0, 1])
    far = of([[10, 10], [13, 13]], [[0, 0], [1, 0]])
    assert differ(far, groups, 0, 1, C)
    assert differ(far, groups, 1, 0, C)
    assert not differ(far, groups, 0, 1, replace(C, min_cases=3))
    assert differ(far, groups, 0, 1, replace(C, min_difference=0.3))
    assert not differ(far, groups, 0, 1, replace(C, min_difference=0.31))
    turned = of([[10] * 5, [20] * 5, [30] * 5, [14] * 5], [[0, 0], [1, 0]] * 2, year=[1, 1, 2, 2])
    assert not differ(turned, np.array([0, 1, 0, 1]), 0, 1, replace(C, min_difference=0.1))
    few = of([[10] * 9, [20] * 9, [30] * 4, [14] * 9], [[0, 0], [1, 0]] * 2, year=[1, 1, 2, 2])
    assert differ(few, np.array([0, 1, 0, 1]), 0, 1, replace(C, min_difference=0)), "4 cases judge no year"


def test_neighbours_that_do_not_differ_become_one():
    values = [[0, 0], [1, 0], [2, 0]]
    assert merged(of([[10, 10], [30, 30], [11, 11]], values), np.arange(3), 3, C).tolist() == [0, 1, 0]
    given = of([[10, 10], [30, 30], [11, 11]], values)
    assert merged(given, np.arange(3), 3, C, given=True).tolist() == [0, 1, 2], "they are no neighbours"
    light = of([[10, 10], [30, 30], [15, 15]], values)
    assert merged(light, np.arange(3), 3, C, given=True, severe=frozenset({0})).tolist() == [0, 0, 1]
    assert merged(light, np.arange(3), 3, C, given=True, severe=frozenset({2})).tolist() == [0, 1, 2]
    dear = of([[90, 90], [30, 30], [10, 10]], values)
    assert merged(dear, np.arange(3), 3, C, given=True, severe=frozenset({0, 1})).tolist() == [0, 1, 2]
    alone = of([[10], [10, 10], [60, 60]], values)
    assert merged(alone, np.arange(3), 3, C, given=True).tolist() == [0, 1, 2], "too few to judge stay"
    assert merged(alone, np.arange(3), 3, C).tolist() == [0, 0, 1]


def test_a_heavier_severity_may_not_cost_less():
    by_severity = Partition((((Bounds(0, 1, 2),),), ((Bounds(0, 0, 0),),)))
    values = [[0, 0], [1, 0], [2, 0]]
    assert not inverted(of([[1], [5], [6]], values), by_severity, 0)
    assert inverted(of([[9], [5], [6]], values), by_severity, 0)
    by_age = Partition((((Bounds(1, 0, 0),),), ((Bounds(1, 1, 1),),)))
    assert not inverted(of([[9], [1]], [[0, 0], [1, 1]]), by_age, 0), "alike at any severity"


def test_the_dearest_group_is_tested_first_and_each_needs_hospitals():
    parts = Partition(tuple(((Bounds(0, place, place),),) for place in range(3)))
    assert _dearest_first(parts, TWO).groups == tuple(parts.groups[place] for place in (1, 2, 0))
    assert not _hospitals(parts, TWO, C)
    assert _hospitals(parts, TWO, replace(C, min_hospitals=1))
    pair = Partition((((Bounds(0, 0, 0),),), ((Bounds(0, 1, 2),),)))
    assert _hospitals(pair, replace(TWO, case_hospital=np.array([1, 2, 1, 1, 2])), C)
    assert not _hospitals(pair, replace(TWO, case_hospital=np.array([1, 2, 1, 1, 1])), C)


def test_the_closest_two_groups_are_merged_and_keep_both_bounds():
    parts = Partition(tuple(((Bounds(0, place, place),),) for place in range(3)))
    found = growing._closest_merged(of([[1], [10], [12]], [[0, 0], [1, 0], [2, 0]]), parts)
    assert found.groups == (parts.groups[0], parts.groups[1] + parts.groups[2])


def test_what_is_left_out_is_judged_by_the_means_of_the_others():
    """Fold 0 has 0 and 10, fold 1 has 2 and 12: by the other's groups each is 2 off, by its mean 7 and 3 …"""
    both = of([[0], [10], [2], [12]], [[0, 0], [1, 0]] * 2, fold=[0, 0, 1, 1])
    groups = np.array([0, 1, 0, 1])
    # left out fold 0: mean of the others 7: whole 49 + 9 = 58; own groups 4 + 4 = 8. Fold 1: mean 5: 9 + 49.
    assert growing.left_out(both, groups, 2) == pytest.approx(1 - 8 / 58)
    # a group that the others do not have is judged by their mean
    lone = of([[0], [10], [2], [4]], [[0, 0], [1, 0], [0, 0], [0, 0]], fold=[0, 0, 1, 1])
    # fold 0 left out: the others' mean is 3: rest and whole 9 + 49; fold 1: mean 5 and own 0: 4 + 16 of 9 + 1
    assert growing.left_out(lone, np.array([0, 1, 0, 0]), 2) == pytest.approx((0 + (1 - 20 / 10)) / 2)
    assert growing.left_out(of([[1], [2]], [[0, 0], [1, 0]]), np.array([0, 1]), 2) == 0


def test_a_split_is_grown_only_where_it_holds_on_other_hospitals():
    values = [[0, 0], [0, 1]] * 4
    folds = [0, 0, 1, 1, 2, 2, 3, 3]
    real = of([[9, 10, 11], [29, 30, 31]] * 4, values, fold=folds)
    found = growing.grow(real, C)
    assert found.partition.of(np.array([[0, 0], [2, 0], [0, 1]])).tolist() in ([0, 0, 1], [1, 1, 0])
    assert len(found.partition) == 2
    # 3 * 100 each side of 20 in all; inside 2 each
    assert found.left_out == pytest.approx(1 - 4 / 604)
    chance = of([[9, 30], [30, 9]] * 4, values, fold=folds)
    assert growing.grow(chance, C).partition.groups == (((),),)
    one_fold = growing.grow(of([[9, 10], [29, 30]], values[:2]), C)
    assert (one_fold.partition.groups, one_fold.left_out) == ((((),),), 0.0)


def test_at_most_eight_strengths_of_pruning_are_tried_between_none_and_all():
    rng = np.random.default_rng(0)
    wide = of(rng.lognormal(5, 1, (40, 30)), [[0, place] for place in range(40)])
    alphas = growing._alphas(wide, replace(C, most_groups=20))
    assert len(alphas) == 9, "none, seven between eight, and more than the last"
    assert alphas[0] == 0
    assert alphas == sorted(alphas)


def cases():
    return pd.DataFrame(
        {
            "hospital_id": ["b", "a", "b", "a", "a", "b"],
            "procedures": ["51.2300|99.0", "", "51.2200", "51.2300x1", None, "38.1000|51.23"],
            "age": [17, 18, 60, None, 59, 1],
            "sex": 1,
        }
    )


def test_each_case_is_read_once_as_small_numbers():
    treated = type(C.treatments)
    answers = pd.DataFrame({"severity": ["none", "CC", "MCC", None, "none", "CC"]})
    c = Constraints.load(ages=(18, 60), folds=2, class_length=5)
    c = replace(c, treatments=treated(each for each in c.treatments if False))
    found = read(cases(), answers, np.ones(6), np.zeros(6, np.int64), c)
    assert found.hospital.tolist() == [1, 0, 1, 0, 0, 1]
    assert len({*found.fold[[0, 2, 5]]}) == len({*found.fold[[1, 3, 4]]}) == 1
    assert found.fold[0] != found.fold[1]
    assert found.severity.tolist() == [0, 1, 2, 0, 0, 1]
    assert found.age.tolist() == [0, 1, 2, -1, 1, 0]
    assert [found.classes[place] if place >= 0 else "" for place in found.main] == [
        "51.23", "", "51.22", "51.23", "", "38.10",
    ]  # fmt: skip
    assert found.treatments.shape == (0, 6)


def test_cells_trim_the_dearest_and_look_only_at_common_classes():
    many = np.zeros(6, np.int64)
    main = np.array([0, 0, 0, 1, 1, -1])
    own = Read(np.array([1, 2, 3, 4, 5, 99.0]), many, np.arange(6), many, many, many, main, ("A", "B"),
               np.array([[True, True, False, False, False, False]]))  # fmt: skip
    treatment = Constraints.load().treatments[:1]
    c = replace(C, trim=0.8, min_cases=2, treatments=treatment)
    found = cells(own, np.arange(6), many, frozenset({"A"}), c)
    assert [(each.kind, each.key) for each in found.features] == [
        ("severity", ""), ("age", ""), ("class", "A"), ("treatment", treatment[0].id),
    ]  # fmt: skip
    assert found.values.tolist() == [[0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]
    assert found.n.tolist() == [3, 1, 2]
    assert found.cost.tolist() == [14, 3, 3], "99 counts as 5, the cost that four fifths stay under"
    assert found.square.tolist() == [66, 9, 5]
    assert found.case_hospital.tolist() == [3, 4, 5, 2, 0, 1]
    assert len(cells(own, np.arange(6), many, frozenset("AB"), replace(c, min_cases=3)).features) == 3
    both, one = (cells(own, np.arange(6), many, frozenset("AB"), replace(c, classes=n)) for n in (2, 1))
    assert [each.key for each in both.features if each.kind == "class"] == ["A", "B"]
    assert [each.key for each in one.features if each.kind == "class"] == ["A"], "the commonest"
    assert len(cells(own, np.arange(6), many, frozenset(), c).features) == 3


def refinement(riv):
    overall = pd.DataFrame({"riv": [0.5, riv], "cv": [0.9, 0.8]}, index=["before", "after"])
    frame = pd.DataFrame(
        {"decision": ["split", "few", "merged", "split", "kept"], "cases": [10, 1, 20, 30, 40]},
        index=pd.Index(["ES3", "ET1", "HC2", "HB1", "HD1"], name="adrg"),
    )
    return Refinement(SMALL, SMALL, frame, frame.reset_index(), overall, C, (("用 9 例", "9 cases used"),))


def test_a_refinement_counts_its_decisions_and_stands_beside_another(monkeypatch):
    found = refinement(0.625)
    assert found.summary().to_dict("index") == {
        "split": {"adrgs": 2, "cases": 40}, "merged": {"adrgs": 1, "cases": 20},
        "kept": {"adrgs": 1, "cases": 40}, "few": {"adrgs": 1, "cases": 1},
    }  # fmt: skip
    assert found.headline() == (
        "small-1：5 个 ADRG 中重新细分 2 个、合并 1 个；RIV 0.5000 → 0.6250。",
        "small-1: of 5 ADRGs 2 split anew, 1 merged; RIV 0.5000 → 0.6250.",
    )
    beside = found.compare(refinement(0.75))
    assert beside.columns.tolist() == ["riv_this", "cv_this", "riv_other", "cv_other"]
    assert beside.loc["after", ["riv_this", "riv_other"]].tolist() == [0.625, 0.75]
    for stated, lang, used in (("en", "en", "9 cases used"), ("zh", "zh-CN", "用 9 例")):
        monkeypatch.setenv("DRGSIM_LANG", stated)
        page = found._page()
        assert f'<html lang="{lang}">' in page
        assert used in page
        changed = page.partition("ADRG")[2]
        assert "ES3" in changed
        assert "HC2" in changed
        assert "0.6250" in page

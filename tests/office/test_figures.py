"""Figures, sentences and matches of the office, each by hand on a few rows."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.errors import ColumnError
from drgsim.grouping import DrgGrouper
from drgsim.office.alternatives import principal_first, regrouped, without
from drgsim.office.bureau import _numbers, as_number_of_stay, matched
from drgsim.office.indicators import KINDS, indicators
from drgsim.office.monthly import months_of, read_peers
from drgsim.office.stays import _sentence

from .test_month import COUGH, POLICY, WEIGHTS

NONE = float("nan")


def stays():
    """Three stays the scheme prices in two groups, one without a weight, and one beside for each kind."""
    rows = [
        # standing, group, weight, cost, reference, days, reference, payment, margin, outlier
        ("in_scheme", "A", 1.0, 80.0, 100.0, 4.0, 5.0, 90.0, 10.0, "none", "x"),
        ("in_scheme", "A", 1.0, 150.0, 100.0, 6.0, 5.0, 90.0, -60.0, "high", "x"),
        ("in_scheme", "B", NONE, NONE, 100.0, 3.0, 0.0, 50.0, NONE, "low", "y"),
        ("ambiguous", "0000", 9.0, 70.0, NONE, NONE, NONE, 70.0, 0.0, "none", "y"),
        ("ungrouped", "无", 9.0, 60.0, NONE, 1.0, NONE, 60.0, 0.0, "none", "y"),
        ("self_pay", "C", 9.0, 50.0, 10.0, 1.0, 10.0, 0.0, -50.0, "extreme", "y"),
        ("by_item", "C", 9.0, 40.0, 10.0, 1.0, 10.0, 40.0, 0.0, "high_over_quota", "y"),
        ("not_payable", "D", 9.0, 30.0, 10.0, 1.0, 10.0, NONE, NONE, "none", "y"),
    ]
    names = [
        "standing", "group", "weight", "total_cost", "reference_cost", "los", "reference_days", "payment",
        "margin", "outlier", "department",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def test_figures_are_of_what_the_scheme_prices_and_sums_of_all():
    row = indicators(stays()).iloc[0]
    assert row["cases"] == 8
    assert row[list(KINDS)].tolist() == [3, 1, 1, 1, 1, 1]
    assert row["ungrouped_share"] == 2 / 8  # with the ambiguous
    assert row["groups"] == 2  # those of stays that are priced
    assert row["cmi"] == 1.0  # of those with a weight
    assert row["cost_index"] == pytest.approx((0.8 + 1.5) / 2)
    assert row["time_index"] == pytest.approx((0.8 + 1.2) / 2)
    assert row["mean_cost"] == pytest.approx(480 / 7)
    assert row["mean_days"] == pytest.approx(17 / 7)
    assert (row["low"], row["high"]) == (1, 3)
    assert row[["total_cost", "cost_in_scheme", "payment", "margin"]].tolist() == [480, 230, 230, -50]
    assert row["margin_rate"] == pytest.approx(-50 / 230)
    parts = indicators(stays(), "department")
    assert parts["cases"].to_dict() == {"x": 2, "y": 6}
    assert parts["groups"].to_dict() == {"x": 1, "y": 1}
    assert parts.loc["x", "margin_rate"] == pytest.approx(-50 / 230)
    assert np.isnan(parts.loc["y", ["cmi", "margin_rate", "cost_index"]].astype(float)).all()
    both = indicators(stays(), ["department", "group"])
    assert both.loc[("y", "C"), ["cases", "groups", "high"]].tolist() == [2, 0, 2]


SOLD = ("", 1.25, 10_000.0, 12_000.0, 1.2, "high", 9_500.0)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("in_scheme", *SOLD, -2_500.0, False, NONE), ["权重 1.25, 标准 10,000.00, 费用为标准的 1.20 倍",
                                                       "应付 9,500.00, 亏损 2,500.00"]),
        (("in_scheme", *SOLD, 0.0, False, NONE), ["结余 0.00"]),
        (("in_scheme", *SOLD, 300.0, True, 80.0), ["结余 300.00", "可申请特例单议, 通过可增 80.00"]),
        (("not_payable", "no_cost", *SOLD[1:], 300.0, True, 80.0), ["无法测算: 缺总费用"]),
        (("by_item", *SOLD, 300.0, True, 80.0), ["按项目, 不计入结余; 费用 12,000.00, 应付 9,500.00"]),
    ],
)  # fmt: skip
def test_a_sentence_says_what_a_stay_earns(row, said):
    told = _sentence(row, {"no_cost": "缺总费用"}, {"by_item": "按项目"})
    assert all(each in told for each in said), told
    assert ("特例单议" in told) == (row[0] == "in_scheme" and row[-2])
    assert told.count("亏损") == (row[0] == "in_scheme" and row[-3] < 0)


def test_stays_are_matched_by_the_numbers_most_of_them_share():
    ours = pd.DataFrame({"case_id": ["1", "2", "3"], "patient_id": ["p", "q", "r"]})
    theirs = pd.DataFrame({"case_id": ["0001", "0002", "x"]})
    found = matched(ours, theirs)
    assert (found.own, found.bureau, found.without_zeros, found.common) == ("case_id", "case_id", True, 2)
    assert found.keys(pd.Series(["0010", "000", 7.0])).tolist() == ["10", "0", "7"]
    as_they_stand = matched(ours, ours)  # the first of equals
    assert (as_they_stand.without_zeros, as_they_stand.common) == (False, 3)
    assert as_they_stand.keys(pd.Series(["0010"])).tolist() == ["0010"]
    with pytest.raises(ColumnError, match="3 cases, 1 rows"):
        matched(ours, pd.DataFrame({"case_id": ["9"]}))


@pytest.mark.parametrize(
    ("cell", "number"),
    [(123.0, "123"), (1.5, "1.5"), (None, None), (NONE, None), ('="007"', "007"), ("'08 ", "08"), ("", None)],
)
def test_numbers_of_stays_are_text_as_they_were_meant(cell, number):
    assert as_number_of_stay(cell) == number


def test_cells_that_are_no_numbers_are_counted_and_empty_ones_are_not():
    numbers, bad = _numbers(pd.Series(["1,234.50", "￥88元", "-", "", None, "约三百", 7]))
    assert numbers.tolist() == pytest.approx([1_234.5, 88, NONE, NONE, NONE, NONE, 7], nan_ok=True)
    assert bad == 1


def test_other_codes_of_a_stay_are_priced_only_when_asked():
    case = pd.DataFrame([COUGH | {"case_id": "a", "diagnoses": "R50.900|J18.900", "total_cost": 9_000.0}])
    answer = drgsim.estimate(case, POLICY, weights=WEIGHTS)
    grouper = DrgGrouper("chs-drg-2.0")
    asked = principal_first("R50.900|J18.900", "J18.900")
    alone = drgsim.estimate(case.assign(diagnoses=asked), POLICY, weights=WEIGHTS).frame.iloc[0]
    priced = regrouped(answer, grouper, [0], [asked], price=True)
    assert (priced.group, priced.payment.tolist()) == ([alone["group"]], [alone["payment"]])
    assert priced.before.tolist() == [answer.frame.iloc[0]["payment"]]
    assert priced.payment.tolist() != priced.before.tolist()
    free = regrouped(answer, grouper, [0], [asked], price=False)
    assert free.group == priced.group
    assert np.isnan([*free.payment, *free.before]).all()
    assert len(regrouped(answer, grouper, [], [], price=True).payment) == 0


def test_one_code_is_left_out_or_moved_and_the_others_keep_their_order():
    assert [without("A|B|C", place) for place in range(3)] == ["B|C", "A|C", "A|B"]
    assert principal_first("A|B|C", "C") == "C|A|B"
    assert principal_first("A|B", "D") == "D|A|B"


def test_peers_come_by_either_word_and_need_a_name_and_a_figure():
    for names in ({"医院": ["甲", "乙"], "CMI": [1.1, "0.9"]}, {"name": ["甲", "乙"], "cmi": [1.1, 0.9]}):
        peers = read_peers(pd.DataFrame(names))
        assert peers.loc["cmi"].tolist() == [1.1, 0.9]
        assert list(peers.columns) == ["甲", "乙"]
    for wrong in ({"医院": ["甲"], "x": [1]}, {"cmi": [1.0], "x": ["甲"]}):
        with pytest.raises(ColumnError, match="peers"):
            read_peers(pd.DataFrame(wrong))
    assert read_peers(None) is None


def test_months_are_those_of_discharge_and_missing_without_a_day():
    days = pd.DataFrame({"discharge_date": ["2025-03-31", "2025-04-01", None, "no day"]})
    assert months_of(days).dt.strftime("%Y-%m").fillna("").tolist() == ["2025-03", "2025-04", "", ""]
    assert months_of(pd.DataFrame({"los": [1, 2]})).isna().tolist() == [True, True]

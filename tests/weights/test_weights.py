"""Weights by hand and by the published conventions; the same cases give the same weights in any order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim import Policy, Scheme, Weights
from drgsim.errors import ArgumentError, ColumnError, NotFoundError
from drgsim.policy.policy_errors import WeightsError
from drgsim.weights.fit import Trim, conventions, find_trim
from drgsim.weights.measured import base_rate, difference_coefficients, point_value

SMALL = pd.DataFrame(
    {
        "drg": ["A", "A", "B", "B", "B", "0000", None, "B"],
        "total_cost": [100.0, 300.0, 300.0, 500.0, 400.0, 999.0, 999.0, None],
        "hospital_id": ["H1", "H2", "H1", "H2", "H2", "H1", "H1", "H1"],
        "hospital_level": [3, 2, 3, 2, 2, 3, 3, 3],
        "insurance": [
            "employee",
            "resident",
            "employee",
            "resident",
            "resident",
            "employee",
            "employee",
            "employee",
        ],
        "drug_cost": [40.0, 60.0, 30.0, 50.0, 40.0, 0.0, 0.0, 0.0],
        "nursing_cost": [10.0, 30.0, 30.0, 50.0, 40.0, 0.0, 0.0, 0.0],
    },
    index=list("abcdefgh"),
)


def region(n=4000, seed=1):
    random = np.random.default_rng(seed)
    group = random.integers(0, 30, n)
    cost = np.round(random.lognormal(8 + group / 30, 0.7), 2)
    return pd.DataFrame(
        {
            "drg": np.array([f"G{code:02d}" for code in group]),
            "total_cost": cost,
            "drug_cost": np.round(cost * random.uniform(0.2, 0.5, n), 2),
            "discharge_date": pd.Timestamp("2022-01-15")
            + pd.to_timedelta(365 * random.integers(0, 3, n), unit="D"),
            "hospital_id": np.array([f"H{code}" for code in random.integers(0, 9, n)]),
            "insurance": np.where(random.random(n) < 0.4, "employee", "resident"),
        }
    )


def test_weight_is_group_mean_over_area_mean():
    """Payment rules §2.1: RW = group mean ÷ area mean, base points = RW × 100; CV, RIV, unstable groups."""
    weights = Weights.fit(SMALL, trim="none")
    assert weights.mean_cost == 320.0
    frame = weights.frame
    assert frame["weight"].tolist() == [200 / 320, 400 / 320]
    assert frame["base_points"].tolist() == [62.5, 125.0]
    assert frame["n"].tolist() == [2, 3]
    assert frame["sd"].tolist() == pytest.approx([np.sqrt(20000), 100])
    assert frame["cv"].tolist() == pytest.approx([np.sqrt(20000) / 200, 0.25])
    assert weights.riv == pytest.approx(1 - (20000 + 20000) / 88000)
    assert weights.unstable.index.tolist() == ["A", "B"]
    assert weights.facts["cases"] == "5 used, left out: 2 ungrouped, 1 without a cost"
    assert frame["mean_drug"].tolist() == [50, 40]


def test_the_weights_of_the_cases_they_come_from_sum_to_their_number():
    for rule in conventions()["trimming"]:
        frame = Weights.fit(region(), trim=rule).frame
        assert (frame["weight"] * frame["n"]).sum() == pytest.approx(frame["n"].sum(), rel=1e-12)


def test_years_are_weighted_one_to_two_to_seven():
    """Payment rules §5.3: mean = 0.1 · first + 0.2 · second + 0.7 · third year, of the group and of all."""
    cases = pd.DataFrame(
        {
            "drg": ["A", "A", "A", "B", "B"],
            "total_cost": [100.0, 200.0, 300.0, 1000.0, 600.0],
            "year": [2021, 2022, 2023, 2022, 2023],
        }
    )
    weights = Weights.fit(cases, years=(0.1, 0.2, 0.7), year="year")
    area = 0.1 * 100 + 0.2 * 600 + 0.7 * 450
    assert weights.mean_cost == pytest.approx(area)
    a, b = 0.1 * 100 + 0.2 * 200 + 0.7 * 300, (0.2 * 1000 + 0.7 * 600) / 0.9
    assert weights.frame["weight"].tolist() == pytest.approx([a / area, b / area])
    same = Weights.fit(cases, years={2023: 7, 2021: 1, 2022: 2}, year="year")
    assert same.frame["weight"].tolist() == pytest.approx(weights.frame["weight"].tolist())
    with pytest.raises(ArgumentError, match="2021, 2022, 2023"):
        Weights.fit(cases, years=(1, 2), year="year")
    for odd in ({2022: 2, 2023: 7}, {2021: 0, 2022: 2, 2023: 7}, (0, 2, 7)):
        with pytest.raises(ArgumentError, match="2021, 2022, 2023"):
            Weights.fit(cases, years=odd, year="year")


def test_trimming_keeps_from_q1_less_half_to_q3_plus_one_and_a_half_iqr():
    """Payment rules §2.1: [Q1 − 0.5·IQR, Q3 + 1.5·IQR], dropped or winsorised."""
    costs = [10.0, 100.0, 110.0, 120.0, 130.0, 140.0, 1000.0]
    cases = pd.DataFrame({"drg": "A", "total_cost": costs})
    first, third = np.quantile(costs, [0.25, 0.75])
    low, high = first - 0.5 * (third - first), third + 1.5 * (third - first)
    assert find_trim("iqr").bounds(np.array(costs), np.array([0]), np.array([7])) == (low, high)
    dropped = Weights.fit(cases)
    assert dropped.frame["n"].item() == 5
    assert dropped.mean_cost == 120
    kept = Weights.fit(cases, outside="winsorise")
    assert kept.frame["n"].item() == 7
    assert kept.mean_cost == pytest.approx(np.clip(costs, low, high).mean())


@pytest.mark.parametrize("rule", ["p5-p95", "p1-p99", "p2.5-p97.5"])
def test_percentiles_are_those_of_numpy_in_each_group(rule):
    trim = find_trim(rule)
    cases = region(600)
    expected = {}
    for group, costs in cases.groupby("drg")["total_cost"]:
        low, high = np.quantile(costs, [trim.low / 100, trim.high / 100])
        expected[group] = costs[(costs >= low) & (costs <= high)].mean()
    assert Weights.fit(cases, trim=rule).frame["mean_cost"].to_dict() == pytest.approx(expected)


def test_three_standard_deviations_of_the_logarithm():
    random = np.random.default_rng(3)
    cost = np.append(np.round(random.lognormal(9, 0.2, 200), 2), [1e6])
    logs = np.log(cost)
    expected = cost[np.abs(logs - logs.mean()) <= 3 * logs.std(ddof=1)].mean()
    weights = Weights.fit(pd.DataFrame({"drg": "A", "total_cost": cost}), trim="log-3sd")
    assert weights.mean_cost == pytest.approx(expected)
    assert weights.frame["n"].item() == 200


def test_a_small_group_is_not_trimmed_away():
    cases = pd.DataFrame({"drg": ["A", "A"], "total_cost": [10.0, 30.0]})
    assert Weights.fit(cases, trim="p5-p95", min_cases=1).mean_cost == 20


def test_an_own_rule_may_be_given():
    trim = Trim("own", "percentiles", 0, 50)
    cases = pd.DataFrame({"drg": "A", "total_cost": [1.0, 2.0, 3.0, 4.0, 100.0]})
    assert Weights.fit(cases, trim=trim).mean_cost == 2
    with pytest.raises(ArgumentError, match="did you mean 'iqr'"):
        Weights.fit(cases, trim="iqrr")


@settings(max_examples=15)
@given(st.permutations(range(60)))
def test_the_order_of_rows_does_not_show(order):
    cases = region(60).reset_index(drop=True)
    there, here = (Weights.fit(each, years=(1, 2, 7)) for each in (cases, cases.iloc[order]))
    pd.testing.assert_frame_equal(there.frame, here.frame, check_exact=True)
    assert (there.riv, there.mean_cost, there.hash) == (here.riv, here.mean_cost, here.hash)


@pytest.mark.parametrize("dtype", ["object", "category", "string[python]", pd.StringDtype(na_value=np.nan)])
def test_groups_may_come_in_any_dtype_and_the_cases_stay_as_they_are(dtype):
    cases = SMALL.assign(drg=SMALL["drg"].astype(dtype))
    before = cases.copy(deep=True)
    assert Weights.fit(cases).frame["n"].to_dict() == {"A": 2, "B": 3}
    pd.testing.assert_frame_equal(cases, before)


def test_a_missing_part_is_not_a_part_of_zero():
    cases = SMALL.assign(drug_cost=[40.0, None, None, None, None, 0, 0, 0])
    frame = Weights.fit(cases).frame
    assert frame.loc["A", "mean_drug"] == 40
    assert np.isnan(frame.loc["B", "mean_drug"])


def test_cases_that_cannot_be_measured_say_why():
    with pytest.raises(ColumnError, match="did you mean 'total_cost'"):
        Weights.fit(SMALL, cost="totalcost")
    with pytest.raises(WeightsError, match="no case has both"):
        Weights.fit(SMALL.iloc[5:])


def test_case_mix_index_by_hospital():
    """Payment rules: CMI = Σ(RW·n) / Σn."""
    weights = Weights.fit(SMALL, trim="none")
    table = weights.cmi(SMALL)
    assert table["cases"].to_dict() == {"H1": 5, "H2": 3}
    assert table["weighted_cases"].to_dict() == {"H1": 3, "H2": 3}
    assert table["cmi"].to_dict() == pytest.approx(
        {"H1": (0.625 + 2 * 1.25) / 3, "H2": (0.625 + 2 * 1.25) / 3}
    )


def test_base_rate_from_a_budget_keeps_the_funds_apart():
    """Payment rules §2.2: BR = forecast total cost ÷ Σ(RW·n), by fund."""
    weights = Weights.fit(SMALL, trim="none")
    rates = weights.base_rates(SMALL, {"employee": 3125.0, "resident": 6250.0}, fund_shares={"resident": 0.5})
    assert rates == pytest.approx({"employee": 1000.0, "resident": 4000.0})
    with pytest.raises(ArgumentError, match="no case of this fund"):
        weights.base_rates(SMALL, {"other": 1.0})


def test_published_point_values():
    """Payment rules §8-5: 1 billion over 10 million scores; payment rules §8-2: a month of one hospital."""
    assert point_value(1_000_000_000, 10_000_000) == 100
    assert point_value(1_000_000_000, 10_000_000, reserve=0.05) == 95
    assert point_value(174_098 * 64.0, 174_098) == 64
    assert 174_098 * 64 == 11_142_272
    assert base_rate(11_152_300, 1_529 * 1.0527) == pytest.approx(6_929, abs=1)


@pytest.mark.parametrize("bad", [{"budget": 0}, {"weight": 0}, {"fund_share": 1.1}, {"reserve": 1}])
def test_a_price_that_does_not_follow_is_refused(bad):
    with pytest.raises(ArgumentError, match=next(iter(bad))):
        base_rate(**{"budget": 1.0, "weight": 1.0, **bad})


def test_coefficients_by_level_and_group():
    """Payment rules §2.3: k = mean of the level in the group ÷ mean of all in the group; a new group 1."""
    table = difference_coefficients(SMALL)
    assert table.loc["A"].to_dict() == {"2": 1.5, "3": 0.5}
    assert table.loc["B"].to_dict() == {"2": 1.125, "3": 0.75}
    assert difference_coefficients(SMALL, min_cases=2).loc["A"].to_dict() == {"2": 1, "3": 1}
    assert difference_coefficients(SMALL, bounds=(0.8, 1.2)).loc["A"].to_dict() == {"2": 1.2, "3": 0.8}
    weights = Weights.fit(SMALL).with_coefficients(table)
    assert weights.columns(["B", "A", "Z"])["coefficient_3"][:2].tolist() == [0.75, 0.5]


def test_coefficients_of_hospitals_are_free_of_case_mix():
    table = difference_coefficients(SMALL, by="hospital_id", per_group=False)
    assert table["cases"].to_dict() == {"H1": 2, "H2": 3}
    assert table["coefficient"].to_dict() == pytest.approx({"H1": 400 / 600, "H2": 1200 / 1000})
    assert table["cmi"].to_dict() == pytest.approx({"H1": 300 / 320, "H2": (1000 / 3) / 320})
    cases = pd.DataFrame(
        {
            "drg": ["A", "A", "B", "B", "C"], "hospital_id": ["H1", "H2", "H1", "H2", "H2"],
            "total_cost": [100.0, 300.0, 500.0, 700.0, 900.0],
        }
    )  # fmt: skip
    table = difference_coefficients(cases, by="hospital_id", per_group=False)
    # had each cost what its groups cost on average, H1 were 200 + 600 and H2 200 + 600 + 900
    assert table["coefficient"].to_dict() == pytest.approx({"H1": 600 / 800, "H2": 1900 / 1700})


@settings(max_examples=30)
@given(st.floats(0.2, 3), st.floats(0, 3))
def test_the_cost_structure_is_adjusted_without_moving_the_sum(drug, nursing):
    """Payment rules §2.1: re-weighted parts, renormalised to keep Σ RW·n."""
    weights = Weights.fit(SMALL, trim="none")
    adjusted = weights.adjusted({"drug": drug, "nursing": nursing})
    frame = adjusted.frame
    total = (weights.frame["weight"] * weights.frame["n"]).sum()
    assert (frame["weight"] * frame["n"]).sum() == pytest.approx(total)
    assert frame["base_points"].tolist() == pytest.approx((frame["weight"] * 100).tolist())
    means = np.array([50 * drug + 20 * nursing + 130, 40 * drug + 40 * nursing + 320])
    assert frame["weight"].tolist() == pytest.approx((means * 5 / (2 * means[0] + 3 * means[1])).tolist())


def test_parts_may_be_given_the_share_they_should_have():
    weights = Weights.fit(SMALL, trim="none")  # drugs are 220 of 1600
    same = weights.adjusted(shares={"drug": 220 / 1600})
    assert same.frame["weight"].tolist() == pytest.approx(weights.frame["weight"].tolist())
    half = weights.adjusted(shares={"drug": 0.5}).frame["weight"]
    means = np.array([50 * (0.5 / 0.1375) + 150 * (0.5 / 0.8625), 40 * (0.5 / 0.1375) + 360 * (0.5 / 0.8625)])
    assert half.tolist() == pytest.approx((means / 320).tolist())


@pytest.mark.parametrize(
    "arguments", [{"factors": {"drugs": 1}}, {"factors": {"drug": -1}}, {}, {"shares": {"drug": 1.1}}]
)
def test_an_adjustment_that_cannot_be_made(arguments):
    with pytest.raises(ArgumentError):
        Weights.fit(SMALL).adjusted(**arguments)
    with pytest.raises(WeightsError, match="no parts of cost"):
        Weights.load("harbin-2023").adjusted({"drug": 1})


@pytest.mark.parametrize("name", Weights.published())
def test_published_tables_say_what_they_are(name):
    weights = Weights.load(name)
    assert weights.facts["state"] == "secondary"
    assert weights.facts["source"] in str(weights)
    assert (weights.frame["weight"].dropna() > 0).all()
    assert weights.mean_cost is None
    with pytest.raises(WeightsError, match="how many cases"):
        _ = weights.unstable


def test_published_tables_have_the_groups_of_their_source():
    sizes = {name: int(Weights.load(name).frame["weight"].notna().sum()) for name in Weights.published()}
    assert sizes == {
        "harbin-2022": 660,
        "harbin-2023": 703,
        "leshan-2023": 680,
        "chs-drg-2.0-example": 602,
        "chs-drg-3.0-example": 815,
    }
    examples = [name for name in sizes if "示例" in Weights.load(name).facts["title"]]
    assert examples == ["leshan-2023", "chs-drg-2.0-example", "chs-drg-3.0-example"]
    groups = {drg.code for drg in Scheme.load("chs-drg-3.0").drgs if not drg.code.endswith("QY")}
    assert set(Weights.load("chs-drg-3.0-example").frame.index) == groups
    leshan = Weights.load("leshan-2023")
    assert [name for name in leshan.frame if name.startswith("coefficient_")] == [
        "coefficient_hospital_2023",
        "coefficient_hospital_2024",
        "coefficient_standard",
        "coefficient_ideal",
    ]
    with pytest.raises(NotFoundError, match="did you mean 'harbin-2023'"):
        Weights.load("harbin-2033")


def test_a_policy_names_its_table():
    assert Weights.of(Policy.load("national-ffs")) is None
    harbin = Weights.of(Policy.load("harbin", on="2022-05-01"))
    assert harbin is not None
    assert harbin.weight_of(["AB19", "ZZ99"])[0] == 27.1292


def test_a_table_of_any_usual_header(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("病组编码,病组名称,权重,例数\nAB19,肝移植,27.5,3\nBR21,,,10\n".encode("gb18030"))
    weights = Weights.from_table(path)
    assert weights.frame["weight"].isna().tolist() == [False, True]
    assert weights.frame["n"].tolist() == [3, 10]
    table = pd.DataFrame({"k": ["A", "B"], "v": [1, 2]})
    own = Weights.from_table(table, columns={"group": "k", "weight": "v"})
    assert own.weight_of(["B", "A"]).tolist() == [2, 1]
    again = Weights.from_table(own.frame)
    assert again.hash == own.hash


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("A", 1), ("A", 2)], "stands twice"),
        ([("A", 0)], "above 0"),
        ([("A", "x")], "not a number"),
        ([("A", None)], "no group has a weight"),
    ],
)
def test_a_table_that_is_none(rows, says):
    with pytest.raises(WeightsError, match=says):
        Weights.from_table(pd.DataFrame(rows, columns=["drg", "weight"]))
    with pytest.raises(ColumnError, match="needs a column weight"):
        Weights.from_table(pd.DataFrame({"drg": ["A"]}))


def test_measured_weights_survive_a_file(tmp_path):
    weights = Weights.fit(region())
    weights.to_csv(tmp_path / "weights.csv")
    again = Weights.from_table(tmp_path / "weights.csv")
    assert again.frame["weight"].tolist() == weights.frame["weight"].tolist()
    assert again.frame["mean_drug"].tolist() == weights.frame["mean_drug"].tolist()


def test_two_tables_are_compared_by_the_largest_change():
    a = Weights.from_table(pd.DataFrame({"drg": ["A", "B", "C"], "weight": [1.0, 2.0, 3.0]}))
    b = Weights.from_table(pd.DataFrame({"drg": ["A", "B", "D"], "weight": [1.1, 1.0, 3.0]}))
    table = a.compare(b)
    assert table.index.tolist()[:2] == ["B", "A"]
    assert table.loc["B", "ratio"] == 0.5
    assert set(table.index) == {"A", "B", "C", "D"}


def test_displays_and_workbooks_hold_groups_and_no_cases(tmp_path):
    weights = Weights.fit(region())
    for text in (str(weights), weights._repr_html_()):
        assert "RIV" in text
        assert "iqr" in text
        assert "H1" not in text
        assert f"不稳定组: {int((~weights.frame['stable']).sum())}" in text
    assert "unstable groups 不稳定组: 2;" in str(Weights.fit(SMALL))
    weights.to_excel(tmp_path / "weights.xlsx")
    frame = pd.read_excel(tmp_path / "weights.xlsx", engine="calamine", dtype=str)
    assert frame.iloc[:, 0].tolist() == weights.frame.index.tolist()
    assert "权重 weight" in frame.columns

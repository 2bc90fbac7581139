"""What another scheme changes: every case counted once, money that adds up, reasons that name the codes."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.errors import ArgumentError
from drgsim.transition.flows import MOVED, MOVES
from drgsim.transition.sides import side


@pytest.fixture(scope="module")
def cases():
    return drgsim.synthetic_cases(n=3_000, year=2025, seed=3)


@pytest.fixture(scope="module")
def found(cases):
    return drgsim.transition(cases, "chs-drg-1.1", "chs-drg-2.0", draws=20)


def test_every_case_is_in_one_flow(cases, found):
    assert found.flows["cases"].sum() == len(cases)
    assert set(found.flows["move"]) <= set(MOVES)
    for table in found.shares.values():
        assert table["cases"].sum() == len(cases)
        assert table["moved"].sum() == found.flows.loc[found.flows["move"].isin(MOVED), "cases"].sum()


def test_flows_are_what_the_two_groupers_say(cases, found):
    a, b = (drgsim.DrgGrouper(each).group(cases) for each in ("chs-drg-1.1", "chs-drg-2.0"))
    both = ((a["status"] == "grouped") & (b["status"] == "grouped")).to_numpy()
    pairs = pd.DataFrame({"group_a": a["drg"][both].astype(str), "group_b": b["drg"][both].astype(str)})
    expected = pairs.value_counts().to_dict()
    known = found.flows[found.flows["group_a"].isin(pairs["group_a"])]
    counted = known.set_index(["group_a", "group_b"])["cases"].to_dict()
    assert {pair: counted.get(pair, 0) for pair in expected} == expected
    among = [set(pairs["group_a"]), set(pairs["group_b"])]
    shown = {pair: n for pair, n in counted.items() if n and pair[0] in among[0] and pair[1] in among[1]}
    assert shown.keys() <= expected.keys()


def test_money_adds_up_by_every_key_and_the_fund_spends_what_it_spent(found):
    whole = found.money["all"].iloc[0]
    for table in found.money.values():
        assert table["change"].sum() == pytest.approx(whole["change"], abs=0.01)
        moved = table["regrouped_change"] + table["repriced_change"]
        np.testing.assert_allclose(moved, table["change"], atol=0.01)
    assert abs(whole["fund_change"]) <= 1e-4 * whole["before"]
    assert found.flow_money["change"].sum() == pytest.approx(whole["change"], abs=0.01)


def test_a_scheme_against_itself_moves_nothing(cases):
    same = drgsim.transition(cases, "chs-drg-2.0", "chs-drg-2.0", draws=0)
    assert same.shares["all"]["moved"].iloc[0] == 0
    assert len(same.reasons) == 0
    for column in ("regrouped_change", "repriced_change", "change"):
        assert not same.money["hospital_id"][column].any()
    assert same.neutral_factor == 1.0
    assert not same.explained["riv_difference"].fillna(0).any()


def test_the_order_of_rows_does_not_show(cases, found):
    mixed = drgsim.transition(cases.sample(frac=1, random_state=1), "chs-drg-1.1", "chs-drg-2.0", draws=20)
    pd.testing.assert_frame_equal(mixed.flows, found.flows)
    pd.testing.assert_frame_equal(mixed.reasons, found.reasons)
    pd.testing.assert_frame_equal(mixed.money["hospital_id"], found.money["hospital_id"])
    pd.testing.assert_frame_equal(mixed.explained, found.explained)


def test_reasons_name_what_differs():
    """Severe pneumonia goes from ES3 to ES4, which is new."""
    cases = pd.DataFrame(
        {
            "sex": 1,
            "age": 60,
            "diagnoses": ["J18.903"] * 6,
            "procedures": "",
        }
    )
    told = drgsim.transition(cases, "chs-drg-2.0", "chs-drg-3.0", draws=0)
    row = told.reasons.iloc[0]
    assert (row["group_a"], row["group_b"]) == ("ES35", "ES45")
    assert "J18.903" in row["zh"]
    assert "ES4 为 chs-drg-3.0 新设" in row["zh"]
    assert "ES4 is new in chs-drg-3.0" in row["en"]
    assert told.money == {}
    assert any("total_cost" in zh for zh, _ in told.notes)


def test_severity_that_changed_is_named():
    case = {"sex": 1, "age": 60, "diagnoses": "J44.100|E11.400", "procedures": ""}
    told = drgsim.transition(pd.DataFrame([case] * 5), "chs-drg-2.0", "chs-drg-3.0", draws=0)
    assert "E11.400" in told.reasons["zh"].iloc[0]
    assert "CC" in told.reasons["zh"].iloc[0]
    assert told.shares["all"]["severity_lost"].iloc[0] == 5


def test_riv_by_hand():
    from drgsim.transition.explained import explained

    cases = pd.DataFrame(
        {"sex": 1, "age": 60, "diagnoses": ["J18.903"] * 2 + ["K80.101"] * 2, "procedures": ""}
    )
    one = side(cases, "chs-drg-2.0")
    cost = np.array([1.0, 3.0, 10.0, 10.0])
    table = explained(one, one, cost, one.frame["mdc"].astype(object), None, draws=0, seed=0)
    # inside: 2; whole: squares 25 + 9 + 16 + 16 around the mean 6 = 66
    assert table.loc["all", "riv_a"] == pytest.approx(1 - 2 / 66)
    assert table.loc["all", "cv_a"] == pytest.approx((2 * 0.5 + 2 * 0) / 4)
    assert table.loc["all", "unstable_share_a"] == 1.0  # both have fewer cases than a stable group


def test_bands_come_from_whole_hospitals_and_from_the_seed(cases, found):
    again = drgsim.transition(cases, "chs-drg-1.1", "chs-drg-2.0", draws=20)
    pd.testing.assert_frame_equal(again.explained, found.explained)
    row = found.explained.loc["all"]
    assert row["riv_low"] <= row["riv_difference"] + 0.05
    assert row["riv_low"] < row["riv_high"]


def test_drg_to_dip(cases):
    told = drgsim.transition(cases, "chs-drg-2.0", "example", draws=0)
    assert told.b.kind == "dip"
    assert set(told.flows["move"]) <= {"regrouped", "newly_ungrouped", "newly_grouped", "still_without"}
    assert told.money["all"]["before"].iloc[0] > 0
    larger = told.flows.loc[told.flows["move"].isin(MOVED) & (told.flows["cases"] >= 5), "cases"].tolist()
    assert len(larger) > 40  # of so many flows the reason is told
    assert told.reasons["cases"].tolist() == larger[:40]


def test_displays_hold_no_case(cases, found, tmp_path):
    page = found.to_html(tmp_path / "page.html")
    for shown in (repr(found), found._repr_html_(), page):
        for column in ("case_id", "patient_id"):
            assert not any(str(each) in shown for each in cases[column].head(500))
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page


def test_the_list_of_cases_is_written_only_when_asked_for(found, tmp_path):
    calamine = pytest.importorskip("python_calamine")
    found.to_excel(tmp_path / "a.xlsx")
    found.to_excel(tmp_path / "b.xlsx", cases=True)
    names = [calamine.load_workbook(str(tmp_path / f"{each}.xlsx")).sheet_names for each in "ab"]
    assert "核对病例" not in names[0]
    assert "核对病例" in names[1]


def test_winners_and_losers_stand_on_their_sides(found):
    winners, losers = found.winners("hospital_id"), found.losers("hospital_id")
    assert (winners["change"] > 0).all()
    assert winners["change"].is_monotonic_decreasing
    assert (losers["change"] < 0).all()
    assert losers["change"].is_monotonic_increasing
    figure = found.plot_gains("hospital_id", shown=3, lang="en")
    bars = sorted(figure.axes[0].patches, key=lambda bar: bar.get_y())
    widths = [bar.get_width() for bar in bars]
    assert all(width > 0 for width in widths[:3])
    assert all(width < 0 for width in widths[3:])
    assert bars[0].get_facecolor() != bars[-1].get_facecolor()


def test_wrong_calls_are_told(cases, found):
    with pytest.raises(ArgumentError, match="no money by this column"):
        found.winners("hospital")
    with pytest.raises(ArgumentError, match="no cases"):
        drgsim.transition(cases.iloc[:0], "chs-drg-2.0", "chs-drg-3.0")


def test_the_room_is_also_the_function():
    import drgsim.transition.flows

    assert callable(drgsim.transition)
    assert drgsim.transition.flows.MOVES is MOVES


def test_stays_without_a_hospital_are_drawn_as_those_of_one(cases):
    some = cases.assign(hospital_id=cases["hospital_id"].astype(object)).iloc[:800]
    some.loc[some.index[:50], "hospital_id"] = None
    named = some.assign(hospital_id=some["hospital_id"].fillna("~"))
    told = [drgsim.transition(each, "chs-drg-1.1", "chs-drg-2.0", draws=5) for each in (some, named)]
    pd.testing.assert_frame_equal(told[0].explained, told[1].explained)
    assert told[0].explained["riv_low"].notna().any()

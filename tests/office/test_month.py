"""The office's month: indicators that add up, comparison, warnings with both groups, workbook and page."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim import Policy, Weights
from drgsim.cli.main import main
from drgsim.errors import ArgumentError, ColumnError

COUGH = {
    "sex": 1,
    "age": 66,
    "los": 6,
    "discharge": 1,
    "insurance": "employee",
    "hospital_level": 3,
    "procedures": "",
}
WEIGHTS = Weights.load("chs-drg-2.0-example")
POLICY = Policy.load("national-drg-rate").reform({"special_review.quota": 0.05})


def stays():
    """A hospital of two departments over three months, with stays of every kind."""
    rows = []
    for month, n in (("2024-03", 30), ("2025-02", 30), ("2025-03", 40)):
        for k in range(n):
            rows.append(COUGH | {
                "case_id": f"SECRET{month}{k}", "patient_id": f"PERSON{k}",
                "department": ["呼吸科", "外科"][k % 2],
                "doctor": f"D{k % 3}", "diagnoses": "J18.900|I10.x00x002" if k % 2 else "K80.101|I50.900",
                "procedures": "" if k % 2 else "51.2300", "discharge_date": f"{month}-{k % 28 + 1:02}",
                "admission_date": f"{month}-01", "total_cost": 6_000.0 + 500 * k,
            })  # fmt: skip
    rows[-1] |= {"diagnoses": "M17.100|M17.101", "procedures": "81.5400", "department": "骨科"}
    rows[-2] |= {"diagnoses": "R50.900|J18.900", "procedures": ""}
    rows[-3] |= {"insurance": "other"}
    rows[-4] |= {"total_cost": None}
    rows[-5] |= {"los": 60}
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def month():
    return drgsim.office(stays(), POLICY, weights=WEIGHTS)


def test_the_last_month_is_taken_and_set_beside_the_others(month):
    assert (month.month, len(month)) == ("2025-03", 40)
    assert any("无法测算 1 例: 缺总费用 1" in line for line in month.told)  # the reason, beside the margin
    table = month.comparison
    assert table.loc["cases"].tolist()[:2] == [40, 30]
    assert list(table.columns) == ["now", "last_month", "change_last", "year_ago", "change_year"]
    assert table.loc["margin", "change_last"] == pytest.approx(
        table.loc["margin", "now"] - table.loc["margin", "last_month"]
    )
    assert drgsim.office(stays(), POLICY, weights=WEIGHTS, month="2025-02").month == "2025-02"
    with pytest.raises(ArgumentError, match="2025-03"):
        drgsim.office(stays(), POLICY, weights=WEIGHTS, month="2025-07")
    with pytest.raises(ArgumentError, match="not a month"):
        drgsim.office(stays(), POLICY, weights=WEIGHTS, month="no month")


@pytest.mark.parametrize("by", ["department", "doctor", "group", "insurance", ["department", "group"]])
def test_every_cut_adds_up_to_the_file(month, by):
    parts, whole = month.summary(by), month.summary().iloc[0]
    kinds = ["in_scheme", "ambiguous", "ungrouped", "self_pay", "by_item", "not_payable"]
    assert parts[kinds].sum(axis=1).tolist() == parts["cases"].tolist()
    for name in ("cases", *kinds, "total_cost", "margin", "payment", "low", "high"):
        assert parts[name].sum() == pytest.approx(whole[name])
    own = stays().iloc[-40:]
    assert whole["total_cost"] == pytest.approx(own["total_cost"].sum())
    assert (whole["ungrouped"], whole["self_pay"], whole["not_payable"]) == (1, 1, 1)


def test_indices_hold_each_stay_against_its_group():
    reference = pd.DataFrame({"病组": ["HC23", "ES35"], "例均费用": [10_000, 5_000], "平均住院日": [5, 3]})
    month = drgsim.office(stays(), POLICY, weights=WEIGHTS, reference=reference)
    inside = month.frame[month.frame["standing"] == "in_scheme"]
    held = inside[inside["group"].isin(["HC23", "ES35"])]
    means = held["group"].map({"HC23": 10_000.0, "ES35": 5_000.0})
    assert len(held) > 10
    assert month.summary().iloc[0]["cost_index"] == pytest.approx((held["total_cost"] / means).mean())
    days = held["group"].map({"HC23": 5.0, "ES35": 3.0})
    assert month.summary().iloc[0]["time_index"] == pytest.approx((held["los"] / days).mean())
    with pytest.raises(ColumnError, match="mean_cost"):
        drgsim.office(stays(), POLICY, weights=WEIGHTS, reference=pd.DataFrame({"a": [1]}))


def test_against_its_own_means_a_file_of_one_month_is_at_1():
    one = (
        stays().iloc[-40:].assign(insurance="employee", total_cost=lambda t: t["total_cost"].fillna(9_000.0))
    )
    row = drgsim.office(one, POLICY, weights=WEIGHTS).summary().iloc[0]
    assert row[["cost_index", "time_index"]].tolist() == pytest.approx([1.0, 1.0])


def test_warnings_tell_the_group_and_the_money_either_way(month):
    warnings = month.warnings.set_index("number", append=True)
    choice = month.warnings[month.warnings["number"] == "W02"].iloc[0]
    asked = stays().iloc[[-2]].assign(diagnoses="J18.900|R50.900")
    other = drgsim.estimate(asked, POLICY, weights=WEIGHTS).frame.iloc[0]
    assert (choice["other_group"], choice["other_payment"]) == (
        other["group"],
        pytest.approx(other["payment"]),
    )
    assert choice["difference"] == pytest.approx(choice["other_payment"] - choice["payment"])
    lost = month.warnings[month.warnings["number"] == "W06"].iloc[0]
    assert "灰码" in lost["got"]
    assert "M17.101" in lost["proposal"]
    assert lost["other_group"].startswith("I")
    assert "W08" in set(month.warnings["number"])
    weighs = month.warnings[month.warnings["number"] == "W04"]
    assert weighs["got"].str.contains("I50.900").any()
    assert len(warnings)


def test_reviews_are_cut_at_the_quota(month):
    assert 0 < len(month.reviews) <= np.ceil(0.05 * len(month))
    assert month.reviews["within_quota"].all()
    assert "case_id" not in month.reviews


def test_winners_and_losers_are_groups_in_order(month):
    assert (month.winners["margin"] > 0).all()
    assert (month.losers["margin"] < 0).all()
    assert month.losers["margin"].is_monotonic_increasing
    worst = month.groups["margin"].sort_values(kind="stable")
    shown = int(month.limits["lists"]["winners"])
    assert month.losers["margin"].tolist() == worst[worst < 0].head(shown).tolist()
    assert month.winners["margin"].tolist() == worst[worst > 0].iloc[::-1].head(shown).tolist()


def test_a_file_without_dates_is_one_month_and_says_so():
    found = drgsim.office(stays().drop(columns=["discharge_date"]), POLICY, weights=WEIGHTS)
    assert len(found) == 100
    assert any("无出院日期" in line for line in found.told)


def test_peers_stand_beside(month):
    peers = pd.DataFrame({"name": ["甲院"], "CMI": [1.2], "时间消耗指数": [0.97]})
    found = drgsim.office(stays(), POLICY, weights=WEIGHTS, peers=peers)
    assert found.comparison.loc["cmi", "甲院"] == 1.2
    with pytest.raises(ColumnError):
        drgsim.office(stays(), POLICY, weights=WEIGHTS, peers=pd.DataFrame({"x": [1]}))


def test_the_command_writes_workbook_and_page_without_identifiers(tmp_path, capsys):
    calamine = pytest.importorskip("python_calamine")
    source, out = tmp_path / "出院.csv", tmp_path / "月报"
    stays().drop(columns=["hospital_level"]).to_csv(source, index=False, encoding="utf-8-sig")
    words = ["office", str(source), "--policy", "national-drg-rate", "--weights", "chs-drg-2.0-example"]
    assert main([*words, "--hospital-level", "3", "--out", str(out)]) == 0
    assert "2025-03" in capsys.readouterr().err
    page = (out / "office.html").read_text(encoding="utf-8")
    book = calamine.load_workbook(str(out / "office.xlsx"))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert {"月报", "科室", "医师", "病组", "险种", "科室病组", "盈亏病组", "病例", "特例单议", "编码警示",
            "入组说明", "说明"} == set(sheets)  # fmt: skip
    text = page + str(sheets)
    assert "SECRET" not in text
    assert "PERSON" not in text
    assert "医院等级" in page
    assert len(sheets["病例"]) == 41
    for name in ("科室", "医师", "病组", "险种"):  # a last row of all stays, to which the rows above add up
        head, *rows, total = sheets[name]
        assert total[0] == "合计"
        for label in ("病例数", "按病组付费", "未入组", "无法测算", "总费用", "应付总额", "结余"):
            place = head.index(label)
            assert sum(row[place] for row in rows) == pytest.approx(total[place], abs=0.01), (name, label)
        assert total[head.index("病例数")] == 40
    assert "合计" in page
    assert any("亏损" in str(row[-1]) or "结余" in str(row[-1]) for row in sheets["病例"][1:])
    assert main([*words, "--hospital-level", "3", "--out", str(out), "--case-ids"]) == 0
    book = calamine.load_workbook(str(out / "office.xlsx"))
    assert "SECRET" in str(book.get_sheet_by_name("病例").to_python())


def test_links_lead_from_department_to_group_to_case(month, tmp_path):
    zipfile = pytest.importorskip("zipfile")
    pytest.importorskip("xlsxwriter")
    month.to_excel(tmp_path / "m.xlsx")
    with zipfile.ZipFile(tmp_path / "m.xlsx") as book:
        links = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert any("location=\"'科室病组'!A" in text for text in links)
    assert any("location=\"'病例'!A" in text for text in links)
    assert any("location=\"'入组说明'!A" in text for text in links)


def test_the_order_of_rows_does_not_matter(month):
    shuffled = drgsim.office(stays().sample(frac=1, random_state=2), POLICY, weights=WEIGHTS)
    pd.testing.assert_frame_equal(shuffled.summary("department"), month.summary("department"))
    assert sorted(shuffled.warnings["number"]) == sorted(month.warnings["number"])


def test_thresholds_of_ones_own():
    strict = drgsim.office(stays(), POLICY, weights=WEIGHTS, thresholds={"long_stay": {"least_stays": 1000}})
    assert not (strict.warnings["zh"].str.contains("P75")).any()
    with pytest.raises(ArgumentError, match="did you mean"):
        drgsim.office(stays(), POLICY, weights=WEIGHTS, thresholds={"long_stay": {"time": 2}})


def test_the_room_is_the_function_of_its_name_in_a_new_process():
    import subprocess
    import sys

    code = "import drgsim, drgsim.office.reconcile; drgsim.office({}, None)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr
    assert "RecursionError" not in told
    assert "not callable" not in told

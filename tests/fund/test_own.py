"""A bureau's own tables, whole, broken, in Chinese; and stays that do not stand for the fund."""

import pandas as pd
import pytest

import drgsim
from drgsim.fund.fund import Fund
from drgsim.fund.fund_errors import FundError, ScaleError
from drgsim.fund.own_tables import tie


def heads(**more):
    rows = [(2024, "在职", 40e4), (2024, "退休", 15e4), (2024, "居民", 120e4),
            (2025, "在职", 41e4), (2025, "退休", 15.5e4), (2025, "居民", 119e4)]  # fmt: skip
    return pd.DataFrame(rows, columns=["年份", "人员类别", "人数"]).assign(**more)


def accounts():
    rows = [
        ("职工统筹基金", "收入合计", 27e8), ("职工统筹基金", "支出合计", 20e8), ("职工统筹基金", "年末结余", 40e8),  # noqa: E501
        ("职工统筹基金", "按病种付费住院", 9e8), ("职工统筹基金", "按项目等付费住院", 2e8),
        ("职工个人账户", "收入合计", 9e8), ("职工个人账户", "支出合计", 8e8), ("职工个人账户", "年末结余", 20e8),  # noqa: E501
        ("居民基金", "收入合计", 14e8), ("居民基金", "支出合计", 13.5e8), ("居民基金", "年末结余", 8e8),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["基金", "项目", "金额（元）"]).assign(年份=2025)


def stays(insurance="职工", fund=11_000.0, count=800, **more):
    return pd.DataFrame({"险种": [insurance] * count, "基金支付": fund, **more})


def test_own_tables_are_valued_and_say_what_was_taken_from_the_country():
    fund = Fund.of(heads=heads(), accounts=accounts())
    valued = drgsim.value(fund, years=5)
    assert fund.year == 2025
    assert valued.frame.query("pot == 'employee_pool'")["income"].iloc[0] == pytest.approx(28e8, rel=0.1)
    told = " ".join(en for _, en, _ in valued.notes)
    assert "the country's mean wage" in told
    assert "ages by the country's structure" in told
    assert "no stays given" in told


def test_what_is_missing_is_listed_at_once_in_both_languages():
    with pytest.raises(FundError) as caught:
        Fund.of(heads=heads().drop(columns="人数"), accounts=accounts().query("项目 != '年末结余'"))
    text = str(caught.value)
    assert "persons" in text
    assert "职工统筹基金缺2025年年末结余" in text or "no column persons" in text
    assert set(caught.value.problems.columns) == {"table", "where", "en", "zh"}


def test_lines_and_pots_nobody_knows_get_the_nearest_name():
    wrong = accounts()
    wrong.loc[0, "基金"] = "职工统酬基金"
    wrong.loc[3, "项目"] = "按病种付费住院费"
    with pytest.raises(FundError, match="nearest 职工统筹基金") as caught:
        Fund.of(heads=heads(), accounts=wrong)
    assert "nearest 按病种付费住院" in str(caught.value)


def test_parts_beyond_the_whole_are_refused_with_the_ratio():
    wrong = accounts()
    wrong.loc[3, "金额（元）"] = 90e8
    with pytest.raises(FundError, match=r"ratio 4\.6"):
        Fund.of(heads=heads(), accounts=wrong)


def test_stays_of_another_scale_are_refused_with_the_ratio():
    with pytest.raises(ScaleError, match=r"ratio 0\.008"):
        Fund.of(heads=heads(), accounts=accounts(), stays=stays())
    with pytest.raises(ScaleError, match=r"ratio 3\.33e-05"):
        tie("employee", 1e7, 1000, stands_for=None, booked=3e11, spending=6e11)


def test_a_sample_is_tied_by_the_count_it_stands_for():
    fund = Fund.of(heads=heads(), accounts=accounts(), stays=stays(stands_for=80_000))
    booked = fund.regions[0].accounts.parts["employee_pool.inpatient_case"].amount
    assert booked == pytest.approx(11_000 * 80_000)
    assert any("x 100," in en for _, en, _ in fund.notes)


def test_stays_are_not_held_against_what_is_paid_by_item_alone():
    """Where the books show no money by case, the stays bring it; they are held against all spending."""
    books = accounts().query("项目 != '按病种付费住院'")
    fund = Fund.of(heads=heads(), accounts=books, stays=stays(stands_for=80_000))
    assert fund.regions[0].accounts.part("employee_pool.inpatient_case") == pytest.approx(8.8e8)
    with pytest.raises(ScaleError, match="spending of the accounts"):
        Fund.of(heads=heads(), accounts=books, stays=stays(stands_for=8_000_000))


def test_weights_stand_for_stays():
    weighted = Fund.of(heads=heads(), accounts=accounts(), stays=stays(权重=100.0))
    counted = Fund.of(heads=heads(), accounts=accounts(), stays=stays(stands_for=80_000))
    line = "employee_pool.inpatient_case"
    assert weighted.regions[0].accounts.part(line) == counted.regions[0].accounts.part(line)


def test_tables_by_age_make_the_structure():
    rows = [(2025, "active", "men", 18, 59, 22e4), (2025, "active", "women", 18, 54, 19e4),
            (2025, "retired", "", 50, 100, 15.5e4), (2025, "resident", "", 0, 100, 119e4)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["year", "kind", "sex", "age_from", "age_to", "persons"])
    structure = Fund.of(heads=table, accounts=accounts()).regions[0].structure
    assert structure.active[0].sum() == pytest.approx(22e4)
    assert structure.active[1, 55:].sum() == 0
    assert structure.retired[:, :50].sum() == 0


def test_own_assumptions_take_the_place_of_rules():
    table = pd.DataFrame(
        {
            "参数": ["单位缴费率（含生育）", "wage_growth"],
            "数值": [0.08, 0.04],
            "下限": [0.07, 0.02],
            "上限": [0.09, 0.06],
        }
    )
    fund = Fund.of(heads=heads(), accounts=accounts(), assumptions=table)
    assert fund.assumptions["employer_rate"].value == 0.08
    assert fund.assumptions["wage_growth"].low == 0.02


def test_a_workbook_and_a_folder_read_alike(tmp_path):
    with pd.ExcelWriter(tmp_path / "fund.xlsx") as writer:
        heads().to_excel(writer, sheet_name="参保人数", index=False)
        accounts().to_excel(writer, sheet_name="基金收支", index=False)
    folder = tmp_path / "tables"
    folder.mkdir()
    heads().to_csv(folder / "参保人数.csv", index=False)
    accounts().to_csv(folder / "基金收支.csv", index=False)
    one, other = (drgsim.value(Fund.read(place), years=2) for place in (tmp_path / "fund.xlsx", folder))
    assert one.frame.equals(other.frame)

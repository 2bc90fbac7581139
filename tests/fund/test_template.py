"""The blank tables: the shipped ones are those written, blank ones tell what is missing, filled ones are
valued."""

import pandas as pd
import pytest

import drgsim
from drgsim._paths import data_path
from drgsim.fund.fund import Fund
from drgsim.fund.fund_errors import FundError
from drgsim.fund.valuation_workbook import tables, write_template

NUMBERS = {
    "收入合计": 20e8,
    "支出合计": 16e8,
    "年末结余": 30e8,
    "按病种付费住院": 5e8,
    "按项目等付费住院": 2e8,
}
OPTIONAL = {"职工个人账户", "医疗救助", "长期护理保险"}


def filled(tmp_path):
    own = {name: table.copy() for name, table in tables().items()}
    people = own["heads"]
    by_kind = {"在职": 40e4, "退休": 15e4, "居民": 120e4}
    rows = people.groupby(["年份", "人员类别"])["人数"].transform("size")
    people["人数"] = people["人员类别"].map(by_kind) / rows
    books = own["accounts"]
    books["金额（元）"] = books["项目"].map(NUMBERS).where(~books["基金"].isin(OPTIONAL))
    own["assumptions"].loc[own["assumptions"]["参数"] == "结余利率", "数值"] = 0.015
    sheets = {"heads": "参保人数", "accounts": "基金收支", "stays": "住院病例", "assumptions": "测算假设"}
    with pd.ExcelWriter(tmp_path / "fund.xlsx") as writer:
        for name, sheet in sheets.items():
            own[name].to_excel(writer, sheet_name=sheet, index=False)
    return tmp_path / "fund.xlsx"


def test_the_shipped_template_is_what_is_written(tmp_path):
    write_template(tmp_path / "fund.xlsx")
    shipped = pd.read_excel(data_path("templates", "fund.xlsx"), sheet_name=None, engine="calamine")
    written = pd.read_excel(tmp_path / "fund.xlsx", sheet_name=None, engine="calamine")
    assert list(shipped) == ["填写说明", "参保人数", "基金收支", "住院病例", "测算假设"]
    for name, table in written.items():
        assert table.equals(shipped[name]), name


def test_a_blank_template_tells_what_is_missing():
    with pytest.raises(FundError, match="没有填写任何金额"):
        Fund.read(data_path("templates", "fund.xlsx"))


def test_a_template_with_a_hole_names_it(tmp_path):
    file = filled(tmp_path)
    sheets = pd.read_excel(file, sheet_name=None, engine="calamine")
    books, people = sheets["基金收支"], sheets["参保人数"]
    gone = (books["项目"] == "年末结余") & (books["基金"] == "居民基金") & (books["年份"] == 2025)
    books.loc[gone, "金额（元）"] = None
    people.loc[(people["人员类别"] == "退休") & (people["年份"] == 2025), "人数"] = None
    with pd.ExcelWriter(file) as writer:
        for name, table in sheets.items():
            table.to_excel(writer, sheet_name=name, index=False)
    with pytest.raises(FundError) as caught:
        Fund.read(file)
    told = "; ".join(caught.value.problems["zh"])
    assert "居民基金缺2025年年末结余" in told
    assert "缺2025年退休人数" in told


def test_a_filled_template_is_valued_and_lists_what_was_left_blank(tmp_path):
    fund = Fund.read(filled(tmp_path))
    assert fund.year == 2025
    assert fund.assumptions["interest_rate"].value == 0.015
    assert fund.regions[0].structure.retired[:, :50].sum() == 0
    assert set(fund.regions[0].history) == {2023, 2024}
    valued = drgsim.value(fund, years=3)
    told = " ".join(zh for zh, _, _ in valued.notes)
    assert "未填（不单列）" in told
    assert "职工统筹基金门诊慢特病" in told
    assert "分年龄结构取全国" not in told

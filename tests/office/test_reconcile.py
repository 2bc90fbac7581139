"""Reconciliation, application sheets, and settlement lists written out again."""

import json

import pandas as pd
import pytest

import drgsim
from drgsim import Policy, Weights, read_cases
from drgsim.cli.main import main
from drgsim.errors import ArgumentError, ColumnError, NotFoundError
from drgsim.office.applications import UNNAMED, _codes, _number, write_applications
from drgsim.office.applications import _told as _said
from drgsim.office.bureau import matched, read_bureau
from drgsim.office.settlement_list import corrected, read_corrections, write_4101

WEIGHTS = Weights.load("chs-drg-2.0-example")
POLICY = Policy.load("national-drg-rate")
BASE = {"sex": 1, "age": 66, "los": 6, "discharge": 1, "insurance": "employee", "hospital_level": 3,
        "procedures": "",
        "diagnoses": "J18.900|I10.x00x002", "department": "呼吸科", "total_cost": 7_000.0}  # fmt: skip


def cases():
    changes = [{}, {}, {"diagnoses": "R50.900|J18.900"}, {"diagnoses": "J18.900|J96.900x001"}, {}, {}, {}, {}]
    return pd.DataFrame([{"case_id": f"{n:04}", **BASE, **change} for n, change in enumerate(changes)])


@pytest.fixture(scope="module")
def ours():
    return drgsim.estimate(cases(), POLICY, weights=WEIGHTS).frame.set_index("case_id")


@pytest.fixture(scope="module")
def bureau(ours):
    rows = [
        {"病案号": case, "病组编码": ours.loc[case, "group"], "权重": ours.loc[case, "weight"],
         "支付金额": ours.loc[case, "payment"], "反馈日期": "2025-04-01"}
        for case in ours.index
    ]  # fmt: skip
    rows[1]["权重"] = rows[1]["权重"] * 1.1
    rows[2] |= {"病组编码": "ES35"}
    rows[3] |= {"病组编码": rows[3]["病组编码"][:3] + "5"}
    rows[4] |= {"支付金额": 7_000.0}
    rows[5] |= {"支付金额": rows[5]["支付金额"] * 0.9}
    rows[6] |= {"病组编码": "0000"}
    rows[7] |= {"病案号": "9999"}
    return pd.DataFrame(rows)


def reasons(found):
    return found.frame.set_index("case_id")["reason"].to_dict()


def test_each_difference_has_its_reason(bureau):
    found = drgsim.reconcile(cases(), bureau, POLICY, weights=WEIGHTS)
    assert reasons(found) == {
        "0000": "agree", "0001": "weight", "0002": "principal", "0003": "severity", "0004": "by_item",
        "0005": "price", "0006": "bureau_ungrouped", "0007": "only_ours", "9999": "only_bureau",
    }  # fmt: skip
    hint = found.frame.set_index("case_id").loc["0002", "hint"]
    assert "J18.900" in hint
    row = found.frame.set_index("case_id").loc["0005"]
    assert row["difference"] == pytest.approx(row["bureau_payment"] - row["payment"])
    assert found.summary(None)["difference"].item() == pytest.approx(
        found.frame["difference"].sum(), abs=0.01
    )
    assert found.summary()["cases"].sum() == len(found) == 9
    assert found.reasons["cases"].sum() == 9
    with pytest.raises(ArgumentError, match="no such column"):
        found.summary("ward")


def test_the_days_left_to_appeal_are_counted_from_the_return(bureau):
    found = drgsim.reconcile(cases(), bureau, POLICY, weights=WEIGHTS, appeal_days=10, on="2025-04-08")
    assert set(found.frame["days_left"].dropna()) == {3}
    assert "2025-04-11" in repr(found)
    without = drgsim.reconcile(cases(), bureau, POLICY, weights=WEIGHTS)
    assert "申诉期限" in repr(without)
    given = drgsim.reconcile(
        cases(), bureau.drop(columns="反馈日期"), POLICY, weights=WEIGHTS, appeal_days=5,
        returned="2025-04-01",
        on="2025-04-10",
    )  # fmt: skip
    assert set(given.frame["days_left"].dropna()) == {-4}


def test_numbers_match_whatever_the_bureau_calls_them(bureau, tmp_path):
    path = tmp_path / "局方.csv"
    renamed = bureau.rename(columns={"病案号": "结算ID", "病组编码": "DRG编码"})
    renamed.to_csv(path, index=False, encoding="gb18030")
    own = cases().assign(settlement_id=cases()["case_id"], case_id=[f"X{n}" for n in range(8)])
    found = drgsim.reconcile(own, path, POLICY, weights=WEIGHTS)
    assert (found.frame["reason"] == "agree").sum() == 1
    with pytest.raises(ColumnError, match="no stay"):
        drgsim.reconcile(own.drop(columns="settlement_id"), path, POLICY, weights=WEIGHTS)
    with pytest.raises(ColumnError, match="not a file"):
        drgsim.reconcile(own, pd.DataFrame({"a": [1]}), POLICY, weights=WEIGHTS)


def test_a_bureaus_sheet_is_read_as_it_is(bureau, tmp_path):
    """A title, empty rows and a foot around the table, thousands commas, zeros that the spreadsheet took."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "局方反馈.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("说明").write(0, 0, "本文件由经办机构下发")
        sheet = book.add_worksheet("明细")
        sheet.merge_range(0, 0, 0, 5, "2025年3月DRG结算反馈表")
        heads = ["序号", "病 案 号", "DRG分组编码", "ＲＷ", "DRG应付金额", "下发日期"]
        for place, head in enumerate(heads):
            sheet.write(2, place, head)
        for at, (number, group, weight, paid, day) in enumerate(
            bureau.itertuples(index=False, name=None), start=3
        ):
            for place, cell in enumerate((at, int(number), group, weight, f"{paid:,.2f}元", day)):
                sheet.write(at, place, cell)
        sheet.write(12, 0, "合计")
        sheet.write(12, 4, 12345.6)
        sheet.write(13, 0, "制表人：李某")
    plain = drgsim.reconcile(cases(), bureau, POLICY, weights=WEIGHTS)
    found = drgsim.reconcile(cases(), path, POLICY, weights=WEIGHTS, appeal_days=10, on="2025-04-08")
    assert len(found) == len(plain) == 9
    assert found.reasons["cases"].to_dict() == plain.reasons["cases"].to_dict()
    assert found.frame["bureau_payment"].sum() == pytest.approx(plain.frame["bureau_payment"].sum(), abs=0.05)
    assert set(found.frame["days_left"].dropna()) == {3}
    told = "\n".join(found.told)
    assert "编号按去掉前导零后对应" in told
    assert "局方的“DRG应付金额”与我方应付总额比较" in told
    assert "对上 7 例" in told


@pytest.mark.parametrize(("head", "ours_is", "said"), [
    ("病组支付标准", "standard", "支付标准"), ("DRG统筹应付", "fund", "统筹基金支付"),
    ("支付", "payment", "应付总额"), ("支付总额(元)", "payment", "应付总额"),
    ("统筹", "fund", "统筹基金支付"),
    ("盈亏", "margin", "结余"), ("差额（元）", "margin", "结余"),
])  # fmt: skip
def test_the_bureaus_money_is_held_against_its_like(ours, head, ours_is, said):
    """A bureau that states the standard, or the fund's part, is not compared with the whole payment."""
    back = pd.DataFrame({"病案号": ours.index, "病组": ours["group"], head: ours[ours_is]})
    found = drgsim.reconcile(cases(), back, POLICY, weights=WEIGHTS)
    assert set(found.frame["reason"]) == {"agree"}
    assert f"与我方{said}比较" in "\n".join(found.told)


def test_a_citizen_number_as_the_number_of_a_stay_is_a_code_on_both_sides():
    number = pd.Series(["11010519491231002X", "A2"])
    told, _ = read_bureau(pd.DataFrame({"病案号": number, "病组": ["GZ15", "GZ15"]}))
    assert told["case_id"].str.startswith("id-").tolist() == [True, False]
    for cases in (pd.DataFrame({"case_id": number}), pd.DataFrame({"case_id": told["case_id"]})):
        match = matched(cases, told)
        assert match.common == 2
        assert "11010519491231002X" not in set(match.keys(cases["case_id"]))


def test_doubled_numbers_and_rows_without_one_are_told(bureau):
    more = pd.concat([bureau, bureau.iloc[[0]], bureau.iloc[[0]].assign(病案号=None)])
    own = pd.concat([cases(), cases().iloc[[0]]], ignore_index=True)
    told = "\n".join(drgsim.reconcile(own, more, POLICY, weights=WEIGHTS).told)
    for line in ("局方文件中有 1 个重复的编号", "局方有 1 行没有该编号", "我方有 1 例编号与前面的病例重复"):
        assert line in told
    words = bureau.astype({"支付金额": object}).assign(支付金额=["待定", *bureau["支付金额"][1:]])
    assert "“支付金额”列有 1 个单元格不是数字" in "\n".join(
        drgsim.reconcile(cases(), words, POLICY, weights=WEIGHTS).told
    )


def test_a_stay_is_found_by_any_number_that_is_its_alone():
    own = cases().assign(record_number=[f"R{n // 2}" for n in range(8)], stay_id=[f"Z{n}" for n in range(8)])
    own.loc[7, "record_number"] = "R9"
    answer = drgsim.estimate(own, POLICY, weights=WEIGHTS)
    assert answer.text("R9") == answer.text("Z7") == answer.text("0007")
    with pytest.raises(ArgumentError, match="several stays"):
        answer.text("R0")
    with pytest.raises(NotFoundError):
        answer.text("R77")


def test_the_command_writes_workbook_applications_and_lists(bureau, tmp_path, capsys):
    calamine = pytest.importorskip("python_calamine")
    source, back, out = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "对账.xlsx"
    cases().to_csv(source, index=False, encoding="utf-8-sig")
    bureau.to_csv(back, index=False, encoding="utf-8-sig")
    (tmp_path / "c.csv").write_text(
        "病案号,应改项目,改为\n0002,诊断编码,J18.900|R50.900\n", encoding="utf-8-sig"
    )
    words = ["reconcile", str(source), str(back), "--policy", "national-drg-rate", "--weights",
             "chs-drg-2.0-example", "-o", str(out), "--apply", "0001", "--appeal-days", "10",
             "--corrections", str(tmp_path / "c.csv"), "--corrected",
             str(tmp_path / "清单.json")]  # fmt: skip
    assert main(words) == 1
    told = capsys.readouterr()
    assert "对账 9 例" in told.err
    book = calamine.load_workbook(str(out))
    assert book.sheet_names == ["汇总", "分科室", "差异", "全部", "说明"]
    sheet = calamine.load_workbook(str(tmp_path / "对账-申请表.xlsx")).get_sheet_by_index(0).to_python()
    filled = {row[0]: row[1] for row in sheet if len(row) > 1}
    assert filled["病案号"] == "0001"
    assert filled["主要诊断"].startswith("J18.900")
    assert "科室意见及签字" in filled
    again = read_cases(tmp_path / "清单.json").set_index("case_id")
    assert again.loc["0002", "diagnoses"] == "J18.900|R50.900"
    assert again.loc["0000", "diagnoses"] == BASE["diagnoses"]


def test_an_application_needs_a_case_that_is_there(tmp_path):
    answer = drgsim.estimate(cases(), POLICY, weights=WEIGHTS)
    with pytest.raises(NotFoundError):
        write_applications(answer, ["nobody"], tmp_path / "x.xlsx")
    with pytest.raises(ArgumentError):
        write_applications(answer, [], tmp_path / "x.xlsx")
    assert not list(tmp_path.iterdir())


LIST = {
    "setlinfo": {"medcasno": "0007", "mdtrt_id": "M1", "psn_name": "某", "gend": "2", "age": 61,
    "hi_type": "390",
                 "adm_time": "2024-01-05 08:30:00", "dscg_time": "2024-01-11", "act_ipt_days": 6,
                 "dscg_way": "1"},
    "diseinfo": [
        {"diag_code": "R50.900", "maindiag_flag": "1", "diag_name": "发热", "adm_cond_type": "1",
         "diag_type": "1"},
        {"diag_code": "J18.900", "maindiag_flag": "0", "diag_name": "肺炎", "adm_cond_type": "2",
         "diag_type": "1"},
        {"diag_code": "A01.01", "maindiag_flag": "1", "diag_type": "2"},
    ],
    "oprninfo": [{"oprn_oprt_code": "51.2300", "oprn_oprt_type": "1", "oprn_oprt_date": "2024-01-07"}],
    "iteminfo": [{"med_chrgitm": "09", "amt": 100.1}],
}  # fmt: skip


def test_a_corrected_list_keeps_all_that_was_not_corrected(tmp_path):
    source, target = tmp_path / "a.json", tmp_path / "b.json"
    source.write_text(json.dumps([LIST], ensure_ascii=False), encoding="utf-8")
    own = read_cases(source)
    table = pd.DataFrame({"case_id": own["case_id"], "column": ["诊断编码"], "value": ["J18.900|R50.900"]})
    assert write_4101(corrected(own, read_corrections(table)), target, source=source) == 1
    (written,) = json.loads(target.read_text(encoding="utf-8"))
    assert written["setlinfo"]["psn_name"] == "某"
    assert written["iteminfo"] == LIST["iteminfo"]
    first, second, chinese = written["diseinfo"]
    assert (first["diag_code"], first["maindiag_flag"], first["adm_cond_type"]) == ("J18.900", "1", "2")
    assert (second["diag_code"], second["maindiag_flag"]) == ("R50.900", "0")
    assert chinese == LIST["diseinfo"][2]
    assert written["oprninfo"][0]["oprn_oprt_date"] == "2024-01-07"
    again = read_cases(target)
    assert again["diagnoses"].tolist() == ["J18.900|R50.900"]
    same = ["sex", "age", "los", "discharge", "admission_date", "procedures", "total_cost"]
    pd.testing.assert_frame_equal(again[same], own[same])


def test_corrections_that_fit_no_case_or_column_are_refused():
    own = cases()
    with pytest.raises(ArgumentError, match="one case"):
        corrected(own, read_corrections(pd.DataFrame({"case_id": ["x"], "column": ["sex"], "value": ["1"]})))
    with pytest.raises(NotFoundError):
        read_corrections(pd.DataFrame({"case_id": ["x"], "column": ["sexx"], "value": ["1"]}))
    with pytest.raises(ColumnError):
        read_corrections(pd.DataFrame({"a": ["x"]}))
    done = corrected(
        own, read_corrections(pd.DataFrame({"case_id": ["0001"], "column": ["年龄(岁)"], "value": ["7"]}))
    )
    assert done["age"].tolist()[:3] == [66, 7.0, 66]


def test_a_correction_finds_its_stay_by_any_number_and_leaves_all_else(tmp_path):
    lists = [
        {"setlinfo": {"medcasno": f"00{n}", "mdtrt_id": f"M{n}", "setl_id": f"S{n}", "gend": "1", "age": "60",
                      "act_ipt_days": "5", "diag_code_cnt": "2", "chfpdr_code": "D1"},
         "diseinfo": [{"diag_code": "J18.900", "maindiag_flag": "1"}, {"diag_code": "I10.x00x002",
                      "maindiag_flag": "0"}]}
        for n in range(3)
    ]  # fmt: skip
    source = tmp_path / "in.json"
    source.write_text(json.dumps(lists, ensure_ascii=False), encoding="utf-8")
    rows = [("001", "主诊医师代码", "D9"), ("M2", "诊断编码", "J18.900|I10.x00x002|E11.900")]
    asked = pd.DataFrame(rows, columns=["病案号", "应改项目", "改为"])
    write_4101(corrected(read_cases(source), read_corrections(asked)), tmp_path / "out.json", source=source)
    made = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert made[0] == lists[0]  # a count that was text is text
    assert made[1]["setlinfo"] == lists[1]["setlinfo"] | {"chfpdr_code": "D9"}
    assert made[1]["diseinfo"] == lists[1]["diseinfo"]
    assert made[2]["setlinfo"] == lists[2]["setlinfo"] | {"diag_code_cnt": "3"}
    with pytest.raises(ArgumentError, match="one case"):
        corrected(read_cases(source), read_corrections(asked.assign(病案号="009")))


def test_an_application_says_codes_values_and_sums_as_a_reviewer_reads_them():
    codes = "J18.900|R50.900|" + "|".join(["I10.x00"] * 12)
    named = dict(_codes("diagnoses", "诊断", codes))
    assert named["主要诊断"] == "J18.900 肺炎"
    assert named["其他诊断"].startswith("R50.900 发热; I10.x00 特发性（原发性）高血压")
    assert named["其他诊断"].endswith(" 等")
    assert named["其他诊断"].count(";") == 11  # twelve of the thirteen
    assert dict(_codes("procedures", "手术操作", "51.2300")) == {"主要手术操作": "51.2300 腹腔镜下胆囊切除术"}
    assert dict(_codes("procedures", "手术操作", "99.999x")) == {"主要手术操作": "99.999x"}
    assert dict(_codes("diagnoses", "诊断", float("nan"))) == {"主要诊断": "无"}
    values = (("sex", 2), ("sex", 1.0), ("los", 6.0), ("los", 6.5), ("los", None))
    assert [_said(*each) for each in values] == [
        "女", "男", "6", "6.5", UNNAMED,
    ]  # fmt: skip
    assert _said("admission_date", pd.Timestamp("2025-01-03")) == "2025-01-03"
    assert [_number(*each) for each in ((1_234.5, 2), (0.123456, 4), (None, 2), (float("nan"), 2))] == [
        "1,234.50", "0.1235", "—", "—",
    ]  # fmt: skip

"""The same stays in five exports, each dirty in its own way, are the same cells, groups and problems."""

import json
from functools import partial

import pandas as pd
import pytest

from drgsim import DrgGrouper, check_cases, estimate, read_cases

DIAGNOSES = [
    ["K80.101", "I50.900", "J44.100"], ["O80.000", "Z37.201"], ["P22.000"], ["C92.007", "I10.x00x002"],
    ["I21.401"], ["J96.000", "J18.900"],
]  # fmt: skip
PROCEDURES = [["51.2300"], ["73.5900x001"], [], [], ["36.0700x004"], ["96.7101"]]
NAMES = {"C92.007": "急性髓细胞白血病，t（8;21）", "K80.101": "胆囊结石伴慢性胆囊炎"}
STAYS = pd.DataFrame({
    "sex": [1, 2, 1, 2, 1, 2],
    "age": [61, 29, 0, 47, 55, 70],
    "age_days": [None, None, 5, None, None, None],
    "birth_weight": [None, None, 3210, None, None, None],
    "children_birth_weights": [None, "2500|2350", None, None, None, None],
    "los": [6, 3, 4, 22, 7, 9],
    "total_cost": [18234.5, 6100, 4200, 91000, 45678.9, 60000],
    "ventilation_hours": [None, None, None, None, None, 89.5],
    "surgery_cost": [3000.0, 1000, 0, 0, 9000, 0],
    "department": ["普外科", "产科", "新生儿科", "血液科", "心内科", "呼吸科"],
    "insurance": ["employee", "resident", "resident", "employee", "employee", "resident"],
    "hospital_level": [3] * 6,
})  # fmt: skip
SEXES, INSURED = {1: "男", 2: "女"}, {"employee": "城镇职工基本医疗保险", "resident": "城乡居民基本医疗保险"}


def rows():
    for number, row in enumerate(STAYS.astype(object).where(STAYS.notna(), None).to_dict("records")):
        yield number, row, DIAGNOSES[number], PROCEDURES[number]


def text(value, form="{}"):
    return "" if value is None else form.format(value)


def weights(row, joint):
    return text((row["children_birth_weights"] or text(row["birth_weight"])).replace("|", joint))


def front_page(path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(path / "首页.xlsx"))
    sheet = book.add_worksheet()
    plain = [
        "病案号", "住院次数", "性别", "年龄", "不足1周岁年龄(天)", "新生儿出生体重(克)", "费别", "住院天数",
        "出院科别", "医院等级", "呼吸机使用时间", "总费用(元)", "手术治疗费", "手术费",
    ]  # fmt: skip
    coded = ["主要诊断", "其他诊断1", "其他诊断2", "主要手术及操作"]
    sheet.merge_range(0, 0, 0, 9, "某某医院住院病案首页明细")
    for place, head in enumerate(plain):
        sheet.merge_range(1, place, 2, place, head)
    for place, head in enumerate(coded):
        at = len(plain) + 2 * place
        sheet.merge_range(1, at, 1, at + 1, head)
        sheet.write_row(2, at, ["编码", "名称"])
    for number, row, dx, px in rows():
        cells = [
            f"'0{number}", 1, SEXES[row["sex"]], "-" if row["age"] == 0 else f"{row['age']}岁",
            text(row["age_days"], "{:g}天"), weights(row, ","), INSURED[row["insurance"]], f"{row['los']}天",
            row["department"], "三级甲等", text(row["ventilation_hours"], "{}小时"),
            f"{row['total_cost']:,.2f}元", row["surgery_cost"] + 100, row["surgery_cost"],
        ]  # fmt: skip
        for codes, width in ((dx, 3), (px, 1)):
            for place in range(width):
                code = codes[place] if place < len(codes) else ""
                cells += [code, NAMES.get(code, "")]
        sheet.write_row(3 + number, 0, cells)
    sheet.write_row(3 + len(STAYS), 0, ["合计", "", "", "", "", "", "", "", "", "", "", 225213.4])
    sheet.write_row(4 + len(STAYS), 0, ["制表人：某", "", "填报日期：2026-01-05"])
    book.close()
    return path / "首页.xlsx"


def hqms(path):
    heads = "A48 A49 A46C A12C A14 A16 A18x01 A18x02 B20 B16C C03C C06x01C C06x02C C14x01C D01 D20 D20x02"
    lines = [heads.split()]
    for number, row, dx, px in rows():
        two = [*(weights(row, "|").split("|")), ""][:2]
        slips = [str.lower, lambda code: f" {code} ", lambda code: code.replace(".", "", 1)]
        codes = [slips[place % 3](code) for place, code in enumerate(dx)]
        cells = [
            f'="0{number}"', 1, {"employee": "01", "resident": "02"}[row["insurance"]], row["sex"],
            "-" if row["age"] == 0 else row["age"], text(row["age_days"], "{:g}"), *two, row["los"],
            row["department"], *[*codes, "-", "-"][:3], *[*px, ""][:1], row["total_cost"],
            row["surgery_cost"] + 100, row["surgery_cost"],
        ]  # fmt: skip
        lines.append(cells)
    frame = pd.DataFrame(lines[1:], columns=lines[0])
    frame.to_csv(path / "hqms.csv", index=False, encoding="gb18030")
    return path / "hqms.csv"


def flat_list(path):
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in map(chr, range(33, 127))}
    lines = []
    for number, row, dx, px in rows():
        named = [f"{code} {NAMES.get(code, '')}".strip() for code in dx]
        codes = named if number % 2 else [code.translate(wide) for code in dx]
        hours = row["ventilation_hours"]
        lines.append({
            "清单流水号": f"QD{number}", "医保类型": INSURED[row["insurance"]], "性别": SEXES[row["sex"]],
            "年龄": "" if row["age"] == 0 else row["age"], "年龄(天)": text(row["age_days"], "{:g}"),
            "新生儿出生体重": weights(row, "、"), "实际住院天数": row["los"], "出院科别": row["department"],
            "医保结算等级": "三级", "出院诊断编码": "；".join(codes), "手术及操作编码": "\n".join(px),
            "呼吸机使用时长": "" if hours is None else f"{hours // 24:g}/{hours % 24 // 1:g}/30",
            "总费用": row["total_cost"], "治疗费": 100, "手术费": row["surgery_cost"],
        })  # fmt: skip
    pd.DataFrame(lines).to_csv(path / "清单.csv", index=False, encoding="utf-8-sig")
    return path / "清单.csv"


def lists(path, *, sheets):
    found = []
    for number, row, dx, px in rows():
        hours = row["ventilation_hours"]
        head = {
            "setl_id": f"QD{number}", "gend": str(row["sex"]), "age": text(row["age"] or None),
            "nwb_age": text(row["age_days"], "{:g}"), "nwb_bir_wt": weights(row, ","),
            "act_ipt_days": str(row["los"]), "dscg_caty": row["department"], "hi_setl_lv": "三级",
            "hi_type": {"employee": "310", "resident": "390"}[row["insurance"]],
            "vent_used_dura": "" if hours is None else f"{hours // 24:g}/{hours % 24 // 1:g}/30",
        }  # fmt: skip
        diseases = [{"diag_type": "2", "diag_code": "A01.01.01", "diag_name": "感冒病", "maindiag_flag": "1"}]
        diseases += [
            {"diag_type": "1", "diag_code": code, "diag_name": NAMES.get(code, ""), "maindiag_flag": flag}
            for code, flag in zip(dx, "100", strict=False)
        ]
        operations = [{"oprn_oprt_code": code, "oprn_oprt_name": "", "oprn_oprt_type": "1"} for code in px]
        rest = row["total_cost"] - row["surgery_cost"] - 100
        items = [
            {"med_chrgitm": kind, "amt": f"{amount:.2f}"}
            for kind, amount in (("05", 100), ("06", row["surgery_cost"]), ("14", rest))
        ]
        found.append({"setlinfo": head, "diseinfo": diseases, "oprninfo": operations, "iteminfo": items})
    if not sheets:
        (path / "4101.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        return path / "4101.json"
    pytest.importorskip("xlsxwriter")
    with pd.ExcelWriter(path / "4101.xlsx", engine="xlsxwriter") as book:
        for node in ("setlinfo", "diseinfo", "oprninfo", "iteminfo"):
            below = [
                one if node == "setlinfo" else {"setl_id": each["setlinfo"]["setl_id"], **one}
                for each in found
                for one in ([each[node]] if node == "setlinfo" else each[node])
            ]
            pd.DataFrame(below).to_excel(book, sheet_name=node, index=False)
    return path / "4101.xlsx"


EXPORTS = {
    "front page": front_page, "hqms": hqms, "list, flat": flat_list,
    "list 4101": partial(lists, sheets=False), "list 4101 on sheets": partial(lists, sheets=True),
}  # fmt: skip
GROUPS = ["HC23", "OC15", "PR15", "RR15", "FM39", "EK19"]
PAID = [37125.68, 5605.24, None, 48621.25, None, 60000.0]  # by harbin; none where it has no weight
PROBLEMS = [["principal-respiratory-failure", 5]]
ABSENT = {"hqms": {"hospital_level", "ventilation_hours"}}  # what the layout has no column for


def plain(column):
    return [None if pd.isna(value) or value == "" else value for value in column.astype(object)]


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_stays_are_the_same_cells(name, tmp_path):
    cases = read_cases(EXPORTS[name](tmp_path))
    assert len(cases) == len(STAYS)
    for column in [column for column in STAYS if column not in ABSENT.get(name, ())]:
        assert plain(cases[column]) == plain(STAYS[column]), column
    assert plain(cases["diagnoses"]) == ["|".join(codes) for codes in DIAGNOSES]
    assert plain(cases["procedures"]) == ["|".join(codes) or None for codes in PROCEDURES]
    assert plain(cases["procedure_cost"]) == [cost + 100 for cost in STAYS["surgery_cost"]]
    names = cases.get("diagnosis_names")
    if names is not None:  # a semicolon of a name parts no names
        assert names.iloc[3] in ("急性髓细胞白血病，t（8;21）|", "急性髓细胞白血病，t（8;21）")
    assert DrgGrouper("chs-drg-2.0").group(cases)["drg"].tolist() == GROUPS
    paid = estimate(cases, "harbin", hospital={"level": 3}).frame
    assert [plain(paid["payment"]), plain(paid["total_cost"])] == [PAID, plain(STAYS["total_cost"])]
    problems = check_cases(cases).frame
    told = problems[problems["column"].isin(["diagnoses", "procedures", "surgery_cost", "birth_weight"])]
    found = told[["rule", "row"]].sort_values(["row", "rule"]).to_numpy().tolist()
    assert [each for each in found if each[0] != "diagnosis-of-another-kind"] == PROBLEMS


def test_fees_by_kind_are_whole(tmp_path):
    """The front page and the list state parts of what the case table holds; a total stands before them."""

    def fees(**columns):
        line = {"病案号": "1", "诊断编码": "I10.x00", **columns}
        return read_cases(pd.DataFrame([line])).iloc[0]

    page = fees(
        一般医疗服务费=10, 一般治疗操作费=20, 护理费=30, 实验室诊断费=60, 影像学诊断费=70,
        非手术治疗项目费=90,
        **{"治疗类-手术治疗费": 100, "其中：麻醉费": 20, "其中：手术费": 60, "西药费(元)": 100}, 中草药费=30,
        抗菌药物费用=10, 血费=5, 其他费=40,
    )  # fmt: skip
    kinds = ["drug_cost", "examination_cost", "procedure_cost", "other_cost"]
    assert page[kinds].tolist() == [130, 130, 190, 75]
    assert page[["surgery_cost", "anaesthesia_cost", "tcm_cost", "nursing_cost"]].tolist() == [60, 20, 30, 30]
    bill = fees(床位费=10, 诊察费=20, 检查费=30, 化验费=40, 治疗费=50, 手术费=60, 西药费=90, 中成药费=100)
    assert bill[kinds].tolist() == [190, 70, 110, 30]
    assert fees(药品费=7, 西药费=5)["drug_cost"] == 7

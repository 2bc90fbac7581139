"""Layouts as data: complete, sourced, and each recognises its own export and no other's."""

import pytest

from drgsim.cases import find_layout, layouts, read_cases, report_of
from drgsim.cases.case_errors import LayoutFileError
from drgsim.cases.recognise import header_rows, match_header
from drgsim.errors import NotFoundError
from drgsim.sources import STATES, load

HEADERS = {
    "plain": "case_id,sex,age,age_days,birth_weight,los,discharge,diagnoses,procedures",
    "chinese": "病案号,性别,年龄,新生儿年龄天,出院科室,医生,住院天数,离院方式,总费用,诊断编码,手术操作编码",
    "hqms": "A48,A12C,A14,A16,A18x01,A17,B12,B15,B16C,B20,B34C,C03C,C06x01C,C06x02C,C14x01C,C35x01C,D01",
    "n041": "BAH,XB,NL,BZYZSNL,XSECSTZ,RYSJ,CYSJ,CYKB,SJZYTS,LYFS,ZFY,JBDM,JBDM1,JBDM2,SSJCZBM1,SSJCZBM2",
    "hn041": "BAH,XB,NL,BZYZSNLT,SJZYTS,LYFS,XY_JBDM,XY_FJBM,XY_JBDM1,XY_FJBM1,SSBM1_S,SSBM2_S",
    "opendrg-row": "Index,gender,age,ageDay,weight,dept,inHospitalTime,leavingType,zdList,ssList",
    "machine-made": "case_id,gender,age,diag_p,diag_oth,oper_p,fee",
    "pinyin": "zyh,xb,nl,rysj,cysj,zyts,cyks,lyfs,zyzdbm,qtzdbm1,qtzdbm2,zyssbm,qtssbm1,zfy",
    "settlement-4101": "medcasno,gend,age,nwb_age,dscg_caty,act_ipt_days,dscg_way,diag_code,oprn_oprt_code",
}


def test_every_layout_has_a_header_here():
    assert set(HEADERS) == set(layouts())


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_recognised_as_its_own_layout(name, file):
    cells = HEADERS[name].split(",")
    cases = read_cases(file("export.csv", f"{HEADERS[name]}\n{',' * (len(cells) - 1)}\n"))
    assert cases.attrs["drgsim"]["files"][0]["layout"] == name
    assert "of its columns are there" in cases.attrs["drgsim"]["files"][0]["why"]


@pytest.mark.parametrize("name", HEADERS)
def test_what_was_read_is_told_with_the_trust_in_its_layout(name, file):
    cells = HEADERS[name].split(",")
    told = report_of(read_cases(file("export.csv", f"{HEADERS[name]}\n{',' * (len(cells) - 1)}\n"))).account()
    state = layouts()[name].state
    assert f" cases, layout {name}{'' if state == 'read' else f' [{state}]'} (" in told


@pytest.mark.parametrize("name", HEADERS)
def test_layouts_are_sourced(name):
    layout = layouts()[name]
    assert STATES.index(layout.state) >= STATES.index(load()[layout.source].state)
    assert layout.label_zh
    assert layout.label_en
    assert "diagnoses" in layout.lists


def test_every_shipped_column_of_hqms_is_found_by_any_form_of_its_header():
    for cells in (
        ["A48", "C03C", "A12C"],
        ["病案号(A48)", "出院主要诊断编码（C03C）", "性别(A12C)"],
        ["A48 病案号", "C03C 出院主要诊断编码", "A12C 性别"],
        ["a48", "c03c", "a12c"],
    ):
        match = match_header(cells, find_layout("hqms"), header_row=0, rename={})
        assert match is not None
        assert match.names == ["case_id", "sex", "diagnoses"]


def test_two_rows_are_one_header_only_where_the_upper_names_two_things_and_the_lower_anything():
    stacked = [
        (row, list(map(str, cells))) for row, cells in header_rows([["诊断", "", "性别"], ["编码", "名称"]])
    ]
    assert stacked == [(0, ["诊断", "", "性别"]), (1, ["编码", "名称"]), (1, ["编码", "名称", "性别"])]
    (_, (code, name, sex)) = list(header_rows([["诊断", "", "性别"], ["编码", "名称"]]))[2]
    assert (code.above, name.above, sex.above) == ("诊断", "诊断", "")
    for above, below in (
        (["出院病例表", "", ""], ["病案号", "性别", "年龄"]),
        (["病案号", "性别"], [" ", ""]),
    ):
        assert [row for row, _ in header_rows([above, below])] == [0, 1]


def test_age_in_months_is_not_taken_for_age_in_years(file):
    cases = read_cases(file("a.csv", "病案号,年龄(月),诊断编码\n1,7,J18.900\n"))
    assert "age" not in cases
    assert cases.attrs["drgsim"]["files"][0]["not_read"] == ["年龄(月)"]


OWN = """
id = "our-his"
label_zh = "本院导出"
label_en = "our own export"
source = "K91"
state = "read"
needs = ["diagnoses"]
[columns]
case_id = "住院流水"
birth_weight = { from = ["体重"], unit = "kg" }
total_cost = { sum = ["甲", "乙"] }
[lists.diagnoses]
joined = ["疾病"]
separators = ["|", "+"]
[values.sex]
"1" = "?"
[identifiers]
patterns = ['.*姓名']
"""


def test_a_layout_of_ones_own_is_a_file(file):
    layout = file("own.toml", OWN)
    export = file("export.csv", "住院流水,体重,甲,乙,疾病,母亲姓名\n7,1.001,1.10,2.25,J18.900+I10.x00,某\n")
    cases = read_cases(export, layout=layout)
    assert cases.to_numpy().tolist() == [["7", 1001, "J18.900|I10.x00", 3.35]]
    assert cases.attrs["drgsim"]["files"][0]["identifiers"] == ["母亲姓名"]


def test_all_mistakes_of_a_layout_file_are_told_at_once(file):
    wrong = OWN.replace('state = "read"', "").replace("birth_weight", "birth_wieght").replace("kg", "stone")
    wrong = wrong.replace('"1" = "?"', '"1" = "7"')
    with pytest.raises(LayoutFileError) as caught:
        find_layout(file("own.toml", wrong + '\n[recognize]\nall = ["x"]\n'))
    message = str(caught.value)
    for part in (
        "state is missing",
        "did you mean 'birth_weight'",
        "'stone'",
        "no value '7'",
        "did you mean 'recognise'",
    ):
        assert part in message


@pytest.mark.parametrize(
    "text",
    [
        "id = [",
        OWN.replace('case_id = "住院流水"', "case_id = 5"),
        OWN.replace('joined = ["疾病"]', "joined = 5"),
        OWN.replace("['.*姓名']", "['*姓名']"),
        OWN.replace('state = "read"', 'state = "certain"'),
        OWN + "[nodes]\ndx = 5\n",
    ],
)
def test_a_broken_layout_file_is_a_layout_error(file, text):
    with pytest.raises(LayoutFileError, match=r"own\.toml"):
        find_layout(file("own.toml", text))


def test_an_unknown_layout_names_the_nearest():
    with pytest.raises(NotFoundError, match="did you mean 'hqms'"):
        read_cases("whatever.csv", layout="hqmz")


PERSONS = """护照号,病案首页姓名,患者曾用名,紧急联系人手机号2,现居住地址(详细),港澳通行证号,银行账号,家属签字,
Emergency Contact Name,Passport No.,contact_phone_2,home_address_line1,card_number,xing_ming,bank_account,
national_id_number,patientName,E-mail,床位医师,门诊医生2,开方医师(签名),护士长,第一助手,审核人,病人,
attending_physician,head_nurse""".replace("\n", "").split(",")
OTHERS = """医院名称,科室名称,drg_name,hospital_name,drug_name,account_payment,card_type,病区,床号,
telemetry,id_type,医师职称,护士人数,人员类别,操作费""".replace("\n", "").split(",")


def test_headers_that_name_persons_wherever_the_word_stands(file):
    header = ["病案号", "诊断编码", *PERSONS, *OTHERS]
    path = file(
        "a.csv", ",".join(header) + "\n" + ",".join(["7", "I10.x00", *["某"] * len(header[2:])]) + "\n"
    )
    cases = read_cases(path, keep="all")
    assert set(cases.attrs["drgsim"]["files"][0]["identifiers"]) == set(PERSONS)
    assert set(OTHERS) <= set(cases.columns)


def test_initials_of_pinyin_are_read_and_told_as_assumed(file):
    """A column of names (`zyzd` beside `zyzdbm`) is no column of codes; one of codes under that header is."""
    row = "1001,张三,男,67,2025-03-01,2025-03-09"
    named = read_cases(
        file(
            "a.csv",
            f"ZYH,XM,XB,NL,RYSJ,CYSJ,ZYZD,ZYZDBM,QTZD1,QTZDBM1\n{row},胆囊结石,K80.101,心衰,I50.900\n",
        )
    )
    coded = read_cases(
        file("b.csv", f"zyh,xm,xb,nl,rysj,cysj,zyzd,qtzd1,qtzd2,zyss\n{row},K80.101,I50.900,,51.2300\n")
    )
    for cases in (named, coded):
        about = cases.attrs["drgsim"]["files"][0]
        assert (about["layout"], about["state"]) == ("pinyin", "assumed")
        assert about["identifiers"] == [["XM"], ["xm"]][cases is coded]
        assert cases[["sex", "age", "diagnoses"]].to_numpy().tolist() == [[1, 67, "K80.101|I50.900"]]
        assert str(cases["discharge_date"][0].date()) == "2025-03-09"
    assert coded["procedures"].tolist() == ["51.2300"]
    front = read_cases(
        file("c.csv", "BAH,XB,NL,JBDM,ZYZD,JBDM1,SSJCZBM1\n1,1,60,K80.101,胆囊结石,I50.900,51.2300\n")
    )
    assert front.attrs["drgsim"]["files"][0]["layout"] == "n041"

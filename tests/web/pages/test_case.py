"""One case on the page: its answer in parts, what was pasted, and the way without scripts."""

import json

import pytest

import drgsim
from drgsim.errors import ArgumentError
from drgsim.web.pages.case_read import case_of, codes, pasted

FORM = {
    "diagnoses": "K80.101 胆囊结石伴慢性胆囊炎\nI50.900 心力衰竭\n",
    "procedures": "51.2300 腹腔镜下胆囊切除术\n",
    "sex": "1", "age": "45", "los": "6", "total_cost": "48,000", "insurance": "employee", "hospital_level": "3",  # noqa: E501
    "policy": "national-drg-rate",
}  # fmt: skip
LISTED = {
    "setlinfo": {
        "mdtrt_id": "1", "setl_id": "2", "medcasno": "3", "gend": "1", "age": 45, "insutype": "310",
        "adm_time": "2025-03-01", "dscg_time": "2025-03-07", "act_ipt_days": 6, "dscg_way": "1",
    },
    "diseinfo": [
        {"diag_type": "1", "maindiag_flag": "0", "diag_code": "I50.900"},
        {"diag_type": "1", "maindiag_flag": "1", "diag_code": "K80.101"},
    ],
    "oprninfo": [{"oprn_oprt_type": "1", "oprn_oprt_code": "51.2300"}],
}  # fmt: skip


def test_the_quick_part_gives_group_money_and_schemes(visitor):
    status, text = visitor.form("/case/quick", **FORM)
    assert status == 200
    expected = drgsim.estimate(
        {"sex": 1, "age": 45, "los": 6, "total_cost": 48000.0, "insurance": "employee", "hospital_level": 3,
         "diagnoses": "K80.101|I50.900", "procedures": "51.2300"},
        drgsim.Policy.load("national-drg-rate"), weights=drgsim.Weights.load("chs-drg-2.0-example"),
        scheme="chs-drg-2.0",
    ).frame  # fmt: skip
    assert "HC23" in text
    for name in ("standard", "fund", "margin"):
        assert f"{expected[name].item():,.2f}" in text, name
    assert "[standard.base_rate]" in text  # the chain names the source of the number
    assert "P02" in text
    assert "HC43" in text  # 3.0 beside
    assert "BX-" in text  # DIP beside
    assert "特例单议" in text
    assert "[" not in text.partition('id="review"')[2].partition("</div>")[0]
    _, english = visitor.form("/case/quick?lang=en", **FORM)
    assert "Schemes side by side" in english
    assert "special review is open" in english


def test_the_further_part_gives_warnings_choices_with_money_and_reasons(visitor):
    _, text = visitor.form("/case/further", **{**FORM, "procedures": "51.2300\n51.8800\n"})
    assert "W05" in text
    assert "FQY" in text
    assert "✓" in text
    assert "不是改码建议" in text
    now = text.partition('id="choices"')[2].partition("</tbody>")[0]
    assert "16,686.36" in now  # what the case as coded is paid stands in the table of choices


def test_a_local_scheme_stands_beside(visitor):
    _, text = visitor.form("/case/quick", **{**FORM, "local": "beijing-2022"})
    assert "beijing-2022" in text


def test_without_scripts_the_form_gives_the_whole_page(visitor):
    status, page = visitor.form("/", **FORM, do="answer")
    assert status == 200
    assert page.startswith("<!DOCTYPE html>")
    assert "HC23" in page
    assert "K80.101 胆囊结石伴慢性胆囊炎" in page
    status, page = visitor.form("/", do="paste", paste=json.dumps(LISTED), policy="national-drg-rate")
    assert status == 200
    assert "HC23" in page


def test_faults_are_told_and_hide_nothing_else(visitor):
    _, text = visitor.form("/case/quick", **{**FORM, "age": "<b>viel</b>"})
    assert "不是数字" in text
    assert "<b>" not in text
    _, text = visitor.form("/case/quick", **{**FORM, "scheme": "chs-drg-9"})
    assert "chs-drg-" in text
    _, text = visitor.form("/case/quick", **{**FORM, "policy": "/etc/passwd"})
    assert "没有这个政策" in text
    _, text = visitor.form("/case/quick", **{**FORM, "diagnoses": "<script>alert(1)</script>"})
    assert "<script" not in text


def test_a_case_in_no_group_says_why(visitor):
    _, text = visitor.form("/case/quick", **{**FORM, "diagnoses": "X99.999", "procedures": ""})
    assert "未入组" in text
    assert 'class="bad"' in text.partition('id="money"')[0]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(LISTED),
        json.dumps([LISTED]),
        "主要诊断：K80.101 胆囊结石伴慢性胆囊炎\n其他诊断：I50.900 心力衰竭\n手术及操作：51.2300\n性别：男\n年龄：45\n",  # noqa: E501
        "其他诊断1：I50.900\n主要诊断：K80.101；手术操作1：51.2300；性别：男；年龄：45",
        "性别\t年龄\t诊断编码\t手术操作编码\n男\t45\tK80.101|I50.900\t51.2300\n",
        "性别,年龄,主要诊断编码,其他诊断编码1,手术操作编码1\n男,45,K80.101,I50.900,51.2300",
    ],
)
def test_what_was_pasted_fills_the_form(text):
    fields, _ = pasted(text)
    assert codes(fields["diagnoses"]) == ["K80.101", "I50.900"]
    assert codes(fields["procedures"]) == ["51.2300"]
    assert fields["diagnoses"].startswith("K80.101 胆囊结石伴慢性胆囊炎\n")
    assert (fields["sex"], fields["age"]) == ("1", "45")


def test_codes_alone_are_taken_and_that_is_told():
    fields, told = pasted("患者因 K80.101 入院，既往 I50.900，行 51.2300 治疗")
    assert codes(fields["diagnoses"]) == ["K80.101", "I50.900"]
    assert codes(fields["procedures"]) == ["51.2300"]
    assert told
    with pytest.raises(ArgumentError):
        pasted("没有编码")


def test_a_form_becomes_a_case():
    assert case_of(FORM) == {
        "diagnoses": "K80.101|I50.900", "procedures": "51.2300", "sex": 1, "age": 45, "los": 6,
        "total_cost": 48000.0, "hospital_level": 3, "insurance": "employee", "case_id": "1",
    }  # fmt: skip
    with pytest.raises(ArgumentError):
        case_of({**FORM, "diagnoses": " \n"})


def test_codes_are_found_by_initials(client):
    _, found = client.get("/codes/search?text=dnjs&most=3")
    assert found[0]["name"] == "胆囊结石"
    _, found = client.get("/codes/search?kind=procedure&text=fqjxdnqcs&most=3")
    assert found[0]["name"] == "腹腔镜下胆囊切除术"

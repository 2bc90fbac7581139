"""No code is lost for its header or its cell."""

import json
import re

import pandas as pd
import pytest

from drgsim import DrgGrouper, iter_cases, read_cases
from drgsim.cases import find_layout, report_of
from drgsim.cases.arrow_cases import arrow_cases
from drgsim.cases.list_places import _number
from drgsim.cases.read import chunks_to_read

ROW = {"病案号": "1", "性别": "1", "年龄": "60"}
WANTED = "K80.101|I50.900|J44.100"


def read(columns, **options):
    return read_cases(pd.DataFrame({name: [cell] for name, cell in (ROW | columns).items()}), **options)


@pytest.mark.parametrize(
    "headers",
    [
        ("主要诊断编码", "其他诊断1", "其他诊断2"),
        ("主要诊断", "其他诊断1", "其他诊断2"),
        ("主要诊断编码", "其它诊断编码(1)", "其它诊断编码(2)"),
        ("出院主要诊断代码", "出院其他诊断代码1", "出院其他诊断代码2"),
        ("主诊断编码", "次要诊断编码1", "次要诊断编码2"),
        ("主要诊断ICD编码", "其他诊断1ICD编码", "其他诊断2ICD编码"),
        ("主要诊断编码", "其他诊断一", "其他诊断二"),
        ("主要诊断编码", "相关诊断代码", "相关诊断代码"),
        ("主要诊断编码", "其他诊断编码", "其他诊断编码"),
        ("主要诊断编码", "其他诊断编码.1", "其他诊断编码.2"),
        ("主要诊断编码", "第1其他诊断编码", "第2其他诊断编码"),
        ("诊断编码", "其他诊断编码1", "其他诊断编码2"),
        ("诊断编码1", "诊断编码2", "诊断编码3"),
        ("诊断1", "诊断2", "诊断3"),
        ("诊断1编码", "诊断2编码", "诊断3编码"),
        ("第一诊断编码", "其他诊断编码_1", "其他诊断编码_2"),
        ("诊断编码", "诊断编码.1", "诊断编码.2"),
        ("主要诊断编码", "诊断编码1", "诊断编码2"),
        ("西医主要诊断编码", "西医其他诊断编码1", "西医其他诊断编码2"),
        ("西医主诊编码", "西医次诊编码1", "西医次诊编码2"),
        ("主要诊断(编码)", "其他诊断1(编码)", "其他诊断2(编码)"),
        ("主要诊断_编码", "其他诊断_编码_1", "其他诊断_编码_2"),
        ("出院主诊断(ICD10)", "出院其他诊断(ICD10)1", "出院其他诊断(ICD10)2"),
        ("出院第一诊断编码", "出院第二诊断编码", "出院第三诊断编码"),
        ("主要诊断编码", "合并症编码1", "合并症编码2"),
        ("主要诊断编码", "附属诊断编码1", "附属诊断编码2"),
        ("ICD10编码1", "ICD10编码2", "ICD10编码3"),
        ("ICD-10", "ICD-10_2", "ICD-10_3"),
        ("主要诊断名称及编码", "其他诊断名称及编码1", "其他诊断名称及编码2"),
        ("主要诊断编码和名称", "其他诊断1编码和名称", "其他诊断2编码和名称"),
    ],
)
def test_headers_of_diagnoses(headers):
    cells = ("K80.101", "I50.900", "J44.100")
    frame = pd.DataFrame([["1", *cells]], columns=["病案号", *headers])
    assert read_cases(frame)["diagnoses"].tolist() == [WANTED]


@pytest.mark.parametrize(
    "headers",
    [
        ("手术编码", "手术编码"),
        ("手术编码1", "手术编码2"),
        ("主要手术编码", "其他手术1"),
        ("主要手术及操作编码", "其他手术及操作编码1"),
        ("手术操作代码", "手术操作代码.1"),
        ("手术1编码", "手术2编码"),
        ("ICD-9-CM-3编码1", "ICD-9-CM-3编码2"),
        ("主要手术名称及编码", "其他手术名称及编码1"),
    ],
)
def test_headers_of_procedures(headers):
    frame = pd.DataFrame(
        [["1", "K80.101", "51.2300", "54.5100x005"]], columns=["病案号", "诊断编码", *headers]
    )
    assert read_cases(frame)["procedures"].tolist() == ["51.2300|54.5100x005"]


def test_a_code_and_its_name_in_one_cell_in_either_order():
    cases = read_cases(
        pd.DataFrame({
            "病案号": ["1"], "住院序号": ["3"], "主要诊断名称及编码": ["胆囊结石(K80.101)"],
            "其他诊断编码及名称": ["I50.900 心力衰竭；J44.100 慢性阻塞性肺病"],
            "手术操作名称/编码": ["腹腔镜下胆囊切除术 51.2300"],
        })
    )  # fmt: skip
    assert cases[["case_id", "diagnoses", "procedures"]].iloc[0].tolist() == ["1-3", WANTED, "51.2300"]


def test_names_under_a_bare_header_are_no_codes():
    cases = read(
        {"主要诊断": "胆囊结石", "主要诊断编码": "K80.101", "其他诊断1": "心衰", "其他诊断编码1": "I50.900"}
    )
    assert cases["diagnoses"].tolist() == ["K80.101|I50.900"]
    assert read({"诊断编码": "K80.101", "其他诊断1": "心力衰竭"})["diagnoses"].tolist() == ["K80.101"]


def test_the_principal_among_all_codes_counts_once():
    cases = read({"主要诊断编码": "K80.101", "诊断编码": "I50.900,K80.101,J44.100"})
    assert cases["diagnoses"].tolist() == [WANTED]
    assert "together: each code counts once" in str(report_of(cases))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I50.900;J44.100", ""),
        ("I50.900；J44.100", ""),
        ("I50.900、J44.100", None),
        ("I50.900 J44.100", ""),
        ("I50.900+J44.100", ""),
        ("I50.900/J44.100", ""),
        ("I50.900\nJ44.100", ""),
        ("I50.900，", "J44.100 慢性阻塞性肺病"),
    ],
)
def test_several_codes_in_one_cell(first, second):
    cells = {
        "主要诊断编码": "K80.101",
        "其他诊断编码1": first,
        "其他诊断编码2": second,
        "手术编码": "51.2300",
    }
    cases = read(cells)
    assert cases["diagnoses"].tolist() == [WANTED]
    assert DrgGrouper("chs-drg-2.0").group(cases)["drg"].tolist() == ["HC23"]


def test_a_principal_cell_with_several_codes_is_told(tmp_path):
    cells = ROW | {"主要诊断编码": "K80.101;I50.900", "其他诊断编码1": "J44.100"}
    path = tmp_path / "a.csv"
    pd.DataFrame([cells]).to_csv(path, index=False)
    cases = read_cases(path)
    assert cases["diagnoses"].tolist() == [WANTED]
    assert report_of(cases).problems.frame[["row", "rule"]].to_numpy().tolist() == [[0, "principal-several"]]
    by_arrow = arrow_cases(next(iter(chunks_to_read(path))), {})
    assert by_arrow.columns["diagnoses"].to_pylist() == [WANTED]
    assert by_arrow.report.problems.frame["rule"].tolist() == ["principal-several"]


def test_as_written_cells_are_parted_and_codes_stay():
    cases = read({"主要诊断编码": "k80.101", "其他诊断编码1": "I50.900;j44.100"}, normalise=False)
    assert cases["diagnoses"].tolist() == ["k80.101|I50.900|j44.100"]


@pytest.mark.parametrize("target", ["diagnoses2", "diagnoses_2", "diagnoses[2]", "diagnoses.2"])
def test_a_header_is_renamed_to_a_place_in_the_list(target):
    cells = {"主要诊断编码": "K80.101", "乙": "J44.100", "甲": "I50.900"}
    assert read(cells, rename={"甲": target, "乙": "diagnoses3"})["diagnoses"].tolist() == [WANTED]
    assert read({"丙": "K80.101"}, rename={"丙": "diagnoses1"})["diagnoses"].tolist() == ["K80.101"]


def test_texts_beside_codes_keep_their_places(string_backend):
    raw = pd.DataFrame({
        "A48": ["1", "2"], "C03C": ["K80.101", "I10.x00"], "C04N": ["胆囊结石", "高血压"], "C05C": ["1", "4"],
        "C06x01C": ["", ""], "C06x02C": ["J44.100", ""], "C07x02N": ["慢阻肺", ""], "C08x02C": ["2", ""],
        "C14x01C": ["51.2300", ""], "C15x01N": ["胆囊切除", ""], "C16x01": ["2024-01-05", ""],
    })  # fmt: skip
    cases = read_cases(raw)
    assert cases["diagnoses"].tolist() == ["K80.101||J44.100", "I10.x00"]
    assert cases["diagnosis_names"].tolist() == ["胆囊结石||慢阻肺", "高血压"]
    assert cases["admission_conditions"].tolist() == ["1||2", "4"]
    assert cases["procedure_dates"].iloc[0] == "2024-01-05"
    assert cases["procedure_names"].isna().tolist() == [False, True]
    pd.testing.assert_frame_equal(read_cases(cases), cases)
    assert list(read_cases(raw, columns=["diagnosis_names"])) == ["diagnosis_names"]


def test_the_kind_of_a_diagnosis_decides_what_is_western(file):
    case = {
        "setlinfo": {"medcasno": "1", "setl_id": "S1"},
        "diseinfo": [
            {"diag_code": "A01.01.01", "diag_name": "胆石病", "diag_type": "2", "maindiag_flag": "1"},
            {"diag_code": "I50.900", "diag_name": "心衰", "diag_type": "1", "maindiag_flag": "0"},
            {"diag_code": "K80.101", "diag_name": "胆囊结石", "diag_type": "1", "maindiag_flag": "1"},
        ],
    }
    cases = read_cases(file("a.json", json.dumps(case)))
    assert cases["diagnoses"].tolist() == ["K80.101|I50.900"]
    assert cases["diagnosis_names"].tolist() == ["胆囊结石|心衰"]
    assert report_of(cases).problems.frame["rule"].tolist() == ["diagnosis-of-another-kind"]


def test_the_cells_of_an_arrow_source_decide_too(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"病案号": ["1"] * 9, "主要诊断": ["K80.101"] * 9, "其他诊断1": ["I50.900"] * 9}).to_parquet(
        path
    )
    assert set(read_cases(path)["diagnoses"]) == {"K80.101|I50.900"}
    import pyarrow.parquet as pq

    assert sum(len(part) for part in iter_cases(pq.read_table(path).to_reader(max_chunksize=4))) == 9


def test_every_list_of_every_layout_says_where_texts_beside_it_stand():
    for name in ("hqms", "n041", "settlement-4101", "chinese"):
        assert {"diagnosis_names", "admission_conditions"} <= set(find_layout(name).lists["diagnoses"].beside)


@pytest.mark.parametrize(
    ("cell", "codes", "several"),
    [
        ("K80.101 胆囊结石,伴急性胆囊炎", "K80.101", False),
        ("I10.x00 高血压，3级，极高危", "I10.x00", False),
        ("J18.900,肺炎", "J18.900", False),
        ("I50.900;", "I50.900", False),
        ("I50.900,J44.100", "I50.900|J44.100", True),
        ("I50.900 心力衰竭,J44.100 慢性阻塞性肺病", "I50.900|J44.100", True),
        ("I50.900 心力衰竭、心功能Ⅲ级；J44.100", "I50.900|J44.100", True),
    ],
)
def test_a_comma_in_a_name_parts_no_codes(cell, codes, several):
    cases = read({"主要诊断编码": "E11.900", "其他诊断编码1": cell})
    assert cases["diagnoses"].tolist() == ["E11.900|" + codes]
    rules = report_of(cases).problems.frame["rule"].tolist()
    assert ("codes-in-one-cell" in rules) is several


@pytest.mark.parametrize(
    "cell",
    [
        "1.I50.900 2.J44.100", "(1)I50.900(2)J44.100", "1、I50.900 2、J44.100", "1)I50.900;2)J44.100",
        "1. I50.900心力衰竭 2. J44.100慢阻肺", "I50.900。J44.100", "I50.900\\J44.100", "I50.900&J44.100",
    ],
)  # fmt: skip
def test_numbered_and_oddly_parted_codes(cell):
    cases = read({"主要诊断编码": "E11.900", "其他诊断编码1": cell})
    assert cases["diagnoses"].tolist() == ["E11.900|I50.900|J44.100"]


def test_a_number_of_a_list_is_no_part_of_a_procedure():
    cells = ["1、51.2300 2、54.5100x005", "1.51.2300", "51.2300"]
    frame = pd.DataFrame({"病案号": list("123"), "主要诊断编码": "E11.900", "手术编码": cells})
    assert read_cases(frame)["procedures"].tolist() == ["51.2300|54.5100x005", "1.51.2300", "51.2300"]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("1", 1),
        ("12", 12),
        ("一", 1),
        ("九", 9),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十一", 21),
        ("", 0),
    ],
)
def test_numbers_of_headers_in_figures_and_in_chinese(said, number):
    assert _number(re.fullmatch("(.*)", said)) == number

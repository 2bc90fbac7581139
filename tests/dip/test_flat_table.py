"""A city's flat table. Headers and kinds as grouping and DIP shows them."""

import pandas as pd
import pytest

from drgsim.dip import DipCatalogue, DipGrouper
from drgsim.dip.dip_errors import DipCatalogueError
from drgsim.dip.expressions import print_conditions
from drgsim.dip.words import Kind, TreatmentClass
from drgsim.errors import ColumnError

COLUMNS = ["DIP编码", "DIP名称", "病种类型", "诊断编码", "操作编码", "病例数", "基准分值"]
ROWS = [
    ["H25.0S002", "老年性初期白内障：超声乳化", "基层", "H25.0", "13.4101", "320", "505.5"],
    ["K80.1S001", "胆囊结石：腹腔镜胆囊切除", "核心", "K80.1", "51.2300+51.8802/51.8800x006", "", "1725"],
    ["K80Z4", "胆石病：综合", "综合", "K80", "相关手术", "140", "1505"],
    ["A00-C50Z1", "综合：保守治疗", "综合", "A00-C50", "", "", "390"],
    ["KBBZ", "空白病种", "空白", "", "", "", "500"],
]


def test_chinese_headers_kinds_and_classes():
    made = DipCatalogue.from_table(pd.DataFrame(ROWS, columns=COLUMNS), id="nanchong", rules="xiaogan")
    assert [kind.kind for kind in made.types.values()] == [
        Kind.CORE,
        Kind.CORE,
        Kind.COMPOSITE,
        Kind.COMPOSITE,
        Kind.BLANK,
    ]
    assert made.types["H25.0S002"].primary_care
    assert made.types["H25.0S002"].cases == 320
    assert [key.treatment_class for key in made.keys][2:4] == [
        TreatmentClass.SURGICAL,
        TreatmentClass.CONSERVATIVE,
    ]
    found = DipGrouper(made, threads=1).group(
        pd.DataFrame(
            {"diagnoses": ["K80.100", "K80.100", "J18.900"], "procedures": ["51.2300|51.8802", "51.2300", ""]}
        )
    )
    assert found["dip_code"].tolist() == ["K80.1S001", "K80Z4", "KBBZ"]


def test_types_as_numbers_and_all_of_as_a_comma():
    rows = pd.DataFrame(
        {
            "病种": ["a", "b"],
            "编码": ["1", "2"],
            "病种类型": [1, 2],
            "诊断编码": ["K80.1", "K80"],
            "主手术": ["51.2300,38.9300", "手术"],
        }
    )
    made = DipCatalogue.from_table(rows, all_of=",")
    assert made.keys[0].procedures == (("51.2300",), ("38.9300",))
    assert made.types["2"].kind is Kind.COMPOSITE


def test_marks_in_names_become_conditions():
    rows = pd.DataFrame(
        {
            "code": ["K80-3", "K80-1", "J18.9_2", "K81-2"],
            "name": ["胆石病手术级别", "胆石病手术级别", "肺炎辅助目录区分疾病_2", "胆囊炎(2)"],
            "kind": ["composite", "composite", "core", "composite"],
            "diagnoses": ["K80", "K80", "J18.9", "K81"],
            "treatment_class": ["surgical", "surgical", "", "surgical"],
            "score": [3, 1, 2, 2],
        }
    )
    made = DipCatalogue.from_table(rows)
    assert [print_conditions(key.conditions) for key in made.keys] == [
        "operation_level in 3..4",
        "operation_level = 1",
        "severity = 2",
        "operation_level = 2",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files(tmp_path, encoding):
    path = tmp_path / "city.csv"
    pd.DataFrame(ROWS, columns=COLUMNS).to_csv(path, index=False, encoding=encoding)
    made = DipCatalogue.from_table(path)
    assert len(made.types) == 5
    assert made.types["KBBZ"].name == "空白病种"


def test_an_excel_file_keeps_codes_as_text(tmp_path):
    pytest.importorskip("python_calamine")
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "city.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("目录")
        for place, row in enumerate([COLUMNS, *ROWS]):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell)
    assert DipCatalogue.from_table(path).keys[0].procedures == (("13.4101",),)


def test_what_is_missing_or_wrong_is_named():
    with pytest.raises(ColumnError, match="diagnoses"):
        DipCatalogue.from_table(pd.DataFrame({"病种编码": ["a"]}))
    rows = pd.DataFrame(ROWS, columns=COLUMNS)
    rows.loc[0, "病种类型"] = "基曾"
    rows.loc[1, "操作编码"] = "胆囊切除"
    rows.loc[2, "操作编码"] = "按摩"
    with pytest.raises(DipCatalogueError) as caught:
        DipCatalogue.from_table(rows)
    assert len(caught.value.problems) >= 3
    assert "row 1" in str(caught.value)
    assert "row 2" in str(caught.value)
    assert "row 3" in str(caught.value)

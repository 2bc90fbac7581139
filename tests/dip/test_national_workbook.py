"""The national workbook, read from a small one of our own with the same sheets and headers."""

import pytest

from drgsim.dip import DipCatalogue, DipGrouper
from drgsim.dip.dip_errors import DipCatalogueError, DipCatalogueWarning
from drgsim.dip.expressions import print_conditions
from drgsim.dip.sheets import _rows, layout
from drgsim.dip.words import ProcedureNote
from drgsim.errors import FileFormatError

xlsxwriter = pytest.importorskip("xlsxwriter")
pytest.importorskip("python_calamine")

# sheet -> rows above the data, header, data; layout of dip_3_0/official_workbook_structure.json
SHEETS = {
    "一、先期分组": (
        3,
        "分类 序号 分组名称 主要诊断编码 主要诊断名称 主要手术操作编码 主要手术操作名称 备注",
        [
            ["先期", 1, "极低体重儿 0-999g", "P07", "低出生体重", "", "", "日龄＜29天"],
            ["", 2, "低体重儿（1000-1499克）", "P07", "", "", "", ""],
            ["", 3, "肝移植", "所有诊断", "所有诊断", "50.5900x001|50.5900x004", "", ""],
            ["", 13, "呼吸机伴CRRT", "", "", "96.7201+39.9500x007", "", "不限主要手术操作"],
            ["", 14, "呼吸机", "所有诊断", "所有诊断", "96.7201", "", "包含96.7201，不限定为主要手术操作"],
            ["分类", "序号", "分组名称", "诊断编码", "诊断名称", "日龄", "出生体重", "备注"],
            ["", 18, "较低体重儿", "P07", "", "<29天", "出生体重1500-1999克", "不限定为主要诊断"],
        ],
    ),
    "二、并项规则下的核心病种": (
        2,
        "分类 序号 主诊断编码 主诊断名称 主手术编码 主手术名称 相关手术编码 相关手术名称",
        [
            ["并项", 20, "K80.0|K80.1", "胆囊结石", "51.2200|51.2300", "胆囊切除", "51.8802", "取石"],
            ["", 21, "K80.0|K80.1", "胆囊结石", "51.2200|51.2300", "胆囊切除", "", ""],
            ["", 22, "M16", "髋关节病", "81.5100|81.5100", "全髋置换", "81.5100", "全髋置换"],
            ["", 23, "M16", "髋关节病", "81.5100", "全髋置换", "", ""],
            ["", 24, "N80", "异位", "68.4100", "子宫切除", "54.5100x009|54.5101+65.6300", "松解"],
            ["", 25, "N80", "异位", "68.4100", "子宫切除", "", ""],
        ],
    ),
    "三、诊断辅助细分-烧伤类病种": (
        3,
        "分类 序号 主诊断编码 烧伤程度 其他诊断编码 面积 主手术编码 主手术名称 相关手术编码 相关手术名称",
        [["细分", 1745, "T20|T21", "Ⅲ度", "T31.3|T31.4", "30%-49%", "", "", "", ""]],
    ),
    "三、诊断辅助细分-肿瘤类病种": (
        3,
        "分类 序号 主诊断编码 主诊断名称 其他诊断编码 其他诊断名称 手术表达式 手术名称",
        [["细分", 1770, "Z51.1|Z51.8", "化疗", "C81-C86", "淋巴瘤", "99.2500", "化疗药物"]],
    ),
    "三、诊断辅助细分-结核类病种": (
        3,
        "分类 序号 主诊断编码 主诊断名称 主手术编码 主手术名称 是否耐药 耐药规则",
        [
            ["细分", 1812, "A15-A16", "呼吸道结核", "", "保守治疗", "是", "见附表"],
            ["", 1813, "A15-A16", "呼吸道结核", "", "保守治疗", "否", ""],
            ["", 1838, "A17", "神经系统结核", "", "保守治疗", "是", "其他诊断包含U84.300"],
            ["", 1839, "A17", "神经系统结核", "", "保守治疗", "否", "其他诊断不含U84.300"],
        ],
    ),
    "附表—结核耐药诊断": (2, "编码 名称", [["A15.000x010", "耐药"], ["A17.000x001+G05.0*", "耐药"]]),
    "四、基础规则下的核心病种": (
        2,
        "分类 序号 主诊断编码 主诊断名称 主手术编码 主手术名称",
        [
            ["基础", 1858, "J18.9", "肺炎", "", ""],
            ["", 1859, "J20.9", "急性支气管炎", "", ""],
            ["", 1860, "K35.8", "阑尾炎", "47.0100", "阑尾切除"],
        ],
    ),
    "五、不纳入分组的主要诊断": (3, "编码 名称", [["R50.900", "发热"]]),
    "五、不纳入主要手术操作": (
        2,
        "编码 名称 说明",
        [
            ["00.4500", "支架", "不可作为主要手术操作"],
            ["99.1500", "营养", "按保守治疗入组"],
            ["86.2200", "清创", "限范围可作主要手术操作：T20-T25、L97"],
            ["44.1401", "胃镜活检", "A00-A09|D01|\nD12|I85 |K20-K93作为主要诊断，可作为主要手术操作"],
        ],
    ),
    "六、基层病种": (
        2,
        "序号 主诊断编码 主诊断名称 主手术编码 主手术名称",
        [[1, "J20.9", "急性支气管炎", "", ""]],
    ),
}


def write(path, sheets):
    with xlsxwriter.Workbook(str(path)) as book:
        for name, (above, header, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [name])
            sheet.write_row(above, 0, header.split())
            for place, row in enumerate(rows, start=above + 1):
                sheet.write_row(place, 0, row)
    return path


@pytest.fixture
def workbook(tmp_path):
    return write(tmp_path / "dip3.xlsx", SHEETS)


def test_every_part_is_read(workbook):
    catalogue = DipCatalogue.from_official_workbook(workbook, strict=True)
    assert list(catalogue.types) == [
        *("XQ-1", "XQ-2", "XQ-3", "XQ-13", "XQ-14", "XQ-18"),
        *("BX-20", "BX-21", "BX-22", "BX-23", "BX-24", "BX-25"),
        *("FZ-1745", "FZ-1770", "FZ-1812", "FZ-1813", "FZ-1838", "FZ-1839"),
        *("JC-1858", "JC-1859", "JC-1860"),
    ]
    assert catalogue.rules == "national-3.0"
    assert str(catalogue.valid_from) == "2027-01-01"
    assert [(item.name, str(item.diagnoses[0])) for item in catalogue.primary_care] == [
        ("急性支气管炎", "J20.9")
    ]
    assert all(kind.score is None for kind in catalogue.types.values())
    assert catalogue.types["BX-20"].name == "胆囊结石：胆囊切除：取石"
    assert catalogue.excluded_diagnoses == {"R50.900": "发热"}
    notes = {code: item.note for code, item in catalogue.excluded_procedures.items()}
    assert list(notes.values()) == [*ProcedureNote, ProcedureNote.LIMITED]
    limits = catalogue.excluded_procedures["44.1401"].allowed_with
    assert [str(p) for p in limits] == ["A00-A09", "D01", "D12", "I85", "K20-K93"]
    assert [str(p) for p in catalogue.excluded_procedures["86.2200"].allowed_with] == ["T20-T25", "L97"]


def test_conditions_of_newborns_burns_and_resistance(workbook):
    catalogue = DipCatalogue.from_official_workbook(workbook)
    conditions = [(key.type, print_conditions(key.conditions)) for key in catalogue.keys if key.conditions]
    assert conditions == [
        ("XQ-1", "age_days < 29 and birth_weight in 0..999"),
        ("XQ-2", "age_days < 29 and birth_weight in 1000..1499"),
        ("XQ-18", "age_days < 29 and birth_weight in 1500..1999 and low_birth_weight_diagnosis = 1"),
        ("FZ-1745", "burn_degree = 3"),
        ("FZ-1812", "resistant_principal = 1"),
        ("FZ-1812", "resistant_other = 1"),
        ("FZ-1813", "resistant_principal = 0 and resistant_other = 0"),
        ("FZ-1838", "resistant_other = 1"),
        ("FZ-1839", "resistant_other = 0"),
    ]
    anywhere = [key.type for key in catalogue.keys if key.any_position]
    assert anywhere == ["XQ-1", "XQ-2", "XQ-13", "XQ-14", "XQ-18"]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"diagnoses": "P07.100", "procedures": "", "age_days": 3, "birth_weight": 1200}, "XQ-2"),
        ({"diagnoses": "J18.900", "procedures": "38.9300|39.9500x007|96.7201"}, "XQ-13"),
        # in any place, whatever the cleaning makes of the stay; a liver only as the principal procedure
        ({"diagnoses": "J18.900", "procedures": "99.1500|96.7201"}, "XQ-14"),
        ({"diagnoses": "K74.600", "procedures": "50.5900x004"}, "XQ-3"),
        ({"diagnoses": "K74.600", "procedures": "51.2300|50.5900x004"}, "K74-4"),
        # a low birth weight among the others, whatever was done
        (
            {
                "diagnoses": "J18.900|P07.101",
                "procedures": "51.2300",
                "age_days": 3,
                "birth_weight": 1500,
            },
            "XQ-18",
        ),
        ({"diagnoses": "J18.900", "procedures": "", "age_days": 3, "birth_weight": 1500}, "JC-1858"),
        ({"diagnoses": "K80.100", "procedures": "51.2300|51.8802"}, "BX-20"),
        ({"diagnoses": "K80.100", "procedures": "51.2300"}, "BX-21"),
        # the same operation again as related asks for a second one
        ({"diagnoses": "M16.000", "procedures": "81.5100"}, "BX-23"),
        ({"diagnoses": "M16.000", "procedures": "81.5100|81.5100"}, "BX-22"),
        # any entry of the list, or both codes of the one with a plus
        ({"diagnoses": "N80.000", "procedures": "68.4100|54.5100x009"}, "BX-24"),
        ({"diagnoses": "N80.000", "procedures": "68.4100|65.6300|54.5101"}, "BX-24"),
        ({"diagnoses": "N80.000", "procedures": "68.4100|54.5101"}, "BX-25"),
        ({"diagnoses": "N80.000", "procedures": "68.4100|65.6300"}, "BX-25"),
        ({"diagnoses": "T21.300|T31.300", "procedures": ""}, "FZ-1745"),
        ({"diagnoses": "Z51.100|C82.900", "procedures": "99.2500"}, "FZ-1770"),
        ({"diagnoses": "A15.000x001|U84.300", "procedures": ""}, "FZ-1812"),
        ({"diagnoses": "A15.000x001", "procedures": ""}, "FZ-1813"),
        ({"diagnoses": "A15.000x010", "procedures": ""}, "FZ-1812"),
        ({"diagnoses": "A15.000x001|A15.000x010", "procedures": ""}, "FZ-1813"),  # beside another: no
        ({"diagnoses": "A17.000x001+G05.0*", "procedures": ""}, "FZ-1839"),  # its rule names no list
        ({"diagnoses": "A17.000x001+G05.0*|U84.300", "procedures": ""}, "FZ-1838"),
        ({"diagnoses": "K25.000", "procedures": "44.1401"}, "K25-2"),
        ({"diagnoses": "J18.900", "procedures": "44.1401"}, "JC-1858"),
        ({"diagnoses": "K35.800", "procedures": "47.0100"}, "JC-1860"),
    ],
)
def test_cases_are_grouped_by_it(workbook, case, expected):
    grouper = DipGrouper(DipCatalogue.from_official_workbook(workbook), threads=1)
    assert grouper.explain(case).dip_code == expected


def test_the_same_rows_can_be_saved_and_read_back(workbook, tmp_path):
    catalogue = DipCatalogue.from_official_workbook(workbook)
    assert DipCatalogue.load(catalogue.save(tmp_path / "pack")) == catalogue


def test_a_missing_sheet_is_named(tmp_path):
    rest = {name: sheet for name, sheet in SHEETS.items() if "烧伤" not in name}
    with pytest.raises(FileFormatError, match="no sheet for burns"):
        DipCatalogue.from_official_workbook(write(tmp_path / "x.xlsx", rest))


def test_a_row_that_ends_early_is_empty_from_there_on():
    columns = layout()["columns"]
    header = [aliases[0] for aliases in columns.values()]
    values = [f"v{place}" for place in range(len(header))]
    for length in (len(header), len(header) - 1, 1):
        (row,) = _rows([header, values[:length], [""] * len(header)], "s", "w.xlsx")
        assert list(row.values()) == values[:length] + [""] * (len(header) - length)


def test_a_sheet_without_headers_is_named(tmp_path):
    broken = {**SHEETS, "附表—结核耐药诊断": (2, "一 二", [["A15.000x010", "耐药"]])}
    with pytest.raises(FileFormatError, match="附表"):
        DipCatalogue.from_official_workbook(write(tmp_path / "x.xlsx", broken))


def test_a_file_that_is_no_workbook(tmp_path):
    (tmp_path / "x.xlsx").write_text("no workbook")
    with pytest.raises(FileFormatError, match="cannot be read"):
        DipCatalogue.from_official_workbook(tmp_path / "x.xlsx")


def test_what_cannot_be_read_is_collected(tmp_path):
    above, header, rows = SHEETS["四、基础规则下的核心病种"]
    bad = [*rows, ["", 1861, "胆囊", "", "51.2300", ""], ["", 1862, "K81", "", "51.23-51.25", ""]]
    broken = {**SHEETS, "四、基础规则下的核心病种": (above, header, bad)}
    with pytest.raises(DipCatalogueError) as caught:
        DipCatalogue.from_official_workbook(write(tmp_path / "x.xlsx", broken))
    assert len(caught.value.problems) == 2
    assert "basic row 1861" in str(caught.value)


def test_what_is_only_doubtful_warns(tmp_path):
    above, header, rows = SHEETS["五、不纳入主要手术操作"]
    broken = {**SHEETS, "五、不纳入主要手术操作": (above, header, [*rows, ["99.2500", "化疗", "酌情"]])}
    with pytest.warns(DipCatalogueWarning, match="no note is known as '酌情'"):
        DipCatalogue.from_official_workbook(write(tmp_path / "x.xlsx", broken))

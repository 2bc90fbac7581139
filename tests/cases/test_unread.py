"""No command answers while codes lie unread; nobody is named, by header or by content."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim import read_cases
from drgsim.cases import personal, report_of
from drgsim.cases.personal import names_a_person, suspects, without_numbers
from drgsim.cases.unread import holds_codes
from drgsim.cli import main
from drgsim.codes import Catalogue, clinical_changes
from drgsim.errors import ColumnError

HEADER = "病案号,性别,年龄,诊断编码,手术编码"
CODES = (
    f"{HEADER},怪列\n1,1,60,K80.101,51.2300,I50.900\n2,1,60,I10.x00x002,,J44.100；E11.900\n3,2,50,J18.900,,\n"
)


@pytest.fixture
def export(tmp_path):
    def write(text):
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(
    "words",
    [
        ["group", "{file}", "-o", "{out}"],
        ["estimate", "{file}", "--policy", "harbin", "-o", "{out}.xlsx"],
        ["dip", "group", "{file}", "-o", "{out}", "--catalogue", "example"],
        [
            "simulate",
            "{file}",
            "--baseline",
            "national-ffs",
            "--reform",
            "outlier.high.threshold=2.5",
            "--out",
            "{out}",
        ],
        ["transition", "{file}", "--from", "chs-drg-1.1", "--to", "chs-drg-2.0", "--out", "{out}"],
    ],
)
def test_commands_that_answer_stop_with_one_line_and_the_fix(words, export, tmp_path, capsys):
    out = tmp_path / "out.csv"
    filled = [word.format(file=export(CODES), out=out) for word in words]
    assert main(filled) == 3
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert "怪列" in said
    assert "--ignore '怪列'" in said
    assert "I50" not in said
    assert not out.exists()
    if words[0] == "group":
        assert main([*filled, "--ignore", "怪列"]) == 0
        assert main([*filled, "--rename", "怪列=diagnoses2"]) == 0
        table = pd.read_csv(out, dtype=str)
        assert table["diagnoses"].tolist() == ["K80.101|I50.900", "I10.x00x002|J44.100|E11.900", "J18.900"]


def test_the_api_warns_with_an_object(export, capsys):
    report = report_of(read_cases(export(CODES)))
    (warning,) = report.warnings
    assert (warning.kind, warning.column) == ("unread-codes", "怪列")
    assert "怪列" in str(report).splitlines()[0]
    assert report_of(read_cases(export(CODES), ignore=["怪列"])).warnings == []
    with pytest.raises(ColumnError, match="没有"):
        read_cases(export(CODES), ignore=["没有"])
    assert main(["check", export(CODES)]) in (0, 1)
    assert "怪列" in capsys.readouterr().out


def test_codes_that_come_late_in_a_file_are_found_too(export, tmp_path):
    text = f"{HEADER},怪列\n" + "1,1,60,K80.101,,\n" * 5000 + "2,1,60,K80.101,,I50.900\n"
    assert [each.column for each in report_of(read_cases(export(text))).warnings] == ["怪列"]


ELSEWHERE = [
    "门诊诊断编码",
    "门（急）诊诊断编码",
    "病理诊断编码",
    "中医主病编码",
    "入院诊断编码",
    "otp_wm_dise",
]


@pytest.mark.parametrize("header", ELSEWHERE)
def test_what_is_named_as_something_else_is_none_of_it(header, export):
    assert report_of(read_cases(export(CODES.replace("怪列", header)))).warnings == []


def test_what_is_a_column_of_codes():
    assert holds_codes(["I50.900", "i10.X00", "头晕"]) == "diagnosis"
    assert holds_codes(["51.2300", "545100X005"]) == "procedure"
    assert holds_codes([code for code in clinical_changes("diagnosis") if "." in code][:9]) == "diagnosis"
    for cells in (
        [],
        ["36.5", "37.0", "51.23"],
        ["1", "2"],
        ["2024-01-05"],
        ["内科", "外科"],
        ["FK29", "GB13"],
    ):
        assert holds_codes(cells) is None


def test_the_other_edition_is_told_by_every_command(export, tmp_path, capsys):
    known = Catalogue.load("diagnosis")
    only = [code for code in clinical_changes("diagnosis") if code not in known][:40]
    rows = "".join(f"{row},1,60,{code},\n" for row, code in enumerate([*only, *["I10.x00x002"] * 60]))
    path = export(f"{HEADER}\n{rows}")
    (warning,) = report_of(read_cases(path)).warnings
    assert warning.kind == "clinical-edition"
    assert main(["group", path, "-o", str(tmp_path / "o.csv"), "--quiet"]) == 0
    said = capsys.readouterr().err
    assert "40 of 100 codes" in said
    assert "--code-edition clinical" in said
    assert main(["group", path, "-o", str(tmp_path / "o.csv"), "--code-edition", "clinical", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "headers",
    [
        "A48,C03C,姓名,身份证号,联系电话,患者姓名,住址",
        "BAH,JBDM,patient_name,id_card,mobile,XM,home_address",
        "medcasno,diag_code,psn_name,证件号码,phone,name,户口地址",
        "case_id,diagnoses,姓名,certno,手机号码,联系人姓名,现住址",
    ],
)
def test_persons_are_dropped_under_every_header(headers, export, tmp_path):
    row = "1,I10.x00x002,甲乙,11010519491231002X,13800138000,甲,某街9号,1,60,1,60"
    more = ",A12C,A14,XB,NL" if headers[0] in "AB" else ",gend,age,sex,年龄"
    text = f"{headers}{more}\n{row}\n"
    out = tmp_path / "o.csv"
    cases = read_cases(export(text), keep="all")
    written = cases.to_csv()
    main(["group", export(text), "-o", str(out), "--quiet"])
    for named in ("甲", "11010519491231002X", "13800138000", "某街"):
        assert named not in written
        assert not out.exists() or named not in out.read_text(encoding="utf-8")
    assert "甲乙" in read_cases(export(text), keep="all", keep_identifiers=True).to_csv()


def test_persons_are_found_by_what_cells_hold(export, tmp_path):
    text = f"{HEADER},甲列,乙列,丙列\n"
    text += "1,1,60,I10.x00x002,,11010519491231002X,13800138000,x\n"
    text += "2,1,60,I10.x00x002,,,13900139000,找 13800138000\n"
    cases = read_cases(export(text), keep="all")
    assert "甲列" not in cases
    assert "乙列" not in cases
    assert cases["丙列"].fillna("").tolist() == ["x", ""]
    assert report_of(cases)["files"][0]["by_content"] == ["甲列", "乙列"]
    assert "identifier-in-cell" in report_of(cases).problems.frame["rule"].tolist()
    out = tmp_path / "o.csv"
    assert main(["group", export(text), "-o", str(out), "--quiet"]) == 0
    assert "138001" not in out.read_text(encoding="utf-8")
    assert "甲列" in read_cases(export(text), keep="all", keep_identifiers=True)


@pytest.mark.parametrize("name", ["13800138000", "11010519491231002X"])
def test_persons_are_not_kept_in_known_columns_nor_quoted_by_problems(name, export, tmp_path):
    header = "case_id,sex,age,diagnoses,procedures,department,doctor,hospital_id,insurance,discharge_date"
    text = f"{header}\n1,1,60,I10.x00x002,,内科 {name},{name},H1,employee,2024-05-01\n"
    text += f"2,{name},60,I10.x00x002,,内科,D1,H2,{name},{name}\n"
    cases = read_cases(export(text))
    told = report_of(cases).problems.frame
    assert name not in cases.to_csv() + told.to_csv()
    assert {"sex", "insurance", "discharge_date"} <= {*told.loc[told["got"] == "(hidden)", "column"]}
    assert cases["department"].fillna("").tolist() == ["", "内科"]
    assert cases["hospital_id"].tolist() == ["H1", "H2"]
    out = tmp_path / "o.csv"
    main(["group", export(text), "-o", str(out), "--quiet"])
    assert name not in out.read_text(encoding="utf-8")


def test_a_citizen_number_as_an_id_becomes_a_code(export):
    text = CODES.replace(",怪列", ",人员编号").replace("I50.900", "11010519491231002X")
    cases = read_cases(export(text.replace("J44.100；E11.900", "11010519491231002x")))
    assert cases["patient_id"][0] == cases["patient_id"][1]
    assert cases["patient_id"][0].startswith("id-")


@pytest.mark.parametrize("word", ["住院号", "病案号", "结算ID"])
def test_a_telephone_number_as_the_id_of_a_stay_becomes_a_code_however_it_is_written(word, export):
    rows = ["13800138000", "138 0013 8000", "１３８００１３８０００", "ZY13800138000"]
    text = f"{word},性别,年龄,主要诊断编码\n" + "".join(f"{each},男,60,I10.x00\n" for each in rows)
    cases = read_cases(export(text))
    ids = next(name for name in ("record_number", "stay_id", "settlement_id", "case_id") if name in cases)
    first, *others, own = cases[ids].tolist()
    assert first.startswith("id-")
    assert others == [first, first]
    assert own == "ZY13800138000"
    assert "identifier-in-cell" in report_of(cases).problems.frame["rule"].tolist()


def test_a_stay_is_found_by_the_telephone_number_that_is_its_id(export, capsys):
    file = export("病案号,性别,年龄,主要诊断编码,医保类型\n13800138000,男,60,I10.x00,职工\n")
    assert main(["explain", file, "--scheme", "chs-drg-2.0", "--case", "13800138000"]) == 0
    assert main(["dip", "explain", file, "--catalogue", "example", "--case", "13800138000"]) == 0
    assert "13800138000" not in capsys.readouterr().out


def test_who_names_a_column_of_names_gets_it(export):
    file = export("case_id,diagnoses,姓名,电话,手机\n1,I10.x00,王某,13800138000,13800138001\n")
    cases = read_cases(file, keep=["姓名", "电话"])
    assert cases[["姓名", "电话"]].iloc[0].tolist() == ["王某", "13800138000"]
    assert "手机" not in cases
    assert list(read_cases(file, keep="all")) == ["case_id", "diagnoses"]


WRITTEN = [
    "110105 19491231 002x", "110105-19491231-002X", "１１０１０５１９４９１２３１００２Ｘ",
    "1101 0519 4912 3100 2X", "SFZ11010519491231002X。", "20240501 11010519491231002X",
    "1.1010519491231E+17", "110105194912310000", "１３８００１３８０００", "138　0013　8000",
    "008613800138000", "电话13800138000.", "1380-013-8000", "0451-88881234",
]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_names_a_person_however_it_is_written(text):
    assert names_a_person(text)
    for column in (pa.array(["x", text]), pd.Series(["x", text], dtype=object)):
        assert suspects(column).tolist() == [1]


def test_a_column_of_old_citizen_numbers_is_dropped(export):
    rows = "".join(f"{place},I10.x00,1101054912310{place:02d}\n" for place in range(10, 30))
    assert "旧号" not in read_cases(export(f"case_id,diagnoses,旧号\n{rows}"), keep="all")


def test_citizen_numbers_that_a_spreadsheet_rounded_are_found():
    assert suspects(pa.array([1.0, 1.1010519491231002e17])).tolist() == [1]
    assert suspects(pa.array([20240501000000000, 110105194912310003])).tolist() == [1]
    assert suspects(pa.array([20240501000000000, 110105194912310004])).tolist() == []


def test_what_names_a_person():
    for text in ("202405010000001000", "2024051913800138000", "19491231 19500101 19501231", "199-12-31 12"):
        assert not names_a_person(text)
    assert names_a_person("110105194912310021") is False, "the check digit is wrong"
    assert not names_a_person("2024010510300012345")
    assert not names_a_person("113800138000")
    assert names_a_person("+86 13800138000")


SIGNS = [*"0123456789０１３８９eExX.-  \t|a号‐　\n"]
PARTS = ["86", "138", "1101", "1949", "12", "31", "000", "13800138000", "110105194912310021", "0451-"]
PIECES = st.lists(st.sampled_from([*SIGNS, *PARTS]), max_size=24).map("".join)


@given(st.lists(st.one_of(st.none(), PIECES), min_size=1, max_size=5), st.integers(0, 2))
def test_no_number_is_passed_over_by_the_first_look(texts, cut):
    """Arrow's own search for the same finds nothing beside what the kernel had it look at."""
    array = pa.array(texts, pa.string()).slice(cut)
    hits = pc.match_substring_regex(array, personal._DIGITS).to_pylist()
    wanted = [row for row, hit in enumerate(hits) if hit]
    assert personal._likely(array)[0].tolist() == wanted
    assert personal._likely(array.cast(pa.large_string()))[0].tolist() == wanted


PHONES = {
    "text": (["a", "找 138-0013-8000", None], pa.string()),
    "coded": (["a", "13800138000", None], pa.dictionary(pa.int32(), pa.string())),
    "view": (["a", "13800138000", None], pa.string_view()),
    "whole": ([1, 13800138000, None], pa.int64()),
    "float": ([1.5, 13800138000.0, None], pa.float64()),
    "decimal": ([Decimal("1.5"), Decimal("13800138000.0"), None], pa.decimal128(14, 1)),
}


@pytest.mark.parametrize("kind", PHONES)
def test_numbers_of_persons_are_found_in_every_type_of_column(kind):
    cells, dtype = PHONES[kind]
    array = pa.array(cells, pa.string()).cast(dtype) if kind == "coded" else pa.array(cells, dtype)
    assert suspects(array).tolist() == [1]
    assert without_numbers(array)[0].to_pylist()[1] is None
    if kind not in ("coded", "view"):
        assert suspects(array.to_pandas()).tolist() == [1]


def test_group_tells_the_codes_in_use_for_those_that_are_not(export, tmp_path, capsys):
    path = export(f"{HEADER}\n1,1,60,M17.100,\n2,1,60,K80.999,\n3,1,60,K80.999,\n4,1,60,I10.x00x002,\n")
    assert main(["group", path, "-o", str(tmp_path / "o.csv")]) == 0
    said = capsys.readouterr().err
    assert "M17.100 1 → 同类目在用编码 in use: M17.101" in said
    assert "K80.999 2 → 同类目在用编码 in use: K80." in said
    assert "I10" not in said


CODES_OF_PERSONS = pd.DataFrame({
    "case_id": list("12345"), "sex": 1, "age": 60, "total_cost": 9000.0,
    "diagnoses": ["I10.x00x002|13800138000", "11010519491231002X|I10.x00x002",
                  "J18.900 138-0013-8000|E11.900",
                  "J18.900(13800138000)", ""],
    "procedures": ["13800138000", "45.4300x001|找 13800138000", "45.4300x001", "13800138000|45.4300x001", ""],
})  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("repair", [[], ["--as-written"], ["--code-edition", "clinical"]])
def test_persons_among_codes_are_dropped_where_they_stand_and_told(kind, repair, tmp_path, capsys):
    path, out = tmp_path / f"a.{kind}", tmp_path / "o.csv"
    getattr(CODES_OF_PERSONS, f"to_{kind if kind != 'xlsx' else 'excel'}")(path, index=False)
    assert main(["group", str(path), "-o", str(out), *repair]) == 0
    said = "".join(capsys.readouterr()) + out.read_text(encoding="utf-8")
    assert not [each for each in ("13800138000", "0013-8000", "11010519491231002") if each in said]
    cases = read_cases(path)
    assert cases["diagnoses"].fillna("").tolist()[1:3] == ["|I10.x00x002", "|E11.900"], "no code slides"
    assert cases["procedures"].fillna("").tolist()[:2] == ["", "45.4300x001"]
    told = report_of(cases).problems.frame
    assert (told["rule"] == "identifier-in-cell").sum() >= 2
    assert "13800138000" in read_cases(path, keep_identifiers=True).to_csv()

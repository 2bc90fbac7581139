"""Delimited text: encodings, separators, headers, rows of unequal length; both engines alike."""

import gzip
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim import check_cases, iter_cases, read_cases
from drgsim.cases import text_file
from drgsim.cases.case_errors import UnreadableFileError
from drgsim.errors import ArgumentError

PLAIN = """case_id,sex,age,age_days,birth_weight,los,discharge,diagnoses,procedures
001,1,61,,0,6,1,K80.100x001|I10.x00,51.2300|54.5100x005
002,2,0,3,3150,4,9,P07.300x021,
"""
CHINESE = """病案号,性别,年龄(岁),离院方式,主要诊断编码,其他诊断编码1,主要手术操作编码
零一,女,61,医嘱离院,K80.100x001,I10.x00,51.2300
"""


def rules(cases):
    return cases.attrs["drgsim"].problems.frame[["row", "rule"]].to_numpy().tolist()


def test_plain_columns(file, csv_engine, string_backend):
    cases = read_cases(file("a.csv", PLAIN), normalise=False)
    assert cases["case_id"].tolist() == ["001", "002"]
    assert cases["age"].tolist() == [61, 0]
    assert cases["age_days"].isna().tolist() == [True, False]
    assert cases["birth_weight"].tolist() == [0, 3150]
    assert cases["diagnoses"].tolist() == ["K80.100x001|I10.x00", "P07.300x021"]
    assert cases["procedures"].tolist() == ["51.2300|54.5100x005", ""]
    assert rules(cases) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings(file, csv_engine, encoding):
    cases = read_cases(file("a.csv", CHINESE, encoding))
    assert cases.to_numpy().tolist() == [["零一", 2, 61, 1, "K80.100x001|I10.x00", "51.2300"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(file, csv_engine, separator):
    cases = read_cases(file("a.csv", CHINESE.replace(",", separator)))
    assert cases["diagnoses"].tolist() == ["K80.100x001|I10.x00"]


def test_bars_inside_codes_are_no_separators(file):
    cases = read_cases(file("a.csv", "case_id,diagnoses\n1,A01.001|A01.002|A01.003\n"), normalise=False)
    assert cases["diagnoses"].tolist() == ["A01.001|A01.002|A01.003"]


def test_titles_above_the_header_and_line_breaks_in_it(file, csv_engine):
    text = '某医院出院病例,,\n2024年度,,\n"病案\n号",性别,诊断编码\n7,男,J18.900\n'
    cases = read_cases(file("a.csv", text))
    assert cases.to_numpy().tolist() == [["7", 1, "J18.900"]]


def test_gzip(file, csv_engine):
    assert len(read_cases(file("a.csv.gz", gzip.compress(PLAIN.encode())))) == 2


def test_rows_of_unequal_length_stay_and_are_reported(file, csv_engine):
    text = "case_id,age,diagnoses\n1,61,J18.900\n2,62\n3,63,I10.x00,9\n4,64,I10.x00,\n\n5,65,I10.x00\n"
    cases = read_cases(file("a.csv", text))
    assert cases["case_id"].fillna("?").tolist() == ["1", "2", "?", "4", "5"]
    assert cases["age"].isna().tolist() == [False, False, True, False, False]
    assert rules(cases) == [[2, "row-too-long"], [1, "row-too-short"]]


def test_both_engines_and_any_chunks_give_the_same(file, monkeypatch):
    rows = [f'{n},{n % 120},"I10.x00|J18.{n % 10}00"' + (",x" if n % 70 == 69 else "") for n in range(300)]
    path = file("a.csv", "case_id,age,diagnoses\n" + "\n".join(rows))
    monkeypatch.setattr("drgsim.cases.csv_table._BLOCK", 1500)
    by_arrow = read_cases(path)
    chunked = pd.concat(iter_cases(path, chunk_rows=37)).drop(columns=["not_applicable", "age_days"])
    monkeypatch.setattr("drgsim.cases.csv_table.installed", lambda module: False)
    by_csv = read_cases(path)
    pd.testing.assert_frame_equal(by_arrow, by_csv)
    pd.testing.assert_frame_equal(by_arrow, chunked, check_index_type=False)
    assert len(by_arrow) == 300
    assert rules(by_arrow) == rules(by_csv) == [[n, "row-too-long"] for n in range(69, 300, 70)]


def test_chunks_number_their_rows_on(file, csv_engine):
    path = file("a.csv", PLAIN)
    chunks = list(iter_cases(path, chunk_rows=1))
    assert [chunk.index.tolist() for chunk in chunks] == [[0], [1]]
    assert [chunk.attrs["drgsim"]["files"][0]["rows"] for chunk in chunks] == [1, 1]
    assert read_cases(path).attrs["drgsim"]["files"][0]["rows"] == 2


def test_an_open_quotation_mark_is_an_error_not_a_loss(file, csv_engine):
    for row in ('1,"61,J18.900', '1,61,"J18.900'):
        path = file("a.csv", f"case_id,age,diagnoses\n{row}\n2,62,I10.x00\n3,63,I10.x00\n")
        with pytest.raises(UnreadableFileError, match="never closed"):
            read_cases(path)


def test_a_quoted_line_break_at_the_end_is_fine(file, csv_engine):
    cases = read_cases(file("a.csv", 'case_id,age,department,diagnoses\n1,61,"内\n科","J18.900\n"\n'))
    assert cases["department"].tolist() == ["内\n科"]
    assert cases["diagnoses"].tolist() == ["J18.900"]


def test_a_huge_cell_is_an_error(file, csv_engine):
    path = file("a.csv", f"case_id,age,diagnoses\n1,61,{'x' * 200_000}\n")
    with pytest.raises(UnreadableFileError, match="longer than"):
        read_cases(path)


def test_a_header_without_rows_is_an_empty_table(file, csv_engine):
    cases = read_cases(file("a.csv", "case_id,age,diagnoses\n"))
    assert cases.shape == (0, 3)
    assert str(cases["age"].dtype) == "Int32"
    assert len(check_cases(cases, rules=["principal-missing"])) == 0


def test_three_hundred_columns_too_many_are_left_out(file, csv_engine):
    extra = [f"x{n}" for n in range(300)]
    text = ",".join(["case_id", "diagnoses", *extra]) + "\n" + ",".join(["1", "I10.x00", *["9"] * 300]) + "\n"
    cases = read_cases(file("a.csv", text))
    assert cases.shape == (1, 2)
    assert len(cases.attrs["drgsim"]["files"][0]["not_read"]) == 300


def test_kept_columns_and_identifiers(file, csv_engine):
    path = file("a.csv", "病案号,姓名,身份证号,床位类型,诊断编码\n1,某,110,甲,I10.x00\n")
    assert list(read_cases(path)) == ["case_id", "diagnoses"]
    assert read_cases(path).attrs["drgsim"]["files"][0]["identifiers"] == ["姓名", "身份证号"]
    assert list(read_cases(path, keep="all")) == ["case_id", "diagnoses", "床位类型"]
    assert list(read_cases(path, keep=["床位类型"])) == ["case_id", "diagnoses", "床位类型"]
    assert list(read_cases(path, keep_identifiers=True)) == ["case_id", "diagnoses", "姓名", "身份证号"]


def test_a_doctor_is_a_working_column_without_a_name(file, csv_engine):
    cases = read_cases(
        file("a.csv", "病案号,主管医师,诊断编码\n1,甲某,I10.x00\n2,甲某,I10.x00\n3,乙某,I10.x00\n")
    )
    first, again, other = cases["doctor"].tolist()
    assert first == again != other
    assert not cases["doctor"].str.contains("某").any()


def test_some_columns_only(file, csv_engine):
    cases = read_cases(file("a.csv", PLAIN), columns=["age", "diagnoses"])
    assert list(cases) == ["age", "diagnoses"]


def test_renamed_headers(file, csv_engine):
    path = file("a.csv", "流水,岁数,诊断编码\n1,61,I10.x00\n")
    cases = read_cases(path, rename={"流水": "case_id", "岁数": "age"})
    assert cases.to_numpy().tolist() == [["1", 61, "I10.x00"]]


def test_headers_as_databases_write_them(file, csv_engine):
    cases = read_cases(file("a.csv", "[BAH],[XB],[JBDM]\n1,2,I10.x00\n"))
    assert cases.to_numpy().tolist() == [["1", 2, "I10.x00"]]


def test_every_unreadable_part_of_a_sum_is_told(file):
    text = "A48,C03C,D23,D24,D25\n1,I10.x00,10,2.5,\n2,I10.x00,x,2,y\n3,I10.x00,-,-,-\n"
    cases = read_cases(file("a.csv", text))
    assert cases["drug_cost"].fillna(-1).tolist() == [12.5, 2.0, -1.0]
    told = cases.attrs["drgsim"].problems.frame
    assert told[["column", "got"]].to_numpy().tolist() == [
        ["drug_cost", "x"],
        ["drug_cost", "y"],
        ["tcm_cost", "y"],  # both are sums that need D25
    ]
    assert cases["not_applicable"].tolist()[2] == "drug_cost|tcm_cost"


def test_what_a_value_means_must_be_a_value(file):
    path = file("a.csv", PLAIN)
    with pytest.raises(ArgumentError, match="allowed: 0, 1, 2, 9"):
        read_cases(path, values={"sex": {"甲": 3}})
    with pytest.raises(ArgumentError, match="not coded"):
        read_cases(path, values={"age": {"甲": 3}})


def test_a_folder_and_a_pattern(file, tmp_path, csv_engine):
    file("b.csv", PLAIN)
    file("a.csv", CHINESE, "gb18030")
    file("~$c.csv", "lock file")
    file("notes.md", "not cases")
    cases = read_cases(tmp_path)
    assert cases["case_id"].tolist() == ["零一", "001", "002"]
    assert cases.index.tolist() == [0, 1, 2]
    assert [each["layout"] for each in cases.attrs["drgsim"]["files"]] == ["chinese", "plain"]
    assert str(cases["birth_weight"].dtype) == "Int32"
    pd.testing.assert_frame_equal(read_cases(str(tmp_path / "b*.csv")), read_cases(tmp_path / "b.csv"))


def test_the_report_survives_joining_copying_and_parquet(file, tmp_path):
    cases = read_cases(file("a.csv", PLAIN.replace("K80", "k80")))
    report = cases.attrs["drgsim"]
    assert report["repairs"][0]["count"] == 1
    assert cases.copy().attrs["drgsim"] is report
    assert pd.concat([cases, cases]).attrs["drgsim"] is report
    assert "drgsim" not in pd.concat([cases, read_cases(tmp_path / "a.csv")]).attrs
    cases.to_parquet(tmp_path / "a.parquet")
    assert pd.read_parquet(tmp_path / "a.parquet").attrs["drgsim"]["files"][0]["layout"] == "plain"


def test_conformance_codes_stay_exactly_as_written(shared):
    path = shared / "conformance" / "chs_drg_2_0.csv.gz"
    cases = read_cases(path, normalise=False, keep=["mdc", "adrg", "drg", "status"])
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert cases["diagnoses"].tolist() == raw["diagnoses"].tolist()
    assert cases["procedures"].tolist() == raw["procedures"].tolist()
    assert cases["drg"].tolist() == raw["drg"].tolist()
    assert len(cases.attrs["drgsim"].problems) == 0


def test_machine_made_cases_lose_no_row_and_guess_no_sex(shared):
    path = shared / "conformance" / "machine_made_10k.csv"
    cases = read_cases(path)
    assert len(cases) == 10_000
    assert cases["sex"].isna().all()
    assert (cases["diagnoses"].str.startswith("|")).sum() > 3_800  # no principal diagnosis
    found = check_cases(cases).summary().set_index("rule")["count"]
    assert found["value-undecided"] == 10_000
    assert found["principal-missing"] == cases["diagnoses"].str.startswith("|").sum()
    decided = read_cases(path, values={"sex": {"0": 2, "1": 1}})
    assert set(decided["sex"]) == {1, 2}


def test_keeping_none_is_keeping_nothing(file):
    path = file("a.csv", "case_id,diagnoses,x\n1,I10.x00x002,y\n")
    assert read_cases(path, keep=None).columns.tolist() == read_cases(path).columns.tolist()


SIGNS = [b"a", b'"', b",", b"\n", b"\r", b"\0", *(sign.encode() for sign in "é中😀\ufeff\ud7ff")]
NONE = [b"\x80", b"\xc3", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f"]
BYTES = st.lists(st.sampled_from(SIGNS) | st.sampled_from(NONE), max_size=12).map(b"".join)


@given(BYTES, st.sampled_from([7, 8, 16, 1 << 23]), st.sampled_from([0, 32_762, 65_533]))
def test_a_plain_text_is_what_a_patient_reader_takes_for_one(tmp_path_factory, text, large, pad):
    """Whatever the blocks it is read in; and nothing is called plain that has to be looked at closely."""
    path = tmp_path_factory.mktemp("text") / "a.csv"
    text = b"x" * pad + text
    path.write_bytes(text)
    with mock.patch.object(text_file, "_LARGE", large + pad):
        plain = text_file._plain_utf8(path, None)
    try:
        told = text.decode("utf-8")
    except UnicodeDecodeError:
        told = ""
    odd = b"\0" in text or b"\n\n" in text or b"\n\r\n" in text
    assert (plain is not None) == (not odd and (bool(told) or not text))
    if plain is not None:
        last, wrong, gaps = text_file._read_through(path, None, "utf-8")
        assert (plain[0], wrong, gaps) == (last, 0, False)
        assert plain[1] == text.rfind(b'"') + 1


@pytest.mark.parametrize("quoted", ["", "header", "below"])
def test_quotes_in_the_header_alone_let_the_rows_be_read_the_short_way(file, quoted):
    header, rows = "case_id,sex,age,diagnoses,note", ["1,1,60,I10.x00x002,a", "2,2,50,K80.101,b"]
    if quoted == "header":
        header = ",".join(f'"{name}"' for name in header.split(",")[:-1]) + ',"no\nte"'
    if quoted == "below":
        rows[1] = '2,2,50,K80.101,"b, ""c""\nd"'
    path = file("a.csv", "\n".join([header, *rows]) + "\n")
    read = text_file.TextFile.examine(path)
    assert read.has_quotes_below(2 if quoted == "header" else 1) is (quoted == "below")
    assert read.has_quotes_below(0) is bool(quoted)
    cases = read_cases(path, keep="all")
    assert cases["case_id"].tolist() == ["1", "2"]
    assert cases.iloc[1, -1] == ('b, "c"\nd' if quoted == "below" else "b")

"""One stay, one id; what the checks need is read, and who someone is goes no further."""

import pandas as pd
import pytest

from drgsim import check_cases, read_cases
from drgsim.cases import report_of
from drgsim.cases.columns import without_personal
from drgsim.cli import main

TWO_STAYS = (
    "A48,A49,A13,A14,B12,B15,B24,C03C,C12C\n007,1,1960-05-01,64,2024-01-05,2024-01-09,王某,S72.000,W19.900\n"
)
TWO_STAYS += "007,2,1960-05-01,64,2024-02-05,2024-02-09,王某,I10.x00,\n8,,,64,,,D017,I10.x00,\n"


def test_two_stays_of_a_number_are_no_duplicate(file):
    cases = read_cases(file("a.csv", TWO_STAYS))
    assert cases["case_id"].tolist() == ["007-1", "007-2", "8"]
    assert cases["record_number"].tolist() == ["007", "007", "8"]
    assert not len(check_cases(cases, rules=["case-id-duplicate"]))
    again = read_cases(cases)
    assert again["case_id"].tolist() == cases["case_id"].tolist(), "an id that was made is not made again"


@pytest.mark.parametrize(
    ("header", "row", "wanted"),
    [
        ("medcasno,mdtrt_id,setl_id,diag_code", "7,M1,S1,I10.x00", "M1"),
        ("medcasno,setl_id,diag_code", "7,S1,I10.x00", "S1"),
        ("medcasno,mdtrt_id,setl_id,diag_code", "7,,,I10.x00", "7"),
        ("病案号,住院次数,诊断编码", "0012,2,I10.x00", "0012-2"),
        ("病案号,住院流水号,诊断编码", "0012,Z9,I10.x00", "Z9"),
        ("结算ID,性别,诊断编码", "S9,1,I10.x00", "S9"),
        ("清单流水号,性别,诊断编码", "S9,1,I10.x00", "S9"),
    ],
)
def test_what_names_the_stay(header, row, wanted, file):
    path = file("a.csv", f"{header}\n{row}\n")
    assert read_cases(path)["case_id"].tolist() == [wanted]
    assert read_cases(path, columns=["case_id"]).columns.tolist() == ["case_id"]
    assert read_cases(path, columns=["case_id"])["case_id"].tolist() == [wanted]


def test_doctors_are_codes_and_names_only_on_request(file):
    path = file("a.csv", TWO_STAYS)
    doctors = read_cases(path)["doctor"]
    assert doctors.tolist()[2] == "D017"
    assert doctors[0] == doctors[1] != "王某"
    assert read_cases(path, keep_identifiers=True)["doctor"].tolist() == ["王某", "王某", "D017"]


def test_the_birth_date_is_read_for_checks_and_written_for_nobody(file, tmp_path, capsys):
    path = file("a.csv", TWO_STAYS)
    cases = read_cases(path)
    assert cases["birth_date"].iloc[0] == pd.Timestamp("1960-05-01")
    assert cases["external_causes"].tolist() == ["W19.900", "", ""]
    assert "birth_date" not in without_personal(cases)
    assert "birth_date" not in report_of(cases)["files"][0]["identifiers"]
    assert main(["convert", str(path), str(tmp_path / "out.csv")]) == 0
    assert "1960" not in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert main(["convert", str(path), str(tmp_path / "out.csv"), "--keep", "birth_date"]) == 0
    assert "1960" in (tmp_path / "out.csv").read_text(encoding="utf-8")

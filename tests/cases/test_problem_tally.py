"""Problems in parts: together the same as at once, in the file too; one part at a time in memory."""

import pandas as pd
import pytest

from drgsim import check_cases, read_cases
from drgsim.cases import ProblemTable, report_of
from drgsim.cases.check import ProblemTally, check_in_parts, findings_of, findings_of_parts, look_at
from drgsim.cases.write import table_writer
from drgsim.cli.main import main
from drgsim.errors import ArgumentError

TEXT = "case_id,sex,age,los,discharge,diagnoses,total_cost,drug_cost\n" + "".join(
    f"{n // 2},{'x' if n % 3 else 1},{n}y,-{n % 4},8,QQ{n}|I10.x00x002|I10.x00x002,{n}.123,{n + 1}\n"
    for n in range(40)
)


@pytest.fixture
def path(file):
    return file("dirty.csv", TEXT)


def test_parts_are_small_and_together_the_whole(path):
    cases = read_cases(path)
    cases.attrs = {}
    parts = list(check_in_parts(cases, rows=7))
    assert max(map(len, parts)) == 7
    pd.testing.assert_frame_equal(ProblemTable.joined(parts).frame, check_cases(cases).frame)


def test_a_tally_says_what_the_table_says(path):
    cases = read_cases(path)
    whole = check_cases(cases)
    tally = ProblemTally()
    tally.add(report_of(cases).problems)
    for part in check_in_parts(cases, rows=7):
        tally.add(part)
    assert repr(tally) == repr(whole)
    assert tally.counts() == whole.counts()
    assert tally.summary().astype(str).equals(whole.summary().astype(str))


STAYS = "record_number,patient_id,admission_date,discharge_date,sex,age,diagnoses,procedures\n" + "".join(
    f"r{n % 17},p{n % 5},2024-03-{1 + n % 20:02d},2024-03-{2 + n % 20:02d},{1 + n % 2},{n},"
    f"{('O80.000', 'I10.x00x002', 'I11.900', '', 'QQ')[n % 5]}|Z37.000,{('51.2300', '')[n % 2]}\n"
    for n in range(60)
)


@pytest.mark.parametrize("text", [TEXT, STAYS], ids=["dirty", "stays"])
@pytest.mark.parametrize("rows", [1, 7, 100])
def test_parts_looked_at_apart_find_what_all_together_do(file, text, rows):
    """Stays of one person, and doubled ones, lie in different parts."""
    cases = read_cases(file("cases.csv", text))
    cases.attrs = {}
    parts = [look_at(cases.iloc[start : start + rows]) for start in range(0, len(cases), rows)]
    assert all(not hasattr(each.got, "of") for part in parts for each in part.findings)  # holds no rows
    whole, apart = ProblemTally(), ProblemTally()
    for finding in findings_of(cases):
        whole.count(finding)
    for finding in findings_of_parts(parts):
        apart.count(finding)
    assert repr(apart) == repr(whole)
    if text == STAYS:
        assert {"stay-duplicate", "return-31-days", "split-admission"} <= set(whole.summary()["rule"])
    told = [tally.not_checked.groupby("column", sort=False)["cases"].sum() for tally in (apart, whole)]
    pd.testing.assert_series_equal(*told)


def test_parts_with_other_columns_are_checked_as_one_table(file, capsys):
    path = file("a.csv", "case_id,sex,age,diagnoses\n1,1,60,I10.x00x002\n")
    file("b.csv", "case_id,sex,age,los,diagnoses\n1,1,,-3,I10.x00x002\n")
    cases = read_cases(path.parent)
    assert findings_of_parts([look_at(cases), look_at(cases.drop(columns="los"))]) is None
    assert main(["check", str(path.parent)]) == 1
    assert repr(check_cases(cases)) in capsys.readouterr().out


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_command_writes_every_problem_without_the_whole_table(
    path, ending, tmp_path, monkeypatch, capsys
):
    whole = check_cases(read_cases(path))
    longest = []
    of = ProblemTable.of

    def watched(findings, **more):
        table = of(findings, **more)
        longest.append(len(table))
        return table

    monkeypatch.setattr(ProblemTable, "of", watched)
    assert main(["check", str(path), "--out", str(tmp_path / f"parts{ending}")]) == 1
    assert repr(whole) in capsys.readouterr().out
    assert max(longest) < len(whole)
    file = tmp_path / f"parts{ending}"
    if ending == ".csv":
        found = pd.read_csv(file)
    else:
        sheets = pd.read_excel(file, engine="calamine", sheet_name=None, header=None)
        assert next(iter(sheets)) == "汇总"
        found = sheets["全部问题"].iloc[1:]
    assert len(found) == len(whole)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_file_without_problems_has_its_header(ending, tmp_path):
    with table_writer(tmp_path / f"none{ending}") as write:
        ProblemTally(write)
    read = pd.read_csv if ending == ".csv" else lambda file: pd.read_excel(file, engine="calamine")
    found = read(tmp_path / f"none{ending}")
    assert found.columns.tolist() == ProblemTable.joined([]).frame.columns.tolist()
    assert found.empty


def test_a_table_that_outgrows_the_sheet_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("drgsim._excel._SHEET_ROWS", 4)
    part = pd.DataFrame({"a": ["x", "y"]})

    def write_twice():
        with table_writer(tmp_path / "a.xlsx") as write:
            write(part)
            write(part)

    with pytest.raises(ArgumentError, match=r"at most 3 rows.*csv"):
        write_twice()
    assert not list(tmp_path.iterdir())


def test_counted_findings_are_those_of_the_tables(path):
    cases = read_cases(path)
    counted, tabled = ProblemTally(), ProblemTally()
    for finding in findings_of(cases):
        counted.count(finding)
    for part in check_in_parts(cases):
        tabled.add(part)
    pd.testing.assert_frame_equal(counted.summary(), tabled.summary())
    assert len(counted.summary()) > 5
    pd.testing.assert_frame_equal(counted.not_checked, tabled.not_checked)
    assert counted.counts() == tabled.counts()

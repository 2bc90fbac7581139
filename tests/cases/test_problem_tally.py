"""Problems in parts: together the same as at once, in the file too; one part at a time in memory."""

import gc
from dataclasses import replace
from weakref import ref

import numpy as np
import pandas as pd
import pytest

from drgsim import check_cases, read_cases
from drgsim.cases import ProblemTable, report_of
from drgsim.cases.case_arrays import CaseArrays
from drgsim.cases.check import ProblemTally, across, findings_of, look_at
from drgsim.cases.checking.worklist import for_coders
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


def test_a_tally_says_what_the_table_says(path):
    cases = read_cases(path)
    whole = check_cases(cases)
    tally = ProblemTally()
    tally.add(report_of(cases).problems)
    for finding in findings_of(cases):
        tally.count(finding)
    assert repr(tally) == repr(whole)
    assert tally.counts() == whole.counts()
    assert tally.summary().astype(str).equals(whole.summary().astype(str))
    assert (
        tally.not_checked.set_index("rule")
        .sort_index()
        .equals(whole.not_checked.set_index("rule").sort_index())
    )


STAYS = "record_number,patient_id,admission_date,discharge_date,sex,age,diagnoses,procedures\n" + "".join(
    f"r{n % 17},p{n % 5},2024-03-{1 + n % 20:02d},2024-03-{2 + n % 20:02d},{1 + n % 2},{n},"
    f"{('O80.000', 'I10.x00x002', 'I11.900', '', 'QQ')[n % 5]}|Z37.000,{('51.2300', '')[n % 2]}\n"
    for n in range(60)
)


def in_parts(cases, rows, **more):
    starts = range(0, max(1, len(cases)), rows)
    return [look_at(cases.iloc[start : start + rows], first=start == 0, **more) for start in starts]


@pytest.mark.parametrize(
    "text", [TEXT, STAYS, STAYS.partition("\n")[0] + "\n"], ids=["dirty", "stays", "none"]
)
@pytest.mark.parametrize("rows", [9, 100])
def test_parts_looked_at_apart_find_what_all_together_do(file, text, rows):
    """Stays of one person, and doubled ones, lie in different parts."""
    cases = read_cases(file("cases.csv", text))
    cases.attrs = {}
    whole, apart = ProblemTally(), ProblemTally()
    for finding in findings_of(cases):
        whole.count(finding)
    parts = in_parts(cases, rows)
    for finding in [*(each for part in parts for each in part.findings), *across(parts)[1]]:
        apart.count(finding)
    assert repr(apart) == repr(whole)
    if text == STAYS:
        assert {"stay-duplicate", "return-31-days", "split-admission"} <= set(whole.summary()["rule"])
    told = [tally.not_checked.groupby("column", sort=False)["cases"].sum() for tally in (apart, whole)]
    pd.testing.assert_series_equal(*told)


def test_of_cases_looked_at_only_keys_are_held(file):
    """Whatever else a case states is gone with its part; texts that repeat are held once, numbers of rows as
    a range."""
    cases = read_cases(file("cases.csv", STAYS)).assign(department="内科", total_cost=1.0)
    part = look_at(cases, at=np.arange(5, 65))
    assert set(part.held) == {
        *("patient_id", "admission_date", "discharge_date", "diagnoses", "department")
    } - {"case_id"} | ({"case_id"} & set(cases.columns))
    assert part.at == range(5, 65)
    assert {str(part.held[name].dtype) for name in ("department", "diagnoses")} == {"category"}
    assert look_at(cases, at=np.r_[9, 5:64]).at.tolist() == [9, *range(5, 64)]


def test_what_rules_made_of_a_part_goes_with_it(file):
    """At once, and not when Python next looks for circles: chunks come faster than that."""
    kept = []
    own = CaseArrays.__init__
    gc.disable()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                CaseArrays, "__init__", lambda self, cases: (own(self, cases), kept.append(ref(self)))[0]
            )
            part = replace(look_at(read_cases(file("cases.csv", STAYS))), findings=())
        assert len(kept) == 1
        assert kept[0]() is None
        assert len(part.held) == 60
    finally:
        gc.enable()


def test_of_stays_that_stand_once_no_row_is_made(file):
    """Ten persons, one of whom comes back, far apart; a case id that stands twice."""
    frame = pd.DataFrame({
        "case_id": ["a", *"bcdefghi", "a"], "patient_id": ["p", *"qrstuvw", None, None],
        "admission_date": pd.to_datetime(["2024-01-01"] * 10),
        "discharge_date": pd.to_datetime(["2024-01-02"] * 10),
    })  # fmt: skip
    frame.loc[8, "patient_id"] = "p"
    frame.loc[8, "admission_date"] = pd.Timestamp("2024-01-09")
    frame.loc[8, "discharge_date"] = pd.Timestamp("2024-01-10")
    cases, findings = across([replace(part, findings=()) for part in in_parts(frame, 1)])
    assert cases.index.tolist() == [0, 8, 9]
    found = {each.rule: cases.index[each.rows].tolist() for each in findings if len(each.rows)}
    assert found == {"case-id-duplicate": [0, 9], "return-31-days": [8]}


def test_parts_with_other_columns_are_looked_at_as_parts_of_one_table(file, capsys):
    path = file("a.csv", "case_id,sex,age,diagnoses\n1,1,60,I10.x00x002\n2,1,0,I10.x00x002\n")
    file("b.csv", "case_id,sex,age,los,diagnoses\n1,1,,-3,I10.x00x002\n3,1,5天,3,I10.x00x002\n")
    cases = read_cases(path.parent)
    whole = check_cases(cases)
    assert {"age-days-missing", "los-negative", "case-id-duplicate"} <= set(whole.frame["rule"])
    out = path.parent.with_name("problems.csv")
    assert main(["check", str(path.parent), "--out", str(out)]) == 1
    assert repr(whole) in capsys.readouterr().out
    assert same_rows(pd.read_csv(out, dtype=str), for_coders(whole, cases))


def same_rows(found, expected):
    """Whether two lists of problems have the same rows, in any order."""
    texts = [frame.astype(object).where(frame.notna(), "").astype(str) for frame in (found, expected)]
    return np.array_equal(*(frame.sort_values([*frame.columns]).to_numpy() for frame in texts))


@pytest.mark.parametrize(
    ("source", "ending"), [("cases.csv", ".csv"), ("cases.parquet", ".csv"), ("cases.csv", ".xlsx")]
)
def test_the_list_of_problems_is_the_same_whatever_the_chunks(
    source, ending, file, tmp_path, monkeypatch, capsys
):
    """Bad rows in every chunk, doubled ids and persons far apart, a column that only one chunk fills."""
    lines = STAYS.splitlines()
    rows = [
        f"{line},{('内科', '外/科', '')[n % 3]},{('', '5')[n == 20]}" for n, line in enumerate(lines[1:25])
    ]
    path = file("cases.csv", "\n".join([lines[0] + ",department,age_days", *rows]) + "\n")
    if source != "cases.csv":
        raw = pd.read_csv(path, dtype=str)
        path = path.with_name(source)
        raw.to_parquet(path) if source.endswith("parquet") else raw.to_excel(path, index=False)
    cases = read_cases(path)
    whole = check_cases(cases)
    written = []
    for rows_at_once, threads in ((1 << 15, 2), (7, 1)):
        monkeypatch.setattr("drgsim.cli.check.CHUNK_ROWS", rows_at_once)
        monkeypatch.setattr("drgsim._parallel.thread_count", lambda given, threads=threads: threads)
        out = tmp_path / f"problems{rows_at_once}{ending}"
        assert main(["check", str(path), "--out", str(out)]) == 1
        assert repr(whole) in capsys.readouterr().out
        written.append(out.read_bytes())
    assert written[0] == written[1]
    if ending == ".csv":
        found = pd.read_csv(out, dtype=str)
        numbers = found["sheet_row"].fillna("0").astype(int)
        compared = found["rule"].isin(["record-number-duplicate", "case-id-duplicate", "stay-duplicate"])
        compared |= found["rule"].str.contains("return|split")
        assert numbers[~compared].is_monotonic_increasing
        assert numbers[compared].is_monotonic_increasing
        assert not compared[: (~compared).sum()].any()  # what comparing stays found stands at the end
    else:
        found = pd.read_excel(out, engine="calamine", sheet_name="全部问题", dtype=str)
        found.columns = for_coders(whole, cases).columns
    assert same_rows(found, for_coders(whole, cases))


def test_more_problems_than_a_sheet_holds_are_refused_as_soon_as_they_are_found(
    path, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("drgsim._excel._SHEET_ROWS", 30)
    monkeypatch.setattr("drgsim.cli.check.CHUNK_ROWS", 2)
    assert main(["--lang", "en", "check", str(path), "--out", str(tmp_path / "p.xlsx")]) == 2
    assert "a sheet holds at most 29 rows" in capsys.readouterr().err
    assert not list(tmp_path.glob("p*"))


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

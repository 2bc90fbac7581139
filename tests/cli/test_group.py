"""`drgsim group`: every row in, every row out, with its group beside it."""

import pandas as pd
import pytest

from drgsim.cli import main

CASES = """case_id,sex,age,age_days,birth_weight,los,discharge,diagnoses,procedures,note
007,1,60,,,8,1,K22.301|K11.901|E11.900|I10.x05,96.0800x005,"a, b"
8,2,30,,,4,1,O82.000,74.1x01,
9,1,30,,,4,1,,,
10,x,30,,,4,1,I10.x00,,
11,1,50,,,4,1,k80.101,,
"""


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return path


def run(*words):
    return main(["group", *map(str, words)])


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_groups_stand_beside_the_cases(cases, tmp_path, ending):
    out = tmp_path / f"out{ending}"
    assert run(cases, "-o", out, "--scheme", "chs-drg-1.1", "--as-written") == 0
    table = pd.read_parquet(out) if ending == ".parquet" else pd.read_csv(out, dtype=str)
    assert table["case_id"].tolist() == ["007", "8", "9", "10", "11"]
    assert table["drg"].tolist() == ["GZ13", "OB19", "0000", "0000", "0000"]
    assert table["status"].tolist() == ["grouped", "grouped", "invalid", "invalid", "ungrouped"]
    assert table["diagnoses"].tolist()[4] == "k80.101"
    assert table["note"].tolist()[0] == "a, b"


def test_codes_are_repaired_and_told_unless_they_count_as_written(cases, tmp_path, capsys):
    out = tmp_path / "out.csv"
    assert run(cases, "-o", out, "--scheme", "chs-drg-1.1", "--names") == 0
    assert "diagnoses: letter case 1" in capsys.readouterr().err
    table = pd.read_csv(out, dtype=str)
    assert table.loc[4, "diagnoses"] == "K80.101"
    assert table.loc[4, "status"] == "grouped"
    assert table.loc[4, "drg_name"]


def test_columns_of_the_same_name_are_kept(cases, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    run(cases, "-o", first, "--scheme", "chs-drg-1.1", "--as-written")
    assert run(first, "-o", second, "--scheme", "chs-drg-2.0") == 0
    table = pd.read_csv(second, dtype=str)
    assert table["input_drg"].tolist() == ["GZ13", "OB19", "0000", "0000", "0000"]
    assert table["drg"].notna().all()


def test_a_family_is_taken_at_its_day(cases, tmp_path, capsys):
    assert run(cases, "-o", tmp_path / "out.csv", "--scheme", "chs-drg", "--on", "2022-06-30") == 0
    assert "chs-drg-1.1" in capsys.readouterr().err


def test_the_summary_counts_and_states_the_trust(cases, tmp_path, capsys):
    run(cases, "-o", tmp_path / "out.csv", "--scheme", "chs-drg-2.0")
    told = capsys.readouterr().err
    assert "5 cases" in told
    assert "trust: secondary" in told
    assert "principal_missing: 1" in told
    assert "K22" not in told
    run(cases, "-o", tmp_path / "out.csv", "--scheme", "chs-drg-2.0", "--quiet")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["none.csv", "-o", "out.csv"], 2, "none.csv"),
        (["{cases}", "-o", "out.docx"], 2, ".parquet"),
        (["{cases}", "-o", "{folder}/out.csv", "--scheme", "chs-drg-2.1"], 2, "chs-drg-2.0"),
        (["{folder}", "-o", "{folder}/out.csv"], None, ""),
    ],
)
def test_wrong_use_is_one_paragraph(cases, tmp_path, capsys, words, code, told):
    filled = [word.format(cases=cases, folder=tmp_path) for word in words]
    done = run(*filled)
    if code is None:
        assert done == 0  # a folder of files is read file by file
        return
    assert done == code
    message = capsys.readouterr().err.strip()
    assert "\n" not in message
    assert told in message
    assert not (tmp_path / "out.csv").exists()


def test_a_broken_file_leaves_no_output(tmp_path, capsys):
    broken = tmp_path / "cases.parquet"
    broken.write_bytes(b"PAR1 but not really")
    assert run(broken, "-o", tmp_path / "out.csv") == 3
    assert "Traceback" not in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["cases.parquet"]


def grouped(folder, text, *words):
    source, out = folder / "source.csv", folder / "out.csv"
    source.write_text(text, encoding="utf-8")
    assert run(source, "-o", out, "--scheme", "chs-drg-1.1", *words) == 0
    return pd.read_csv(out, dtype=str, keep_default_na=False)


def test_what_could_not_be_read_is_told_and_is_not_called_missing(tmp_path, capsys):
    rows = "1,男,three,I10.x00x002,\n2,x,30,I10.x00x002,\n3,女,,I10.x00x002,\n4,女,30,I10.x00x002,,,more\n"
    table = grouped(tmp_path, "case_id,sex,age,diagnoses,procedures\n" + rows)
    reasons = ["age_unreadable", "sex_unreadable", "age_missing", "principal_missing"]
    assert table["reason"].tolist() == reasons
    told = capsys.readouterr().err
    assert "4 cases, layout plain" in told
    assert "1 unreadable age" in told
    assert "1 value-unknown sex" in told
    assert "1 row-too-long" in told
    assert "three" not in told


def test_no_name_is_taken_twice(tmp_path):
    header = "case_id,sex,age,diagnoses,procedures,x,x,mdc,input_mdc\n"
    table = grouped(tmp_path, header + "1,1,60,I10.x00x002,,a,b,c,d\n")
    assert table.columns.is_unique
    row = table.iloc[0]
    assert (row["input_input_mdc"], row["input_mdc"], row["mdc"]) == ("c", "d", "MDCF")


def test_a_column_without_a_known_header_is_asked_for(tmp_path, capsys):
    source = tmp_path / "source.csv"
    source.write_text("case_id,sex,years,diagnoses,procedures\n1,1,60,I10.x00x002,\n", encoding="utf-8")
    assert run(source, "-o", tmp_path / "out.csv") == 2
    assert "--rename" in capsys.readouterr().err
    assert run(source, "-o", tmp_path / "out.csv", "--rename", "years=age") == 0


def test_files_that_differ_are_not_cut_to_fit(tmp_path, capsys):
    header = "case_id,sex,age,diagnoses,procedures"
    (tmp_path / "a.csv").write_text(f"{header},note\n1,1,60,I10.x00x002,,n\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(f"{header}\n2,1,60,I10.x00x002,\n", encoding="utf-8")
    out = tmp_path / "out.parquet"
    assert run(tmp_path, "-o", out) == 0
    assert pd.read_parquet(out)["case_id"].tolist() == ["1", "2"]
    out.unlink()
    (tmp_path / "c.csv").write_text(f"{header},more\n3,1,60,I10.x00x002,,m\n", encoding="utf-8")
    assert run(tmp_path, "-o", out) == 2
    assert "more" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_threads_change_nothing(tmp_path, ending, monkeypatch):
    monkeypatch.setattr("drgsim.cli.group.CHUNK_ROWS", 7)
    source = tmp_path / "source.csv"
    rows = "".join(f"{number},1,{number},I10.x00x002,,{number % 3}\n" for number in range(100))
    source.write_text("case_id,sex,age,diagnoses,procedures,note\n" + rows, encoding="utf-8")
    written = []
    for threads in (1, 2, 5):
        out = tmp_path / f"out{threads}{ending}"
        assert run(source, "-o", out, "--threads", threads) == 0
        written.append(out.read_bytes())
    assert written[0] == written[1] == written[2]


def test_what_breaks_in_the_middle_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("drgsim.cli.group.CHUNK_ROWS", 10)
    monkeypatch.setattr("drgsim.cases.csv_table.csv.field_size_limit", lambda: 100)
    monkeypatch.setattr("drgsim.cases.csv_table._LONGEST_CELL", 100)
    source = tmp_path / "source.csv"
    rows = "".join(f"{number},1,{number},I10.x00x002,,\n" for number in range(100))
    long = "x" * 200
    source.write_text(
        "case_id,sex,age,diagnoses,procedures,note\n" + rows + f"101,1,1,I10.x00x002,,{long}\n",
        encoding="utf-8",
    )
    for threads in (1, 3):
        assert run(source, "-o", tmp_path / "out.csv", "--threads", threads) == 3
        assert "longer than" in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == ["source.csv"]


@pytest.mark.filterwarnings("always")
def test_a_warning_about_schemes_is_told_once(tmp_path, monkeypatch, capsys):
    pack = tmp_path / "packs" / "bad"
    pack.mkdir(parents=True)
    (pack / "scheme.toml").write_text("id = 3\n", encoding="utf-8")
    monkeypatch.setenv("DRGSIM_SCHEMES", str(tmp_path / "packs"))
    cases = tmp_path / "cases.csv"
    cases.write_text("case_id,principal_diagnosis,sex,age,los\n1,I63.900,1,60,5\n", encoding="utf-8")
    assert main(["group", str(cases), "--out", str(tmp_path / "out.csv")]) == 0
    assert capsys.readouterr().err.count("is passed over") == 1

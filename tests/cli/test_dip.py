"""`drgsim dip`: fit, group, explain, list, check."""

import pandas as pd
import pytest

from drgsim.cli import main
from drgsim.dip import DipCatalogue, DipGrouper


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.csv"
    frame = pd.DataFrame(
        {
            "case_id": [f"c{number}" for number in range(60)],
            "diagnoses": ["K80.100"] * 30 + ["J18.900"] * 29 + [""],
            "procedures": ["51.2300|51.8802"] * 10 + ["51.2300"] * 20 + [""] * 30,
            "total_cost": [20_000] * 10 + [12_000] * 20 + [5000] * 30,
            "age": [70] * 60,
            "hospital_level": [3] * 30 + [2] * 30,
            "discharge_date": ["2024-05-01", "2025-05-01"] * 30,
            "status": ["closed"] * 60,
        }
    )
    frame.to_csv(path, index=False)
    return path


def run(*words):
    return main(["dip", *map(str, words)])


def test_fit_group_and_explain(cases, tmp_path, capsys):
    folder, out = tmp_path / "town", tmp_path / "grouped.csv"
    fitted = run(
        *("fit", cases, "--out", folder, "--title", "Town", "--set", "core_min_cases=8"),
        *("--set", "year_weights=1,2,7", "--against", "example"),
    )
    assert fitted == 0
    told = capsys.readouterr().out
    assert "left out: 1 with no principal diagnosis" in told
    assert "2024 to 2025: 2 types in both" in told
    assert "CatalogueDiff(example -> town" in told
    catalogue = DipCatalogue.load(folder)
    assert catalogue.title == "Town"
    assert "K80.1-51.2300+51.8802" in catalogue.types

    assert run("group", cases, "-o", out, "--catalogue", folder) == 0
    assert "grouped 59 (98.3%)" in capsys.readouterr().err
    table = pd.read_csv(out, dtype=str)
    assert len(table) == 60
    assert table["dip_code"].iloc[[0, 20, 40]].tolist() == [
        "K80.1-51.2300+51.8802",
        "K80.1-51.2300",
        "J18.9-0",
    ]
    assert table["input_status"].tolist() == ["closed"] * 60
    assert table["status"].iloc[-1] == "no_principal_diagnosis"

    assert run("explain", cases, "--case", "c0", "--catalogue", folder, "--lang", "en") == 0
    assert "K80.1-51.2300+51.8802" in capsys.readouterr().out.splitlines()[-1]


def test_explain_of_a_case_on_the_line(capsys):
    words = ("--dx", "K80.100x001", "--proc", "51.2300", "--age", "70", "--cost", "12000")
    assert run("explain", *words, "--catalogue", "example") == 0
    told = capsys.readouterr().out
    case = {"diagnoses": "K80.100x001", "procedures": "51.2300", "age": 70, "total_cost": 12_000}
    assert told.rstrip("\n") == str(DipGrouper("example").explain(case))


def test_list_and_check(tmp_path, capsys):
    assert run("list") == 0
    told = capsys.readouterr().out
    assert "example-national" in told
    assert "jining" in told
    assert run("check", "example") == 0
    folder = DipCatalogue.load("example").save(tmp_path / "pack")
    with (folder / "keys.csv").open("a") as file:
        file.write("nobody,K80.1,51.2300\n")
    assert run("check", folder) == 1
    assert "no such type" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("explain", "--catalogue", "example"), "no case is given"),
        (("explain", "x.csv", "--dx", "K80.1", "--catalogue", "example"), "named by --case"),
        (("explain", "--dx", "K80.1", "--catalogue", "exampel"), "did you mean 'example'"),
        (
            ("explain", "--dx", "K80.1", "--catalogue", "example", "--rules", "jinning"),
            "did you mean 'jining'",
        ),
        (("fit", "x.csv", "--out", "x", "--set", "core"), "NAME=VALUE"),
        (("fit", "x.csv", "--out", "x", "--set", "core_min=3"), "did you mean 'core_min_cases'"),
    ],
)
def test_wrong_use(words, message, capsys):
    assert run(*words) == 2
    assert message in capsys.readouterr().err


def test_a_case_that_is_not_in_the_file(cases, capsys):
    assert run("explain", cases, "--case", "c99", "--catalogue", "example") == 2
    assert "no such case" in capsys.readouterr().err


def test_threads_change_nothing_and_nobody_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("drgsim.cli.dip.CHUNK_ROWS", 9)
    source = tmp_path / "source.csv"
    header = "case_id,birth_date,diagnoses,procedures\n"
    rows = "".join(f"{number},1980-01-01,K80.100,51.2300\n" for number in range(60))
    source.write_text(header + rows, encoding="utf-8")
    written = []
    for threads in (1, 3):
        out = tmp_path / f"out{threads}.csv"
        words = ["dip", "group", source, "-o", out, "--catalogue", "example", "--threads", threads, "--quiet"]
        assert main([str(word) for word in words]) == 0
        written.append(out.read_text(encoding="utf-8"))
    assert written[0] == written[1]
    assert written[0].count("K80.1-51.2300") == 60
    assert "1980" not in written[0]

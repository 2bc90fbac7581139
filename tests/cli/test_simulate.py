"""`drgsim simulate` and `drgsim demo`: what they print and write, and what they refuse."""

import json
import re

import pytest

import drgsim
from drgsim.cli import main


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    drgsim.write_cases(drgsim.synthetic_cases(n=600, year=2025, seed=2), path)
    return path


@pytest.fixture(scope="module")
def done(cases, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    reforms = ["special-review-ceiling", "outlier.high.threshold/3=2.5,outlier.low.threshold=0.4"]
    words = [word for reform in reforms for word in ("--reform", reform)]
    code = main(
        [
            *("simulate", str(cases), "--baseline", "baseline-drg", *words),
            *("--out", str(out), "--quiet", "--years", "1", "--draws", "5"),
        ]
    )
    assert code == 0
    return out


def test_everything_is_written(done):
    assert sorted(path.name for path in done.iterdir()) == [
        "record.json", "report.html", "results.xlsx", "scenarios",
    ]  # fmt: skip
    assert sorted(path.stem for path in (done / "scenarios").iterdir()) == [
        "baseline-drg", "reform-2", "special-review-ceiling",
    ]  # fmt: skip


def test_what_has_no_name_is_titled_by_what_it_changes(done):
    page = (done / "report.html").read_text(encoding="utf-8")
    title = drgsim.Scenario.load(done / "scenarios" / "reform-2.yaml").title
    assert title == {
        "zh": "低倍率界限 = 0.4; 高倍率界限/3 = 2.5",
        "en": "low-outlier threshold = 0.4; high-outlier threshold/3 = 2.5",
    }
    assert title["zh"] in page


def test_the_page_stands_alone_and_holds_no_case(done, cases):
    page = (done / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)\s*=\s*"(?!#|data:)', page)
    for id in drgsim.read_cases(cases)["case_id"].head(50):
        assert id not in page


def test_the_scenarios_that_are_written_can_be_used_again(done, cases, tmp_path):
    words = ["--baseline", str(done / "scenarios" / "baseline-drg.yaml")]
    words += [
        "--reform",
        str(done / "scenarios" / "reform-2.yaml"),
        "--years",
        "0",
        "--draws",
        "0",
        "--quiet",
    ]
    assert main(["simulate", str(cases), *words, "--out", str(tmp_path)]) == 0
    records = [
        json.loads((folder / "record.json").read_text(encoding="utf-8")) for folder in (done, tmp_path)
    ]
    hashes = [{each["id"]: each["hash"] for each in record["scenarios"]} for record in records]
    assert hashes[0]["reform-2"] == hashes[1]["reform-2"]


def test_the_record_verifies(done, cases, capsys):
    assert main(["verify", str(done / "record.json"), "--cases", str(cases)]) == 0
    capsys.readouterr()


def test_the_demo_goes_the_whole_way(tmp_path, capsys):
    assert main(["demo", "--n", "600", "--years", "0", "--draws", "0", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "drg-to-dip" in told.out
    assert str(tmp_path / "report.html") in told.out
    assert "虚构" in told.err
    assert len(list((tmp_path / "scenarios").iterdir())) == 6


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--n", "0"], "1 to 10,000,000"),
        (["--n", "-3"], "1 to 10,000,000"),
        (["--n", "1000000000"], "drgsim synth"),
        (["--cases", "7"], "drgsim demo --n 7"),
        (["--n", "9", "--seed", "-1"], "seed"),
        (["--n", "9", "--draws", "100001"], "up to 100,000"),
        (["--n", "9", "--years", "101"], "up to 100"),
    ],
)
def test_a_demo_nobody_can_run_is_told_before_cases_are_invented(tmp_path, monkeypatch, capsys, words, told):
    def invent(*_, **__):
        raise AssertionError("too late")

    monkeypatch.setattr("drgsim.simulation.progress.thread_count", lambda threads: 1)
    monkeypatch.setattr("drgsim.synthetic.generate.synthetic_cases", invent)
    assert main(["demo", *words, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow  # the same way as above, from a file, with a year and draws
def test_the_demo_takes_cases_of_ones_own(cases, tmp_path, capsys):
    words = ["--years", "1", "--draws", "5", "--out", str(tmp_path), "--quiet"]
    assert main(["demo", "--cases", str(cases), *words]) == 0
    assert "600" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--reform", "outlier.hih.threshold=1"], "outlier.high.threshold"),
        (["--reform", "no-such-scenario"], "no-such-scenario"),
        ([], "no reform"),
        (["--reform", "outlier.low.threshold=0.4", "--years", "-1"], "years"),
        (["--reform", "outlier.low.threshold=0.4", "--draws", "-1"], "draws"),
    ],
)
def test_wrong_use_is_told(cases, tmp_path, capsys, words, told):
    code = main(
        [
            "simulate",
            str(cases),
            "--baseline",
            "baseline-drg",
            *words,
            "--out",
            str(tmp_path / "out"),
            "--quiet",
        ]
    )
    assert code == 2
    assert told in capsys.readouterr().err


def test_a_baseline_that_is_not_there_names_the_nearest(cases, tmp_path, capsys):
    words = [
        "--baseline",
        "nationl-drg-rate",
        "--reform",
        "outlier.low.threshold=0.4",
        "--out",
        str(tmp_path),
    ]
    assert main(["simulate", str(cases), *words]) == 2
    assert "did you mean 'national-drg-rate'?" in capsys.readouterr().err

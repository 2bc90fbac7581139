"""What a run leaves behind: whole results or those of before, always the same bytes, no late refusal."""

import json
import shutil

import pytest

import drgsim
from drgsim.cli import main
from drgsim.errors import MissingExtraError

WORDS = ("--baseline", "baseline-drg", "--years", "1", "--draws", "5", "--quiet")
REFORM = ("--reform", "outlier.low.threshold=0.5")


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    drgsim.write_cases(drgsim.synthetic_cases(n=600, year=2025, seed=2), path)
    return path


@pytest.fixture(scope="module")
def twice(cases, tmp_path_factory):
    folders = [tmp_path_factory.mktemp("out") for _ in range(2)]
    for folder in folders:
        assert main(["simulate", str(cases), *WORDS, *REFORM, "--out", str(folder)]) == 0
    return folders


def contents(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_two_runs_write_the_same_bytes(twice):
    one, other = map(contents, twice)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize(
    "stopped", ["drgsim.report.page.page", "drgsim.report.comparison_workbook.write_workbook"]
)
def test_a_stopped_run_leaves_the_results_of_before(twice, cases, monkeypatch, stopped):
    before = contents(twice[0])

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(stopped, stop)
    reform = ("--reform", "outlier.low.threshold=0.6")
    assert main(["simulate", str(cases), *WORDS, *reform, "--out", str(twice[0])]) == 130
    assert contents(twice[0]) == before


def test_a_stopped_run_leaves_no_folder_it_made(cases, tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("drgsim.simulation.simulate.simulate", stop)
    assert main(["simulate", str(cases), *WORDS, *REFORM, "--out", str(tmp_path / "new")]) == 130
    assert list(tmp_path.iterdir()) == []


def test_scenarios_of_the_run_before_do_not_stay(cases, twice, tmp_path):
    own = tmp_path / "scenarios" / "mine.yaml"
    own.parent.mkdir()
    own.write_text("id: mine\n", encoding="utf-8")
    shutil.copytree(twice[0], tmp_path, dirs_exist_ok=True)
    words = ["--baseline", "baseline-drg", "--reform", "high-outlier-excess-cap", "--years", "0"]
    assert main(["simulate", str(cases), *words, "--draws", "0", "--quiet", "--out", str(tmp_path)]) == 0
    left = sorted(path.stem for path in own.parent.iterdir())
    assert left == ["baseline-drg", "high-outlier-excess-cap", "mine"]


@pytest.mark.parametrize("command", [["demo"], ["simulate", "none.csv", *WORDS, *REFORM]])
@pytest.mark.parametrize("extra", ["xlsxwriter", "matplotlib"])
def test_a_missing_library_is_told_before_the_run(command, extra, tmp_path, monkeypatch, capsys):
    def lacking(module, **parts):
        if module == extra:
            raise MissingExtraError(f"{module} is not installed", do="pip install it")

    def run(*_, **__):
        raise AssertionError("too late")

    monkeypatch.setattr("drgsim._optional.require", lacking)
    monkeypatch.setattr("drgsim.synthetic.generate.synthetic_cases", run)
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    assert extra in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("table", "told", "code"),
    [("region,insurance,budget\n990100,employee,many\n", "no number", 2), ("", "cannot be read", 3)],
)
def test_a_wrong_table_is_told_before_the_run(tmp_path, capsys, table, told, code):
    path = tmp_path / "budgets.csv"
    path.write_text(table, encoding="utf-8")
    words = ["simulate", "none.csv", *WORDS, *REFORM, "--out", str(tmp_path / "out")]
    assert main([*words, "--budgets", str(path)]) == code
    assert told in capsys.readouterr().err


def test_out_may_not_be_a_file(cases, tmp_path, capsys):
    file = tmp_path / "out"
    file.write_text("mine", encoding="utf-8")
    assert main(["simulate", str(cases), *WORDS, *REFORM, "--out", str(file)]) == 2
    assert "folder" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("encoding", [pytest.param("utf-8-sig", marks=pytest.mark.slow), "gb18030"])
def test_tables_may_be_as_a_spreadsheet_writes_them(cases, tmp_path, encoding):
    frame = drgsim.read_cases(cases)
    regions = sorted({*frame["care_region"], *frame["insured_region"]})
    path = tmp_path / "预算.csv"
    rows = [f'{region},{kind},"1,000,000.00"' for region in regions for kind in ("职工医保", "居民医保")]
    path.write_text("\n".join(["统筹区,险种,总额预算", *rows]) + "\n", encoding=encoding)
    words = [*WORDS[:2], "--years", "0", "--draws", "0", "--quiet", "--budgets", str(path)]
    words += ["--reform", "settlement.point_value=floating"]
    assert main(["simulate", str(cases), *words, "--out", str(tmp_path / "out")]) == 0
    record = json.loads((tmp_path / "out" / "record.json").read_text(encoding="utf-8"))
    assert len(record["scenarios"]) == 2


def test_stays_that_cannot_be_paid_are_told(cases, tmp_path, capsys):
    frame = drgsim.read_cases(cases)
    frame["insurance"] = frame["insurance"].astype(object).where(frame.index >= 25)
    drgsim.write_cases(frame, tmp_path / "cases.csv")
    words = ["--baseline", "baseline-drg", *REFORM, "--years", "0", "--draws", "0", "--quiet"]
    assert main(["simulate", str(tmp_path / "cases.csv"), *words, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "25 stays" in told
    assert "the insurance is missing 25" in told


def test_another_policy_may_be_the_reform(cases, tmp_path, capsys):
    words = ["--baseline", "national-drg-rate", "--years", "0", "--draws", "0", "--quiet"]
    assert main(["simulate", str(cases), *words, "--reform", "national-dip", "--out", str(tmp_path)]) == 0
    assert "national-dip: fund" in capsys.readouterr().out

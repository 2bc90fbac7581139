"""`drgsim verify`: words and an exit code for a record that holds, one that does not, one that is none."""

import json

import pytest

import drgsim
from drgsim.cli.main import main
from drgsim.simulation.record.record import write_record
from drgsim.simulation.simulate import simulate

RECIPE = {"region": "province", "n": 200, "year": 2025, "seed": 4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A record without a recipe, and its cases as a file."""
    folder = tmp_path_factory.mktemp("verify")
    cases = drgsim.synthetic_cases(**RECIPE)
    run = simulate(cases, ["baseline-drg", "cross-region-price-book"], explain=False)
    write_record(run, folder / "record.json")
    write_record(run, folder / "recipe.json", recipe={"synthetic": RECIPE})
    drgsim.write_cases(cases, folder / "cases.csv")
    return folder


def test_a_record_with_a_recipe_is_run_again(folder, capsys):
    assert main(["verify", str(folder / "recipe.json")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("The record holds")
    assert "result summary" in told


def test_a_record_without_one_needs_the_cases(folder, capsys):
    assert main(["verify", str(folder / "record.json")]) == 0
    told = capsys.readouterr().out
    assert "result summary" not in told
    assert "not given, not checked" in told
    assert main(["verify", str(folder / "record.json"), "--cases", str(folder / "cases.csv")]) == 0
    assert "result summary" in capsys.readouterr().out


def test_columns_the_run_did_not_have_are_left_in_the_file(folder, tmp_path, capsys):
    import pandas as pd

    cases = pd.read_csv(folder / "cases.csv", dtype=str)
    cases.assign(drg="AA19").to_csv(tmp_path / "grouped.csv", index=False)
    words = ["verify", str(folder / "record.json"), "--cases", str(tmp_path / "grouped.csv"), "--no-rerun"]
    assert main(words) == 0
    assert "fingerprint of the cases" in capsys.readouterr().out


def test_no_rerun_only_compares(folder, capsys):
    assert main(["verify", str(folder / "recipe.json"), "--no-rerun"]) == 0
    assert "result summary" not in capsys.readouterr().out


def test_a_changed_record_gives_one(folder, tmp_path, capsys):
    changed = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    changed["input"]["cases"] += 1
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    assert main(["verify", str(path), "--cases", str(folder / "cases.csv"), "--no-rerun"]) == 1
    told = capsys.readouterr().out
    assert "does not hold: 2 of" in told
    assert "✗" in told


@pytest.mark.parametrize("text", ["not json", "{}", '{"drgsim_record": 99}'])
def test_what_is_no_record_gives_three(tmp_path, capsys, text):
    path = tmp_path / "record.json"
    path.write_text(text, encoding="utf-8")
    assert main(["verify", str(path)]) == 3
    assert "DS703" in capsys.readouterr().err


def test_a_record_that_is_not_there_gives_three(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "nothing.json")]) == 3
    assert "nothing.json" in capsys.readouterr().err

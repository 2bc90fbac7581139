"""A run record says all it takes to check a run, and nothing of a case."""

import json

import pytest

from drgsim.simulation.record.record import DIGEST, FORMAT, VERSION, digest, read_record, record, write_record
from drgsim.simulation.record.recorded_tables import FEW, FEW_NAME
from drgsim.simulation.scenario_errors import RecordError


@pytest.fixture(scope="module")
def made(results):
    return record(results)


def rows(table):
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def test_the_record_states_the_results_in_fen(results, made):
    summary = {row["scenario"]: row for row in rows(made["results"]["summary"])}
    for id, outcome in results.outcomes.items():
        assert {name: summary[id][name] for name in outcome.total} == outcome.total
    bars = [row for row in rows(made["results"]["attribution"]) if row["scenario"] == "two-levers"]
    assert sum(row["value"] for row in bars[:-1]) == bars[-1]["value"] == summary["two-levers"]["fund"]


def test_the_record_states_hashes_and_input(results, made):
    assert [each["hash"] for each in made["scenarios"]] == [each.hash for each in results.scenarios]
    assert made["input"]["cases"] == len(results.world.cases)
    assert made["input"]["base_year"] == 2025
    assert {"chs-drg-2.0", "chs-drg-1.1"} <= set(made["installed"]["schemes"])
    assert {"catalogue", "weights of dip", "weights of chs-drg-2.0"} <= set(made["learned"])
    assert any("national-dip" in name for name in made["installed"]["policies"])


def test_nothing_of_a_case_is_in_it(results, made):
    text = json.dumps(made, ensure_ascii=False)
    cases = results.world.cases
    for column in ("case_id", "patient_id", "hospital_id"):
        assert not [value for value in cases[column].dropna().unique() if str(value) in text]
    table = made["results"]["by_region"]
    assert all(not 0 < row["cases"] < FEW or row["region"] == FEW_NAME for row in rows(table))


def test_the_order_of_rows_changes_nothing(cases, scenarios, made):
    from drgsim.simulation.simulate import simulate

    turned = record(simulate(cases.sample(frac=1, random_state=1), scenarios, seed=5, explain=False))
    assert turned == made


def test_hospitals_are_told_apart_only_by_their_digest(cases, baseline):
    """Two hospitals that trade places leave every sum, and change the digest."""
    from drgsim.simulation.simulate import simulate

    names = cases["hospital_id"]
    pair = sorted(names[(cases["hospital_level"] == 3) & (cases["care_region"] == "990100")].unique())[:2]
    swapped = cases.assign(hospital_id=names.replace(dict(zip(pair, pair[::-1], strict=True))))
    stated = [record(simulate(each, baseline, explain=False))["results"] for each in (cases, swapped)]
    here, there = (rows(each["hospitals"])[0] for each in stated)
    assert here["hospitals"] == there["hospitals"]
    assert here["digest"] != there["digest"]


def test_the_file_reads_back(results, made, tmp_path):
    path = write_record(results, tmp_path / "record.json", recipe={"synthetic": {"n": 1}})
    found = read_record(path)
    assert found["input"].pop("recipe") == {"synthetic": {"n": 1}}
    assert digest({**found, "input": found["input"] | {"recipe": None}}) == made[DIGEST]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a JSON file"),
        ("[1]", "not a run record"),
        ("{}", "not a run record"),
        (json.dumps({FORMAT: VERSION + 1}), "newer format"),
        (json.dumps({FORMAT: VERSION, "run": {}}), "not complete"),
    ],
)
def test_what_is_no_record_is_told(tmp_path, text, told):
    path = tmp_path / "record.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=told) as caught:
        read_record(path)
    assert caught.value.code == "DS703"


def test_a_record_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RecordError, match="cannot be read"):
        read_record(tmp_path / "nothing.json")

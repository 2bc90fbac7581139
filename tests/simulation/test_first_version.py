"""What the first version saved still loads, means the same and verifies.

The files were written by drgsim as it was before rules and before the fund paid catastrophic insurance.
"""

import json
from pathlib import Path

from drgsim import Policy, Scenario
from drgsim.simulation.record.record import DIGEST, TOLD, digest
from drgsim.simulation.record.verify import verify

SAVED = Path(__file__).parent / "first_version"
POLICY = "732b2a4920dc4c7947c53bf5bb47b5eb2c5e8fbe4369c2d255e024ad1c7156b2"
SCENARIO = "8d8afd3c78cc4c4dead0919072086553d8b7e7578f5e99756a2c59b0b7c9252f"


def test_a_policy_and_a_scenario_load_with_their_hashes():
    assert Policy.load(SAVED / "policy.yaml").hash == POLICY
    assert Scenario.load(SAVED / "scenario.yaml").hash == SCENARIO


def test_a_record_verifies_to_the_fen_and_says_what_is_counted_otherwise_now():
    found = verify(SAVED / "record.json")
    assert found.ok
    notes = {check.check for check in found.checks if check.got == TOLD}
    assert {"results.summary", "results.attribution", "results.by_region"} <= notes
    assert "results.outliers" not in notes


def changed(table, column, by):
    stated = json.loads((SAVED / "record.json").read_text(encoding="utf-8"))
    for row in stated["results"][table]["rows"]:
        row[stated["results"][table]["columns"].index(column)] += by
    return verify(stated | {DIGEST: digest(stated)})


def test_what_does_not_follow_from_the_move_is_still_held_to_the_fen():
    for table, column in (("summary", "patient"), ("summary", "fund"), ("by_level", "other_payers")):
        wrong = {check.check for check in changed(table, column, 1).checks if not check.ok}
        assert f"results.{table}" in wrong

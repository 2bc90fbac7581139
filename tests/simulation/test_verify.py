"""`verify` passes what holds and catches every part that was changed."""

import copy

import pandas as pd
import pytest

import drgsim
from drgsim.simulation.record.record import DIGEST, digest, record
from drgsim.simulation.record.verify import verify
from drgsim.simulation.scenario_errors import RecordError
from drgsim.simulation.simulate import simulate

RECIPE = {"region": "province", "n": 300, "year": 2025, "seed": 11}


@pytest.fixture(scope="module")
def small():
    return drgsim.synthetic_cases(**RECIPE)


@pytest.fixture(scope="module")
def made(small, baseline):
    scenarios = [
        baseline,
        baseline.reform(policy="national-dip", scheme="dip", id="dip").named("to-dip"),
        baseline.reform({"special_review.quota": 0.05}, id="quota")
        .respond("volume", share=0.1)
        .named("more"),
    ]
    return record(simulate(small, scenarios, seed=2, explain=False), recipe={"synthetic": RECIPE})


def wrong(found):
    return {check.check for check in found.checks if not check.ok}


def tampered(stated, path, value, *, redigest=True):
    changed = copy.deepcopy(stated)
    part = changed
    for key in path[:-1]:
        part = part[key]
    assert part[path[-1]] != value
    part[path[-1]] = value
    return changed | ({DIGEST: digest(changed)} if redigest else {})


def test_a_record_holds(made, small):
    alone, turned, unrun = verify(made), verify(made, small.iloc[::-1]), verify(made, rerun=False)
    for found in (alone, turned, unrun):
        assert found.ok, found
    checks = {check.check for check in alone.checks}
    assert {"digest", "input", "results.summary", "learned.catalogue", "results.hospitals"} <= checks
    assert "results.summary" not in {check.check for check in unrun.checks}


def test_a_projection_with_given_tables_holds(small, baseline):
    first = simulate(small, baseline, years=1, explain=False)
    funds = [
        {"region": region, "insurance": insurance, "income": 1e7, "other_spending": 3.3e6, "reserve": 5e6}
        for region, insurance in first.projected.funds
    ]
    insured = [{"region": f["region"], "insurance": f["insurance"], "insured": 9_000} for f in funds]
    run = simulate(
        small,
        [baseline, baseline.reform({"cross_region.mode": "price_book"}, id="book").named("book")],
        years=2,
        draws=5,
        budgets=first.world.budgets,
        funds=pd.DataFrame(funds),
        insured=pd.DataFrame(insured),
        explain=False,
    )
    stated = record(run, recipe={"synthetic": RECIPE})
    found = verify(stated)
    assert found.ok, found
    assert {"results.projection", "results.bands"} <= {check.check for check in found.checks}
    stated["run"]["funds"][0]["reserve"] += 1
    assert wrong(verify(stated)) == {"digest", "results.projection", "results.bands"}


# what is seen without running anything again
PARTS = [
    (("scenarios", 2, "document", "responses", "volume", "share"), 0.2, "scenarios.more"),
    (("scenarios", 0, "hash"), "0" * 64, "scenarios.baseline"),
    (("input", "fingerprint"), "0" * 64, "input"),
    (("input", "cases"), 301, "input.cases"),
    (("input", "columns"), ["age"], "input.columns"),
    (("installed", "schemes", "chs-drg-2.0"), "0" * 64, "installed.schemes.chs-drg-2.0"),
    (("installed", "assumptions", "more"), "0" * 64, "installed.assumptions.more"),
]
# what the run shows; none of them makes another differ
SEEN_BY_RUNNING = [
    (("input", "base_year"), 2024, "input.base_year"),
    (("learned", "catalogue"), "0" * 64, "learned.catalogue"),
    (("learned", "weights of chs-drg-2.0"), "0" * 64, "learned.weights of chs-drg-2.0"),
    (("results", "outliers"), {"columns": [], "rows": []}, "results.outliers"),
]


@pytest.mark.parametrize(("path", "value", "check"), PARTS, ids=[check for *_, check in PARTS])
def test_a_changed_part_is_caught(made, small, path, value, check):
    assert "digest" in wrong(verify(tampered(made, path, value, redigest=False), rerun=False))
    found = wrong(verify(tampered(made, path, value), small, rerun=False))
    assert check in found
    assert "digest" not in found


def test_changed_parts_are_caught_by_the_run(made, small):
    changed = made
    for path, value, _ in SEEN_BY_RUNNING:
        changed = tampered(changed, path, value)
    found = wrong(verify(changed, small))
    assert found == {check for *_, check in SEEN_BY_RUNNING}


def test_another_seed_is_caught_by_the_run(made, small):
    found = wrong(verify(tampered(made, ("run", "seed"), 3), small))
    assert "results.by_region" in found
    assert "digest" not in found


def test_every_recorded_table_is_compared_to_the_fen(made, small):
    changed = copy.deepcopy(made)
    for table in changed["results"].values():
        row = table["rows"][-1]
        place = max(at for at, value in enumerate(row) if isinstance(value, int))
        row[place] += 1
    found = wrong(verify(changed, small))
    assert {f"results.{name}" for name in made["results"]} <= found


def test_a_sum_that_does_not_close_is_caught_without_cases(made):
    place = made["results"]["summary"]["columns"].index("fund")
    value = made["results"]["summary"]["rows"][0][place] + 1
    changed = tampered(made, ("results", "summary", "rows", 0, place), value)
    assert wrong(verify(changed, rerun=False)) == {"results.closed", "results.regions"}


def test_a_policy_that_is_another_here_is_caught(made, monkeypatch):
    from drgsim.simulation.world import ingredients

    monkeypatch.setattr(ingredients.Policy, "hash", property(lambda self: "f" * 64))
    found = wrong(verify(made, rerun=False))
    assert any(name.startswith("installed.policies.") and "national-dip" in name for name in found)


def test_other_cases_are_caught(made, small):
    other = small.assign(total_cost=small["total_cost"].where(small.index > 0, small["total_cost"] + 0.01))
    found = wrong(verify(made, other))
    assert {"input", "results.summary"} <= found
    assert "scenarios.baseline" not in found
    assert wrong(verify(made, other, rerun=False)) == {"input"}


def test_other_versions_are_noted_and_no_failure(made):
    found = verify(tampered(made, ("versions", "numpy"), "0.1"), rerun=False)
    assert found.ok
    assert {check.check: check.state for check in found.checks}["versions.numpy"] == "note"


def test_without_cases_or_recipe_it_says_what_was_not_checked(made):
    changed = tampered(made, ("input", "recipe"), None)
    found = verify(changed)
    assert found.ok
    assert {check.check: check.state for check in found.checks}["input"] == "note"


def test_what_cannot_be_read_is_an_error(made):
    with pytest.raises(RecordError, match="recipe"):
        verify(tampered(made, ("input", "recipe"), {"spell": {}}))
    with pytest.raises(RecordError, match="cannot be read"):
        verify(tampered(made, ("results", "summary"), {}))


def test_a_scenario_that_cannot_be_loaded_differs(made):
    found = verify(
        tampered(made, ("scenarios", 1, "document", "levers", 0, "policy"), "no-such"), rerun=False
    )
    assert "scenarios.to-dip" in wrong(found)


def test_it_is_shown_in_words(made):
    good, bad = verify(made, rerun=False), verify({**made, DIGEST: "x"}, rerun=False)
    assert repr(good).startswith("The record holds")
    assert "does not hold: 1 of" in repr(bad)
    assert "<table>" in bad._repr_html_()
    assert list(bad.frame.columns) == ["check", "what_zh", "what_en", "expected", "got", "state", "ok"]
    assert bad.frame["ok"].sum() == len(bad.frame) - 1

"""A stored valuation runs again to the fen, and the way to a new one sums exactly."""

import json
from dataclasses import replace

import pytest

import drgsim
from drgsim.errors import ArgumentError, FileFormatError
from drgsim.fund.fund import Fund
from drgsim.fund.record import read_record, reconcile, record, verify_record, write_record


@pytest.fixture(scope="module")
def last():
    return drgsim.value(Fund.national(as_of="2025-08-31"), "resident_premium@2027=20", years=12)


def test_a_record_runs_again_to_the_fen(last, tmp_path):
    write_record(last, tmp_path / "last.json")
    assert verify_record(read_record(tmp_path / "last.json")) == ()


def test_a_changed_record_is_refused(last, tmp_path):
    document = json.loads(json.dumps(record(last)))
    document["inputs"]["fund"]["regions"][0]["heads"]["active"] *= 1.01
    (tmp_path / "changed.json").write_text(json.dumps(document))
    with pytest.raises(FileFormatError, match="not those it was made of"):
        read_record(tmp_path / "changed.json")


def test_the_steps_from_the_last_to_the_new_valuation_sum(last):
    new = drgsim.value(Fund.national(), years=12)
    told = reconcile(record(last), new)
    assert told.year == last.fund.year + 12
    for _, own in told.frame.groupby("pot"):
        values = own.set_index("step")["value"]
        assert values.drop("new").sum() == pytest.approx(values["new"], abs=0.005)
        assert values["method"] == 0
    assert "wage_growth" in told.changed


def test_the_same_valuation_again_moves_nothing(last):
    told = reconcile(record(last), last)
    moved = told.frame[~told.frame["step"].isin(["last", "new"])]
    assert (moved["value"] == 0).all()


def test_only_assumptions_that_changed_are_in_their_step(last):
    other = drgsim.value(last.fund.with_assumptions(interest_rate=0.02), years=12)
    told = reconcile(record(last), other).frame.set_index(["pot", "step"])["value"]
    assert told["resident", "experience"] == told["resident", "data"] == 0
    assert told["resident", "assumptions"] > 0


def test_restated_accounts_are_in_the_step_of_data(last):
    region = last.fund.regions[0]
    books = replace(
        region.accounts,
        balance={**region.accounts.balance, "resident": region.accounts.balance["resident"] + 1e9},
    )
    restated = replace(last.fund, regions=(replace(region, accounts=books),))
    told = reconcile(record(last), drgsim.value(restated, years=12)).frame.set_index(["pot", "step"])["value"]
    assert told["resident", "data"] == pytest.approx(
        1e9, rel=0.1
    )  # more interest, less to be raised otherwise
    assert told["resident", "experience"] == 0


def test_other_regions_are_refused(last):
    with pytest.raises(ArgumentError, match="other regions"):
        reconcile(record(last), drgsim.value(Fund.place("tianjin (inferred)"), years=3))

"""Nothing that anyone pays is free: every payer's yuan leaves a fund, a pot or a patient, to the fen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim import Policy
from drgsim.payment.pay import pay
from drgsim.settlement import settle, statistics
from drgsim.settlement.statistics import PARTS

from .test_settle import WEIGHTS, year_of_cases

POLICY = Policy.load("national-drg-rate").reform({"benefit.resident.medical_aid.ratio": 0.3})
CASES = year_of_cases(400, seed=3).assign(
    total_cost=lambda table: table["total_cost"] * 6, fund_civil_servant=12.34
)
OWN_POT = {f"benefit.{name}.catastrophic.paid_by": "own_pot" for name in ("employee", "resident")}


def closes(paid, year):
    """Every payer's ledger is what funds, pots, patients and hospitals bear."""
    ledger = paid.ledger
    due = int(year.hospitals["due"].sum())
    others = int((ledger.catastrophic + ledger.medical_aid + ledger.other_funds + ledger.commercial).sum())
    assert int(year.ledger["spent"].sum()) + int(year.pots["spent"].sum()) == due + others
    borne = int((ledger.patient + ledger.borne_by_hospital).sum())
    assert due + others + borne == ledger.total_cost.sum()
    assert year.residual == 0


@settings(max_examples=8)
@given(
    ratio=st.sampled_from([0.0, 0.5, 0.9]),
    aid=st.sampled_from([0.0, 0.2, 0.7]),
    pots=st.sets(st.sampled_from(sorted(OWN_POT))),
    convention=st.sampled_from(["deduct", "proportional"]),
)
def test_whoever_pays_it_leaves_a_fund_or_a_pot(ratio, aid, pots, convention):
    reform = POLICY.reform(
        {
            "benefit.resident.catastrophic.payment_ratio": ratio,
            "benefit.resident.medical_aid.ratio": aid,
            "fund.convention": convention,
            **dict.fromkeys(pots, "own_pot"),
        }
    )
    paid = pay(CASES, reform, weights=WEIGHTS)
    year = settle(paid, reform)
    closes(paid, year)
    of_funds = sum(
        int(paid.ledger.catastrophic[(CASES["insurance"] == name).to_numpy()].sum())
        for name in ("employee", "resident")
        if f"benefit.{name}.catastrophic.paid_by" not in pots
    )
    assert year.ledger["catastrophic"].sum() == of_funds
    spent = year.pots["spent"].groupby("pot").sum()
    assert spent.get("catastrophic", 0) == paid.ledger.catastrophic.sum() - of_funds
    assert spent.get("medical_aid", 0) == paid.ledger.medical_aid.sum()
    assert spent["other_payers"] == 400 * 1234


def test_a_higher_catastrophic_ratio_is_spent_by_the_basic_fund_of_the_insured_region():
    more = POLICY.reform({"benefit.resident.catastrophic.payment_ratio": 0.9})
    years = [settle(pay(CASES, each, weights=WEIGHTS), each) for each in (POLICY, more)]
    moved = (years[1].ledger["spent"] - years[0].ledger["spent"]).groupby("insurance").sum()
    assert moved["employee"] == 0
    assert moved["resident"] > 0
    paid = pay(CASES, more, weights=WEIGHTS)
    own = (CASES["insurance"] == "resident") & (CASES["insured_region"] == "A")
    assert years[1].ledger.loc[("A", "resident"), "catastrophic"] == paid.ledger.catastrophic[own].sum()


def test_a_table_that_does_not_tell_the_parts_apart_settles_with_all_of_them_in_one_pot():
    paid = pay(CASES, POLICY, weights=WEIGHTS)
    table = statistics(paid)
    old = settle(table.drop(columns=list(PARTS)), POLICY)
    new = settle(table, POLICY)
    assert old.residual == 0
    assert set(old.pots.index.get_level_values("pot")) == {"other_payers"}
    assert old.ledger["case_payment"].equals(new.ledger["case_payment"])
    assert old.pots["spent"].sum() == table["other_payers"].sum()


@pytest.fixture(scope="module")
def found():
    cases = drgsim.synthetic_cases(n=500, year=2025, seed=4)
    steps = [
        {"benefit.resident.catastrophic.payment_ratio": 0.95},
        {"benefit.resident.medical_aid.ratio": 0.5},
        {"benefit.resident.catastrophic.paid_by": "own_pot"},
    ]
    return drgsim.simulate(cases, ["baseline-drg", *steps], years=1)


def test_a_lever_that_costs_a_payer_shows_in_the_fund_table_the_waterfall_and_the_projection(found):
    summary = found.summary()
    ratio, aid, pot = (each.id for each in found.reforms)
    for id, outcome in found.outcomes.items():
        total = outcome.total
        payers = ("fund", "patient", "other_payers", "borne_by_hospital")
        assert total["total_cost"] == sum(total[name] for name in payers)
        assert total["fund"] == outcome.settlement.ledger["spent"].sum()
        assert total["other_payers"] == outcome.settlement.pots["spent"].sum()
        row = summary.loc[id]
        changes = ("fund_change", "patient_change", "other_payers_change")
        assert sum(row[name] for name in changes) == pytest.approx(row["hospital_change"], abs=0.01)
    assert summary.loc[ratio, "fund_change"] > 0
    assert summary.loc[ratio, "patient_change"] < 0
    assert found.attribution(ratio)["value"].iloc[1] == summary.loc[ratio, "fund_change"]
    assert summary.loc[aid, "fund_change"] == 0 < summary.loc[aid, "other_payers_change"]
    bars = found.attribution(aid, measure="medical_aid")["value"]
    assert bars.iloc[1] == summary.loc[aid, "medical_aid"]
    assert summary.loc[pot, "fund_change"] == -summary.loc[pot, "other_payers_change"] < 0
    table = found.projection()
    last = table[(table["region"] == "all") & (table["year"] == 2026)].set_index(["scenario", "insurance"])
    base = last.loc["baseline-drg"]
    for id, fund in ((ratio, 1), (aid, 0), (pot, -1)):
        own = last.loc[id]
        assert np.sign(own.loc["resident", "inpatient_fund"] - base.loc["resident", "inpatient_fund"]) == fund
        assert np.sign(base.loc["resident", "reserve"] - own.loc["resident", "reserve"]) == fund
    assert last.loc[(aid, "resident"), "medical_aid"] > 0 == base.loc["resident", "medical_aid"]
    paid_by_all = last[["inpatient_fund", "other_payers", "patient"]].sum(axis=1)
    gained = paid_by_all - last["inpatient_cost"]  # what hospitals gain does not depend on who pays
    for id in (ratio, aid, pot):
        np.testing.assert_allclose(gained.loc[id], gained.loc["baseline-drg"], atol=0.5)

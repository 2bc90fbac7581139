"""A stay estimated by what was prepared is estimated as `estimate` does, to the fen, in every column."""

import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim.cases.hospital_facts import HospitalFacts
from drgsim.payment.engine.single import OneStay
from drgsim.payment.engine.stays import Stays
from drgsim.payment.faces.prepared import PreparedEstimate

WEIGHTS = drgsim.Weights.load("chs-drg-2.0-example")
SCHEME = "chs-drg-2.0"
POLICIES = ["national-drg-rate", "harbin", "national-ffs", "national-drg-points"]
MONEY = st.one_of(st.none(), st.floats(-10, 4e5).map(lambda yuan: round(yuan, 2)), st.integers(0, 10**6))
CASES = st.fixed_dictionaries(
    {"drg": st.sampled_from(["HC23", "ES45", "0000", "QY", "BQY", "RW15", "ZZ99"]), "total_cost": MONEY},
    optional={
        "case_id": st.just("a"),
        "department": st.sampled_from(["外科", None]),
        "insurance": st.sampled_from(["employee", "resident", "other", None]),
        "hospital_level": st.sampled_from([3, 2, 1, 0, None]),
        "hospital_id": st.sampled_from(["H1", None]),
        "retired": st.sampled_from([True, False, None]),
        "age": st.sampled_from([0, 5, 45, 80, None]),
        "los": st.sampled_from([0, 1, 6, 70, None]),
        "insured_region": st.sampled_from(["230100", "310000", None]),
        "care_region": st.sampled_from(["230100", None]),
        "registration": st.sampled_from(["local", "referral", None]),
        "fund_basic": MONEY,
        "patient_paid": MONEY,
        "out_of_scope": MONEY,
        "prepaid_share": MONEY,
        "new_technology_cost": MONEY,
        "discharge_date": st.just(datetime.datetime(2025, 3, 7, 10)),
        "status": st.sampled_from(["grouped", "ambiguous", "ungrouped"]),
        "diagnoses": st.sampled_from(["K80.101|I50.900", None]),
    },
)
_PREPARED = {}


def prepared(name):
    if name not in _PREPARED:
        policy = drgsim.Policy.load(name)
        weights = WEIGHTS if policy["standard.weights"] is None else None
        level = drgsim.DrgGrouper(SCHEME).compiled.drgs
        names = dict(zip(level.codes, level.names, strict=True))
        _PREPARED[name] = policy, weights, PreparedEstimate(policy, weights, names=names)
    return _PREPARED[name]


def same(found, expected):
    if isinstance(expected, float) or isinstance(found, float):
        missing = found is None and expected != expected
        return missing or found == pytest.approx(expected, abs=1e-9, nan_ok=True)
    return found == expected or (found is None and pd.isna(expected))


@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(case=CASES)
def test_every_column_is_that_of_the_estimate(name, case):
    policy, weights, ready = prepared(name)
    expected = drgsim.estimate(pd.DataFrame([case]), policy, weights=weights, scheme=SCHEME)
    for _ in range(2):  # read anew, and kept
        row, _, payments = ready.row(case)
        frame = expected.frame
        assert set(row) == set(frame.columns)
        for column in frame.columns:
            assert same(row[column], frame[column].iloc[0]), column
        assert payments.trust_in("en") == expected.payments.trust_in("en")


def test_a_stay_worth_filing_for_review_has_gain_and_reasons_of_the_list():
    policy, weights, ready = prepared("national-drg-rate")
    case = {
        "case_id": "a",
        "drg": "HC23",
        "total_cost": 40000.0,
        "insurance": "employee",
        "hospital_level": 3,
        "los": 6,
    }
    expected = drgsim.estimate(pd.DataFrame([case]), policy, weights=weights, scheme=SCHEME).frame.iloc[0]
    row, _, _ = ready.row(case)
    assert row["review_open"] is True
    assert row["review_gain"] > 0
    assert row["reasons_zh"]
    for column in ("review_gain", "reasons_zh", "reasons_en"):
        assert same(row[column], expected[column]), column


def test_a_book_is_read_once_for_stays_of_one_kind_whatever_their_group(monkeypatch):
    from drgsim.payment.engine import single

    read, real = [], single.read_book
    monkeypatch.setattr(single, "read_book", lambda *given: read.append(1) or real(*given))
    policy, weights, _ = prepared("national-drg-rate")
    ready = PreparedEstimate(policy, weights, names={"ES45": "a group that may come, without a weight"})
    plain = {"drg": "HC23", "total_cost": 9000.0, "insurance": "employee", "hospital_level": 3, "age": 40}
    for case in (plain, plain | {"total_cost": 50.0}, plain | {"drg": "ES45"}, plain | {"age": 41}):
        ready.row(case)
    assert len(read) == 1
    for number, case in enumerate(
        (plain | {"hospital_level": 2}, plain | {"insurance": "resident"}, plain | {"retired": True}), 2
    ):
        ready.row(case)
        ready.row(case)
        assert len(read) == number
    ready.row(plain | {"drg": "no such group"})
    assert len(read) == 5
    ready.row(plain)  # what was kept is still there
    assert len(read) == 5


def test_facts_on_the_hospital_fill_and_change_as_they_do_for_a_table():
    policy, weights, _ = prepared("national-drg-rate")
    facts = HospitalFacts.of({"level": 2, "insurance": "resident", "id": "H7", "coefficient": 1.1})
    case = {"drg": "HC23", "total_cost": 18000.0}
    row, told, _ = PreparedEstimate(policy, weights, hospital=facts).row(case)
    expected = drgsim.estimate(case, policy, weights=weights, scheme=SCHEME, hospital=facts)
    assert row["payment"] == expected.frame["payment"].item()
    assert told == expected.told


@settings(max_examples=40, deadline=None, derandomize=True)
@given(case=CASES)
def test_a_stay_is_read_as_a_table_of_it_is(case):
    one, table = OneStay(case), Stays(pd.DataFrame([case]))
    for column in (*case, "no such column"):
        assert (column in one) == (column in table)
        if column in ("total_cost", "fund_basic", "los", "age"):
            assert one.money(column).fen.tolist() == table.money(column).fen.tolist()
            assert one.money(column).all_missing == table.money(column).all_missing
            assert str(one.number(column).tolist()) == str(table.number(column).tolist())
        if column not in ("total_cost", "discharge_date", "retired"):
            assert one.labels(column).words().tolist() == table.labels(column).words().tolist()
        if column == "discharge_date":
            assert one.days(column).tolist() == table.days(column).tolist()

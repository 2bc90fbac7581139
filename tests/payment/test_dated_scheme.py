"""A policy whose scheme changes by date: which scheme groups and prices a stay, by discharge or admission."""

import warnings

import pandas as pd
import pytest

from drgsim import Policy, Scheme, Weights, pay
from drgsim.errors import ArgumentError
from drgsim.grouping import DrgGrouper
from drgsim.payment.pay import prepared
from drgsim.policy.policy_errors import PolicyError

OLD, NEW = "chs-drg-2.0", "chs-drg-3.0"
SCHEMES = {"2020-01-01": OLD, "2027-01-01": NEW}

# discharged in 2026; admitted in 2026 and discharged in 2027; admitted in 2027
STAYS = pd.DataFrame(
    {
        "case_id": ["a", "b", "c"],
        "sex": 1,
        "age": 45,
        "insurance": "employee",
        "hospital_level": 3,
        "total_cost": 20_000.0,
        "diagnoses": "K80.101|I50.900",
        "procedures": "51.2300",
        "admission_date": pd.to_datetime(["2026-12-01", "2026-12-30", "2027-01-01"]),
        "discharge_date": pd.to_datetime(["2026-12-31", "2027-01-01", "2027-01-09"]),
        "los": [30, 2, 8],
    }
)


def policy(scheme, **more):
    document = {
        "drgsim_policy": 1,
        "id": "test",
        "title": {"zh": "试", "en": "test"},
        "valid": {"from": "2020-01-01", "to": "2030-12-31"},
        "extends": ["national-drg-rate"],
        "parameters": {},
        "scheme": scheme,
        **more,
    }
    return Policy.load(document, on="2026-06-30")


def groups(scheme, rows=STAYS):
    return DrgGrouper(scheme).group(rows)["drg"].astype(str).tolist()


def test_the_two_schemes_differ_here():
    """As two public programs group the case: grouping formats."""
    assert groups(OLD) == ["HC23"] * 3
    assert groups(NEW) == ["HC43"] * 3


def test_the_scheme_of_a_policy_is_that_of_its_day():
    made = policy(SCHEMES)
    assert made.scheme == OLD
    assert made.at("2026-12-31").scheme == OLD
    assert made.at("2027-01-01").scheme == NEW
    assert policy({**SCHEMES, "by": "admission"}).at("2027-01-01").scheme == NEW
    assert made.changes(made.on, made.at("2028-01-01").on)[-1].isoformat() == "2027-01-01"


def test_the_national_defaults_change_on_the_first_day_of_2027():
    for id in ("national-drg-rate", "national-drg-points"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = Policy.load(id)
            assert (loaded.scheme, loaded.at("2027-01-01").scheme) == (OLD, NEW)


def test_all_stays_are_grouped_by_the_scheme_of_the_policys_day():
    made = policy(SCHEMES)
    assert prepared(STAYS, made).frame["drg"].astype(str).tolist() == groups(OLD)
    assert prepared(STAYS, made.at("2027-06-30")).frame["drg"].astype(str).tolist() == groups(NEW)


@pytest.mark.parametrize(("by", "schemes"), [("discharge", [OLD, NEW, NEW]), ("admission", [OLD, OLD, NEW])])
def test_each_stay_is_grouped_by_the_scheme_of_its_own_day(by, schemes):
    made = policy({**SCHEMES, "by": by})
    frame = prepared(STAYS, made, dates="discharge").frame
    assert frame["scheme"].tolist() == schemes
    expected = [groups(scheme, STAYS.iloc[[row]])[0] for row, scheme in enumerate(schemes)]
    assert frame["drg"].tolist() == expected
    # the same whatever the order of rows
    turned = prepared(STAYS[::-1], made, dates="discharge").frame
    assert turned["drg"].tolist() == expected[::-1]


@pytest.mark.parametrize(
    ("by", "new"), [("discharge", [False, True, True]), ("admission", [False, False, True])]
)
def test_each_stay_is_priced_by_the_weights_of_its_scheme(by, new):
    made = policy({**SCHEMES, "by": by})
    weights = {
        scheme: Weights.from_table(pd.DataFrame({"drg": groups(scheme)[:1], "weight": [weight]}))
        for scheme, weight in ((OLD, 1.0), (NEW, 3.0))
    }
    paid = pay(STAYS, made, weights=weights, dates="discharge").frame
    assert paid["weight"].tolist() == [3.0 if each else 1.0 for each in new]


def test_a_stay_without_the_day_that_decides_is_refused():
    made = policy({**SCHEMES, "by": "admission"})
    with pytest.raises(ArgumentError, match="every stay's admission_date"):
        prepared(STAYS.assign(admission_date=pd.NaT), made, dates="discharge")


def test_a_dated_scheme_is_written_and_read_again():
    made = policy({**SCHEMES, "by": "admission"})
    import yaml

    again = Policy.load(yaml.safe_load(made.to_yaml()), on=made.on)
    assert again.document.scheme == made.document.scheme
    assert again.hash == made.hash != policy(SCHEMES).hash
    assert "chs-drg-3.0 from 2027-01-01 by day of admission" in str(made)


def test_a_reform_lays_schemes_by_date_over_those_before():
    made = policy(OLD)
    later = made.reform({"scheme": {"2027-01-01": NEW}})
    assert later.document.scheme == policy(SCHEMES).document.scheme
    assert later.reform({"scheme": OLD}).document.scheme == OLD
    assert policy(SCHEMES).reform({"scheme": {"2027-01-01": OLD}}).at("2028-01-01").scheme == OLD
    assert "scheme" in str(made.diff(later))


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ({"2027": NEW}, "not a day"),
        ({"2027-01-01": 3}, "not the name of a scheme"),
        ({"by": "birth", "2027-01-01": NEW}, "no such day of a stay"),
        ({"by": "admission"}, "no scheme from any day"),
        ([OLD, NEW], "not the name of a scheme, or names by date"),
    ],
)
def test_what_is_no_scheme_by_date_is_said(scheme, message):
    with pytest.raises(PolicyError, match=message):
        policy(scheme)


def test_the_schemes_are_installed():
    assert {Scheme.load(id).id for id in SCHEMES.values()} == {OLD, NEW}


def test_a_scheme_that_is_not_installed_is_named_with_its_neighbour():
    with pytest.raises(PolicyError, match=r"no such scheme.*chs-drg-3\.1") as caught:
        policy({**SCHEMES, "2030-01-01": "chs-drg-3.1"})
    assert "chs-drg-3.0" in str(caught.value)


def test_stays_that_stand_for_another_year_take_its_scheme():
    """A stay of 2026 paid as one of 2027 is priced by the weights of the scheme of 2027."""
    made = policy({**SCHEMES, "by": "admission"})
    weights = {
        scheme: Weights.from_table(pd.DataFrame({"drg": ["HC43"], "weight": [weight]}))
        for scheme, weight in ((OLD, 1.0), (NEW, 3.0))
    }
    stays = STAYS.iloc[[0]].assign(drg="HC43")
    paid = [pay(stays, made, weights=weights, dates="discharge", year=year) for year in (2026, 2027)]
    assert [each.frame["weight"].tolist() for each in paid] == [[1.0], [3.0]]

"""A policy may be given as itself, its id, its file or its document, wherever one is wanted."""

import pytest

from drgsim import Policy, estimate, pay, settle, special_review_worklist
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.policy.policy import policies_given, policy_given

ID = "national-drg-rate"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("policies") / "ours.yaml"
    path.write_text(Policy.load(ID).to_yaml(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def case():
    return {
        "case_id": "A",
        "drg": "GZ13",
        "hospital_level": 3,
        "insurance": "employee",
        "los": 6,
        "total_cost": 9000.0,
    }


WEIGHTS = {"drg": ["GZ13"], "weight": [0.8]}


def test_every_form_is_the_same_policy(file):
    policy = Policy.load(ID)
    for given in (policy, ID, file, str(file)):
        found = policy_given(given)
        assert (found.id, found.hash) == (ID, policy.hash)
    both = policies_given({"330000": ID, "other": policy})
    assert {region: each.id for region, each in both.items()} == {"330000": ID, "other": ID}


def test_every_entry_takes_an_id(case, file):
    import pandas as pd

    weights, cases = pd.DataFrame(WEIGHTS), pd.DataFrame([case])
    policy = Policy.load(ID)
    paid = pay(cases, policy, weights=weights)
    for given in (ID, file, {"other": ID}):
        again = pay(cases, given, weights=weights)
        assert again.frame["payment"].tolist() == paid.frame["payment"].tolist() == [9365.6]
    assert estimate(case, ID, weights=weights).frame["payment"].item() == 9365.6
    assert settle(paid, ID).ledger.equals(settle(paid, policy).ledger)
    assert special_review_worklist(cases, ID, weights=weights).empty


@pytest.mark.parametrize("wrong", [3, None, ["national-drg-rate"]])
def test_what_is_no_policy_is_refused(case, wrong):
    with pytest.raises(ArgumentError, match="not a policy"):
        pay([case], wrong)
    with pytest.raises(ArgumentError, match="not a policy"):
        estimate(case, wrong)


def test_an_unknown_id_has_a_nearest(case):
    with pytest.raises(NotFoundError, match="national-drg-rate"):
        estimate(case, "national-drg-rat")

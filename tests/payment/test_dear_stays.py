"""A stay dearer and dearer, whatever a policy may say: never below nothing, nor past all amounts."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, pay
from drgsim.cases.fen import MOST, Rounding, to_fen
from drgsim.errors import DrgsimError
from drgsim.payment.engine.problems import Unpaid
from drgsim.payment.engine.ranking import allowed
from drgsim.payment.engine.state import Outlier
from drgsim.policy.library import shipped
from drgsim.policy.parameters import NUMERIC, catalogue
from drgsim.policy.policy_errors import PolicyError
from drgsim.policy.remarks import remarks
from drgsim.settlement.budgets import budget_table
from drgsim.settlement.settle import solve_prices
from drgsim.settlement.settlement_errors import SettlementError

from .streets import street
from .test_wide_amounts import POLICY, WEIGHTS, table

STEEP = {  # one step of the cost more is worth 10 standards, counted against next to nothing
    "outlier.high.method": "excess",
    "outlier.high.threshold": 2,
    "outlier.high.quota": None,
    "outlier.high.factor": 10,
    "outlier.basis": "price",
    "outlier.basis_price": 1,
}


@pytest.mark.parametrize("weight", [1.0, 1e9, 1e300])
@pytest.mark.parametrize("form", ["excess", "excess_on_weight", "share", "cost_less_weights", "by_item"])
def test_what_is_beyond_any_amount_is_a_problem_of_the_stay_and_never_another_amount(form, weight):
    weights = pd.DataFrame({"drg": ["GZ13", "FR21"], "weight": [0.8, weight]})
    asked = POLICY.at("2024-03-01").reform(STEEP | {"outlier.high.method": form})
    paid = pay(table(10.0, 1e9), asked, weights=weights)
    fen, standard = paid.ledger.payment.tolist(), round(weight * 1e6)
    small = form in ("share", "by_item") or (form == "cost_less_weights" and weight == 1)
    if weight == 1 and small:
        assert fen[1] >= standard
        assert paid.findings.problem[1] == Unpaid.NONE
    else:
        assert fen[1] == 0
        assert paid.findings.problem[1] == Unpaid.PAYMENT_TOO_LARGE
        assert "beyond a trillion yuan" in paid.explain("C1", lang="en")
    paid.ledger.check()


def test_infinities_and_no_numbers_become_no_plausible_amount_of_fen():
    wild = np.array([np.inf, -np.inf, np.nan, 1e30, 12.345])
    assert to_fen(wild).tolist() == [MOST, -MOST, -MOST, MOST, 1235]
    assert Rounding(0).fen(wild * 100).tolist() == [MOST * 100, -MOST * 100, -MOST * 100, MOST * 100, 1200]


@pytest.mark.parametrize(
    ("share", "count", "part"),
    [
        (0.0022797131283762637, 60, 0),
        (0.0022797131283762637, 439, 1),
        (5.490322494987437e-06, 10**14, 549032249),
        (1 / 3, 10**14, 33_333_333_333_333),
        (5e-324, 10**14, 0),
        (0.0, 60, 0),
        (0.05, 60, 3),
    ],
)
def test_a_share_of_any_number_of_digits_allows_its_whole_part(share, count, part):
    assert allowed(np.array([count, 0]), share).tolist() == [part, 0]
    rows = [{"total_cost": 90_000.0, "discharge_date": "2024-03-05"}] * 3
    changes = {"outlier.high.method": "by_item", "outlier.high.threshold": 3, "outlier.high.quota": share}
    assert street(changes, *rows).ledger.payment.max() == 1_000_000  # of three stays none


COSTS = [0.0, *np.geomspace(1, 1e9, 59).round(2).tolist()]
START = {
    "standard.mean_cost": 9_000.0, "outlier.basis_price": 12.0, "outlier.high.quota": None,
    "outlier.low.method": "none", "outlier.low.threshold": None,
    "outlier.extreme.method": "none", "outlier.extreme.threshold": None,
}  # fmt: skip
DRAWN = [
    name
    for name, each in catalogue().items()
    if name.startswith(("outlier.", "special_review.", "standard."))
]


def drawn(rng, parameter):
    """A value inside a parameter's bounds, often at one of them; None for what is no number or choice."""
    if parameter.type == "choice":
        return str(rng.choice(list(parameter.choices)))
    if parameter.type == "bool":
        return bool(rng.random() < 0.5)
    if parameter.type not in NUMERIC:
        return None
    low = parameter.above + 1e-9 if parameter.min is None else parameter.min
    span = parameter.max - low
    value = low + span * rng.choice([0.0, 1.0, 10.0 ** -rng.uniform(0, 9), min(1.0, 5 * rng.random() / span)])
    return int(value) if parameter.type == "integer" else float(value)


def test_every_number_of_the_catalogue_has_both_bounds_and_refuses_what_is_beyond():
    for name, each in catalogue().items():
        if each.type not in NUMERIC:
            continue
        assert None not in (each.max, each.above if each.min is None else each.min), name
        for value in (each.max + 1, (each.above if each.min is None else each.min - 1), np.nan, np.inf):
            with pytest.raises(PolicyError):
                POLICY.reform({name: value})


def test_no_legal_reform_pays_a_dear_stay_below_its_standard_or_below_nothing_or_less_for_more():
    rng = np.random.default_rng(16)
    rows = table(*COSTS).assign(drg="GZ13", hospital_id=[f"H{i}" for i in range(60)], score=800.0)
    names, met = list(shipped()), 0
    for _ in range(45):
        chosen = [*rng.choice(DRAWN, 5), "outlier.high.method", "outlier.basis", "outlier.high.factor"]
        changes = {name: value for name in chosen if (value := drawn(rng, catalogue()[name])) is not None}
        changes = {**START, "outlier.high.threshold": float(rng.uniform(0.5, 4)), **changes}
        try:
            asked = Policy.load(str(rng.choice(names))).reform(changes)
            paid = pay(rows, asked, weights=WEIGHTS.assign(mean_cost=[8_000.0, 9e7]))
        except DrgsimError:
            continue  # choices that need what the policy does not say
        found, fen = paid.findings, paid.ledger.payment
        assert ((fen >= 0) & (fen <= 10**14)).all(), changes
        high = np.flatnonzero((found.outlier == Outlier.HIGH) & (found.problem == 0) & (found.review == 0))
        met += len(high)
        cut = asked["outlier.high.method"] == "by_item" and asked["outlier.high.approved_share"] < 1
        assert cut or (fen[high] >= found.standard[high]).all(), changes
        assert (np.diff(fen[high]) >= 0).all(), changes
        paid.ledger.check()
        last = int(rng.integers(60))
        if not found.problem[last]:
            assert f"{fen[last] / 100:,.2f}" in paid.explain(f"C{last}", lang="en")
    assert met > 200


@pytest.mark.parametrize(("share", "told"), [(1, 0), (0.5, 0), (0.4, 4)])
def test_an_approved_share_that_pays_less_than_the_standard_is_told_when_the_policy_is_checked(share, told):
    """The one high outlier that may earn less than its standard is one the policy says so of: 0.4 × 2 < 1."""
    changes = {"outlier.high.method": "by_item", "outlier.high.threshold": 2}
    found = remarks(POLICY.reform({**changes, "outlier.high.approved_share": share}))
    assert len(found) == told
    assert all("0.80 times the standard" in english for _, english in found)


def test_a_settlement_price_is_never_below_zero_and_the_fund_shows_what_it_lacks():
    """Stays paid in yuan cost 5 million fen beside 1 million of points, and the budget is 3 million."""
    none = np.array([np.nan, np.nan])
    found = solve_prices(
        np.array([5e6, 0.0]), np.diag([1e6, 2e6]), np.array([3e6, 1e6]),
        floating=np.array([True, True]), floor=none, cap=none,
    )  # fmt: skip
    assert found.price.tolist() == [0.0, 0.5]
    assert found.held == ("floor", "")


@pytest.mark.parametrize("budget", [1e14, 1e300, np.inf, np.nan, -0.01])
def test_a_budget_beyond_any_amount_is_refused(budget):
    with pytest.raises(SettlementError, match="1 that are not"):
        budget_table(pd.DataFrame({"region": ["A"], "insurance": ["employee"], "budget": [budget]}))

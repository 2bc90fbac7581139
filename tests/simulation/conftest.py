"""One small invented province for the tests of this room."""

import pytest

import drgsim
from drgsim.simulation.scenario.scenario import Scenario


@pytest.fixture(scope="session")
def cases():
    """Four thousand stays of the invented province."""
    return drgsim.synthetic_cases(n=4_000, year=2025, seed=3)


@pytest.fixture(scope="session")
def baseline():
    """The national default by base rate, without special review."""
    policy = drgsim.Policy.load("national-drg-rate", on="2025-12-31").reform({"special_review.quota": 0})
    return Scenario.of(policy)


@pytest.fixture(scope="session")
def scenarios(baseline):
    """The baseline and one scenario of each kind."""
    return [
        baseline,
        baseline.reform({"cross_region.mode": "price_book"}, id="prices").named("cross-region"),
        baseline.reform({"special_review.quota": 0.05}, id="quota")
        .reform({"outlier.high.method": "excess", "outlier.high.ratio_cap": 5}, id="excess")
        .named("two-levers"),
        baseline.reform(scheme="chs-drg-1.1", id="edition").named("older-edition"),
        baseline.reform(policy="national-dip", scheme="dip", id="dip").named("to-dip"),
    ]


@pytest.fixture(scope="session")
def results(cases, scenarios):
    from drgsim.simulation.simulate import simulate

    return simulate(cases, scenarios, seed=5, explain=False)

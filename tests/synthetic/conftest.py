"""Cases that several tests look at, made once."""

import pytest

from drgsim.synthetic.generate import synthetic_cases
from drgsim.synthetic.region import SyntheticRegion

N = 20_000


@pytest.fixture(scope="session")
def region():
    return SyntheticRegion.load("province")


@pytest.fixture(scope="session")
def cases(region):
    """Clean cases of 2025 with the group each was made for."""
    return synthetic_cases(region, n=N, seed=7, truth=True)

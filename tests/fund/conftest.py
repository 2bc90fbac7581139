"""The country's fund, once for all tests of the room."""

import pytest

from drgsim.fund.fund import Fund


@pytest.fixture(scope="session")
def national() -> Fund:
    return Fund.national()

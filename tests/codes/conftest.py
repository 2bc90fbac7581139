"""The encoder's tests run through the kernel and through its readable twin."""

import pytest

from drgsim.codes import Codebook


@pytest.fixture(params=["kernel", "reference"])
def path(request, monkeypatch):
    """Which of the two answers."""
    monkeypatch.setenv("DRGSIM_REFERENCE", "1" if request.param == "reference" else "0")
    return request.param


@pytest.fixture(scope="session")
def diagnoses() -> Codebook:
    return Codebook.for_kind("diagnosis")


@pytest.fixture(scope="session")
def procedures() -> Codebook:
    return Codebook.for_kind("procedure")

"""Every matching test runs through the kernel and through its readable twin."""

import pytest


@pytest.fixture(params=["kernel", "twin"])
def either_way(request, monkeypatch):
    monkeypatch.setenv("DRGSIM_REFERENCE", "1" if request.param == "twin" else "0")
    return request.param

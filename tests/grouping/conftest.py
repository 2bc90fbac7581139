"""Compiled schemes of tests are kept with pytest's own cache, not with the user's."""

import os

import pytest

from drgsim.schemes.compile_cache import VARIABLE


@pytest.fixture(scope="session", autouse=True)
def compiled_cache(request):
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(request.config.cache.mkdir("drgsim"))
    yield
    os.environ.pop(VARIABLE)
    if before is not None:
        os.environ[VARIABLE] = before

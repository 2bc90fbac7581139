"""Compiled schemes of tests are kept with pytest's own cache, not with the user's."""

import os

import pytest

from drgsim.schemes.compile_cache import VARIABLE


@pytest.fixture(scope="session", autouse=True)
def compiled_cache(request, tmp_path_factory):
    before = os.environ.get(VARIABLE)
    kept = getattr(request.config, "cache", None)  # none when pytest runs without its cache
    os.environ[VARIABLE] = str(kept.mkdir("drgsim") if kept else tmp_path_factory.mktemp("drgsim"))
    yield
    os.environ.pop(VARIABLE)
    if before is not None:
        os.environ[VARIABLE] = before

"""What every test has: a cache of its own, the reference folder if it is there, reproducible fuzzing."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

settings.register_profile(
    "drgsim",
    deadline=None,  # tests never assert wall time
    derandomize=True,  # a run that passed passes again
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("fuzz", deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
settings.load_profile("drgsim")


@pytest.fixture(scope="session", autouse=True)
def english():
    """Messages are compared in English, whoever runs the tests."""
    names = ("DRGSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    before = {name: os.environ.pop(name, None) for name in names}
    os.environ["LC_ALL"] = "C.UTF-8"
    yield
    os.environ.update({name: value for name, value in before.items() if value is not None})


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder; tests that need it are skipped where it is absent."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("the reference folder ../shared is not beside this checkout")
    return folder


@pytest.fixture(scope="session", autouse=True)
def cache_of_tests(request, tmp_path_factory):
    """Compiled schemes and proofs are kept with pytest's own cache, not with the user's."""
    if "DRGSIM_CACHE" in os.environ:
        yield
        return
    kept = getattr(request.config, "cache", None)  # none when pytest runs without its cache
    os.environ["DRGSIM_CACHE"] = str(kept.mkdir("drgsim") if kept else tmp_path_factory.mktemp("drgsim"))
    yield
    del os.environ["DRGSIM_CACHE"]

"""What every test may ask for: the reference folder, and reproducible fuzzing."""

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


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder; tests that need it are skipped where it is absent."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("the reference folder ../shared is not beside this checkout")
    return folder

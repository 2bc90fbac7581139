"""`import drgsim` stays light, and every public name resolves and is listed."""

import subprocess
import sys
from dataclasses import is_dataclass

import pytest

import drgsim

HEAVY = (
    "pandas",
    "sklearn",
    "matplotlib",
    "pyarrow",
    "scipy",
    "yaml",
    "python_calamine",
    "xlsxwriter",
    "polars",
)


def test_importing_drgsim_loads_no_heavy_library():
    script = f"import sys, drgsim, drgsim.cli.main; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", drgsim.__all__)
def test_public_names_resolve(name):
    assert getattr(drgsim, name) is not None
    assert name in dir(drgsim)


def test_public_results_are_frozen():
    kinds = [each for each in (getattr(drgsim, name) for name in drgsim.__all__) if is_dataclass(each)]
    assert len(kinds) > 8
    assert [each.__name__ for each in kinds if not each.__dataclass_params__.frozen] == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'drg_grouper'"):
        _ = drgsim.drg_grouper

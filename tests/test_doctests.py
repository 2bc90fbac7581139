"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib
import pkgutil

import pytest

import drgsim

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(drgsim.__path__, "drgsim.")
    if "._kernels" not in module.name and module.name != "drgsim.__main__"
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert failed == 0

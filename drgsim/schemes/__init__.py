"""Scheme packs: grouping rules as data, loaded, checked, compared and compiled.

`drgsim.schemes()` lists the schemes that are installed; `Scheme.load` loads one.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class _Room(ModuleType):
    """This package, which is also the function of its name: `drgsim.schemes` cannot be two things."""

    def __call__(self) -> pd.DataFrame:
        """Every installed scheme, one row each; see `drgsim.schemes.registry.list_schemes`."""
        from .registry import list_schemes

        return list_schemes()


schemes = sys.modules[__name__]
schemes.__class__ = _Room

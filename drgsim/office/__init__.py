"""The hospital's insurance office: its month, its warnings, and reconciliation with the bureau.

`drgsim.office(cases, policy)` is the month; the pieces are in the modules of this room.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """This package, which is also the function of its name: `drgsim.office` cannot be two things."""

    def __call__(self, *tables: Any, **options: Any) -> Any:
        """The month of an insurance office; see `drgsim.report.office.office`."""
        # the public function is the one that can write pages, further down the street; nothing here uses it
        return import_module("drgsim.report.office").office(*tables, **options)


office = sys.modules[__name__]
office.__class__ = _Room

"""Supervision: the national rule libraries and own rules on stays, items, prescriptions and trace codes.

`drgsim.audit(cases, policy, items=…)` screens; `drgsim.audit.library.Library` holds the rules.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .result import AuditResult


class _Room(ModuleType):
    """This package, which is also the function of its name: `drgsim.audit` cannot be two things."""

    def __call__(self, *tables: Any, **options: Any) -> AuditResult:
        """Screen stays and claims; see `drgsim.audit.screening.audit`."""
        from .screening import audit as screen

        return screen(*tables, **options)


audit = sys.modules[__name__]
audit.__class__ = _Room

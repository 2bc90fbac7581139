"""Groupers, and why a case is in its group."""

from .grouper import DrgGrouper
from .reasons import Reason
from .result import GroupResult

__all__ = ["DrgGrouper", "GroupResult", "Reason"]

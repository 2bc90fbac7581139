"""Groupers, and why a case is in its group."""

from .case import Reason
from .grouper import DrgGrouper
from .result import GroupResult

__all__ = ["DrgGrouper", "GroupResult", "Reason"]

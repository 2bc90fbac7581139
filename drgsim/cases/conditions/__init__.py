"""The one condition language: checks, DIP, policy rules and supervision ask their questions in it."""

from .case_facts import case_facts
from .columns import Codes, FactColumns, Words
from .condition import Condition, Expression, Held
from .facts import Fact, FactKind, Facts

__all__ = [
    "Codes",
    "Condition",
    "Expression",
    "Fact",
    "FactColumns",
    "FactKind",
    "Facts",
    "Held",
    "Words",
    "case_facts",
]

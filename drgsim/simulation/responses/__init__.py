"""How hospitals and patients answer a rule: bounded, declared, and nothing unless a scenario says so."""

from .apply import apply_responses
from .declarations import Declaration, ResponseParameter, declared
from .habits import Habits, facing

__all__ = ["Declaration", "Habits", "ResponseParameter", "apply_responses", "declared", "facing"]

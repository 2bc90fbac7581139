"""How hospitals and patients answer a rule: bounded, declared, and nothing unless a scenario says so."""

from .apply import apply_responses
from .declarations import Declaration, ResponseParameter, declared

__all__ = ["Declaration", "ResponseParameter", "apply_responses", "declared"]

"""From the rules of a scheme to codes that fulfil them: recipes, candidates, and pools proved by grouping."""

from .pools import CasePools, case_pools

__all__ = ["CasePools", "case_pools"]

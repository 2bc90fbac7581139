"""Charts: each a pure function of a result's tidy table, returning a matplotlib Figure."""

from .cost_to_standard import cost_to_standard
from .flows import flows
from .hospitals import hospitals
from .outliers import outliers
from .projection import projection
from .waterfall import waterfall

__all__ = ["cost_to_standard", "flows", "hospitals", "outliers", "projection", "waterfall"]

"""From a rule to what does its effect."""

from __future__ import annotations

from typing import Any

from ....policy.rules.rule import Rule
from ..book import Book
from .amounts_on import Factor
from .as_group import AsGroup
from .benefit import Benefit
from .blend import Blend
from .by_item import ByItem
from .cap_total import CapTotal
from .carve_out import CarveOutRule
from .increment import Increment
from .outlier import OutlierRule
from .package import Package
from .per_diem import PerDiemRule
from .price import Price
from .review import ReviewRule

_WITH_BOOK: dict[str, Any] = {
    "by_item": ByItem,
    "per_diem": PerDiemRule,
    "package": Package,
    "price": Price,
    "outlier": OutlierRule,
    "review": ReviewRule,
}
_PLAIN: dict[str, Any] = {
    "as_group": AsGroup,
    "increment": Increment,
    "blend": Blend,
    "carve_out": CarveOutRule,
    "benefit": Benefit,
    "cap_total": CapTotal,
}


def make(rule: Rule, book: Book) -> Any:
    """What applies the rule's effect: `apply(state, rows, facts)` and `tell(state, i)`."""
    if rule.kind.outside:
        return rule.kind.maker(dict(rule.arguments))
    if rule.effect in ("weight", "coefficient"):
        return Factor.of(rule.effect, rule.arguments)
    if rule.effect in _WITH_BOOK:
        return _WITH_BOOK[rule.effect].of(rule.arguments, book)
    return _PLAIN[rule.effect].of(rule.arguments)

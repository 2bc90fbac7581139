"""Which cases are in an auxiliary class: asked of the grouper itself, so that conditions mean one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ....errors import ArgumentError
from ..catalogue import DipCatalogue
from ..expressions import Pattern
from ..model import AuxiliaryClass, Complication, DipKey, DipType
from ..prepared import ANY_DIAGNOSIS
from ..rules import RuleSet, Step
from ..stages import ClassOrder, Composite
from ..words import Kind, Pool

if TYPE_CHECKING:
    import pandas as pd

_ANY_COMPOSITE = RuleSet(
    "membership",
    "one composite type",
    "单一综合病种",
    "assumed",
    "",
    (
        Step("composite", Composite(), "the only type", "唯一病种"),
        Step("order", ClassOrder(((Pool.COMPOSITE, None),)), "the only type", "唯一病种"),
    ),
)


def memberships(
    cases: pd.DataFrame,
    classes: Iterable[AuxiliaryClass],
    *,
    complications: Mapping[str, Complication],
    exclusion_lists: Mapping[str, tuple[Pattern, ...]],
) -> dict[str, npt.NDArray[np.bool_]]:
    """For each class whether each case is in it.

    Raises ArgumentError for a class that depends on the type a case is in: it cannot be learned so.
    """
    from ..grouper import DipGrouper

    found = {}
    for item in classes:
        if any(condition.fact in ("cost_ratio", "severity") for condition in item.conditions):
            raise ArgumentError(
                "an auxiliary class that follows from the type of a case cannot be learned", got=item.name
            )
        catalogue = DipCatalogue(
            id="membership",
            title="one type",
            types={"in": DipType("in", "in", Kind.COMPOSITE)},
            keys=(DipKey("in", (ANY_DIAGNOSIS,), conditions=item.conditions),),
            complications=complications,
            exclusion_lists=exclusion_lists,
        )
        grouper = DipGrouper(catalogue, rules=_ANY_COMPOSITE, threads=1)
        found[item.name] = grouper.match(grouper.encode(cases)).key >= 0
    return found

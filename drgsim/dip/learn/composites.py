"""Composite types: what no core type takes, by category and treatment class, the narrowest that is common
enough; and for every class one that takes any diagnosis."""

from __future__ import annotations

import numpy as np

from ..expressions import Pattern
from ..model import DipKey, DipType
from ..prepared import ANY_DIAGNOSIS
from ..words import CLASSES, Kind
from .cases import Ints, LearningCases


def composite_types(cases: LearningCases, rest: Ints, *, min_cases: int) -> list[tuple[DipType, DipKey]]:
    """The composite types for the cases `rest`, narrow ones first."""
    category, rank = cases.category.group[rest], cases.treatment[rest]
    made = []
    for length in (3, 2, 1):
        beginnings = [name[:length] for name in cases.category.names]
        names = list(dict.fromkeys(beginnings))  # still in order
        places = {name: place for place, name in enumerate(names)}
        place = np.array([places[name] for name in beginnings])
        cell = place[category] * len(CLASSES) + rank
        common = np.bincount(cell, minlength=len(names) * len(CLASSES)) >= min_cases
        for number in np.flatnonzero(common).tolist():
            made.append(_composite(Pattern(names[number // len(CLASSES)]), number % len(CLASSES)))
        category, rank = category[~common[cell]], rank[~common[cell]]
    # a class that has no case left over still needs somewhere for the cases to come
    made += [_composite(ANY_DIAGNOSIS, rank) for rank in sorted(set(cases.treatment.tolist()))]
    return made


def _composite(pattern: Pattern, rank: int) -> tuple[DipType, DipKey]:
    treatment = CLASSES[rank]
    code = f"{pattern}-{rank + 1}"
    name = f"{pattern} {Kind.COMPOSITE.zh}：{treatment.zh}"
    return DipType(code, name, Kind.COMPOSITE), DipKey(code, (pattern,), treatment_class=treatment)

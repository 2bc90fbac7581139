"""Composite types: what no core type takes, by category and treatment class, the narrowest that is common
enough; and for every class one that takes any diagnosis."""

from __future__ import annotations

from ..expressions import Pattern
from ..model import DipKey, DipType
from ..prepared import ANY_DIAGNOSIS
from ..words import CLASSES, Kind
from .cases import Ints, LearningCases


def composite_types(cases: LearningCases, rest: Ints, *, min_cases: int) -> list[tuple[DipType, DipKey]]:
    """The composite types for the cases `rest`, narrow ones first."""
    import pandas as pd

    frame = pd.DataFrame({"category": cases.category[rest], "rank": cases.treatment[rest]})
    made = []
    for length in (3, 2, 1):
        prefix = frame["category"].str[:length]
        sizes = frame.groupby([prefix, "rank"], sort=True).size()
        common = sizes[sizes >= min_cases].index
        made += [_composite(Pattern(category), int(rank)) for category, rank in common]
        taken = pd.MultiIndex.from_arrays([prefix, frame["rank"]]).isin(common)
        frame = frame[~taken]
    # a class that has no case left over still needs somewhere for the cases to come
    made += [_composite(ANY_DIAGNOSIS, rank) for rank in sorted(set(cases.treatment.tolist()))]
    return made


def _composite(pattern: Pattern, rank: int) -> tuple[DipType, DipKey]:
    treatment = CLASSES[rank]
    code = f"{pattern}-{rank + 1}"
    name = f"{pattern} {Kind.COMPOSITE.zh}：{treatment.zh}"
    return DipType(code, name, Kind.COMPOSITE), DipKey(code, (pattern,), treatment_class=treatment)

"""A catalogue as the table that prices: scores, mean costs by level, coefficients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from .catalogue import DipCatalogue
from .code_index import codebook
from .expressions import Pattern
from .model import DipType
from .rules import RuleSet
from .stages import Composite
from .words import Kind


def price_table(catalogue: DipCatalogue) -> pd.DataFrame:
    """See `DipCatalogue.price_table`."""
    levels = sorted({item.level for item in catalogue.level_means} | set(catalogue.hospital_coefficients))
    means = {(item.type, item.level): item.mean_cost for item in catalogue.level_means}
    rows: dict[str, dict[str, Any]] = {}
    for code, of in _answers(catalogue):
        rows.setdefault(code, _row(catalogue, of, levels, means))
    columns = ["name", "weight", "mean_cost", "n", "cv"]
    columns += [f"mean_cost_{level}" for level in levels] + [f"coefficient_{level}" for level in levels]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("group")
    return frame.astype(dict.fromkeys(columns[1:], "float64")).dropna(axis="columns", how="all")


def _row(
    catalogue: DipCatalogue, kind: DipType, levels: list[str], means: dict[tuple[str, str], float]
) -> dict[str, Any]:
    """What one type states; a type of primary care has its own factor, else 1, whatever the level."""
    same = 1.0 if kind.primary_care_factor is None else kind.primary_care_factor
    return {
        "name": kind.name,
        "weight": kind.score,
        "mean_cost": kind.mean_cost,
        "n": kind.cases,
        "cv": kind.cv,
        **{f"mean_cost_{level}": means.get((kind.code, level)) for level in levels},
        **{
            f"coefficient_{level}": same if kind.primary_care else catalogue.hospital_coefficients.get(level)
            for level in levels
        },
    }


def _answers(catalogue: DipCatalogue) -> Iterator[tuple[str, DipType]]:
    """Every code that an answer may carry, with the type that states its numbers: the types, and for a
    composite type of a range the codes of the categories in it, where the rules put them in its place."""
    yield from catalogue.types.items()
    rules = RuleSet.load(catalogue.rules) if catalogue.rules in RuleSet.published() else None
    composite = rules.one(Composite) if rules else None
    if composite is None or not (composite.derive or composite.range_code == "category"):
        return
    categories = sorted({code[:3] for code in codebook("diagnosis").codes})
    for key in catalogue.keys:
        kind = catalogue.types[key.type]
        ranges: tuple[Pattern, ...] = key.diagnoses
        if kind.kind is Kind.COMPOSITE and ranges and all(pattern.last for pattern in ranges):
            ending = key.type[len(str(ranges[0])) :]
            for category in categories:
                if any(pattern.matches(category) for pattern in ranges):
                    yield category + ending, kind

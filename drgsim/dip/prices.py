"""A catalogue as the table that prices: scores, mean costs, coefficients; and its list of primary care."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .answers import EncodedCases, answer
from .compile import CompiledDip, compile_dip
from .dip_errors import DipCatalogueError
from .expressions import Pattern, codebook
from .model import CatalogueRecord, DipKey, DipType
from .prepared import Prepared
from .rules import RuleSet, Step
from .stages import Choose, Classify, ClassOrder, Codes, Composite, Entries, Exclude, MapCodes
from .words import Kind, Pool


class PrimaryCareList:
    """The list of a prepared catalogue: cleaned, classed and compared as the catalogue's rules say, each
    entry by the principal diagnosis and the principal procedure, or a conservative stay."""

    def __init__(self, prepared: Callable[[], Prepared], compiled: CompiledDip | None = None) -> None:
        from .._kernels._dip import DipTables

        self._catalogue = prepared
        self.compiled: CompiledDip = compiled or compile_dip(self.prepared)
        self._kernel = DipTables(self.compiled.tables)

    @cached_property
    def prepared(self) -> Prepared:
        """A catalogue of the list alone, under its own rules."""
        return _own(self._catalogue())

    def members(self, cases: EncodedCases, *, threads: int) -> npt.NDArray[np.bool_]:
        """For each case, encoded by the catalogue itself, whether it is on the list."""
        asked = replace(cases, facts=np.zeros((len(cases), 0)))
        return answer(asked, lambda: self.prepared, self.compiled, self._kernel, threads=threads).key >= 0


def _own(prepared: Prepared) -> Prepared:
    """A catalogue of the list alone under the same codes and the same cleaning."""
    listed = prepared.catalogue.primary_care
    kept = [
        step for step in prepared.rules.steps if isinstance(step.stage, MapCodes | Exclude | Classify | Codes)
    ]
    look = Entries(Pool.BASIC, position="principal", conservative="all")
    stages = (
        ("listed", look),
        ("choose", Choose((Pool.BASIC,))),
        ("order", ClassOrder(((Pool.BASIC, None),))),
    )
    rules = replace(prepared.rules, steps=(*kept, *(Step(name, stage, name, name) for name, stage in stages)))
    catalogue = replace(
        prepared.catalogue,
        types={item.code: DipType(item.code, item.name, Kind.BASIC) for item in listed},
        keys=tuple(DipKey(item.code, item.diagnoses, item.procedures) for item in listed),
        auxiliary=(),
    )
    pools = {Pool.BASIC: tuple(range(len(listed)))}
    return replace(prepared, catalogue=catalogue, rules=rules, pools=pools, factors={})


def price_table(catalogue: CatalogueRecord) -> pd.DataFrame:
    """See `DipCatalogue.price_table`; raises DipCatalogueError when no type has a score."""
    if all(kind.score is None for kind in catalogue.types.values()):
        raise DipCatalogueError(
            f"catalogue {catalogue.id} states no scores",
            do="learn scores from your own years: drgsim dip fit --library",
        )
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
    catalogue: CatalogueRecord, kind: DipType, levels: list[str], means: dict[tuple[str, str], float]
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


def _answers(catalogue: CatalogueRecord) -> Iterator[tuple[str, DipType]]:
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

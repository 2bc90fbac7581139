"""Which type each learning case is in, while the numbers of the types may still change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..._kernels._dip import DipTables
from ..._parallel import thread_count
from ..answers import answer
from ..catalogue import DipCatalogue
from ..classes import ProcedureClasses
from ..compile import compile_dip
from ..facts import column_facts
from ..model import DipType
from ..prepared import prepare
from ..rules import RuleSet
from .cases import LearningCases
from .stats import Groups


class TypeFinder:
    """Groups the cases by one catalogue again and again, whatever scores and mean costs its types state.

    A rule set may break ties by them, so the types are asked anew for each; the keys are compiled once.
    """

    def __init__(
        self, cases: LearningCases, catalogue: DipCatalogue, *, rules: RuleSet, classes: ProcedureClasses
    ) -> None:
        self.prepared = prepare(catalogue, rules, classes)
        self.compiled = compile_dip(self.prepared)
        facts = column_facts(cases.frame, self.compiled.columns)
        self.cases = replace(cases.encoded, facts=facts)
        self.names = tuple(self.prepared.catalogue.types)
        places = {code: place for place, code in enumerate(self.names)}
        self.type_of_key = np.array([*(places[key.type] for key in self.prepared.catalogue.keys), -1])

    def types(self, stated: Mapping[str, DipType] | None = None) -> Groups:
        """The cases by type; `stated` is what types of the catalogue now say of themselves."""
        prepared, compiled = self.prepared, self.compiled
        if stated is not None:
            known = {**prepared.catalogue.types, **stated}
            prepared = replace(prepared, catalogue=replace(prepared.catalogue, types=known))
            compiled = compiled.restated(known.values())
        kernel = DipTables(compiled.tables)
        key = answer(self.cases, prepared, compiled, kernel, threads=thread_count(None)).key
        return Groups.of(self.type_of_key[key], self.names)

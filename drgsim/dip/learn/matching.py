"""Which type each learning case is in, while the numbers of the types may still change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..._kernels._dip import DipTables
from ..._parallel import thread_count
from ..answers import Answers, answer
from ..catalogue import DipCatalogue
from ..classes import ProcedureClasses
from ..comorbidity import facts_with_index
from ..compile import compile_dip
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
        book, asked = self.prepared.diagnoses, catalogue.comorbidity_classes
        facts = facts_with_index(cases.frame, self.compiled.columns, cases.encoded.diagnoses, book, asked)
        self.cases = replace(cases.encoded, facts=facts)
        self.names = tuple(self.prepared.catalogue.types)
        places = {code: place for place, code in enumerate(self.names)}
        self.type_of_key = np.array([*(places[key.type] for key in self.prepared.catalogue.keys), -1])

    def types(self, stated: Mapping[str, DipType] | None = None) -> Groups:
        """The cases by type; `stated` is what types of the catalogue now say of themselves."""
        return Groups.of(self.type_of_key[self.answers(stated).key], self.names)

    def answers(self, stated: Mapping[str, DipType] | None = None) -> Answers:
        """The answer to every case."""
        prepared, compiled = self.prepared, self.compiled
        if stated is not None:
            known = {**prepared.catalogue.types, **stated}
            prepared = replace(prepared, catalogue=replace(prepared.catalogue, types=known))
            compiled = compiled.restated(known.values())
        kernel = DipTables(compiled.tables)
        return answer(self.cases, prepared, compiled, kernel, threads=thread_count(None))

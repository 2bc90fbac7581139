"""One fit of a DIP catalogue: the stages, from counted cases to a catalogue and its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...codes import Catalogue, Codebook
from ..catalogue import DipCatalogue
from ..classes import CCI, NEEDED, ProcedureClasses
from ..expressions import code_index, codebook
from ..facts import numbers
from ..model import AuxiliaryClass, ComorbidityClass, DipKey, DipType, ExcludedProcedure
from ..prepared import Prepared
from ..rules import RuleSet
from ..stages import Auxiliary
from ..words import Kind, ProcedureNote
from .auxiliary import auxiliary_factors, memberships, of_scheme
from .cases import LearningCases, learning_cases, whole_fen
from .report import DipFitReport, overall, stability
from .scores import hospital_coefficients, level_means, type_statistics, with_scores, with_statistics
from .stats import Groups, Ints, Trim, spread
from .types import (
    CoreEntry,
    TypeFinder,
    composite_types,
    core_entries,
    few_early,
    prepared_library,
    settled_library,
)

if TYPE_CHECKING:
    import pandas as pd

Entry = tuple[DipType, DipKey]

_ROUNDS = 5


@dataclass(frozen=True)
class Fit:
    """What a fit is asked for; `parameters` are those of `data/dip/builder.toml` and the two of a method."""

    id: str
    title: str
    title_zh: str
    rules: RuleSet
    classes: ProcedureClasses
    complications: str | None
    auxiliary_classes: Mapping[str, AuxiliaryClass]
    excluded_procedures: frozenset[str]
    parameters: Mapping[str, Any]
    library: DipCatalogue | None = None
    comorbidity_classes: tuple[ComorbidityClass, ...] = ()

    def run(self, cases: pd.DataFrame) -> DipFitReport:
        """Learn from cases; the catalogue stands in the report."""
        chosen = self.parameters
        counted, catalogue, threshold = self._learned(cases) if self.library is None else self._scored(cases)
        catalogue, types, settling = self._with_means(counted, catalogue)
        catalogue, tried = self._with_auxiliary(counted, catalogue, types)
        means = np.array([catalogue.types[code].mean_cost for code in types.names], np.float64)
        expected = whole_fen(means)[types.group]
        levels = hospital_coefficients(counted, expected, method=chosen["hospital_coefficient"])
        catalogue = replace(
            catalogue,
            hospital_coefficients=dict(zip(levels["hospital_level"], levels["coefficient"], strict=True)),
            level_means=level_means(counted, types, min_cases=chosen["level_mean_min_cases"]),
            notes=(*self._notes(counted), *few_early(catalogue, chosen["core_min_cases"])),
        )
        return DipFitReport(
            catalogue,
            catalogue.frame,
            stability(counted, types, chosen["core_min_cases"]),
            tried,
            levels,
            counted.left_out,
            {**overall(counted, types, catalogue, threshold), **settling},
            self._needs(counted),
        )

    def _learned(self, cases: pd.DataFrame) -> tuple[LearningCases, DipCatalogue, int]:
        """The cases that count, types found in them, and the threshold of the common ones."""
        chosen = self.parameters
        counted = self._counted(cases)
        core, threshold = core_entries(
            counted,
            min_cases=chosen["core_min_cases"],
            coverage=chosen["core_coverage"],
            gain=chosen["related_gain"],
        )
        catalogue = self._with_composites(counted, *self._settled(counted, core, threshold))
        return counted, self._with_primary_care(counted, catalogue), threshold

    def _scored(self, cases: pd.DataFrame) -> tuple[LearningCases, DipCatalogue, int]:
        """The same with the types of the library that are common, and composite types of the rest."""
        assert self.library is not None
        library, prepared = prepared_library(self.library, self.rules, self.classes, self.excluded_procedures)
        counted = self._counted(cases, prepared)
        kept, rest, treatment, threshold = settled_library(
            counted,
            library,
            rules=self.rules,
            classes=self.classes,
            min_cases=self.parameters["core_min_cases"],
            coverage=self.parameters["core_coverage"],
        )
        counted = replace(counted, treatment=treatment)
        made = composite_types(counted, rest, min_cases=self.parameters["composite_min_cases"])
        catalogue = replace(
            kept,
            id=self.id,
            title=self.title,
            title_zh=self.title_zh,
            rules=self.rules.id,
            trust="assumed",
            source=f"learned on {self.library.id}",
            score_base=float(self.parameters["score_base"]),
            types={**kept.types, **{kind.code: kind for kind, _ in made}},
            keys=(*kept.keys, *(key for _, key in made)),
            comorbidity_classes=self.comorbidity_classes or kept.comorbidity_classes,
        )
        return counted, catalogue, threshold

    def _counted(self, cases: pd.DataFrame, library: Prepared | None = None) -> LearningCases:
        return learning_cases(
            cases,
            characters=self.parameters["diagnosis_characters"],
            year_weights=self.parameters["year_weights"],
            excluded=self.excluded_procedures,
            classes=self.classes,
            interventional=self.rules.classify.interventional,
            library=library,
        )

    def _needs(self, cases: LearningCases) -> dict[str, str]:
        """What a step could not be done without, and what it needs."""
        asked = {
            fact
            for item in self._heeded_classes().values()
            for condition in item.conditions
            for fact in condition.fact_names
        }
        given = self.comorbidity_classes or CCI in cases.frame.columns
        return {CCI: NEEDED} if CCI in asked and not given else {}

    def _catalogue(self, entries: Iterable[Entry]) -> DipCatalogue:
        kept = list(entries)
        return DipCatalogue(
            id=self.id,
            title=self.title,
            title_zh=self.title_zh,
            rules=self.rules.id,
            score_base=float(self.parameters["score_base"]),
            types={kind.code: kind for kind, _ in kept},
            keys=tuple(key for _, key in kept),
            source="learned",
            comorbidity_classes=self.comorbidity_classes,
            excluded_procedures={
                code: ExcludedProcedure(code, ProcedureNote.NOT_PRINCIPAL)
                for code in sorted(self.excluded_procedures)
            },
        )

    def _settled(
        self, cases: LearningCases, core: list[CoreEntry], threshold: int
    ) -> tuple[list[Entry], Ints]:
        """The core entries that stay common enough when the grouper, not the count, hands out cases, and the
        cases that none of them takes."""
        book = codebook("procedure")
        entries = [entry.as_type(book, _name(entry, book)) for entry in core]
        while entries:
            types = self._finder(cases, self._catalogue(entries)).types()
            common = {name for name, n in zip(types.names, types.counts, strict=True) if n >= threshold}
            kept = [entry for entry in entries if entry[0].code in common]
            if len(kept) == len(entries):
                return entries, np.flatnonzero(types.group < 0)
            entries = kept
        return [], np.arange(len(cases))

    def _with_composites(self, cases: LearningCases, core: list[Entry], rest: Ints) -> DipCatalogue:
        made = composite_types(cases, rest, min_cases=self.parameters["composite_min_cases"])
        return self._catalogue([*core, *made])

    def _with_primary_care(self, cases: LearningCases, catalogue: DipCatalogue) -> DipCatalogue:
        """Core types most of whose cases primary hospitals treat, and whose costs are alike enough."""
        if "hospital_level" not in cases.frame.columns:
            return catalogue
        types = self._finder(cases, catalogue).types()
        levels = numbers(cases.frame, "hospital_level")
        primary = np.isin(levels, self.parameters["primary_care_levels"])
        chosen = {
            code
            for code, places in zip(types.names, types.rows, strict=True)
            if primary[places].mean() >= self.parameters["primary_care_share"]
            and spread(cases.cost[places]) <= self.parameters["primary_care_max_cv"]
        }
        return replace(
            catalogue,
            types={
                code: replace(kind, primary_care=kind.kind is Kind.CORE and code in chosen)
                for code, kind in catalogue.types.items()
            },
        )

    def _with_means(
        self, cases: LearningCases, catalogue: DipCatalogue
    ) -> tuple[DipCatalogue, Groups, dict[str, int]]:
        """The catalogue with its statistics, gathered until they are those of the cases it groups.

        Where the rules break a tie by the mean cost, the means move cases and cases move the means. Last
        comes how many rounds that took, at most _ROUNDS, and how many cases the last of them still moved.
        """
        chosen = self.parameters
        trim = Trim(chosen["trim"], chosen["trim_percentiles"], chosen["trim_iqr"])
        finder = self._finder(cases, catalogue)
        stated, types, rounds = catalogue, finder.types(), 0
        moved = len(cases)
        while moved and rounds < _ROUNDS:
            rounds += 1
            scored = with_scores(*type_statistics(cases, types, trim), chosen)
            stated = with_statistics(catalogue, scored)
            before, types = types, finder.types(stated.types)
            moved = before.moved(types)
        return stated, types, {"rounds": rounds, "moved": moved}

    def _with_auxiliary(
        self, cases: LearningCases, catalogue: DipCatalogue, types: Groups
    ) -> tuple[DipCatalogue, pd.DataFrame]:
        complications, lists = catalogue.complications, catalogue.exclusion_lists
        if self.complications:
            complications, lists = of_scheme(self.complications)
        tried_classes = self._heeded_classes()
        members = memberships(
            cases,
            tried_classes.values(),
            complications=complications,
            exclusion_lists=lists,
            comorbidity_classes=catalogue.comorbidity_classes,
        )
        factors, tried = auxiliary_factors(
            cases,
            types,
            members,
            tried_classes,
            min_cases=self.parameters["auxiliary_min_cases"],
            cv_cut=self.parameters["auxiliary_cv_cut"],
        )
        used = {factor.name for factor in factors}
        classes = {name: item for name, item in tried_classes.items() if name in used}
        asked = {fact for item in classes.values() for c in item.conditions for fact in c.fact_names}
        severe = bool(asked & {"cc", "mcc"})
        return replace(
            catalogue,
            auxiliary=tuple(factors),
            auxiliary_classes=classes,
            complications=complications if severe else {},
            exclusion_lists=lists if severe else {},
        ), tried

    def _heeded_classes(self) -> dict[str, AuxiliaryClass]:
        """The auxiliary classes of the dimensions that the rule set looks at."""
        stage = self.rules.one(Auxiliary)
        if stage is None:
            return {}
        return {
            name: item
            for name, item in self.auxiliary_classes.items()
            if not stage.dimensions or item.dimension in stage.dimensions
        }

    def _finder(self, cases: LearningCases, catalogue: DipCatalogue) -> TypeFinder:
        return TypeFinder(cases, catalogue, rules=self.rules, classes=self.classes)

    def _notes(self, cases: LearningCases) -> tuple[str, ...]:
        years = [str(year) for year in cases.years.stated.tolist() if year > 0]
        return (
            f"Learned{f' on {self.library.id}' if self.library else ''} from {len(cases)} cases"
            + (f" of {', '.join(years)}" if years else "")
            + f"; score method {self.parameters['score_method']}.",
        )


def _name(entry: CoreEntry, book: Codebook) -> str:
    """The Chinese names of what makes the type."""
    shipped = Catalogue.load("procedure")
    codes = [book.code_of(place) for place in (entry.principal, entry.related) if place >= 0]
    names = [shipped.name_of(code) if code in shipped else code for code in codes]
    return f"{_diagnosis_name(entry.diagnosis)}：{'+'.join(names) or '保守治疗'}"


def _diagnosis_name(beginning: str) -> str:
    """The name of the first code that begins so."""
    places = code_index(codebook("diagnosis")).beginning(beginning)
    return Catalogue.load("diagnosis").names[places[0]] if places else beginning

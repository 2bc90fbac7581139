"""One fit of a DIP catalogue: the stages, from counted cases to a catalogue and its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...codes import Catalogue, Codebook
from ..catalogue import DipCatalogue
from ..classes import ProcedureClasses
from ..code_index import code_index, codebook
from ..facts import numbers
from ..model import AuxiliaryClass, DipKey, DipType, ExcludedProcedure
from ..rules import RuleSet
from ..stages import Auxiliary
from ..words import Kind, ProcedureNote
from .auxiliary import auxiliary_factors
from .cases import LearningCases, learning_cases, whole_fen
from .complications import of_scheme
from .composites import composite_types
from .core import CoreEntry, core_entries
from .hospitals import hospital_coefficients
from .matching import TypeFinder
from .membership import memberships
from .report import DipFitReport, overall, stability
from .scores import type_statistics, with_scores
from .stats import Groups, Ints, Trim, spread

if TYPE_CHECKING:
    import pandas as pd

Entry = tuple[DipType, DipKey]

_STATED = ("score", "mean_cost", "mean_los", "cases", "cv", "drug_score", "consumable_score")
_ROUNDS = 5
_DECIMALS = {"mean_cost": 2, "mean_los": 2, "cv": 4}


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

    def run(self, cases: pd.DataFrame) -> DipFitReport:
        """Learn from cases; the catalogue stands in the report."""
        chosen = self.parameters
        counted = learning_cases(
            cases,
            characters=chosen["diagnosis_characters"],
            year_weights=chosen["year_weights"],
            excluded=self.excluded_procedures,
            classes=self.classes,
            interventional=self.rules.classify.interventional,
        )
        core, threshold = core_entries(
            counted,
            min_cases=chosen["core_min_cases"],
            coverage=chosen["core_coverage"],
            gain=chosen["related_gain"],
        )
        catalogue = self._with_composites(counted, *self._settled(counted, core, threshold))
        catalogue = self._with_primary_care(counted, catalogue)
        catalogue, types, settling = self._with_means(counted, catalogue)
        catalogue, tried = self._with_auxiliary(counted, catalogue, types)
        means = np.array([catalogue.types[code].mean_cost for code in types.names], np.float64)
        expected = whole_fen(means)[types.group]
        levels = hospital_coefficients(counted, expected, method=chosen["hospital_coefficient"])
        catalogue = replace(
            catalogue,
            hospital_coefficients=dict(zip(levels["hospital_level"], levels["coefficient"], strict=True)),
            notes=self._notes(counted),
        )
        return DipFitReport(
            catalogue,
            catalogue.frame,
            stability(counted, types, chosen["core_min_cases"]),
            tried,
            levels,
            counted.left_out,
            {**overall(counted, types, catalogue, threshold), **settling},
        )

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
            stated = self._with_statistics(catalogue, scored)
            before, types = types, finder.types(stated.types)
            moved = before.moved(types)
        return stated, types, {"rounds": rounds, "moved": moved}

    def _with_statistics(self, catalogue: DipCatalogue, statistics: pd.DataFrame) -> DipCatalogue:
        """Types with what was found of them; one that no case is in takes its class's own mean."""
        columns = {
            name: [_plain(value, _DECIMALS.get(name)) for value in statistics[name].tolist()]
            for name in statistics.columns
            if name in _STATED
        }
        rows = dict(zip(statistics.index, zip(*columns.values(), strict=True), strict=True))
        types, unseen = {}, []
        for code, kind in catalogue.types.items():
            if code in rows:
                found = dict(zip(columns, rows[code], strict=True))
                types[code] = DipType(code, kind.name, kind.kind, primary_care=kind.primary_care, **found)
            else:
                types[code] = kind
                unseen.append(code)
        if unseen:
            asked = {key.type: key.treatment_class for key in catalogue.keys if key.treatment_class}
            seen = [types[code] for code in catalogue.types if code in rows]
            alike = {
                treatment: _of_class([kind for kind in seen if asked.get(kind.code) is treatment] or seen)
                for treatment in {asked.get(code) for code in unseen}
            }
            for code in unseen:
                types[code] = replace(types[code], **alike[asked.get(code)])
        return replace(catalogue, types=types)

    def _with_auxiliary(
        self, cases: LearningCases, catalogue: DipCatalogue, types: Groups
    ) -> tuple[DipCatalogue, pd.DataFrame]:
        complications, lists = of_scheme(self.complications) if self.complications else ({}, {})
        tried_classes = self._heeded_classes()
        members = memberships(
            cases, tried_classes.values(), complications=complications, exclusion_lists=lists
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
        asked = {condition.fact for item in classes.values() for condition in item.conditions}
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
            f"Learned from {len(cases)} cases"
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


def _of_class(alike: Sequence[DipType]) -> dict[str, Any]:
    """Score and mean cost of types together, by their cases."""
    weights = [kind.cases or 0 for kind in alike]
    return {
        name: round(float(np.average([getattr(kind, name) for kind in alike], weights=weights)), 4)
        for name in ("score", "mean_cost")
    }


def _plain(value: Any, decimals: int | None) -> Any:
    """A number of a table as a catalogue holds it; None where there is none."""
    if value is None or value != value:
        return None
    return value if decimals is None else round(value, decimals)

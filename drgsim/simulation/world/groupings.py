"""The cases under each scheme a simulation meets, and the weights measured on them."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...dip import DipCatalogue, DipCatalogueBuilder, DipGrouper
from ...grouping import DrgGrouper
from ...payment.engine.grouped import DIP as DIP_COLUMN
from ...payment.engine.grouped import DRG as DRG_COLUMN
from ...payment.engine.stays import Stays
from ...schemes.registry import load as load_scheme
from ...weights.weights import Weights
from .rules import DIP, NO_GROUPS

if TYPE_CHECKING:
    import pandas as pd

MDC, LEVEL = "mdc", "hospital_level"
FITTED, OF_POLICY = "fit", "policy"
_SCORES = ("score", "auxiliary_factor")  # a DIP grouper's own prices
# what a simulation uses of the answers: telling them in words takes longer than finding them
_DIP_ANSWER = "dip_code", "kind", "treatment_class", "primary_care", "score", "status", "auxiliary_factor"
_DRG_WORDS = ("reason",)


def categories(cases: pd.DataFrame, column: str, scheme: str) -> dict[str, Any]:
    """`mdc` of stays whose groups are given, as the scheme has it; nothing where the cases state it."""
    if MDC in cases.columns or column not in cases.columns or scheme == NO_GROUPS:
        return {}
    return {MDC: cases[column].astype(object).map(categories_of(scheme)).array}


@lru_cache(maxsize=16)
def categories_of(scheme: str) -> dict[str, str]:
    """Group code -> MDC."""
    pack = load_scheme(scheme)
    of_adrg = {adrg.code: adrg.mdc for adrg in pack.adrgs}
    return {drg.code: of_adrg[drg.adrg] for drg in pack.drgs if drg.adrg in of_adrg}


class Groupings:
    """Groups cases by name of scheme. What is learned is learned from the baseline's cases, and only once.

    `home` is the baseline's scheme; with `given` the cases already bear its groups, and those are kept. Under
    a DIP catalogue the cases keep their DRG groups beside, so that views by MDC go on.
    """

    def __init__(self, cases: pd.DataFrame, *, home: str, given: bool = False) -> None:
        self.cases = cases
        self.home = home
        self.given = home if given else None
        self._stays: dict[str, Stays] = {}
        self._weights: dict[tuple[str, str], Weights | None] = {}

    def column(self, scheme: str) -> str:
        """The column the groups of a scheme stand in."""
        return DIP_COLUMN if is_dip(scheme) else DRG_COLUMN

    def stays(self, scheme: str) -> Stays:
        """The baseline's cases in the groups of a scheme, read once whatever the scheme."""
        if scheme not in self._stays:
            if scheme == self.home:
                self._stays[scheme] = Stays(self.group(self.cases, scheme), self.column(scheme))
            else:
                answer = self._answer(self.cases, scheme)
                self._stays[scheme] = self.stays(self.home).replaced(answer, group_column=self.column(scheme))
        return self._stays[scheme]

    def group(self, cases: pd.DataFrame, scheme: str) -> pd.DataFrame:
        """Any cases with the groups of a scheme; those the cases bear already are kept."""
        if is_dip(scheme) and not is_dip(self.home):
            cases = self.group(cases, self.home)
        return cases.assign(**self._answer(cases, scheme))

    def _answer(self, cases: pd.DataFrame, scheme: str) -> dict[str, Any]:
        """What a grouper says of the cases, as far as a simulation uses it."""
        if scheme == NO_GROUPS:
            return {}
        if scheme == self.given:
            return {} if is_dip(scheme) else categories(cases, self.column(scheme), scheme)
        if is_dip(scheme):
            answer = DipGrouper(self._catalogue(scheme)).group(cases, columns=_DIP_ANSWER)
        else:
            answer = DrgGrouper(scheme).group(cases)
        return {str(name): answer[name].array for name in answer.columns if name not in _DRG_WORDS}

    def weights(self, choice: str, scheme: str) -> Weights | None:
        """The weight table of a scheme: measured, published, or None for the one the policy names."""
        if choice == OF_POLICY or scheme == NO_GROUPS:
            return None
        key = choice, scheme
        if key not in self._weights:
            measured = choice == FITTED or is_dip(scheme)
            self._weights[key] = self._measured(scheme) if measured else Weights.load(choice)
        return self._weights[key]

    @cached_property
    def learned(self) -> DipCatalogue:
        """The DIP catalogue learned from the baseline's cases."""
        return DipCatalogueBuilder().fit(self.cases).catalogue_

    def _catalogue(self, scheme: str) -> DipCatalogue:
        """The catalogue a DIP scheme names: a shipped one, or the one learned."""
        _, _, id = scheme.partition(":")
        return DipCatalogue.load(id) if id else self.learned

    def _measured(self, scheme: str) -> Weights:
        """Weights measured on the baseline's cases; under DIP with what each level of hospital costs."""
        cases, column = self.stays(scheme).frame, self.column(scheme)
        weights = Weights.fit(cases, group=column)
        if not is_dip(scheme) or LEVEL not in cases.columns:
            return weights
        return with_level_costs(weights, cases, column)


def is_dip(scheme: str) -> bool:
    """Whether a scheme names a DIP catalogue."""
    return scheme == DIP or scheme.startswith(f"{DIP}:")


def without_scores(stays: Stays) -> Stays:
    """The stays without what a DIP grouper said they are worth."""
    return stays.replaced({name: float("nan") for name in _SCORES if name in stays})


def with_level_costs(weights: Weights, cases: pd.DataFrame, group: str) -> Weights:
    """The weights with `mean_cost_<level>` (yuan) and `coefficient_<level>` of each group.

    A level with too few stays of a group for a stable mean has no mean cost of its own there, and takes the
    level's coefficient over all groups: what its stays cost over what their groups cost on the mean.
    """
    area = weights.frame["mean_cost"]
    columns = {}
    levels = cases[LEVEL]
    for level in sorted(levels.dropna().unique()):
        own = cases[(levels == level).fillna(False).to_numpy(bool)]
        measured = Weights.fit(own, group=group).frame
        means = measured["mean_cost"].where(measured["stable"]).reindex(area.index)
        stays = measured["n"].reindex(area.index).fillna(0)
        spent = (measured["mean_cost"].reindex(area.index) * stays).sum()
        overall = spent / (area * stays).sum()
        columns[f"mean_cost_{level}"] = means
        columns[f"coefficient_{level}"] = (means / area).fillna(overall if np.isfinite(overall) else 1.0)
    return Weights(weights.frame.assign(**columns), weights.mean_cost, weights.riv, weights.facts)

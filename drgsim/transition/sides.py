"""A grouping of some cases, by DRG or DIP, told in the same columns whatever it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._paths import is_file
from ..dip import DipCatalogue, DipGrouper
from ..errors import ArgumentError
from ..grouping import DrgGrouper
from ..schemes.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

GROUPED, AMBIGUOUS, UNGROUPED = "grouped", "ambiguous", "ungrouped"
_SEVERITY = {"none": 0, "CC": 1, "MCC": 2}


@dataclass(frozen=True, eq=False, repr=False)
class Side:
    """What one scheme says of the cases, row by row.

    id, title, trust : of the scheme or catalogue
    kind : `drg` or `dip`
    frame : `group`, `status` (grouped, ambiguous, ungrouped, invalid), `mdc`, `adrg`, `severity`, `reason`,
        in the order and index of the cases; what DIP does not have is empty
    scheme : the Scheme, None under DIP
    """

    id: str
    title: str
    trust: str
    kind: Literal["drg", "dip"]
    frame: pd.DataFrame
    scheme: Scheme | None
    grouper: Any

    @property
    def grouped(self) -> np.ndarray:
        """(n,) whether the case has a group of its own."""
        return (self.frame["status"] == GROUPED).to_numpy(bool)

    @property
    def severity(self) -> np.ndarray:
        """(n,) 0 without, 1 CC, 2 MCC; 0 under DIP."""
        return self.frame["severity"].astype(object).map(_SEVERITY).fillna(0).to_numpy(np.int8)

    def name_of(self, group: str) -> str:
        """The Chinese name of a group, empty where there is none."""
        if self.scheme is not None:
            return self._names.get(group, "")
        found = self.grouper.catalogue.types.get(group)
        return found.name if found is not None else ""

    @cached_property
    def _names(self) -> dict[str, str]:
        assert self.scheme is not None
        return {row.code: row.name for rows in (self.scheme.adrgs, self.scheme.drgs) for row in rows}


def find_grouper(grouping: Any) -> DrgGrouper | DipGrouper:
    """A grouper from itself, a Scheme, a DipCatalogue, or the id or folder of either.

    Raises ArgumentError for anything else, NotFoundError for an id that is none.
    """
    if isinstance(grouping, DrgGrouper | DipGrouper):
        return grouping
    if isinstance(grouping, DipCatalogue):
        return DipGrouper(grouping)
    if isinstance(grouping, Scheme):
        return DrgGrouper(grouping)
    if isinstance(grouping, str | Path):
        known = str(grouping) in DipCatalogue.published() or is_file(Path(grouping) / "catalogue.toml")
        return DipGrouper(grouping) if known else DrgGrouper(grouping)
    raise ArgumentError(
        "not a grouping",
        got=type(grouping).__name__,
        allowed="DrgGrouper, DipGrouper, Scheme, DipCatalogue, the id of a scheme or a catalogue",
    )


def side(cases: pd.DataFrame, grouping: Any) -> Side:
    """Group the cases by any grouping."""
    grouper = find_grouper(grouping)
    return _dip_side(cases, grouper) if isinstance(grouper, DipGrouper) else _drg_side(cases, grouper)


def _drg_side(cases: pd.DataFrame, grouper: DrgGrouper) -> Side:
    answers = grouper.group(cases)
    scheme = grouper.scheme
    frame = answers[["status", "mdc", "adrg", "severity", "reason"]].assign(group=answers["drg"])
    return Side(grouper.compiled.id, scheme.title, scheme.trust, "drg", frame, scheme, grouper)


def _dip_side(cases: pd.DataFrame, grouper: DipGrouper) -> Side:
    answers = grouper.group(cases, columns=("dip_code", "status"))
    frame = answers[["status"]].assign(group=answers["dip_code"], mdc="", adrg="", severity="", reason="")
    catalogue = grouper.catalogue
    return Side(catalogue.id, catalogue.title, catalogue.trust, "dip", frame, None, grouper)

"""What is known of each group that occurs: weight, mean costs, coefficients; and lists of groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...cases.arrays import Codes, Labels, Mask
from ...cases.fen import Floats

if TYPE_CHECKING:
    from ...weights.weights import Weights

_FULL = 4  # a DRG code has four characters; a shorter entry of a list names all that begin with it


@dataclass(frozen=True)
class Groups:
    """`of` (n,) is the group of each stay, −1 for none; columns hold one value a group and a last NaN,
    so that they can be taken by code."""

    of: Codes
    names: tuple[str, ...]
    columns: Mapping[str, Floats]
    weights: Weights | None = None  # the table the columns are from, for groups no stay is in
    _listed: dict[frozenset[str], Mask] = field(default_factory=dict, repr=False, compare=False)

    def column(self, name: str) -> Floats | None:
        """(groups + 1,) a column of the weight table; None where the table has no such column."""
        return self.columns.get(name)

    def listed(self, entries: Iterable[str]) -> Mask:
        """(groups + 1,) whether each group is in a list of codes: the code itself, or its first letters
        (an ADRG `RE1`, an MDC `P`)."""
        whole = frozenset(entries)
        if whole not in self._listed:
            self._listed[whole] = self._mask(whole)
        return self._listed[whole]

    def _mask(self, whole: frozenset[str]) -> Mask:
        starts = tuple(entry for entry in whole if len(entry) < _FULL)
        found = [name in whole or (bool(starts) and name.startswith(starts)) for name in self.names]
        return np.array([*found, False], dtype=np.bool_)


def find_groups(labels: Labels, weights: Weights | None) -> Groups:
    """The groups that occur, with their rows of the weight table."""
    known = {} if weights is None else weights.columns(list(labels.names))
    columns = {
        name: np.append(np.asarray(values, dtype=np.float64), np.nan) for name, values in known.items()
    }
    return Groups(labels.codes, labels.names, columns, weights)


def group_values(groups: Groups, column: str, names: Iterable[str]) -> Floats:
    """A column of the weight table for any groups, whether stays are in them or not; NaN = not known."""
    asked = list(names)
    known = {} if groups.weights is None else groups.weights.columns(asked)
    values = known.get(column)
    return np.full(len(asked), np.nan) if values is None else np.asarray(values, dtype=np.float64)

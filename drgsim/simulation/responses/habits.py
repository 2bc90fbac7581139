"""What the cases as a whole show of habits: where patients go, which complications are coded.

Two responses draw from them. Learned once on the baseline they are the same for every scenario, year and
part of the cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .complications import Complications
from .destinations import Destinations

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Habits:
    """What was learned; None where it was not asked for."""

    destinations: Destinations | None = None
    complications: Complications | None = None

    @classmethod
    def learn(cls, cases: pd.DataFrame, *, destinations: bool = True, scheme: str | None = None) -> Habits:
        """From cases grouped by `scheme`; without a DRG scheme no complications are learned.

        Raises SimulationError when a column is missing.

        >>> from drgsim import synthetic_cases
        >>> Habits.learn(synthetic_cases(n=500, seed=1)).destinations is None
        False
        """
        return cls(
            Destinations.learn(cases) if destinations else None,
            Complications.learn(cases, scheme) if scheme is not None and is_drg(scheme) else None,
        )


def is_drg(scheme: str) -> bool:
    """Whether a scheme is one of DRGs, and not a DIP catalogue (`dip`, `dip:…`)."""
    return scheme.split(":")[0] != "dip"

"""`Scheme`: what a scheme states, and what it can be asked: where it is found, what is odd, what differs.

Writing packs, rebasing and compiling are files of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .check import frame, problems
from .describe import describe
from .diff import SchemeDiff, diff
from .identity import pack_hash
from .model import StatedScheme
from .official_workbook import from_official_workbook

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Scheme(StatedScheme):
    """A grouping scheme.

    MDCs are tested in the order of `mdcs`; inside an MDC, ADRGs in the order of `adrgs`; inside an
    ADRG, DRGs in the order of `drgs`. The first DRG whose rule, ADRG rule and MDC rule hold is the
    answer; a row that leads to nothing is passed over.

    Attributes
    ----------
    mdcs, adrgs, drgs : tuples of rows, in the order of testing
    sets : mapping of name to CodeSet
    cc, mcc : mappings of diagnosis code to exclusion table
    exclusion : mapping of principal diagnosis to the tables that list it
    switches : choices of the edition

    Examples
    --------
    >>> scheme = Scheme.load("chs-drg-2.0")
    >>> scheme.counts["adrg"], scheme.describe().splitlines()[0]
    (409, 'chs-drg-2.0  按病组（DRG）付费分组方案（2.0版）  CHS-DRG 2.0')
    >>> sorted(set(scheme.check()["level"]) - {"error", "warning", "note"})
    []
    """

    @classmethod
    def load(cls, name: str | Path, *, on: date | str | None = None) -> Scheme:
        """The scheme of this id, family (as of the day `on`) or folder; see `registry.load`.

        Parameters
        ----------
        name : str or Path
        on : date or ISO text, optional
            the day that picks a family's edition; today without

        Raises
        ------
        NotFoundError, PackError
            for a scheme that is not installed, with the nearest one; for a pack that cannot be read.

        Examples
        --------
        >>> Scheme.load("chs-drg-1.1")
        Scheme('chs-drg-1.1': 26 MDC, 376 ADRG, 628 DRG, 20 ambiguous; secondary)
        """
        from .registry import load

        return load(name, on=on)

    @classmethod
    def from_official_workbook(cls, path: str | Path, **options: Any) -> Scheme:
        """The scheme of the official configuration workbook; see `official_workbook.from_official_workbook`.

        Parameters
        ----------
        path : str or Path
        **options
            id, title, version, strict

        Raises
        ------
        FileFormatError, PackError
            for a file that is no such workbook; for what in it cannot be used, told all at once.

        Examples
        --------
        >>> from drgsim import Scheme
        >>> try:
        ...     Scheme.from_official_workbook("none.xlsx", scheme_id="mine")
        ... except Exception as error:
        ...     print(type(error).__name__)
        NotFoundError
        """
        return from_official_workbook(cls, path, **options)

    def diff(self, other: Scheme) -> SchemeDiff:
        """What `other` has otherwise than this scheme; `print` it, or look at its `frame`.

        Examples
        --------
        >>> from drgsim import Scheme
        >>> len(Scheme.load("chs-drg-1.1").diff(Scheme.load("chs-drg-2.0")).frame) > 0
        True
        """
        return diff(self, other)

    def check(self) -> pd.DataFrame:
        """What looks wrong: a frame with the columns level, check, table, row, zh, en; errors first."""
        return frame(problems(self))

    def describe(self) -> str:
        """One page: trust, source, notes, choices, departures, MDCs; Chinese and English side by side."""
        return describe(self)

    @property
    def hash(self) -> str:
        """SHA-256 of what the scheme means, whatever it is called; see `identity.pack_hash`."""
        return pack_hash(self)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{n} {what if what == 'ambiguous' else what.upper()}" for what, n in self.counts.items()
        )
        return f"Scheme({self.id!r}: {counts}; {self.trust})"

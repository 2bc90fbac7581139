"""The DIP catalogue: what a city pays by, as one immutable object."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from .catalogue_tables import TYPES
from .check import findings, findings_frame
from .diff import CatalogueDiff, diff
from .model import CatalogueRecord
from .pack import fingerprint, load, published, save
from .prices import price_table
from .sheets import read_table, read_workbook


@dataclass(frozen=True, eq=False)
class DipCatalogue(CatalogueRecord):
    """Disease types with their scores, the keys that lead to them, and the auxiliary tables.

    Load one with `load`, `from_official_workbook` or `from_table`, or learn one with
    `DipCatalogueBuilder`. Money is in yuan, stays in days; `score_base` is the score of the mean case.

    Attributes
    ----------
    types : mapping of code to DipType
    keys : tuple of DipKey, in the order they are tried
    score_base : float
        score of the mean case

    Examples
    --------
    >>> catalogue = DipCatalogue.load("example")
    >>> catalogue.types["K80.1-51.2300"].score
    1180.0
    >>> "example" in DipCatalogue.published()
    True
    >>> len(catalogue.check()), catalogue.diff(catalogue) is not None
    (0, True)
    """

    @classmethod
    def load(cls, source: str | Path, *, strict: bool = True) -> DipCatalogue:
        """A shipped catalogue by its name, or one saved in a folder.

        Everything wrong with it is found at once. `strict` raises DipCatalogueError on any of it;
        otherwise codes that nobody knows and entries no case can reach are only warned of.

        Parameters
        ----------
        source : str or Path
            name (`dip-national-3.0`, `example`) or folder
        strict : bool
            refuse what is doubtful too

        Raises
        ------
        NotFoundError, DipCatalogueError
            for a name or folder that is none; for what is wrong with it.

        Examples
        --------
        >>> DipCatalogue.load("example").id
        'example'
        """
        return load(cls, source, strict=strict)

    @classmethod
    def published(cls) -> tuple[str, ...]:
        """Names of the catalogues that ship: the national 3.0 library, without scores, and examples."""
        return published()

    @classmethod
    def from_official_workbook(cls, path: str | Path, *, strict: bool = False) -> DipCatalogue:
        """The national 3.0 library from the workbook NHSA publishes.

        Sheets and columns are found by their headers. The library states no scores; its rows also ship as
        the catalogue `dip-national-3.0`. Codes that no insurance catalogue has become `extra_codes`, told
        in `notes`. Raises NotFoundError where there is no such file, FileFormatError for a workbook of
        another layout, DipCatalogueError for rows that cannot be read, all at once; `strict` as in `load`.

        Parameters
        ----------
        path : str or Path
        strict : bool

        Examples
        --------
        >>> from drgsim import DipCatalogue
        >>> try:
        ...     DipCatalogue.from_official_workbook("none.xlsx")
        ... except Exception as error:
        ...     print(type(error).__name__)
        NotFoundError
        """
        return read_workbook(cls, path, strict=strict)

    @classmethod
    def from_table(cls, table: pd.DataFrame | str | Path, **options: Any) -> DipCatalogue:
        """A city's flat table, a row a type: code, name, kind, diagnosis, procedures, score …

        Options: see `drgsim.dip.sheets.read_table`.

        Parameters
        ----------
        table : DataFrame, or path of a CSV or workbook
        **options
            id, title, score_base …, as `read_table` takes them

        Raises
        ------
        DipCatalogueError, FileFormatError
            for rows that cannot be read, told all at once; for a file that is no table.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipCatalogue
        >>> table = pd.DataFrame(
        ...     {"code": ["A1"], "name": ["x"], "diagnosis": ["K80.1"], "procedures": [""], "score": [900]}
        ... )
        >>> DipCatalogue.from_table(table).summary()["types"]
        1
        """
        return read_table(cls, table, **options)

    def save(self, folder: str | Path) -> Path:
        """Write the text tables into `folder` (made if need be); returns it. `load` reads the same back.

        Examples
        --------
        >>> from drgsim import DipCatalogue
        >>> from tempfile import TemporaryDirectory
        >>> folder = TemporaryDirectory()
        >>> DipCatalogue.load(DipCatalogue.load("example").save(f"{folder.name}/mine")).id
        'example'
        >>> folder.cleanup()
        """
        return save(self, Path(folder))

    def check(self) -> pd.DataFrame:
        """What is wrong with the catalogue: columns rule, severity, where, got, message, message_zh."""
        return findings_frame(findings(self))

    def diff(self, other: DipCatalogue) -> CatalogueDiff:
        """What `other` has that this one has not, the other way round, and what changed."""
        return diff(self, other)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a type, indexed by its code."""
        rows = ({name: getattr(kind, name) for name in TYPES.columns} for kind in self.types.values())
        frame = pd.DataFrame(rows, columns=list(TYPES.columns)).set_index("code")
        return frame.astype({"kind": str}).infer_objects()

    def price_table(self) -> pd.DataFrame:
        """The table that prices by this catalogue, for `Weights.from_table`: a row a code that an answer may
        carry, indexed by it.

        Columns: name, weight (the score), mean_cost (yuan), n, cv; `mean_cost_<level>` (yuan, where enough
        cases of the level are) and `coefficient_<level>` (1 for types of primary care) for each hospital
        level that was learned. A column that nothing states is left out; DipCatalogueError where no type has
        a score, as in the national library.

        >>> DipCatalogue.load("example").price_table().loc["K80.1-51.2300", "weight"]
        np.float64(1180.0)
        """
        return price_table(self)

    @property
    def hash(self) -> str:
        """SHA-256 over everything the catalogue says; equal catalogues have equal hashes."""
        return fingerprint(self)

    def summary(self) -> dict[str, Any]:
        """Counts of types by kind, of keys and factors, and the trust state.

        Examples
        --------
        >>> from drgsim import DipCatalogue
        >>> DipCatalogue.load("example").summary()["types"]
        30
        """
        kinds = Counter(kind.kind.value for kind in self.types.values())
        return {
            "id": self.id,
            "trust": self.trust,
            "types": len(self.types),
            **dict(sorted(kinds.items())),
            "primary_care": len(self.primary_care) + sum(k.primary_care for k in self.types.values()),
            "with_score": sum(kind.score is not None for kind in self.types.values()),
            "keys": len(self.keys),
            "auxiliary_factors": len(self.auxiliary),
            "excluded_diagnoses": len(self.excluded_diagnoses),
            "excluded_procedures": len(self.excluded_procedures),
        }

    def __repr__(self) -> str:
        return f"DipCatalogue({self.id!r}: {len(self.types)} types, {len(self.keys)} keys; {self.trust})"

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th>{escape(str(name))}</th><td>{escape(str(value))}</td></tr>"
            for name, value in self.summary().items()
        )
        return f"<table><caption>{escape(self.title)} {escape(self.title_zh)}</caption>{cells}</table>"

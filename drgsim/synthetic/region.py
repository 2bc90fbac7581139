"""A synthetic region: an invented province, its cities, and the assumptions its cases are made under."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from .._paths import data_path
from ..errors import NotFoundError
from .fidelity import Fidelity, flow_table, measure, mix_table, rate_table
from .hospitals import hospital_table
from .members import insured_table
from .region_record import City, RegionError, RegionRecord
from .targets import LEVELS, document

if TYPE_CHECKING:
    import pandas as pd

    from ..grouping import DrgGrouper
    from ..schemes.scheme import Scheme

_ASSUMED = (
    *("flows", "levels", "registration", "hospitals", "stay", "repeats", "season"),
    *("cost", "scope", "outcome", "diagnoses", "procedures"),
)
_SECTIONS = frozenset(("cities", "outside", *_ASSUMED))
_SHARES_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class SyntheticRegion(RegionRecord):
    """An invented region whose cases meet published totals. No place, hospital or person in it is real.

    Attributes
    ----------
    cities : its cities, the capital first
    outside : the other provinces, as one place of care and of insurance
    assumed : every modelling assumption of the region's document, section by section

    >>> region = SyntheticRegion.load("province")
    >>> len(region.cities), region.zh
    (6, '示例省')
    >>> SyntheticRegion.available()
    ['province']
    """

    @classmethod
    def load(cls, id: str) -> SyntheticRegion:
        """A shipped region; raises NotFoundError with the nearest id."""
        return _load(id)

    @staticmethod
    def available() -> list[str]:
        """Ids of the shipped regions."""
        return sorted(path.stem for path in data_path("synthetic", "regions").glob("*.toml"))

    @staticmethod
    def document(id: str) -> dict[str, Any]:
        """The document of a shipped region, to change and give to `from_document`.

        Parameters
        ----------
        id : str

        Raises
        ------
        RegionError
            for a region that does not ship.

        Examples
        --------
        >>> "cities" in SyntheticRegion.document("province") or len(SyntheticRegion.document("province")) > 3
        True
        """
        _load(id)
        return copy.deepcopy(dict(document("regions", f"{id}.toml")))

    @classmethod
    def from_document(cls, stated: Mapping[str, Any]) -> SyntheticRegion:
        """A region from a document like `data/synthetic/regions/province.toml`.

        Raises RegionError when a section is missing or shares do not add up.

        Parameters
        ----------
        stated : mapping

        Examples
        --------
        >>> SyntheticRegion.from_document(SyntheticRegion.document("province")).id
        'province'
        """
        missing = sorted(_SECTIONS - stated.keys())
        if missing:
            raise RegionError("the region's document lacks sections", got=missing, allowed=sorted(_SECTIONS))
        cities = tuple(_city(row) for row in stated["cities"])
        if not math.isclose(sum(city.insured for city in cities), 1.0, abs_tol=_SHARES_TOLERANCE):
            raise RegionError(
                "the cities' shares of the insured do not add to 1",
                got=sum(city.insured for city in cities),
                where=f"region {stated['id']}",
            )
        return cls(
            stated["id"],
            stated["zh"],
            stated["en"],
            stated["insured_share"],
            stated["fixed_seed"],
            cities,
            _city(stated["outside"]),
            {name: stated[name] for name in _ASSUMED},
        )

    def insured(self, year: int) -> pd.DataFrame:
        """Insured persons and expected discharges by city, insurance, member, age band and sex.

        Columns: region, insurance, member, band, sex, persons, discharges (float, of a whole year).

        Examples
        --------
        >>> import drgsim
        >>> region = drgsim.SyntheticRegion.load("province")
        >>> region.insured(2025).columns.tolist()
        ['region', 'insurance', 'member', 'band', 'sex', 'persons', 'discharges']
        """
        return insured_table(self, year)

    def hospitals(self) -> pd.DataFrame:
        """The hospitals: hospital_id, care_region, hospital_level, share of the cases of its place and
        level, and the factors of its own on cost and stay.

        Examples
        --------
        >>> import drgsim
        >>> region = drgsim.SyntheticRegion.load("province")
        >>> region.hospitals().columns[:3].tolist()
        ['hospital_id', 'care_region', 'hospital_level']
        """
        return hospital_table(self)

    def mix(self, *, year: int = 2025, scheme: str | Scheme | DrgGrouper = "chs-drg-2.0") -> pd.DataFrame:
        """The groups that the insured of a year are expected in, the commonest first.

        Columns: drg, name, share of the discharges, relative_cost beside the average, and where that is
        from: basis, source, state. Shares are assumed throughout. Groups that no case can reach are there
        with a share of 0.

        Parameters
        ----------
        year : int
            whose published totals are met
        scheme : str, Scheme or DrgGrouper

        Raises
        ------
        NotFoundError
            for a year without published totals.

        Examples
        --------
        >>> import drgsim
        >>> region = drgsim.SyntheticRegion.load("province")
        >>> bool(abs(region.mix(year=2025)["share"].sum() - 1) < 1e-9)
        True
        """
        return mix_table(self, year, scheme)

    def flows(self, *, year: int = 2025, scheme: str | Scheme | DrgGrouper = "chs-drg-2.0") -> pd.DataFrame:
        """Where the insured of each city are expected to be treated in the year.

        Columns: insurance, insured_region, care_region, discharges, cost (yuan). Visitors insured in other
        provinces are not in it.

        Parameters
        ----------
        year : int
            whose published totals are met
        scheme : str, Scheme or DrgGrouper

        Raises
        ------
        NotFoundError
            for a year without published totals.

        Examples
        --------
        >>> import drgsim
        >>> region = drgsim.SyntheticRegion.load("province")
        >>> region.flows(year=2025).columns.tolist()
        ['insurance', 'insured_region', 'care_region', 'discharges', 'cost']
        """
        return flow_table(self, year, scheme)

    def rates(self, *, year: int = 2025, scheme: str | Scheme | DrgGrouper = "chs-drg-2.0") -> pd.DataFrame:
        """Yuan of a case of relative cost 1 by insurance and hospital level, as solved to meet the totals.

        Columns: insurance, hospital_level, rate, and for comparison published, the base rate published with
        such relative costs for the nearest year, and area, the city that did.

        Parameters
        ----------
        year : int
            whose published totals are met
        scheme : str, Scheme or DrgGrouper

        Raises
        ------
        NotFoundError
            for a year without published totals.

        Examples
        --------
        >>> import drgsim
        >>> region = drgsim.SyntheticRegion.load("province")
        >>> region.rates(year=2025)["insurance"].unique().tolist()
        ['employee', 'resident']
        """
        return rate_table(self, year, scheme)

    def fidelity(
        self, cases: pd.DataFrame | None = None, *, year: int = 2025, seed: int = 0, n: int = 200_000
    ) -> Fidelity:
        """How near cases come to the published totals, and what they do not preserve.

        `cases` are cases of this region and year; without them, `n` are made with `seed`.

        Examples
        --------
        >>> import drgsim
        >>> region = drgsim.SyntheticRegion.load("province")
        >>> region.fidelity(drgsim.synthetic_cases(region, n=300, seed=1)).frame.columns[:3].tolist()
        ['zh', 'en', 'unit']
        """
        from .generate import synthetic_cases

        if cases is None:
            cases = synthetic_cases(self, n=n, year=year, seed=seed)
        return measure(self, cases, year=year)

    def __repr__(self) -> str:
        return f"SyntheticRegion({self.id!r}, {len(self.cities)} cities; invented, see .fidelity())"


@cache
def _load(id: str) -> SyntheticRegion:
    known = SyntheticRegion.available()
    if id not in known:
        raise NotFoundError("no such synthetic region", got=id, allowed=known, nearest=known)
    return SyntheticRegion.from_document(document("regions", f"{id}.toml"))


def _city(row: Mapping[str, Any]) -> City:
    counts = {int(level): number for level, number in row["hospitals"].items()}
    if sorted(counts, reverse=True) != list(LEVELS) or min(counts.values()) < 1:
        raise RegionError("a place needs hospitals of every level", got=counts, where=f"city {row['id']}")
    return City(**{**row, "hospitals": counts})

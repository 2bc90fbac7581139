"""`Fund`: what is valued. One region or several, each with accounts, members and assumptions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from .assumptions import FundAssumptions
from .fund_errors import FundError
from .own import own_regions
from .own_tables import read_tables
from .region import Note, Region
from .series import NATION
from .vintage import published_region


@dataclass(frozen=True, eq=False)
class Fund:
    """Regions that are valued together. `Fund.national()` is the country as published; `Fund.of(...)` and
    `Fund.read(...)` take a bureau's own tables (`drgsim.fund.own`).

    Attributes
    ----------
    regions : tuple of Region
    as_of : date or None
        the day of knowing
    title : str

    Examples
    --------
    >>> Fund.national().year
    2025
    """

    regions: tuple[Region, ...]
    as_of: datetime.date | None = None
    title: str = ""

    def __post_init__(self) -> None:
        if not self.regions:
            raise FundError("a fund needs at least one region")
        years = sorted({region.accounts.year for region in self.regions})
        ids = [region.id for region in self.regions]
        if len(years) > 1:
            raise FundError("regions valued together need accounts of the same year", got=years)
        if len(set(ids)) < len(ids):
            raise FundError("two regions have the same id", got=ids)

    @property
    def year(self) -> int:
        """The year of the accounts; the first projected year is the one after."""
        return self.regions[0].accounts.year

    @property
    def assumptions(self) -> FundAssumptions:
        """Those of the first region."""
        return self.regions[0].assumptions

    def with_assumptions(self, values: Mapping[str, Any] | None = None, **more: Any) -> Fund:
        """The same fund under other assumptions (name, or keyword for names without a dot).

        Parameters
        ----------
        values : mapping of name to number, or to {year: number}
        **more
            the same, by keyword

        Raises
        ------
        FundError
            for an assumption that is none, with the nearest name, or a value out of its bounds.

        Examples
        --------
        >>> fund = Fund.national()
        >>> first = next(iter(fund.assumptions))
        >>> fund.with_assumptions({first: fund.assumptions[first].value}).year
        2025
        """
        stated = {**(values or {}), **more}
        regions = tuple(
            replace(region, assumptions=region.assumptions.with_values(stated)) for region in self.regions
        )
        return replace(self, regions=regions)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """(zh, en, state) of where the fund's numbers are from and what is missing, each once."""
        told: dict[Note, None] = {}
        for region in self.regions:
            told.update(dict.fromkeys((*region.accounts.notes, *region.notes)))
        return tuple(told)

    @classmethod
    def national(cls, *, as_of: str | datetime.date | None = None) -> Fund:
        """The country's funds as published, known on `as_of` (all that is published when None)."""
        return cls.place(NATION, as_of=as_of)

    @classmethod
    def place(cls, place: str, *, as_of: str | datetime.date | None = None) -> Fund:
        """A place whose yearly figures ship, such as "tianjin (inferred)".

        Parameters
        ----------
        place : str
        as_of : date or ISO text, optional
            the day of knowing; figures published later are not used

        Raises
        ------
        FundError
            for a place without figures, or without any known by then.

        Examples
        --------
        >>> Fund.place("tianjin (inferred)").year >= 2020
        True
        """
        region, known = published_region(place, as_of=as_of)
        return cls((region,), known, place)

    @classmethod
    def of(cls, *, title: str = "", **tables: Any) -> Fund:
        """A bureau's own tables: see `drgsim.fund.own.own_regions`.

        Parameters
        ----------
        title : of the fund
        **tables : heads and accounts; stays, assumptions, wage, year, as_of: DataFrames under the headers of
            `data/templates`, Chinese or English; money in yuan, heads in persons

        Raises FundError, ScaleError for tables that do not fit, ColumnError for one that lacks a column.

        Examples
        --------
        >>> import pandas as pd
        >>> heads = pd.DataFrame([(2025, "在职", 41e4), (2025, "退休", 15.5e4), (2025, "居民", 119e4)],
        ...                      columns=["年份", "人员类别", "人数"])
        >>> money = [("职工统筹基金", 27e8, 20e8, 40e8), ("居民基金", 14e8, 13.5e8, 8e8)]
        >>> items = ("收入合计", "支出合计", "年末结余")
        >>> rows = [(2025, pot, *pair) for pot, *sums in money for pair in zip(items, sums)]
        >>> accounts = pd.DataFrame(rows, columns=["年份", "基金", "项目", "金额（元）"])
        >>> Fund.of(heads=heads, accounts=accounts).year
        2025
        """
        return cls(*own_regions(**tables), title)

    @classmethod
    def read(cls, path: Any) -> Fund:
        """A bureau's own workbook or folder of tables: with the sheets of `data/templates`.

        Parameters
        ----------
        path : str or Path
            a workbook like `data/templates/fund.xlsx`, or a folder of CSV files of those names; yuan

        Raises
        ------
        NotFoundError, FileFormatError, FundError
            for no such file; a file that cannot be read; every problem of its tables, told at once.

        Examples
        --------
        >>> from drgsim import Fund
        >>> try:
        ...     Fund.read("none.xlsx")
        ... except Exception as error:
        ...     print(type(error).__name__)
        NotFoundError
        """
        tables: dict[str, Any] = dict(read_tables(path))
        return cls.of(**tables)

    @classmethod
    def together(cls, funds: Iterable[Fund], *, title: str = "") -> Fund:
        """Funds of several regions, to be valued and pooled together.

        Parameters
        ----------
        funds : iterable of Fund, with accounts of one year
        title : str

        Raises
        ------
        FundError
            for accounts of different years, or a region that is there twice.

        Examples
        --------
        >>> from drgsim import Fund
        >>> fund = Fund.national()
        >>> len(Fund.together([fund], title="one").regions)
        1
        """
        members = list(funds)
        return cls(tuple(region for fund in members for region in fund.regions), members[0].as_of, title)

    def to_document(self) -> dict[str, Any]:
        """The fund as plain data (numbers, texts, lists), from which `from_document` makes it again.

        Examples
        --------
        >>> from drgsim import Fund
        >>> fund = Fund.national()
        >>> sorted(fund.to_document())[:3]
        ['as_of', 'regions', 'title']
        """
        return {
            "title": self.title,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "regions": [region.to_document() for region in self.regions],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Fund:
        """The fund a document describes, as `to_document` wrote it.

        Parameters
        ----------
        document : mapping

        Raises
        ------
        FundError
            for a document that is incomplete.

        Examples
        --------
        >>> from drgsim import Fund
        >>> fund = Fund.national()
        >>> Fund.from_document(fund.to_document()).year
        2025
        """
        day = document.get("as_of")
        return cls(
            tuple(Region.from_document(each) for each in document["regions"]),
            datetime.date.fromisoformat(day) if day else None,
            document.get("title", ""),
        )

    def __repr__(self) -> str:
        names = ", ".join(region.id for region in self.regions[:3])
        more = f" and {len(self.regions) - 3} more" if len(self.regions) > 3 else ""
        return f"Fund of {names}{more}: accounts of {self.year}" + (
            f", known on {self.as_of}" if self.as_of else ""
        )

"""The insured of each fund in the base year by age band: given, taken from a synthetic region, or derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...errors import ColumnError
from ...settlement.budgets import INSURANCES
from ...synthetic.members import member_cells
from ...synthetic.region import SyntheticRegion
from ..scenario_errors import SimulationError
from ..world.case_table import AGE_BAND
from .cells import Cells, Fund, codes
from .growth import UNKNOWN_BAND, band_names

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Insured:
    """Persons by fund and age band, (funds, bands); where from (zh, en), and the state of trust."""

    persons: Floats
    zh: str
    en: str
    state: str

    @property
    def is_measured(self) -> bool:
        """Whether hospitalisation rates found with it say anything: not when they went into it."""
        return self.state != "assumed"


def insured(cells: Cells, funds: Sequence[Fund], year: int, given: pd.DataFrame | None = None) -> Insured:
    """The insured of `funds`.

    Parameters
    ----------
    cells : stays of the base year by insured region, insurance and age band.
    given : region, insurance, insured, and optionally age_band. A fund without age bands gets those of its
        cases. Without the table, persons are what the cases stand for: those of a synthetic region whose
        cities the funds are, or else cases over the country's rates by age; both assumed.

    Raises ColumnError or SimulationError (a fund without a row, a band that is not one, a negative number).
    """
    cases = _cases(cells, funds)
    by_rate = cases / national_rates(year)[codes([each for _, each in funds], INSURANCES)]
    if given is not None:
        persons = _given(given, funds, by_rate)
        return Insured(persons, "用户提供的参保人数", "insured persons as given", "read")
    synthetic = _synthetic(cases, funds, year)
    if synthetic is not None:
        en = "insured of the synthetic region, as many as the cases stand for"
        return Insured(synthetic, "合成地区参保人数按病例数折算", en, "assumed")
    en = "cases over the country's hospitalisation rates by age"
    return Insured(by_rate, "由病例数与全国分年龄住院率推算", en, "assumed")


@cache
def national_rates(year: int) -> Floats:
    """Discharges a person and year by insurance and band, (insurances, bands).

    The numbers behind it are published, their split by age is assumed (`drgsim.synthetic.members`). A band
    in which nobody is insured, and the unknown one, get the rate of all.
    """
    cells = member_cells(year)
    shape = (len(INSURANCES), len(band_names()))
    persons, discharges = np.zeros(shape), np.zeros(shape)
    for sums, values in ((persons, cells.persons), (discharges, cells.discharges)):
        np.add.at(sums, (cells.insurance, cells.band + 1), values)
    rate = np.divide(discharges, persons, out=np.zeros(shape), where=persons > 0)
    every = discharges.sum(axis=1) / persons.sum(axis=1)
    return np.where(rate > 0, rate, every[:, None])


def _cases(cells: Cells, funds: Sequence[Fund]) -> Floats:
    found = np.zeros((len(funds), len(band_names())))
    fund = cells.fund(funds)
    inside = fund >= 0
    np.add.at(found, (fund[inside], cells.band[inside]), cells.stays[inside])
    return found


def _synthetic(cases: Floats, funds: Sequence[Fund], year: int) -> Floats | None:
    """The insured of the synthetic region all funds belong to, scaled to the cases; None if there is none."""
    wanted = {region for region, _ in funds}
    for name in SyntheticRegion.available():
        region = SyntheticRegion.load(name)
        if not wanted or not wanted <= {city.id for city in region.cities}:
            continue
        table = region.insured(year)
        table = table[table["region"].isin(wanted)]
        place = {fund: number for number, fund in enumerate(funds)}
        homes = zip(table["region"], table["insurance"], strict=True)
        row = np.array([place.get(home, -1) for home in homes])
        inside = row >= 0
        persons = np.zeros_like(cases)
        at = (row[inside], codes(table["band"], band_names())[inside])
        np.add.at(persons, at, table["persons"].to_numpy(np.float64)[inside])
        expected = table["discharges"].to_numpy(np.float64)[inside].sum()
        return persons * (cases.sum() / expected)
    return None


def _given(table: pd.DataFrame, funds: Sequence[Fund], shape: Floats) -> Floats:
    """(funds, bands) of the caller's table; `shape` spreads a fund that has no age bands."""
    needed = ["region", "insurance", "insured"]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise ColumnError("a table of insured persons lacks columns", got=missing, allowed=needed)
    number = table["insured"].to_numpy(np.float64)
    if not (np.isfinite(number).all() and (number >= 0).all()):
        raise SimulationError("insured persons must be zero or more", got=f"{(~(number >= 0)).sum()} not so")
    bands = table[AGE_BAND].fillna(UNKNOWN_BAND) if AGE_BAND in table.columns else [UNKNOWN_BAND] * len(table)
    wrong = sorted({str(band) for band in bands} - set(band_names()))
    if wrong:
        raise SimulationError(
            "no such age band", got=wrong[0], allowed=band_names()[1:], nearest=band_names()
        )
    place = {fund: row for row, fund in enumerate(funds)}
    row = np.array(
        [place.get((str(a), str(b)), -1) for a, b in zip(table["region"], table["insurance"], strict=True)],
        dtype=np.int64,
    )
    lacking = [fund for fund, at in place.items() if at not in row]
    if lacking:
        raise SimulationError("a fund's insured persons are not given", got="/".join(lacking[0]))
    persons = np.zeros_like(shape)
    inside = row >= 0
    np.add.at(persons, (row[inside], codes(bands, band_names())[inside]), number[inside])
    flat, total = persons[:, 0].copy(), shape.sum(axis=1)
    spread = np.divide(shape, total[:, None], out=np.zeros_like(shape), where=total[:, None] > 0)
    spread[total == 0, 0] = 1.0
    persons[:, 0] = 0.0
    return persons + flat[:, None] * spread

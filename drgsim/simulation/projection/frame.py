"""The table of a projection: every fund and region, the insured, and traffic lights of the funds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..._paths import data_path
from ...policy.yaml_text import read_yaml
from ...settlement.budgets import INSURANCES
from .cells import BESIDE, Fund
from .funds import reserve_months

if TYPE_CHECKING:
    from .years import Course


Floats = npt.NDArray[np.float64]
NONE = ""


@dataclass(frozen=True, slots=True)
class FundWarning:
    """One light: words, severity (red, amber), what it looks at, and below which value it shines."""

    id: str
    zh: str
    en: str
    severity: str
    measure: str
    below: Mapping[str, float]
    source: str
    state: str


@cache
def fund_warnings() -> Mapping[str, FundWarning]:
    """Every light by id, the gravest first.

    >>> fund_warnings()["deficit"].severity, fund_warnings()["reserve_red"].below["resident"]
    ('amber', 1.5)
    """
    raw = read_yaml(data_path("simulation", "fund_warnings.yaml"))
    return MappingProxyType({name: FundWarning(id=name, **row) for name, row in raw.items()})


def warnings_of(insurance: str, balance: Floats, reserve: Floats, months: Floats) -> list[str]:
    """The gravest light of each year of one fund, "" for none; (years,) arrays in yuan or fen.

    >>> balance, reserve = np.array([5.0, 1.0, -9.0]), np.array([20.0, 21.0, 12.0])
    >>> warnings_of("employee", balance, reserve, np.array([24.0, 23.0, 12.0]))
    ['', 'deficit_ahead', 'deficit']
    """
    measures = {
        "balance": balance,
        "next_balance": np.append(balance[1:], np.nan),
        "reserve": reserve,
        "reserve_months": months,
    }
    found = np.full(len(balance), NONE, dtype=object)
    for warning in reversed(list(fund_warnings().values())):
        found[measures[warning.measure] < warning.below[insurance]] = warning.id
    return list(map(str, found))


ALL = "all"
COLUMNS = (
    "scenario", "region", "insurance", "year", "insured", "cases", "inpatient_cost", "inpatient_fund",
    "other_spending", "income", "balance", "reserve", "reserve_months", "warning", *BESIDE,
)  # fmt: skip
# what employee and resident funds may be added up in: people, stays and inpatient money
_ADDABLE = ("insured", "cases", "inpatient_cost", "inpatient_fund", *BESIDE)
_FEN = ("inpatient_cost", "inpatient_fund", "other_spending", "income", "balance", "reserve", *BESIDE)


def groups(funds: Sequence[Fund]) -> list[tuple[str, str, list[int]]]:
    """Region, insurance and the places of the funds behind each row: every fund, then the sums."""
    found: list[tuple[str, str, list[int]]] = []
    regions = sorted({region for region, _ in funds})
    for region in [*regions, ALL]:
        for insurance in [*INSURANCES, ALL]:
            places = [
                place
                for place, (own, kind) in enumerate(funds)
                if region in (own, ALL) and insurance in (kind, ALL)
            ]
            if places:
                found.append((region, insurance, places))
    return found


def course_frame(course: Course, funds: Sequence[Fund]) -> pd.DataFrame:
    """One scenario's rows. Employee and resident funds never mix: where the insurance is `all`, only people,
    stays and inpatient money are added up, and the rest is NaN."""
    measures = {
        "insured": course.insured,
        "cases": course.stays,
        "inpatient_cost": course.cost,
        "inpatient_fund": course.spent,
        "other_spending": course.other_spending,
        "income": course.income,
        "balance": course.balance,
        "reserve": course.reserve,
        **dict(zip(BESIDE, course.beside, strict=True)),
    }
    years = list(course.growth.years)
    parts: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for region, insurance, places in groups(funds):
        words = {"scenario": course.scenario, "region": region, "insurance": insurance}
        rows: dict[str, Any] = {name: [word] * len(years) for name, word in words.items()}
        rows["year"] = years
        for name, values in measures.items():
            own = values[places].sum(axis=0)
            rows[name] = own if insurance != ALL or name in _ADDABLE else np.full(len(years), np.nan)
        spending = rows["inpatient_fund"] + rows["other_spending"]
        rows["reserve_months"] = reserve_months(rows["reserve"], spending)
        rows["warning"] = (
            [""] * len(years)
            if insurance == ALL
            else warnings_of(insurance, rows["balance"], rows["reserve"], rows["reserve_months"])
        )
        for name, column in parts.items():
            column.extend(rows[name])
    table = pd.DataFrame(parts)
    table[list(_FEN)] = table[list(_FEN)] / 100
    return table

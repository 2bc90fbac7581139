"""Traffic lights of a projected fund, from `data/simulation/fund_warnings.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ..._paths import data_path
from ...policy.yaml_text import read_yaml

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

"""Who pays beside the case payment: catastrophic insurance (the basic fund or a pot of its own), medical aid.

Nothing that anyone pays is free: what the statistics call `other_payers` leaves, to the fen, either the basic
fund of the insured region or one of the pots here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from .budgets import INSURANCES
from .tally import Words, added

if TYPE_CHECKING:
    from ..policy.policy import Policy

# pots beside the basic funds: catastrophic insurance with money of its own, medical aid's budget, and those
# the tables do not tell apart (civil servants, enterprises, commercial insurance)
CATASTROPHIC, MEDICAL_AID, OTHER = "catastrophic", "medical_aid", "other_payers"
POTS = (CATASTROPHIC, MEDICAL_AID, OTHER)


def of_basic_fund(rows: pd.DataFrame, policy_of: Callable[[str], Policy]) -> npt.NDArray[np.bool_]:
    """(rows,) whether the basic fund of each row's `insured_region` and `insurance` bears what catastrophic
    insurance pays there."""
    regions, insurances = Words.read(rows, "insured_region"), Words.read(rows, "insurance")
    pairs = regions.codes * len(insurances.names) + insurances.codes
    borne = np.zeros(len(regions.names) * len(insurances.names), np.bool_)
    for pair in np.unique(pairs).tolist():
        region, insurance = divmod(pair, len(insurances.names))
        borne[pair] = _borne(policy_of, str(regions.names[region]), str(insurances.names[insurance]))
    return borne[pairs]


def pot_table(flows: pd.DataFrame, borne: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """What each pot spends, fen: index (region, pot), column `spent`; pots that spend nothing are left out.

    `flows` are statistics by flow, `borne` what `of_basic_fund` says of them.
    """
    catastrophic = flows["catastrophic"].to_numpy(np.int64)
    aid = flows["medical_aid"].to_numpy(np.int64)
    spent = {
        CATASTROPHIC: np.where(borne, 0, catastrophic),
        MEDICAL_AID: aid,
        OTHER: flows["other_payers"].to_numpy(np.int64) - catastrophic - aid,
    }
    regions = Words.read(flows, "insured_region")
    seen = np.unique(regions.codes)
    table = pd.DataFrame(
        {
            "region": np.tile(regions.names[seen], len(POTS)),
            "pot": np.repeat(np.array(POTS, dtype=object), len(seen)),
            "spent": np.concatenate(
                [added(regions.codes, spent[pot], len(regions.names))[seen] for pot in POTS]
            ),
        }
    )
    sums = table.groupby(["region", "pot"], sort=True)[["spent"]].sum()
    return sums[sums["spent"] != 0]


def _borne(policy_of: Callable[[str], Policy], region: str, insurance: str) -> bool:
    if insurance not in INSURANCES:
        return False
    return bool(policy_of(region)[f"benefit.{insurance}.catastrophic.paid_by"] == "basic_fund")

"""What there is to pay with: budgets by region, the pots beside the basic fund, and which policy holds
where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cases.arrays import read_labels
from ..cases.fen import MOST
from ..errors import ColumnError, NotFoundError
from ..policy.policy import policies_given
from .settlement_errors import SettlementError
from .statistics import Sums, Words, added

if TYPE_CHECKING:
    from ..policy.policy import Policy


def policy_by_region(policy: Any) -> Callable[[str], Policy]:
    """The policy of a region, from one for all or a mapping of region (or `"other"`) to Policy."""
    policy = policies_given(policy)
    if not isinstance(policy, Mapping):
        return lambda region: policy

    def find(region: str) -> Policy:
        if region not in policy and "other" not in policy:
            raise NotFoundError(
                "a care region has no policy", got=region, allowed=sorted(policy), nearest=policy
            )
        return policy[region] if region in policy else policy["other"]

    return find


INSURANCES = ("employee", "resident")
FUND = ["region", "insurance"]


def budget_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A checked budget table: region, insurance, budget (yuan) → the same with `budget` in whole fen.

    >>> import pandas as pd
    >>> budget_table(pd.DataFrame({"region": ["A"], "insurance": ["employee"], "budget": [1000.5]}))
      region insurance  budget
    0      A  employee  100050
    """
    missing = [name for name in (*FUND, "budget") if name not in frame.columns]
    if missing:
        raise ColumnError("a budget table lacks columns", got=missing, allowed=[*FUND, "budget"])
    unknown = sorted(set(frame["insurance"]) - set(INSURANCES))
    if unknown:
        raise SettlementError("a budget of an unknown insurance", got=unknown, allowed=INSURANCES)
    if frame.duplicated(FUND).any():
        twice = frame.loc[frame.duplicated(FUND), FUND].iloc[0].tolist()
        raise SettlementError("a fund has two budgets", got=twice)
    money = frame["budget"].to_numpy(np.float64)
    wrong = ~((money >= 0) & (money <= MOST / 100))
    if wrong.any():
        raise SettlementError(
            "a budget must be zero or more yuan",
            got=f"{int(wrong.sum())} that are not",
            allowed=f"0 to {MOST // 100:,}",
        )
    table = frame[FUND].copy()
    table["region"] = read_labels(table, "region").words()  # a code read as a number is text all the same
    table["budget"] = np.rint(money * 100).astype(np.int64)
    return table.reset_index(drop=True)


def budget_from_income(frame: pd.DataFrame, *, reserve: float = 0.0) -> pd.DataFrame:
    """Spend what comes in (以收定支): income less a reserve, outpatient care and other uses.

    Parameters
    ----------
    frame : columns region, insurance, income, outpatient, other; yuan. What must stay for inpatient care
        outside the region belongs to `budget` and is paid from it at settlement.
    reserve : share of income kept back.
    """
    needed = [*FUND, "income", "outpatient", "other"]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise ColumnError("an income table lacks columns", got=missing, allowed=needed)
    left = frame["income"] * (1 - reserve) - frame["outpatient"] - frame["other"]
    if (left < 0).any():
        raise SettlementError(
            "outpatient care and other uses exceed the income after reserve",
            got=f"{int((left < 0).sum())} funds",
        )
    return frame[FUND].assign(budget=left)


def grown_budget(frame: pd.DataFrame, growth: float) -> pd.DataFrame:
    """Last year's budget times one plus `growth`."""
    return frame[FUND].assign(budget=frame["budget"] * (1 + growth))


# pots beside the basic funds: catastrophic insurance with money of its own, medical aid's budget, and those
# the tables do not tell apart (civil servants, enterprises, commercial insurance)
CATASTROPHIC, MEDICAL_AID, OTHER = "catastrophic", "medical_aid", "other_payers"
POTS = (CATASTROPHIC, MEDICAL_AID, OTHER)


def of_basic_fund(rows: pd.DataFrame | Sums, policy_of: Callable[[str], Policy]) -> npt.NDArray[np.bool_]:
    """(rows,) whether the basic fund of each row's `insured_region` and `insurance` bears what catastrophic
    insurance pays there."""
    regions, insurances = Words.read(rows, "insured_region"), Words.read(rows, "insurance")
    pairs = regions.codes * len(insurances.names) + insurances.codes
    borne = np.zeros(len(regions.names) * len(insurances.names), np.bool_)
    for pair in np.unique(pairs).tolist():
        region, insurance = divmod(pair, len(insurances.names))
        borne[pair] = _borne(policy_of, str(regions.names[region]), str(insurances.names[insurance]))
    return borne[pairs]


def pot_table(flows: Sums, borne: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """What each pot spends, fen: index (region, pot), column `spent`; pots that spend nothing are left out.

    `flows` are statistics by flow, `borne` what `of_basic_fund` says of them.
    """
    catastrophic, aid = flows["catastrophic"], flows["medical_aid"]
    spent = {
        CATASTROPHIC: np.where(borne, 0, catastrophic),
        MEDICAL_AID: aid,
        OTHER: flows["other_payers"] - catastrophic - aid,
    }
    regions = Words.read(flows, "insured_region")
    pots = np.array(sorted(POTS), dtype=object)
    sums = np.stack([added(regions.codes, spent[pot], len(regions.names)) for pot in pots], axis=1)
    region, pot = np.nonzero(sums)
    index = pd.MultiIndex.from_arrays(
        [pd.Series(regions.names[region], dtype=object).infer_objects(), pots[pot]], names=["region", "pot"]
    )
    return pd.DataFrame({"spent": sums[region, pot]}, index=index)


def _borne(policy_of: Callable[[str], Policy], region: str, insurance: str) -> bool:
    if insurance not in INSURANCES:
        return False
    return bool(policy_of(region)[f"benefit.{insurance}.catastrophic.paid_by"] == "basic_fund")

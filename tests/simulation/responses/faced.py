"""Cases that face a policy, and how tests look at what a response did to them."""

from functools import cache

import numpy as np
import pandas as pd

import drgsim
from drgsim.simulation.responses import Habits, declared, facing
from drgsim.simulation.responses.apply import response

SCHEME = "chs-drg-2.0"
NAMES = tuple(declared())
PARTS = ["drug_cost", "consumable_cost", "examination_cost", "procedure_cost", "nursing_cost", "other_cost"]
BILL = ["out_of_scope", "over_limit", "prepaid_share", "in_scope"]
# every strength that can act on these cases, and settings that use the rest of each response
SETTINGS = {
    "volume": {"share": 0.1, "employee": 0.05, "resident": -0.3, "selectivity": 0.5},
    "referral": {
        "outward": 0.3, "homeward": 0.5, "lean_to_heavy": 0.5, "registered": 0.6, "cost_change": 0.2,
        "drug_share_shift": 0.0647,
    },
    "splitting": {"share": 0.4, "added_cost": 0.07, "min_days": 5},
    "length_of_stay": {"share": 0.15},
    "coding_drift": {"share": 0.5},
    "new_technology": {"share": 0.2, "consumables": 0.3, "out_of_scope": 0.25},
    "out_of_pocket": {"share": 0.137, "stays": 0.6, "from_ratio": 0.5},
    "low_outlier_avoidance": {"share": 0.5, "reach": 0.3},
}  # fmt: skip


@cache
def faced() -> pd.DataFrame:
    """5,000 synthetic stays as the national rate policy pays them."""
    cases = drgsim.synthetic_cases(n=5_000, seed=1)
    grouped = cases.join(drgsim.DrgGrouper(SCHEME).group(cases))
    policy = drgsim.Policy.load("national-drg-rate")
    return facing(drgsim.pay(grouped, policy, weights=drgsim.Weights.fit(grouped)))


@cache
def habits() -> Habits:
    return Habits.learn(faced(), scheme=SCHEME)


def apply(name, cases=None, *, seed=0, scheme=SCHEME, known=None, **values):
    cases = faced() if cases is None else cases
    return response(name)(cases, values, seed=seed, scheme=scheme, habits=known or habits())


def fen(cases: pd.DataFrame, column: str) -> np.ndarray:
    return np.rint(cases[column].to_numpy() * 100)


def changed(before: pd.DataFrame, after: pd.DataFrame, column: str) -> np.ndarray:
    """Where a column differs; both tables have the same stays in the same order."""
    old, new = (cases[column].astype(object).reset_index(drop=True) for cases in (before, after))
    differ = (old.fillna("") != new.fillna("")).to_numpy(np.bool_)
    return differ | (old.isna() != new.isna()).to_numpy(np.bool_)


def by_id(cases: pd.DataFrame) -> pd.DataFrame:
    return cases.set_index("case_id").sort_index()

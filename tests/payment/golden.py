"""Invented stays that reach every route, and what each shipped policy pays for them, in sums."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from drgsim import Policy, pay
from drgsim.policy.library import shipped

FILE = Path(__file__).with_name("golden.csv")
LEDGER = (
    "total_cost", "carved_out", "standard", "payment", "fund_by_item", "fund", "fund_care_region",
    "catastrophic", "medical_aid", "other_funds", "commercial", "patient", "borne_by_hospital",
)  # fmt: skip


def stays(n: int = 1500) -> pd.DataFrame:
    """Stays of six hospitals over a year, of many kinds; the same every time."""
    rng = np.random.default_rng(20261128)
    groups = np.array(
        ["RU14", "IU23", "BR25", "FV23", "GZ13", "ES31", "TU13", "PR15", "AH19", "MQY", "", "KS13"]
    )
    base = dict(zip(groups, (4e3, 7e3, 9e3, 8e3, 9e3, 7e3, 2e4, 6e4, 3e5, 5e3, 5e3, 6e3), strict=True))
    drg = rng.choice(groups, n)
    cost = np.round([base[name] for name in drg] * rng.lognormal(0, 0.9, n), 2)
    los = rng.integers(1, 90, n)
    day = np.datetime64("2022-01-01") + rng.integers(0, 1000, n)
    diagnosis = rng.choice(["I10.x00", "F20.000", "K80.100", "Z51.100", "P07.100", "F32.000"], n)
    new = np.where(rng.random(n) < 0.1, np.round(cost * rng.random(n) * 0.6, 2), 0.0)
    listed = np.where(rng.random(n) < 0.05, np.round(cost * 0.1, 2), 0.0)
    region = rng.choice(["450800", "450801", "330500"], n, p=[0.8, 0.1, 0.1])
    return pd.DataFrame({
        "case_id": [f"c{number:05d}" for number in range(n)],
        "patient_id": [f"p{number}" for number in rng.integers(0, n // 2, n)],
        "hospital_id": rng.choice(["H1", "H2", "H3", "H4", "H5", "H6"], n),
        "hospital_level": rng.choice([3, 2, 1], n),
        "care_region": "450800",
        "insured_region": region,
        "registration": np.where(region == "450800", "local", rng.choice(["referral", "unregistered"], n)),
        "insurance": rng.choice(["employee", "resident", "other"], n, p=[0.45, 0.5, 0.05]),
        "retired": rng.random(n) < 0.4,
        "age": rng.integers(0, 95, n),
        "birth_weight": np.where(diagnosis == "P07.100", rng.integers(800, 2500, n), np.nan),
        "los": los,
        "icu_hours": np.where(rng.random(n) < 0.1, rng.integers(1, 300, n), 0),
        "admission_date": day - los,
        "discharge_date": day,
        "discharge": rng.choice([1, 2, 3, 4, 5], n),
        "department": rng.choice(["精神科", "康复科", "内科"], n),
        "diagnoses": diagnosis,
        "drg": drg,
        "dip_code": drg,
        "score": np.where(drg == "", np.nan, np.round(cost / 11, 1)),
        "total_cost": cost,
        "drug_cost": np.round(cost * 0.3, 2),
        "consumable_cost": np.round(cost * 0.2, 2),
        "procedure_cost": np.round(cost * 0.2, 2),
        "new_technology_cost": new,
        "new_technology_category": np.where(new > 0, "drug", None),
        "new_technology_year": np.where(new > 0, 2, None),
        "commercial_list_cost": listed,
        "out_of_scope": np.round(cost * 0.08, 2),
        "prepaid_share": np.round(cost * 0.04, 2),
    })  # fmt: skip


def weights(cases: pd.DataFrame) -> pd.DataFrame:
    """A weight table for the groups of the stays; one group has none."""
    known = cases[~cases["drg"].isin(["", "MQY", "KS13"])].groupby("drg")["total_cost"]
    mean = known.mean().round(2)
    return pd.DataFrame({
        "drg": mean.index,
        "weight": (mean / 9000).round(4).to_numpy(),
        "mean_cost": mean.to_numpy(),
        "cases": known.size().to_numpy(),
        "drug_mean": (mean * 0.3).round(2).to_numpy(),
    })  # fmt: skip


def found() -> pd.DataFrame:
    """One row a shipped policy with a method: the sums of its ledger in fen, and a digest of every column."""
    cases = stays()
    table = weights(cases)
    rows = []
    for name in shipped():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            policy = Policy.load(name)
        if policy.method is None:
            continue
        ledger = pay(cases, policy, weights=table).ledger
        digest = hashlib.sha256(b"".join(getattr(ledger, column).tobytes() for column in LEDGER)).hexdigest()
        sums = {column: int(getattr(ledger, column).sum()) for column in LEDGER}
        rows.append({"policy": name, **sums, "digest": digest[:16]})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    found().to_csv(FILE, index=False, lineterminator="\n")

"""How much cost and stay differ between cases of one group: fitted to real discharges.

The discharges are New York's public, de-identified musculoskeletal stays of 2020 (source P20). Of each
log cost and log stay, the means of its group and of its hospital are taken out; what is left is the
spread inside a group. That Chinese groups spread alike is an assumption.
"""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from drgsim.synthetic.costs import CARE_KINDS as KINDS
from drgsim.synthetic.costs import SEVERITIES

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "P20"
# APR severity -> the severity a CHS-DRG split tells apart
_SEVERITY = {"Minor": "none", "Moderate": "cc", "Major": "mcc", "Extreme": "mcc"}
_MIN_GROUP, _MIN_HOSPITAL = 50, 30
_SWEEPS = 30  # alternate group and hospital means until both are out
_SCORES = tuple(step / 4 for step in range(-14, 15))  # normal scores at which the shape is kept


def read_discharges(path: Path) -> pd.DataFrame:
    """One row a discharge: kind, severity, and `cost` and `stay` as residuals of their logarithms."""
    import pandas as pd

    raw = pd.read_csv(path, dtype={"Permanent.Facility.Id": str}, low_memory=False)
    table = pd.DataFrame(
        {
            "hospital": raw["Permanent.Facility.Id"],
            "drg": raw["APR.DRG.Code"].astype(str),
            "kind": raw["APR.Medical.Surgical.Description"].str.lower(),
            "severity": raw["illseveritydesc"].map(_SEVERITY),
            "cost": np.log(raw["Total.Costs"]),
            "stay": np.log(raw["los"]),
        }
    ).dropna()
    table["group"] = table["drg"] + table["severity"]
    for key, least in (("group", _MIN_GROUP), ("hospital", _MIN_HOSPITAL)):
        table = table[table.groupby(key)["cost"].transform("size") >= least]
    for column in ("cost", "stay"):
        table[column] = _residual(table, column)
    return table


def _residual(table: pd.DataFrame, column: str) -> pd.Series[float]:
    value, hospital = table[column], 0 * table[column]
    for _ in range(_SWEEPS):
        group = (value - hospital).groupby(table["group"]).transform("mean")
        hospital = (value - group).groupby(table["hospital"]).transform("mean")
    return value - group - hospital


def spread_rows(table: pd.DataFrame) -> list[list[object]]:
    """kind, severity, log-sd of cost and of stay, their correlation, cases, groups."""
    rows: list[list[object]] = [
        [
            "kind",
            "severity",
            "cost_log_sd",
            "stay_log_sd",
            "correlation",
            "cases",
            "groups",
            "source",
            "state",
        ]
    ]
    for kind in KINDS:
        for severity in SEVERITIES:
            part = table[(table["kind"] == kind) & (table["severity"] == severity)]
            spread = [round(float(part[column].std()), 4) for column in ("cost", "stay")]
            rank = part["cost"].corr(part["stay"], method="spearman")
            normal = round(float(2 * np.sin(np.pi / 6 * rank)), 4)  # of the normal scores, from the ranks
            rows.append([kind, severity, *spread, normal, len(part), part["group"].nunique(), SOURCE, "read"])
    return rows


def shape_rows(table: pd.DataFrame) -> list[list[object]]:
    """The standardised residual of log cost at each normal score: heavier above than a normal one."""
    probabilities = [NormalDist().cdf(score) for score in _SCORES]
    shapes = []
    for kind in KINDS:
        part = table[table["kind"] == kind]
        standard = part["cost"] / part.groupby("severity")["cost"].transform("std")
        shapes.append(np.quantile(standard, probabilities).round(4))
    rows: list[list[object]] = [["score", *KINDS]]
    rows += [[score, *values] for score, *values in zip(_SCORES, *shapes, strict=True)]
    return rows

"""Tables of two groupings of the same cases, from the group and the cost of each case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_HALF_A_FEN = 0.005


@dataclass(frozen=True, eq=False)
class Labels:
    """The group of each case: `names[places[i]]`, or none where the place is -1. Names are sorted."""

    names: npt.NDArray[np.object_]
    places: npt.NDArray[np.int64]

    @classmethod
    def read(cls, column: pd.Series[Any], grouped: Mask) -> Labels:
        places, names = pd.factorize(column.astype(object).where(grouped, None), sort=True)
        return cls(np.asarray(names, object), places.astype(np.int64))

    def of(self, rows: Mask) -> Labels:
        """Those of some rows, with only the names that occur among them."""
        used, places = np.unique(self.places[rows], return_inverse=True)
        return Labels(self.names[used], places.astype(np.int64))

    def __len__(self) -> int:
        return len(self.names)


def means(labels: Labels, cost: Floats) -> tuple[Floats, Floats, Floats]:
    """Cases, mean cost and coefficient of variation of each group."""
    cases = np.bincount(labels.places, minlength=len(labels)).astype(np.float64)
    mean = np.bincount(labels.places, cost, len(labels)) / np.maximum(cases, 1)
    square = np.bincount(labels.places, (cost - mean[labels.places]) ** 2, len(labels))
    return cases, mean, np.sqrt(square / np.maximum(cases, 1)) / mean


def group_table(labels: Labels, cost: Floats) -> pd.DataFrame:
    """A row a group: cases, cost, mean_cost, cv."""
    cases, mean, cv = means(labels, cost)
    columns = {"cases": cases.astype(np.int64), "cost": cases * mean, "mean_cost": mean, "cv": cv}
    return pd.DataFrame(columns, index=pd.Index(labels.names, name="group"))


def migration_table(a: Labels, b: Labels, cost: Floats) -> pd.DataFrame:
    """A row a pair of groups that shares cases: cases, cost, and what part of the group in `a` they are."""
    pairs, which, cases = np.unique(
        a.places * max(len(b), 1) + b.places, return_inverse=True, return_counts=True
    )
    left, right = np.divmod(pairs, max(len(b), 1))
    whole = np.bincount(a.places, minlength=len(a))
    frame = pd.DataFrame(
        {
            "group_a": a.names[left],
            "group_b": b.names[right],
            "cases": cases,
            "cost": np.bincount(which, cost, len(pairs)),
            "share_of_a": cases / whole[left],
        }
    )
    return frame.sort_values(
        ["cases", "group_a", "group_b"], ascending=[False, True, True], ignore_index=True
    )


def side_summary(names: tuple[str, str], a: Labels, b: Labels, cost: Floats) -> pd.DataFrame:
    """A row a grouping, under its name."""
    rows = [_side(a, b, cost), _side(b, a, cost)]
    return pd.DataFrame(rows, index=pd.Index(names, name="grouping"))


def _side(own: Labels, other: Labels, cost: Floats) -> dict[str, float]:
    if not len(cost):
        return {"groups": 0}
    cases, mean, cv = means(own, cost)
    inside = float(((cost - mean[own.places]) ** 2).sum())
    whole = float(((cost - cost.mean()) ** 2).sum())
    pairs, shared = np.unique(own.places * len(other) + other.places, return_counts=True)
    largest = np.zeros(len(own), np.int64)
    np.maximum.at(largest, pairs // len(other), shared)
    return {
        "groups": len(own),
        "riv": 1 - inside / whole if whole > 0 else float("nan"),
        "cv_inside": float(np.sqrt(inside / len(cost)) / cost.mean()),
        "cv_mean": float(np.average(cv, weights=cases)),
        "stays_together": float(largest.sum() / len(cost)),
        "smallest_mean_cost": float(mean.min()),
        "largest_mean_cost": float(mean.max()),
    }


def hospital_table(hospitals: pd.Series[Any] | None, a: Labels, b: Labels, cost: Floats) -> pd.DataFrame:
    """A row a hospital, the largest gain under `b` first; empty when the cases do not say theirs."""
    columns = ["cases", "cost", "paid_a", "paid_b", "change", "change_share"]
    if hospitals is None:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="hospital_id"), dtype=np.float64)
    frame = pd.DataFrame(
        {
            "hospital_id": hospitals.astype(object).to_numpy(),
            "cases": 1,
            "cost": cost,
            "paid_a": means(a, cost)[1][a.places],
            "paid_b": means(b, cost)[1][b.places],
        }
    )
    table = frame.groupby("hospital_id", sort=True).sum()
    change = table["paid_b"] - table["paid_a"]
    table["change"] = change.where(change.abs() >= _HALF_A_FEN, 0.0)  # last bits of sums of means
    table["change_share"] = table["change"] / table["paid_a"]
    return table[columns].sort_values("change", ascending=False, kind="stable")

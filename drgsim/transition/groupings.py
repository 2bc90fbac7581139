"""The same cases under two groupings: who moves where, which explains cost better, who wins and who loses."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._excel import COUNT, MONEY, RATIO, workbook
from ..dip.facts import numbers
from ..errors import ArgumentError, ColumnError
from ..words import in_words
from .sides import side

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


_SHOWN = 20  # rows of each table in a display


@dataclass(frozen=True, repr=False, eq=False)
class GroupingComparison:
    """What two groupings make of the same cases. Built by `compare_groupings`; it holds no case rows.

    Every number is of the cases that both groupings give a group and that have a cost, so that the two
    sides share one total; `counts` says how many those are, and why the others are not.

    Attributes
    ----------
    a, b : names of the groupings
    frame : the migration matrix in long form: group_a, group_b, cases, cost (yuan), share_of_a, largest
        flows first
    groups_a, groups_b : a row a group: cases, cost, mean_cost, cv
    hospitals : a row a hospital, the largest winner under `b` first: cases, cost, paid_a and paid_b (its
        cases at their groups' mean cost, so that both sum to the region's cost), change, change_share
    departments, groups : the same by department and by group of `a`; one hospital's own sum cannot move
    counts : cases, compared, only_a, only_b, neither, without_cost
    """

    a: str
    b: str
    frame: pd.DataFrame
    groups_a: pd.DataFrame
    groups_b: pd.DataFrame
    hospitals: pd.DataFrame
    counts: dict[str, int]
    sides: pd.DataFrame
    departments: pd.DataFrame
    groups: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """A row a grouping: groups, riv (share of the variance of cost between groups), cv_inside (spread
        left inside groups), cv_mean (mean of the groups' own), stays_together (share of cases that are in
        the largest common part of their group), smallest and largest mean cost."""
        return self.sides.copy()

    def matrix(self, *, top: int = _SHOWN) -> pd.DataFrame:
        """Cases by group of `a` (rows) and of `b` (columns), for the `top` groups of each."""
        rows = self.groups_a.sort_values("cases", ascending=False, kind="stable").index[:top]
        columns = self.groups_b.sort_values("cases", ascending=False, kind="stable").index[:top]
        table = self.frame.pivot_table(
            index="group_a", columns="group_b", values="cases", aggfunc="sum", fill_value=0, observed=True
        )
        return table.reindex(index=rows, columns=columns, fill_value=0).astype(np.int64)

    def winners(self, *, by: str = "hospital", top: int = _SHOWN) -> pd.DataFrame:
        """The hospitals (`by="department"`, `"group"`: those) that gain most in yuan when `b` takes the place
        of `a`. Raises ArgumentError for another `by`."""
        table = self._changes(by)
        return table[table["change"] > 0].head(top)

    def losers(self, *, by: str = "hospital", top: int = _SHOWN) -> pd.DataFrame:
        """Those that lose most in yuan, the largest loss first; as `winners`."""
        table = self._changes(by)
        return table[table["change"] < 0].iloc[::-1].head(top)

    def _changes(self, by: str) -> pd.DataFrame:
        tables = {"hospital": self.hospitals, "department": self.departments, "group": self.groups}
        if by not in tables:
            raise ArgumentError("no such cut", got=by, allowed=list(tables), nearest=tables)
        return tables[by]

    def to_excel(self, path: str | Path) -> None:
        """Every table on a sheet of its own; text stays text, and the file is there whole or not at all."""
        sheets = {
            "summary": self.summary().reset_index(),
            "migration": self.frame,
            "hospitals": self.hospitals.reset_index(),
            "departments": self.departments.reset_index(),
            "groups": self.groups.reset_index(),
            "groups_a": self.groups_a.reset_index(),
            "groups_b": self.groups_b.reset_index(),
        }
        with workbook(path) as book:
            for name, table in sheets.items():
                book.table(name, table, code=_number_format)

    def __repr__(self) -> str:
        return f"{self._headline()}\n{self.sides.to_string(float_format='{:,.3f}'.format)}"

    def _repr_html_(self) -> str:
        flows = self.frame[self.frame["group_a"].astype(str) != self.frame["group_b"].astype(str)].head(
            _SHOWN
        )
        tables = [(self.sides, True), (flows, False)]
        if len(self.hospitals):
            tables += [(self.winners(top=5), True), (self.losers(top=5), True)]
        shown = "".join(
            in_words(table).to_html(index=index, float_format="{:,.3f}".format) for table, index in tables
        )
        return f"<p>{escape(self._headline())}</p>{shown}"

    def _headline(self) -> str:
        return (
            f"{self.a} against {self.b}: {self.counts['compared']:,} of {self.counts['cases']:,} cases have "
            f"a cost and a group in both"
        )


def _number_format(column: str) -> str:
    if "case" in column:
        return COUNT
    return MONEY if any(word in column for word in ("cost", "change", "payment")) else RATIO


def compare_groupings(cases: pd.DataFrame, a: Any, b: Any) -> GroupingComparison:
    """Group the same cases twice and set the results side by side.

    Parameters
    ----------
    cases
        A DataFrame with the columns both groupings need, and `total_cost` (yuan); `hospital_id` for
        winners and losers. It is not changed.
    a, b
        Any two of: a DrgGrouper or DipGrouper, a Scheme or DipCatalogue, the id of a DRG scheme, the name
        or folder of a DIP catalogue.

    Raises ColumnError when a column is missing, ArgumentError for a grouping that is none.

    >>> from drgsim import synthetic_cases
    >>> found = compare_groupings(synthetic_cases(n=2000, seed=1), "chs-drg-1.1", "chs-drg-2.0")
    >>> found.a, found.b
    ('chs-drg-1.1', 'chs-drg-2.0')
    """
    if "total_cost" not in cases.columns:
        raise ColumnError("groupings are compared by cost", got=list(cases.columns), allowed="total_cost")
    name_a, groups_a = _grouped(cases, a)
    name_b, groups_b = _grouped(cases, b)
    cost = numbers(cases, "total_cost")
    has_a, has_b, has_cost = groups_a.places >= 0, groups_b.places >= 0, cost > 0
    both = has_a & has_b & has_cost
    cost = cost[both]
    left, right = groups_a.of(both), groups_b.of(both)
    tables = group_table(left, cost), group_table(right, cost)
    sides = side_summary((name_a, name_b), left, right, cost)
    hospitals, departments = (
        cases[name][both] if name in cases.columns else None for name in ("hospital_id", "department")
    )
    counts = {
        "cases": len(cases),
        "compared": int(both.sum()),
        "only_a": int((has_a & ~has_b).sum()),
        "only_b": int((~has_a & has_b).sum()),
        "neither": int((~has_a & ~has_b).sum()),
        "without_cost": int((has_a & has_b & ~has_cost).sum()),
    }
    return GroupingComparison(
        name_a,
        name_b,
        migration_table(left, right, cost),
        *tables,
        hospital_table(hospitals, left, right, cost),
        counts,
        sides,
        hospital_table(departments, left, right, cost).rename_axis("department"),
        hospital_table(_named(left), left, right, cost).rename_axis("group_a"),
    )


def _named(labels: Labels) -> Any:
    """The group of each case by name."""
    return pd.Series(labels.names[labels.places])


def _grouped(cases: pd.DataFrame, grouping: Any) -> tuple[str, Labels]:
    """The name of a grouping, and the group it gives each case."""
    found = side(cases, grouping)
    name = f"{found.id} ({found.grouper.rules.id})" if found.kind == "dip" else found.id
    return name, Labels.read(found.frame["group"], found.grouped)

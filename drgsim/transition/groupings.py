"""The same cases under two groupings: who moves where, which explains cost better, who wins and who loses."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .._excel import COUNT, MONEY, RATIO, workbook
from ..dip.facts import numbers
from ..errors import ArgumentError, ColumnError
from ..words import in_words
from .measures import Labels, group_table, hospital_table, migration_table, side_summary
from .sides import side

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

"""An office's month: indicators beside last month and last year, winners and losers, reviews, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..language import either
from ..payment.engine.problems import Unpaid
from ..payment.faces.standing import Standing
from ..words import chinese, headers, title_in
from .indicators import HEADERS, indicators
from .references import Reference
from .stays import with_words
from .warnings import Thresholds

if TYPE_CHECKING:
    from ..grouping import DrgGrouper
    from ..grouping.explain import Explanation
    from ..payment.faces.estimate import Estimate

BY = headers("department", "doctor", "group", "insurance", room="office")
PERIODS = chinese("period")
COMPARED = (
    "cases", "in_scheme", "groups", "cmi", "cost_index", "time_index", "ungrouped_share", "low", "high",
    "mean_cost", "mean_days", "total_cost", "cost_in_scheme", "payment", "margin", "margin_rate",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class OfficeMonth:
    """What an office looks at every month. Built by `drgsim.office`.

    Attributes
    ----------
    month : the month as text, or "全部" for a file without discharge dates
    estimate : the estimate the month rests on
    frame : one row a stay with where it belongs, group, standing, money (yuan) and words; no identifier
    reference : what costs and days are held against
    notes : (zh, en) lines a reader must know before any number; told : the same in one language
    """

    month: str
    estimate: Estimate
    frame: pd.DataFrame
    reference: Reference
    earlier: Mapping[str, pd.DataFrame]  # the stays of `last_month`, `year_ago`, as `frame`
    peers: pd.DataFrame | None
    limits: Thresholds
    notes: tuple[tuple[str, str], ...] = ()
    sheet_rows: Any = field(default=None)

    def __len__(self) -> int:
        return len(self.frame)

    def summary(self, by: Any = None) -> pd.DataFrame:
        """Indicators in all, or by columns of `frame`: department, doctor, group, insurance, or a list.

        Raises ArgumentError for a column that is not there.
        """
        from ..errors import ArgumentError

        for name in [by] if isinstance(by, str) else list(by or ()):
            if name not in self.frame.columns:
                raise ArgumentError(
                    "no such column to sum by", got=name, allowed=list(BY), nearest=self.frame.columns
                )
        return indicators(self.frame, by)

    @property
    def told(self) -> tuple[str, ...]:
        """What must be known before any number, in Chinese."""
        return tuple(either(*said) for said in self.notes)

    def totalled(self, by: str) -> pd.DataFrame:
        """`summary(by)` with a last row 合计 of all stays."""
        table = self.groups if by == "group" else self.summary(by)
        total = self.summary().set_axis(["合计"])
        return pd.concat([table, total]).rename_axis(by)

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """One row an indicator: now, last_month, change_last, year_ago, change_year, and each peer."""
        columns = {"now": indicators(self.frame).iloc[0]}
        for name, change in (("last_month", "change_last"), ("year_ago", "change_year")):
            stays = self.earlier.get(name)
            if stays is not None and len(stays):
                columns[name] = indicators(stays).iloc[0]
                columns[change] = columns["now"] - columns[name]
        table = pd.DataFrame(columns).loc[list(COMPARED)]
        if self.peers is not None:
            table = table.join(self.peers)
        return table

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Indicators by group with its name, the best margin first."""
        table = indicators(self.frame, "group")
        names = self.frame.drop_duplicates("group").set_index("group")["group_name"]
        table.insert(0, "group_name", names.reindex(table.index))
        return table.sort_values("margin", ascending=False, kind="stable")

    @property
    def winners(self) -> pd.DataFrame:
        """The groups with the best margin."""
        return self.groups[self.groups["margin"] > 0].head(int(self.limits["lists"]["winners"]))

    @property
    def losers(self) -> pd.DataFrame:
        """The groups with the worst margin, the worst first."""
        worst = self.groups[self.groups["margin"] < 0]
        return worst.iloc[::-1].head(int(self.limits["lists"]["winners"]))

    @cached_property
    def reviews(self) -> pd.DataFrame:
        """The stays worth filing for special review within the quota, best first; no identifier."""
        listed = self.estimate.worklist
        return listed[listed["within_quota"]].drop(columns=["case_id"], errors="ignore")

    @cached_property
    def warnings(self) -> pd.DataFrame:
        """W01 to W08: a row a warning with the group and the money either way, with the index of the stay."""
        from .warnings import warnings_of

        return warnings_of(self.estimate, self.frame, self.limits, self.grouper)

    @cached_property
    def to_explain(self) -> np.ndarray[Any, Any]:
        """Positions of the stays whose way to their group is told test by test: reviews, then warnings with
        other money, then the largest losses; at most as many as the threshold says."""
        position = pd.Series(np.arange(len(self)), index=self.frame.index)
        first = position.reindex(self.reviews.index)
        moved = self.warnings
        moved = moved[moved["other_group"].astype(str) != ""]
        second = position.reindex(moved.index)
        third = position.reindex(self.frame["margin"].nsmallest(len(self)).index)
        chosen = pd.concat([first, second, third]).dropna().astype(np.int64)
        most = int(self.limits["lists"]["explained"])
        return chosen.drop_duplicates().to_numpy()[:most]

    def explain(self, at: int) -> Explanation | None:
        """Why the stay at a position is in its group; None where the scheme cannot be opened."""
        if self.grouper is None:
            return None
        if at not in self._explained:
            self._explained[at] = self.grouper.explain(self.estimate.payments.stays.frame.iloc[[at]])
        return self._explained[at]

    @cached_property
    def grouper(self) -> DrgGrouper | None:
        """The grouper of the scheme; None for DIP, or where the scheme does not ship."""
        from .alternatives import grouper_of

        return grouper_of(self.estimate)

    @cached_property
    def _explained(self) -> dict[int, Explanation]:
        return {}

    def __repr__(self) -> str:
        row = indicators(self.frame).iloc[0]
        lines = [f"医保办月报 {self.month}: {len(self):,} 例"]
        lines += [f"  {title_in(HEADERS[name])}: {shown(name, row[name])}" for name in COMPARED]
        return "\n".join([*lines, *(f"  {line}" for line in self.told)])

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{title_in(HEADERS[name])}</td>"
            + "".join(f"<td>{shown(name, value)}</td>" for value in row)
            + "</tr>"
            for name, row in zip(self.comparison.index, self.comparison.to_numpy(), strict=True)
        )
        told = "".join(f"<li>{escape(line)}</li>" for line in self.told)
        return f"<p>{title_in(f'医保办月报 {escape(self.month)}')}</p><table>{rows}</table><ul>{told}</ul>"


def shown(name: str, value: Any) -> str:
    """An indicator as people read it.

    >>> shown("margin_rate", 0.051), shown("cases", 1200), shown("cmi", float("nan"))
    ('5.10%', '1,200', '—')
    """
    if value is None or value != value:
        return "—"
    if name in ("margin_rate", "ungrouped_share"):
        return f"{value:.2%}"
    if name in ("cmi", "cost_index", "time_index"):
        return f"{value:.4f}"
    if name in ("mean_cost", "total_cost", "payment", "margin", "cost_in_scheme"):
        return f"{value:,.2f}"
    return f"{value:.2f}" if name == "mean_days" else f"{value:,.0f}"


def told_stays(stays: pd.DataFrame) -> pd.DataFrame:
    """The stays with a sentence each."""
    problems = {problem.name.lower(): problem.zh for problem in Unpaid}
    return with_words(stays, problems, {each.name.lower(): each.zh for each in Standing})

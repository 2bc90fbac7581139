"""From which group to which: the flows of cases between two schemes, and what kind of move each is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..words import pairs
from .sides import AMBIGUOUS, GROUPED, Side

# kind of move -> (中文, English), the plainest first
MOVES: dict[str, tuple[str, str]] = pairs("move")
MOVED = tuple(name for name in MOVES if name not in ("same", "still_without"))


def moves(a: Side, b: Side) -> pd.Series:
    """The kind of move of each case, categorical over `MOVES`, in the order and index of the cases."""
    left, right = (side.frame.astype(object) for side in (a, b))
    drg = a.kind == b.kind == "drg"
    in_a, in_b = a.grouped, b.grouped
    choices = [
        ~in_a & in_b,
        (right["status"] == AMBIGUOUS).to_numpy(bool) & (left["status"] != AMBIGUOUS).to_numpy(bool),
        in_a & ~in_b,
        ~in_a & ~in_b,
        (left["group"] == right["group"]).to_numpy(bool) & drg,
        np.full(len(left), not drg),
        (left["adrg"] == right["adrg"]).to_numpy(bool),
        (left["mdc"] == right["mdc"]).to_numpy(bool),
    ]
    names = [
        "newly_grouped", "newly_ambiguous", "newly_ungrouped", "still_without", "same", "regrouped",
        "other_split", "other_adrg",
    ]  # fmt: skip
    kind = np.select(choices, names, default="other_mdc")
    return pd.Series(pd.Categorical(kind, categories=list(MOVES)), index=a.frame.index, name="move")


def flow_table(a: Side, b: Side, move: pd.Series) -> pd.DataFrame:
    """A row a flow, the largest first: group_a, group_b, move, cases, share_of_a.

    What has no group stands under its status (`ungrouped`, `ambiguous`, `invalid` …).
    """
    table = pd.DataFrame({"group_a": places(a), "group_b": places(b), "move": move.astype(object)})
    counted = table.value_counts(["group_a", "group_b", "move"], sort=False).rename("cases").reset_index()
    whole = counted.groupby("group_a")["cases"].transform("sum")
    counted["share_of_a"] = counted["cases"] / whole
    return counted.sort_values(
        ["cases", "group_a", "group_b"], ascending=[False, True, True], ignore_index=True
    )


def places(side: Side) -> pd.Series:
    """Where each case stands: its group, or why it has none."""
    frame = side.frame.astype(object)
    return frame["group"].where(frame["status"] == GROUPED, frame["status"])


def share_moved(cases: pd.DataFrame, move: pd.Series, a: Side, b: Side, by: str | None) -> pd.DataFrame:
    """By a column of the cases, or `mdc` (of the scheme left), or in all: cases, and how many of each kind.

    cases, moved, moved_share, one column a kind of move that occurs, severity_gained, severity_lost
    """
    if by is None:
        key = pd.Series("all", index=move.index)
    elif by == "mdc":
        key = a.frame["mdc"].astype(object)
    else:
        key = cases[by].astype(object).where(cases[by].notna(), "–").set_axis(move.index)
    gained, lost = severity_change(a, b)
    table = pd.get_dummies(move.astype(object)).astype(np.int64)
    names = [name for name in MOVES if name in table]
    columns = {
        "cases": 1,
        "moved": move.isin(MOVED).to_numpy(np.int64),
        **{name: table[name].to_numpy() for name in names},
        "severity_gained": gained.astype(np.int64),
        "severity_lost": lost.astype(np.int64),
    }
    sums = pd.DataFrame(columns, index=move.index).groupby(key.to_numpy(), sort=True).sum()
    sums.insert(2, "moved_share", sums["moved"] / sums["cases"])
    return sums.rename_axis(by or "all").sort_values("cases", ascending=False, kind="stable")


def severity_change(a: Side, b: Side) -> tuple[np.ndarray, np.ndarray]:
    """(n,) each: severity (none, CC, MCC) gained, and lost, among cases grouped by both DRG schemes."""
    both = a.grouped & b.grouped & (a.kind == b.kind == "drg")
    change = b.severity - a.severity
    return both & (change > 0), both & (change < 0)

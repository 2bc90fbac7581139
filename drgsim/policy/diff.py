"""What two policies say differently: parameter by parameter, from which day."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from ..language import either, language
from ..words import in_words
from .display import rule_text, value_text
from .document import Document
from .entries import Dated
from .parameters import catalogue


@dataclass(frozen=True, slots=True)
class Difference:
    """From `since` on, one document says `before` where the other says `after`."""

    path: str
    since: datetime.date
    before: Any
    after: Any

    def __str__(self) -> str:
        parameter = catalogue().get(self.path)
        label = f" {either(parameter.zh, parameter.en)}" if parameter else ""
        since = f"{self.since} 起" if language() == "zh" else f"from {self.since}"
        return f"{self.path}{label}, {since}: {value_text(self.before)} → {value_text(self.after)}"


@dataclass(frozen=True)
class PolicyDiff:
    """The differences of two documents, in the catalogue's order. Empty when their rules are equal."""

    before: str
    after: str
    rows: tuple[Difference, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self.rows)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a difference: path, label_zh, label_en, since, before, after (the last two as text)."""
        labels = {row.path: catalogue().get(row.path) for row in self.rows}
        return pd.DataFrame(
            [
                {
                    "path": row.path,
                    "label_zh": parameter.zh if (parameter := labels[row.path]) else "",
                    "label_en": parameter.en if parameter else row.path,
                    "since": row.since.isoformat(),
                    "before": value_text(row.before),
                    "after": value_text(row.after),
                }
                for row in self.rows
            ],
            columns=["path", "label_zh", "label_en", "since", "before", "after"],
        )

    def __str__(self) -> str:
        if not self.rows:
            return f"{self.before} and {self.after} have the same rules"
        return "\n".join([f"{self.before} → {self.after}", *(f"  {row}" for row in self.rows)])

    def _repr_html_(self) -> str:
        caption = f"<p>{escape(self.before)} → {escape(self.after)}</p>"
        return caption + str(in_words(self.frame).to_html(index=False))


def differences(before: Document, after: Document) -> PolicyDiff:
    """Compare two whole documents on every day either changes on."""
    start = min(before.valid_from, after.valid_from)
    rows = [
        Difference(name, start, getattr(before, name), getattr(after, name))
        for name in ("method", "scheme")
        if getattr(before, name) != getattr(after, name)
    ]
    for path in catalogue():
        rows += _timeline_differences(
            path, before.parameters.get(path, ()), after.parameters.get(path, ()), start
        )
    rows += _rule_differences(before, after, start)
    return PolicyDiff(before.id, after.id, tuple(rows))


def _rule_differences(before: Document, after: Document, start: datetime.date) -> list[Difference]:
    """Rules added, changed or gone, and the order of those that stay."""
    old, new = ({rule.id: rule for rule in document.rules} for document in (before, after))
    rows = []
    for name in dict.fromkeys([*old, *new]):
        pair = [None if name not in side else rule_text(side[name]) for side in (old, new)]
        if pair[0] != pair[1]:
            since = new[name].valid_from if name in new else None
            rows.append(Difference(f"rules.{name}", since or start, *pair))
    both = [[name for name in side if name in old and name in new] for side in (old, new)]
    if both[0] != both[1]:
        rows.append(Difference("rules", start, *(", ".join(names) for names in both)))
    for name in sorted({*before.lists, *after.lists}):
        lists = [document.lists.get(name) for document in (before, after)]
        if lists[0] != lists[1]:
            rows.append(Difference(f"lists.{name}", start, *lists))
    return rows


def _timeline_differences(
    path: str, before: tuple[Dated, ...], after: tuple[Dated, ...], start: datetime.date
) -> list[Difference]:
    days = sorted({start, *(dated.since for dated in before), *(dated.since for dated in after)})
    rows: list[Difference] = []
    for day in days:
        pair = _value(path, before, day), _value(path, after, day)
        last = (rows[-1].before, rows[-1].after) if rows else None
        if pair[0] != pair[1] and pair != last:
            rows.append(Difference(path, day, *pair))
    return rows


def _value(path: str, timeline: tuple[Dated, ...], day: datetime.date) -> Any:
    started = [dated.value for dated in timeline if dated.since <= day]
    return started[-1] if started else catalogue()[path].default

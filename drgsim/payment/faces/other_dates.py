"""Stays of days that the policy does not know, or of another year than the rates they are paid at: told."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..engine.jurisdiction import EPOCH

if TYPE_CHECKING:
    from ...policy.document import Document
    from ...policy.policy import Policy
    from ..engine.ledger import Walk
    from ..engine.stays import Stays

Told = tuple[str, str]  # the same in Chinese and English
RatesOf = Literal["policy", "stay"] | int  # whose day was read; a year: the stay's day in it


def other_dates(
    stays: Stays, walks: Sequence[Walk], rates_of: RatesOf, *, years: bool = True
) -> tuple[Told, ...]:
    """For each policy, a line on the stays discharged outside its days, and one (unless `years` is False) on
    those of other years than the day whose values were read. Stays without a discharge date are in neither;
    where every stay was priced on its own day there are no other years."""
    if len(stays) == 1:
        return of_one(stays, walks, rates_of, 0)
    days = stays.days("discharge_date")
    if not np.isfinite(days).any():
        return ()
    rows: dict[tuple[int, str], list[np.ndarray]] = {}
    documents: dict[int, Document] = {}
    for walk in walks:
        policy = walk.place.policy
        documents[id(policy.document)] = policy.document
        read_on = _read_on(rates_of, policy) if years else ""
        rows.setdefault((id(policy.document), read_on), []).append(days[walk.place.rows])
    found = [
        line
        for (document, read_on), parts in rows.items()
        for line in _lines(documents[document], read_on, np.concatenate(parts))
    ]
    return tuple(dict.fromkeys(found))


def of_one(stays: Stays, walks: Sequence[Walk], rates_of: RatesOf, row: int) -> tuple[Told, ...]:
    """The same of the stay at position `row` alone."""
    day = float(stays.days("discharge_date")[row])
    if not np.isfinite(day):
        return ()
    for walk in walks:
        rows = walk.place.rows
        if isinstance(rows, slice) or bool((rows == row).any()):
            policy = walk.place.policy
            on = EPOCH + datetime.timedelta(int(day))
            return tuple(_line_of_one(policy.document, _read_on(rates_of, policy), on))
    return ()


def _read_on(rates_of: RatesOf, policy: Policy) -> str:
    """The day or year whose values were read, from its year on; nothing where it is each stay's own day."""
    if rates_of == "stay":
        return ""
    return str(policy.on if rates_of == "policy" else rates_of)


def _line_of_one(document: Document, read_on: str, day: datetime.date) -> Iterator[Told]:
    first, last = document.valid_from, document.valid_to
    if not first <= day <= last:
        yield (
            f"出院日期 {day} 在政策 {document.id} 的有效期 ({first} 至 {last}) 之外, 结果只作参考",
            f"discharged on {day}, outside the days policy {document.id} is known for ({first} to {last}): "
            "the numbers are a guide only",
        )
    if read_on and str(day.year) != read_on[:4]:
        yield (
            f"出院日期 {day} 不在 {read_on[:4]} 年, 按政策 {document.id} {read_on} 的费率和规则测算",
            f"discharged on {day}, not in {read_on[:4]}: policy {document.id} prices it at the rates and "
            f"rules of {read_on}",
        )


def _lines(document: Document, read_on: str, days: np.ndarray) -> Iterator[Told]:
    known = days[np.isfinite(days)]
    first, last = document.valid_from, document.valid_to
    outside = int(((known < (first - EPOCH).days) | (known >= (last - EPOCH).days + 1)).sum())
    if outside:
        yield (
            f"{outside:,} 例出院日期在政策 {document.id} 的有效期 ({first} 至 {last}) 之外, 结果只作参考",
            f"{outside:,} of {len(days):,} stays were discharged outside the days policy {document.id} is "
            f"known for ({first} to {last}): their numbers are a guide only",
        )
    if not read_on:
        return
    years, counts = np.unique(
        known.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + EPOCH.year,
        return_counts=True,
    )
    other = {
        int(year): int(count) for year, count in zip(years, counts, strict=True) if str(year) != read_on[:4]
    }
    if other:
        zh = ", ".join(f"{year} 年 {count:,}" for year, count in other.items())
        en = ", ".join(f"{year}: {count:,}" for year, count in other.items())
        count = sum(other.values())
        yield (
            f"{count:,} 例不是 {read_on[:4]} 年出院 ({zh}), 按政策 {document.id} {read_on} 的费率和规则测算",
            f"{count:,} of {len(days):,} stays were not discharged in {read_on[:4]} ({en}); policy "
            f"{document.id} prices them at the rates and rules of {read_on}",
        )

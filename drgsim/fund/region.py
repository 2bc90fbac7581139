"""`Region`: one pooling region as a valuation starts from it: books, heads, ages, wage, assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .accounts import Accounts, Booked
from .assumptions import FundAssumptions
from .people import KINDS, Structure

Note = tuple[str, str, str]  # zh, en, state


@dataclass(frozen=True, eq=False)
class Region:
    """One pooling region: its books, heads (active, retired, resident), their recent yearly growth, members
    by age where they are known, the mean wage (yuan a year), and what is assumed of it. `events` are known
    departures of single years, by assumption and year; `history` are accounts of earlier years as now
    stated."""

    id: str
    accounts: Accounts
    heads: Mapping[str, float]
    trend: Mapping[str, float]
    structure: Structure | None
    wage: float
    assumptions: FundAssumptions
    notes: tuple[Note, ...] = ()
    events: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    history: Mapping[int, Accounts] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """Plain values of everything; `from_document` reads them back."""
        books, people = self.accounts, self.structure
        return {
            "id": self.id,
            "heads": dict(self.heads),
            "trend": dict(self.trend),
            "wage": self.wage,
            "structure": None if people is None else {
                kind: getattr(people, kind).tolist() for kind in (*KINDS, "outside")
            },
            "accounts": {
                "year": books.year, "balance": dict(books.balance), "income": dict(books.income),
                "spending": dict(books.spending), "split": books.split, "notes": [list(n) for n in books.notes],  # noqa: E501
                "parts": {line: [b.amount, b.source, b.state, b.note] for line, b in books.parts.items()},
            },
            "assumptions": self.assumptions.to_document(),
            "notes": [list(note) for note in self.notes],
            "events": {name: {str(y): v for y, v in years.items()} for name, years in self.events.items()},
        }  # fmt: skip

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Region:
        books = document["accounts"]
        people = document["structure"]
        return cls(
            document["id"],
            Accounts(
                int(books["year"]), books["balance"], books["income"], books["spending"],
                {line: Booked(*entry) for line, entry in books["parts"].items()}, bool(books["split"]),
                tuple(tuple(note) for note in books["notes"]),
            ),
            document["heads"],
            document["trend"],
            None if people is None else Structure(*(np.array(people[k]) for k in (*KINDS, "outside"))),
            float(document["wage"]),
            FundAssumptions.from_document(document["assumptions"]),
            tuple(tuple(note) for note in document["notes"]),
            {name: {int(y): v for y, v in years.items()} for name, years in document.get("events", {}).items()},  # noqa: E501
        )  # fmt: skip

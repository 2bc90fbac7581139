"""Lists nested in a JSON case (diagnoses, procedures, items, funds) as flat columns of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from .units import parse_duration

Item = Mapping[str, str | None]
Finding = tuple[str, str, str]  # rule, column, what was got


@dataclass(frozen=True, slots=True)
class Node:
    """How one list becomes columns.

    Attributes
    ----------
    codes : field with a code; the codes join into one column
    first, first_values, first_optional : field and values that mark the principal one; whether a list
        without a mark keeps its order
    totals : column → (field, unit) summed over the list
    split, amount, into : field that says what an amount is for, the amount, and value → column
    """

    codes: str | None
    first: str | None
    first_values: frozenset[str]
    first_optional: bool
    totals: Mapping[str, tuple[str, str]]
    split: str | None
    amount: str | None
    into: Mapping[str, str]

    def columns(self, name: str, items: Sequence[Item]) -> tuple[dict[str, str], list[Finding]]:
        """The columns `name.…` of one case, and what was found wrong in the list."""
        cells: dict[str, str] = {}
        found: list[Finding] = []
        if self.codes is not None:
            column = f"{name}.{self.codes}"
            cells[column], problem = self._joined(items)
            found.extend((rule, column, "") for rule in problem)
        for column, (field, unit) in self.totals.items():
            cells[f"{name}.{column}"] = _total([item.get(field) for item in items], unit)
        if self.split is not None:
            cells |= {f"{name}.{column}": text for column, text in self._split(items).items()}
            found.extend(("unknown-item", f"{name}.{self.split}", value) for value in self._strangers(items))
        return cells, found

    def _joined(self, items: Sequence[Item]) -> tuple[str, list[str]]:
        codes = [(item.get(self.codes or "") or "").strip() for item in items]
        if self.first is None or not codes:
            return "|".join(codes), []
        marked = [place for place, item in enumerate(items) if _text(item, self.first) in self.first_values]
        if len(marked) == 1:
            codes.insert(0, codes.pop(marked[0]))
            return "|".join(codes), []
        if self.first_optional:
            return "|".join(codes), ["main-procedure-not-marked"] if len(codes) > 1 else []
        undecided = codes if len(codes) == 1 else ["", *codes]  # never guess which one is the principal
        return "|".join(undecided), ["principal-not-marked"]

    def _split(self, items: Sequence[Item]) -> dict[str, str]:
        amounts: dict[str, list[str | None]] = {}
        for item in items:
            column = self.into.get(_text(item, self.split or ""))
            if column is not None:
                amounts.setdefault(column, []).append(item.get(self.amount or ""))
        return {column: _total(parts, "") for column, parts in amounts.items()}

    def _strangers(self, items: Sequence[Item]) -> Iterator[str]:
        return (text for item in items if (text := _text(item, self.split or "")) and text not in self.into)


def read_nodes(document: Mapping[str, Any]) -> dict[str, Node]:
    """The `[nodes]` part of a layout file."""
    return {name: _node(spec) for name, spec in document.items()}


def _node(spec: Mapping[str, Any]) -> Node:
    first = spec.get("first", {})
    split = spec.get("split", {})
    return Node(
        codes=spec.get("codes"),
        first=first.get("field"),
        first_values=frozenset(first.get("values", ())),
        first_optional=first.get("optional", False),
        totals={
            column: (total["field"], total.get("unit", "")) for column, total in spec.get("total", {}).items()
        },
        split=split.get("field"),
        amount=split.get("amount"),
        into=dict(spec.get("into", {})),
    )


def _text(item: Item, field: str) -> str:
    return (item.get(field) or "").strip()


def _total(texts: Sequence[str | None], unit: str) -> str:
    """The sum as text; empty when nothing is stated; an unreadable part as it is, to be reported."""
    stated = [text.strip() for text in texts if text and text.strip()]
    if not stated:
        return ""
    total = Decimal(0)
    for text in stated:
        hours = parse_duration(text) if unit else None
        try:
            total += Decimal(text) if hours is None else Decimal(str(hours))
        except InvalidOperation:
            return text
    return str(total)

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
    split, amount, into : field that says what an amount is for, the amount, and value → the columns it is
        part of, joined by `|`
    beside : fields beside the code, each joined into a column in the order of the codes
    apart, apart_values : field and values of items that are none of the list (diagnoses of Chinese medicine)
    """

    codes: str | None
    first: str | None
    first_values: frozenset[str]
    first_optional: bool
    totals: Mapping[str, tuple[str, str]]
    split: str | None
    amount: str | None
    into: Mapping[str, str]
    beside: tuple[str, ...] = ()
    apart: str | None = None
    apart_values: frozenset[str] = frozenset()

    def columns(self, name: str, items: Sequence[Item]) -> tuple[dict[str, str], list[Finding]]:
        """The columns `name.…` of one case, and what was found wrong in the list."""
        cells: dict[str, str] = {}
        found: list[Finding] = []
        if self.codes is not None:
            column = f"{name}.{self.codes}"
            own = [item for item in items if not self._is_apart(item)]
            order, problem = self._order(own)
            if len(own) < len(items):
                problem.append("diagnosis-of-another-kind")
            cells[column] = _in_order(own, order, self.codes)
            if cells[column]:
                cells |= {f"{name}.{field}": _in_order(own, order, field) for field in self.beside}
            found.extend((rule, column, "") for rule in problem)
        for column, (field, unit) in self.totals.items():
            cells[f"{name}.{column}"] = _total([item.get(field) for item in items], unit)
        if self.split is not None:
            cells |= {f"{name}.{column}": text for column, text in self._split(items).items()}
            found.extend(("unknown-item", f"{name}.{self.split}", value) for value in self._strangers(items))
        return cells, found

    def _is_apart(self, item: Item) -> bool:
        return self.apart is not None and _text(item, self.apart) in self.apart_values

    def _order(self, items: Sequence[Item]) -> tuple[list[int | None], list[str]]:
        """The items in order, the principal one first (None: not known), and what is wrong with the marks."""
        places: list[int | None] = list(range(len(items)))
        if self.first is None or not places:
            return places, []
        marked = [place for place, item in enumerate(items) if _text(item, self.first) in self.first_values]
        if len(marked) == 1:
            return [marked[0], *(place for place in places if place != marked[0])], []
        if self.first_optional:
            return places, ["main-procedure-not-marked"] if len(places) > 1 else []
        # never guess which one is the principal
        return (places if len(places) == 1 else [None, *places]), ["principal-not-marked"]

    def _split(self, items: Sequence[Item]) -> dict[str, str]:
        amounts: dict[str, list[str | None]] = {}
        for item in items:
            for column in filter(None, self.into.get(_text(item, self.split or ""), "").split("|")):
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
        beside=tuple(spec.get("beside", ())),
        apart=spec.get("apart", {}).get("field"),
        apart_values=frozenset(spec.get("apart", {}).get("values", ())),
    )


def _in_order(items: Sequence[Item], order: Sequence[int | None], field: str) -> str:
    texts = ["" if place is None else (items[place].get(field) or "").strip() for place in order]
    return "|".join(texts) if any(texts) else ""


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

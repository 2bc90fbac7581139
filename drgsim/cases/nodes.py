"""Lists nested in a JSON case (diagnoses, procedures, items, funds) as flat columns of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from .measures import parse_duration

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
    apart : (field, values) of items that are none of the list: diagnoses of Chinese medicine, withdrawn rows
    kinds : (field, values) that are known to be of the list; any other value is told
    sequence : field with the number of the item in the list
    sheets : names of a sheet or file that holds the list, beside the node's own
    headers : field → pattern of the other headers it has on such a sheet
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
    apart: tuple[tuple[str, frozenset[str]], ...] = ()
    kinds: tuple[str, frozenset[str]] | None = None
    sequence: str | None = None
    sheets: tuple[str, ...] = ()
    headers: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    @property
    def essential(self) -> tuple[tuple[str, ...], ...]:
        """Fields one set of which a sheet must have to be this list."""
        found = [(self.codes,)] if self.codes is not None else []
        if self.split is not None and self.amount is not None:
            return ((self.split, self.amount),)
        return (*found, *((name,) for name, _ in self.totals.values())) if not found else tuple(found)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that is read."""
        totals = [name for name, _ in self.totals.values()]
        apart = [name for name, _ in self.apart]
        kinds = [self.kinds[0]] if self.kinds else []
        given = [self.codes, self.first, self.split, self.amount, self.sequence, *self.beside, *totals]
        return tuple(dict.fromkeys(name for name in [*given, *apart, *kinds] if name is not None))

    def columns(self, name: str, items: Sequence[Item]) -> tuple[dict[str, str], list[Finding]]:
        """The columns `name.…` of one case, and what was found wrong in the list."""
        cells: dict[str, str] = {}
        found: list[Finding] = []
        if self.codes is not None:
            column = f"{name}.{self.codes}"
            own = self._in_sequence([item for item in items if not self.is_apart(item)])
            order, problem = self._order(own)
            if len(own) < len(items):
                problem.append("diagnosis-of-another-kind")
            found.extend(("kind-unknown", column, kind) for kind in self._odd_kinds(own))
            cells[column] = _in_order(own, order, self.codes)
            if cells[column]:
                texts = {f"{name}.{each}": _in_order(own, order, each) for each in self.beside}
                cells |= {each: text for each, text in texts.items() if text}
            found.extend((rule, column, "") for rule in problem)
        for column, (amount, unit) in self.totals.items():
            cells[f"{name}.{column}"] = _total([item.get(amount) for item in items], unit)
        if self.split is not None:
            cells |= {f"{name}.{column}": text for column, text in self._split(items).items()}
            found.extend(("unknown-item", f"{name}.{self.split}", value) for value in self._strangers(items))
        return cells, found

    def is_apart(self, item: Item) -> bool:
        """Whether an item is none of the list: a diagnosis of Chinese medicine, a row taken back."""
        return any(_mark(item, name) in values for name, values in self.apart)

    def _odd_kinds(self, items: Sequence[Item]) -> Iterator[str]:
        if self.kinds is not None:
            name, known = self.kinds
            yield from dict.fromkeys(
                mark for item in items if (mark := _mark(item, name)) and mark not in known
            )

    def _in_sequence(self, items: list[Item]) -> list[Item]:
        """By their numbers, where every item has one of its own; else as they stand."""
        numbers = [_mark(item, self.sequence) for item in items] if self.sequence else []
        if not numbers or len(set(numbers)) < len(items) or not all(text.isdecimal() for text in numbers):
            return items
        return [
            item for _, item in sorted(zip(map(int, numbers), items, strict=True), key=lambda one: one[0])
        ]

    def _order(self, items: Sequence[Item]) -> tuple[list[int | None], list[str]]:
        """The items in order, the principal one first (None: not known), and what is wrong with the marks."""
        places: list[int | None] = list(range(len(items)))
        if self.first is None or not places:
            return places, []
        marked = [place for place, item in enumerate(items) if _mark(item, self.first) in self.first_values]
        if len(marked) == 1:
            return [marked[0], *(place for place in places if place != marked[0])], []
        if self.first_optional:
            return places, ["main-procedure-not-marked"] if len(places) > 1 else []
        # never guess which one is the principal
        return (places if len(places) == 1 else [None, *places]), ["principal-not-marked"]

    def _split(self, items: Sequence[Item]) -> dict[str, str]:
        amounts: dict[str, list[str | None]] = {}
        for item in items:
            for column in filter(None, self.into.get(self._class(item), "").split("|")):
                amounts.setdefault(column, []).append(item.get(self.amount or ""))
        return {column: _total(parts, "") for column, parts in amounts.items()}

    def _strangers(self, items: Sequence[Item]) -> Iterator[str]:
        return (text for item in items if (text := self._class(item)) and text not in self.into)

    def _class(self, item: Item) -> str:
        """What an amount is for; a zero in front that a spreadsheet took away is put back."""
        text = _text(item, self.split or "").removesuffix(".0")
        return next((each for each in (text, text.zfill(2)) if each in self.into), text)


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
        apart=tuple((each["field"], frozenset(each["values"])) for each in _listed(spec.get("apart", ()))),
        kinds=(spec["kinds"]["field"], frozenset(spec["kinds"]["values"])) if "kinds" in spec else None,
        sequence=spec.get("sequence"),
        sheets=tuple(spec.get("sheets", ())),
        headers={name: re.compile(text, re.IGNORECASE) for name, text in spec.get("headers", {}).items()},
    )


def _listed(spec: Any) -> Sequence[Mapping[str, Any]]:
    return [spec] if isinstance(spec, Mapping) else spec


def _in_order(items: Sequence[Item], order: Sequence[int | None], name: str) -> str:
    texts = ["" if place is None else (items[place].get(name) or "").strip() for place in order]
    return "|".join(texts) if any(texts) else ""


def _text(item: Item, name: str) -> str:
    return (item.get(name) or "").strip()


def _mark(item: Item, name: str) -> str:
    """A flag, kind or number as it is compared: 1 for `01` and `1.0`."""
    text = unicodedata.normalize("NFKC", _text(item, name)).removesuffix(".0").casefold()
    return str(int(text)) if text.isdecimal() else text


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

"""What a layout says: how an export names its columns, lists its codes and writes its values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from .headers import headers_of
from .nodes import Node
from .values import Value, spellings


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """Where one column of the case table stands: the first of `keys` that is there, the sum of all, or all
    of them joined by `/` (days, hours and minutes in columns of their own). Before them the sum of the first
    of `sums` whose first key is there: the total an export states, or the parts it states instead."""

    keys: tuple[str, ...]
    unit: str = ""
    summed: bool = False
    joined: bool = False
    sums: tuple[tuple[str, ...], ...] = ()

    @property
    def every_key(self) -> tuple[str, ...]:
        """Every header key that may feed the column."""
        return (*self.keys, *(key for sum_ in self.sums for key in sum_))


@dataclass(frozen=True, slots=True)
class HeaderForms:
    """The headers of the columns of a list.

    Attributes
    ----------
    joined, joined_like : keys and patterns of the one column that holds all of them
    principal, principal_like : of the principal's column
    others : patterns of the others' columns (a group is the number)
    numbered : patterns of columns numbered throughout, the lowest number being the principal
    """

    joined: tuple[str, ...] = ()
    joined_like: tuple[re.Pattern[str], ...] = ()
    principal: tuple[str, ...] = ()
    principal_like: tuple[re.Pattern[str], ...] = ()
    others: tuple[re.Pattern[str], ...] = ()
    numbered: tuple[re.Pattern[str], ...] = ()

    def claims(self, key: str) -> bool:
        """Whether a header key is one of these."""
        return (
            key in self.joined
            or key in self.principal
            or any(
                pattern.fullmatch(key)
                for pattern in (*self.joined_like, *self.principal_like, *self.others, *self.numbered)
            )
        )


@dataclass(frozen=True, slots=True)
class CodeListSource:
    """Where a list of codes stands: joined in one column, or one column a code.

    Attributes
    ----------
    sure : headers of columns of codes
    unsure : headers under which files hold codes or names; the cells decide
    separators : what stands between codes in a cell, besides the signs no code holds
    attached : pattern of columns whose asterisk code joins the code of the same number
    beside : by column of the case table, headers of texts beside the codes
    """

    sure: HeaderForms
    unsure: HeaderForms
    separators: tuple[str, ...]
    attached: re.Pattern[str] | None
    beside: Mapping[str, HeaderForms]

    def claims(self, key: str) -> bool:
        """Whether codes may stand under this header key."""
        return self.sure.claims(key) or self.unsure.claims(key)


@dataclass(frozen=True, slots=True)
class Layout:
    """One export format.

    Attributes
    ----------
    id, label_zh, label_en, source, state, note : what it is and how far to trust it
    recognise : header keys that must all be there
    needs : columns of the case table that must be found
    missing, text_missing, not_applicable : texts that mean so (`text_missing` in text columns only)
    columns, lists : where columns and code lists stand
    values : by column, text → value; None where the layout cannot know
    identifiers : columns that name persons, dropped unless asked for
    nodes : how lists nested in JSON become columns
    lists_below : the layout that says what lists on sheets of their own become
    order, at_least : the headers of a file that has none, and how many columns it has at the least
    """

    id: str
    label_zh: str
    label_en: str
    source: str
    state: Literal["read", "secondary", "assumed"]
    note: str
    recognise: tuple[str, ...]
    needs: tuple[str, ...]
    missing: frozenset[str]
    text_missing: frozenset[str]
    not_applicable: frozenset[str]
    columns: Mapping[str, ColumnSource]
    lists: Mapping[str, CodeListSource]
    values: Mapping[str, Mapping[str, Value | None]]
    identifiers: re.Pattern[str]
    nodes: Mapping[str, Node] = field(default_factory=dict)
    lists_below: str = ""
    order: tuple[str, ...] = ()
    at_least: int = 0

    def is_identifier(self, key: str) -> bool:
        own = self.identifiers.fullmatch(key) is not None
        return own or headers_of("identifier").fullmatch(key) is not None

    def with_values(self, own: Mapping[str, Mapping[str, Value]]) -> Layout:
        """This layout with the caller's word on what values mean."""
        said = {name: {str(text): value for text, value in texts.items()} for name, texts in own.items()}
        merged = {name: {**self.values.get(name, spellings(name)), **texts} for name, texts in said.items()}
        return replace(self, values={**self.values, **merged})

"""What a layout says: how an export names its columns, lists its codes and writes its values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from .nodes import Node
from .values import Value, spellings


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """Where one column of the case table stands: the first of `keys` that is there, the sum of all, or all
    of them joined by `/` (days, hours and minutes in columns of their own)."""

    keys: tuple[str, ...]
    unit: str = ""
    summed: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class CodeListSource:
    """Where a list of codes stands: joined in one column, or one column a code.

    Attributes
    ----------
    joined, separators : keys of the one column, and what stands between codes in it
    principal, others : keys of the principal's column, and patterns of the others' (a group is the number)
    numbered : patterns of columns numbered throughout, the lowest number being the principal
    attached : pattern of columns whose asterisk code joins the code of the same number
    """

    joined: tuple[str, ...]
    separators: tuple[str, ...]
    principal: tuple[str, ...]
    others: tuple[re.Pattern[str], ...]
    numbered: tuple[re.Pattern[str], ...]
    attached: re.Pattern[str] | None


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

    def is_identifier(self, key: str) -> bool:
        return self.identifiers.fullmatch(key) is not None

    def with_values(self, own: Mapping[str, Mapping[str, Value]]) -> Layout:
        """This layout with the caller's word on what values mean."""
        said = {name: {str(text): value for text, value in texts.items()} for name, texts in own.items()}
        merged = {name: {**self.values.get(name, spellings(name)), **texts} for name, texts in said.items()}
        return replace(self, values={**self.values, **merged})

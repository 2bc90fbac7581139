"""Layouts: how an export names its columns, lists its codes and writes its values. One TOML file each.

`docs/cases.md` explains the keys. A new export format is a new file in `data/layouts/`, or a file of
the user's own given as `layout="my.toml"`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from .._paths import data_path
from ..errors import NotFoundError, nearest_name
from .columns import case_columns
from .errors import LayoutFileError
from .headers import header_key, schema_keys
from .nodes import Node, read_nodes
from .units import UNITS
from .values import Value, as_value, spellings, value_labels

UNDECIDED = "?"  # in [values.…]: the layout cannot know what this text means


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """Where one column of the case table stands: the first of `keys` that is there, or the sum of all."""

    keys: tuple[str, ...]
    unit: str = ""
    summed: bool = False


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


@cache
def layouts() -> Mapping[str, Layout]:
    """The shipped layouts by id.

    >>> "hqms" in layouts()
    True
    """
    found = [load_layout(path) for path in sorted(data_path("layouts").glob("*.toml"))]
    return MappingProxyType({layout.id: layout for layout in found})


def nested_lists() -> dict[str, Node]:
    """How lists nested in JSON become columns, by name of the list, over all shipped layouts."""
    return {name: node for layout in layouts().values() for name, node in layout.nodes.items()}


def find_layout(name: str | Path) -> Layout:
    """A shipped layout by id, or one from a `.toml` file. Raises NotFoundError or LayoutFileError."""
    known = layouts()
    if str(name) in known:
        return known[str(name)]
    if Path(name).suffix == ".toml" and Path(name).is_file():
        return load_layout(Path(name))
    raise NotFoundError(
        "no such layout", got=str(name), allowed=list(known), nearest=known, do="or give a .toml file"
    )


def load_layout(path: Path) -> Layout:
    """Read a layout file. Raises LayoutFileError that lists everything wrong in it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        problems = list(_problems(document))
        if problems:
            raise LayoutFileError("the layout file has mistakes: " + "; ".join(problems), where=path.name)
        return _layout(document)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, re.error) as error:
        raise LayoutFileError(f"the layout file cannot be read: {error}", where=path.name) from error


def _layout(document: dict[str, Any]) -> Layout:
    columns = {name: _column_source(spec) for name, spec in document.get("columns", {}).items()}
    if "schema_names" in document:
        columns = schema_sources(document["schema_names"]) | columns
    return Layout(
        id=document["id"],
        label_zh=document["label_zh"],
        label_en=document["label_en"],
        source=document["source"],
        state=document["state"],
        note=document.get("note", ""),
        recognise=tuple(map(header_key, document.get("recognise", ()))),
        needs=tuple(document.get("needs", ())),
        missing=frozenset(document.get("missing", ())),
        text_missing=frozenset(document.get("text_missing", ())),
        not_applicable=frozenset(document.get("not_applicable", ())),
        columns=columns,
        lists={name: _list_source(spec) for name, spec in document.get("lists", {}).items()},
        values={name: _values(name, texts) for name, texts in document.get("values", {}).items()},
        identifiers=_identifiers(document.get("identifiers", {})),
        nodes=read_nodes(document.get("nodes", {})),
    )


def schema_sources(fields: list[str]) -> dict[str, ColumnSource]:
    """Sources straight from the names the case table itself lists (`name`, `aliases`, `label_zh`, …)."""
    return {
        column.name: ColumnSource(schema_keys(column, fields))
        for column in case_columns().values()
        if column.kind != "codes"
    }


def _column_source(spec: Any) -> ColumnSource:
    if isinstance(spec, str):
        spec = [spec]
    if isinstance(spec, list):
        spec = {"from": spec}
    names = spec.get("sum") or spec["from"]
    return ColumnSource(tuple(map(header_key, names)), spec.get("unit", ""), "sum" in spec)


def _list_source(spec: dict[str, Any]) -> CodeListSource:
    return CodeListSource(
        joined=tuple(map(header_key, spec.get("joined", ()))),
        separators=tuple(spec.get("separators", ("|",))),
        principal=tuple(map(header_key, spec.get("principal", ()))),
        others=tuple(map(_pattern, spec.get("others", ()))),
        numbered=tuple(map(_pattern, spec.get("numbered", ()))),
        attached=_pattern(spec["attached"]) if "attached" in spec else None,
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _values(column: str, texts: dict[str, str]) -> dict[str, Value | None]:
    own = {text: None if value == UNDECIDED else as_value(column, value) for text, value in texts.items()}
    return {**spellings(column), **own}


def _identifiers(spec: dict[str, list[str]]) -> re.Pattern[str]:
    names = [re.escape(header_key(name)) for name in spec.get("names", ())]
    return re.compile("|".join([*names, *spec.get("patterns", ())]) or r"(?!)", re.IGNORECASE)


_KEYS = {
    "id", "label_zh", "label_en", "source", "state", "note", "recognise", "needs", "missing", "text_missing",
    "not_applicable", "schema_names", "columns", "lists", "values", "identifiers", "nodes",
}  # fmt: skip


def _problems(document: dict[str, Any]) -> Iterator[str]:
    for key in ("id", "label_zh", "label_en", "source", "state"):
        if not isinstance(document.get(key), str):
            yield f"{key} is missing"
    for key in document.keys() - _KEYS:
        yield f"unknown key {key!r}{_hint(key, _KEYS)}"
    parts = ("columns", "lists", "values")
    for table, name in [(part, name) for part in parts for name in document.get(part, ())]:
        if name not in case_columns():
            yield f"[{table}] names no column of the case table: {name!r}{_hint(name, case_columns())}"
        elif table == "lists" and case_columns()[name].kind != "codes":
            yield f"[lists.{name}]: that column holds no codes"
    for name, texts in document.get("values", {}).items():
        allowed = [
            UNDECIDED,
            *(str(int(value)) if isinstance(value, bool) else str(value) for value in value_labels(name)),
        ]
        for text in [text for text in texts.values() if str(text) not in allowed]:
            yield f"[values.{name}] has no value {text!r}, allowed {', '.join(allowed)}"
    for name, spec in document.get("columns", {}).items():
        if isinstance(spec, dict) and spec.get("unit", "") not in {"", *UNITS}:
            yield f"[columns] {name}: unknown unit {spec['unit']!r}, allowed {', '.join(UNITS)}"
        if isinstance(spec, dict) and not {"from", "sum"} & spec.keys():
            yield f"[columns] {name} says neither from nor sum"


def _hint(name: str, known: Any) -> str:
    near = nearest_name(name, known)
    return f" (did you mean {near!r}?)" if near else ""

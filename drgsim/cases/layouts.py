"""The layouts there are: one TOML file each in `data/layouts/`, or a file of the user's own; `docs/cases.md`
explains the keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from .._damaged import read_toml
from .._paths import data_path, is_file
from ..errors import NotFoundError, nearest_name
from ..sources import STATES
from .case_errors import LayoutFileError
from .columns import case_columns
from .headers import HeaderKind, header_key, headers_of, schema_keys
from .layout import CodeListSource, ColumnSource, HeaderForms, Layout
from .measures import UNITS
from .nodes import Node, read_nodes
from .values import Value, as_value, spellings, value_labels, written

UNDECIDED = "?"  # in [values.…]: the layout cannot know what this text means


def load_layout(path: Path) -> Layout:
    """Read a layout file. Raises LayoutFileError that lists everything wrong in it."""
    try:
        document = read_toml(path, LayoutFileError)
        problems = list(_problems(document))
        if problems:
            raise LayoutFileError("the layout file has mistakes: " + "; ".join(problems), where=path.name)
        return _layout(document)
    except re.error as error:
        raise LayoutFileError(f"the layout file cannot be read: {error}", where=path.name) from error
    except (TypeError, AttributeError, KeyError) as error:
        raise LayoutFileError(
            f"a part of the layout file is not built as it should be: {error}",
            where=path.name,
            do="see docs/cases.md",
        ) from error


def _layout(document: dict[str, Any]) -> Layout:
    columns = {name: _column_source(spec) for name, spec in document.get("columns", {}).items()}
    lists = {name: _list_source(spec) for name, spec in document.get("lists", {}).items()}
    if "schema_names" in document:
        columns = schema_sources(document["schema_names"]) | columns
        fields = document["schema_names"]
        lists = {name: _with_schema_names(name, found, fields) for name, found in lists.items()}
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
        lists=lists,
        values={name: _values(name, texts) for name, texts in document.get("values", {}).items()},
        identifiers=_identifiers(document.get("identifiers", {})),
        nodes=read_nodes(document.get("nodes", {})),
        lists_below=document.get("lists_below", ""),
        order=tuple(document.get("order", ())),
        at_least=document.get("at_least", len(document.get("order", ()))),
    )


def schema_sources(fields: list[str]) -> dict[str, ColumnSource]:
    """Sources straight from the names the case table itself lists (`name`, `aliases`, `label_zh`, …)."""
    return {
        column.name: ColumnSource(schema_keys(column, fields))
        for column in case_columns().values()
        if column.kind not in ("codes", "list")
    }


def _with_schema_names(name: str, source: CodeListSource, fields: list[str]) -> CodeListSource:
    """The list with the columns of texts beside its codes under the names the case table lists."""
    beside = dict(source.beside)
    for column in [column for column in case_columns().values() if column.beside == name]:
        own = beside.get(column.name, HeaderForms())
        beside[column.name] = replace(own, joined=(*own.joined, *schema_keys(column, fields)))
    return replace(source, beside=beside)


def _column_source(spec: Any) -> ColumnSource:
    if isinstance(spec, str):
        spec = [spec]
    if isinstance(spec, list):
        spec = {"from": spec}
    names = spec.get("sum") or spec.get("join") or spec.get("from", ())
    sums = tuple(tuple(map(header_key, each)) for each in spec.get("sums", ()))
    keys = tuple(map(header_key, names))
    return ColumnSource(keys, spec.get("unit", ""), "sum" in spec, "join" in spec, sums)


def _list_source(spec: dict[str, Any]) -> CodeListSource:
    return CodeListSource(
        sure=_forms(spec),
        unsure=_forms(spec.get("unsure", {})),
        separators=tuple(spec.get("separators", ("|",))),
        attached=_pattern(spec["attached"]) if "attached" in spec else None,
        beside={name: _forms(forms) for name, forms in spec.get("beside", {}).items()},
    )


def _forms(spec: dict[str, Any]) -> HeaderForms:
    return HeaderForms(
        joined=tuple(map(header_key, spec.get("joined", ()))),
        joined_like=tuple(map(_pattern, spec.get("joined_like", ()))),
        principal=tuple(map(header_key, spec.get("principal", ()))),
        principal_like=tuple(map(_pattern, spec.get("principal_like", ()))),
        others=tuple(map(_pattern, spec.get("others", ()))),
        numbered=tuple(map(_pattern, spec.get("numbered", ()))),
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
    "not_applicable", "schema_names", "columns", "lists", "values", "identifiers", "nodes", "order",
    "at_least", "lists_below",
}  # fmt: skip


def _problems(document: dict[str, Any]) -> Iterator[str]:
    for key in ("id", "label_zh", "label_en", "source", "state"):
        if not isinstance(document.get(key), str):
            yield f"{key} is missing"
    if document.get("state") not in (None, *STATES):
        yield f"state is {document['state']!r}, allowed {', '.join(STATES)}"
    for key in sorted(document.keys() - _KEYS):
        yield f"unknown key {key!r}{_hint(key, _KEYS)}"
    for where, value in _lists_of_texts(document):
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield f"{where} is a list of texts in brackets"
        elif any(len(each) > _LONGEST for each in value):
            yield f"{where} holds a text of more than {_LONGEST:,} characters"
    parts = ("columns", "lists", "values")
    for table, name in [(part, name) for part in parts for name in document.get(part, ())]:
        if name not in case_columns():
            yield f"[{table}] names no column of the case table: {name!r}{_hint(name, case_columns())}"
        elif table == "lists" and case_columns()[name].kind != "codes":
            yield f"[lists.{name}]: that column holds no codes"
    for part, spec in document.get("lists", {}).items():
        for name in spec.get("beside", {}):
            if name not in case_columns():
                hint = _hint(name, case_columns())
                yield f"[lists.{part}.beside] names no column of the case table: {name!r}{hint}"
    for name, texts in document.get("values", {}).items():
        allowed = [UNDECIDED, *map(written, value_labels(name))]
        for value in [value for value in texts.values() if written(value) not in allowed]:
            yield f"[values.{name}] has no value {value!r}, allowed {', '.join(allowed)}"
    for name, spec in document.get("columns", {}).items():
        if isinstance(spec, dict) and spec.get("unit", "") not in {"", *UNITS}:
            yield f"[columns] {name}: unknown unit {spec['unit']!r}, allowed {', '.join(UNITS)}"
        if isinstance(spec, dict) and not {"from", "sum", "sums", "join"} & spec.keys():
            yield f"[columns] {name} says none of from, sum, sums, join"


_LONGEST = 1_000  # characters of a header or a pattern
_LISTS = ("recognise", "needs", "missing", "text_missing", "not_applicable", "order", "schema_names")
_FORMS = ("joined", "joined_like", "principal", "principal_like", "others", "numbered", "separators")


def _lists_of_texts(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every part of the document that is a list of texts (of which a text alone would be its letters)."""
    yield from ((key, document[key]) for key in _LISTS if key in document)
    for key in document.get("identifiers", {}):
        yield f"[identifiers] {key}", document["identifiers"][key]
    for name, spec in document.get("lists", {}).items():
        tables = [spec, spec.get("unsure", {}), *spec.get("beside", {}).values()]
        yield from ((f"[lists.{name}] {key}", each[key]) for each in tables for key in _FORMS if key in each)
    for name, spec in document.get("columns", {}).items():
        if isinstance(spec, dict):
            keys = [key for key in ("from", "sum", "join") if key in spec]
            yield from ((f"[columns] {name}.{key}", spec[key]) for key in keys)


def _hint(name: str, known: Any) -> str:
    near = nearest_name(name, known)
    return f" (did you mean {near!r}?)" if near else ""


@cache
def layouts() -> Mapping[str, Layout]:
    """The shipped layouts by id.

    >>> "hqms" in layouts()
    True
    """
    found = [load_layout(path) for path in sorted(data_path("layouts").glob("*.toml"))]
    known = {layout.id: layout for layout in found}
    return MappingProxyType({name: _with_lists(layout, known) for name, layout in known.items()})


def _with_lists(layout: Layout, known: Mapping[str, Layout]) -> Layout:
    """The layout with what the layout in `lists_below` makes of lists on sheets of their own, behind its own
    headers."""
    if not layout.lists_below:
        return layout
    other = known[layout.lists_below]
    columns = dict(layout.columns)
    for name, source in other.columns.items():
        keys = tuple(key for key in source.keys if "." in key)
        if keys:
            own = columns.get(name, replace(source, keys=()))
            columns[name] = replace(own, keys=(*own.keys, *keys))
    lists = {
        name: replace(
            source,
            sure=replace(source.sure, joined=(*source.sure.joined, *_below(other.lists[name].sure))),
            beside={
                each: replace(forms, joined=(*forms.joined, *_below(other.lists[name].beside.get(each))))
                for each in {**other.lists[name].beside, **source.beside}
                for forms in [source.beside.get(each, HeaderForms())]
            },
        )
        if name in other.lists
        else source
        for name, source in layout.lists.items()
    }
    return replace(layout, columns=columns, lists=lists)


def _below(forms: HeaderForms | None) -> tuple[str, ...]:
    return () if forms is None else tuple(key for key in forms.joined if "." in key)


@cache
def _header_names() -> tuple[frozenset[str], tuple[HeaderForms, ...]]:
    keys: set[str] = set()
    forms: list[HeaderForms] = []
    for layout in layouts().values():
        keys.update(key for source in layout.columns.values() for key in source.every_key)
        for listed in layout.lists.values():
            forms += [listed.sure, listed.unsure, *listed.beside.values()]
    return frozenset(keys), tuple(forms)


def known_headers(key: str) -> bool:
    """Whether any layout knows this header key, be it for a column, a list, a person or something else.

    >>> known_headers("a48"), known_headers("其他诊断编码3"), known_headers("i10.x00")
    (True, True, False)
    """
    keys, forms = _header_names()
    if key in keys or any(each.claims(key) for each in forms):
        return True
    return any(headers_of(kind).fullmatch(key) is not None for kind in get_args(HeaderKind))


def nested_lists() -> dict[str, Node]:
    """How lists nested in JSON become columns, by name of the list, over all shipped layouts."""
    return {name: node for layout in layouts().values() for name, node in layout.nodes.items()}


def find_layout(name: str | Path) -> Layout:
    """A shipped layout by id, or one from a `.toml` file. Raises NotFoundError or LayoutFileError."""
    known = layouts()
    if str(name) in known:
        return known[str(name)]
    if Path(name).suffix == ".toml" and is_file(name):
        return load_layout(Path(name))
    raise NotFoundError(
        "no such layout", got=str(name), allowed=list(known), nearest=known, do="or give a .toml file"
    )

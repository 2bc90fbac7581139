"""The layouts there are: one TOML file each in `data/layouts/`, or a file of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from .._paths import data_path
from ..errors import NotFoundError
from .headers import HeaderKind, headers_of
from .layout import HeaderForms, Layout
from .layout_file import load_layout
from .nodes import Node


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
        keys.update(key for source in layout.columns.values() for key in source.keys)
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
    if Path(name).suffix == ".toml" and Path(name).is_file():
        return load_layout(Path(name))
    raise NotFoundError(
        "no such layout", got=str(name), allowed=list(known), nearest=known, do="or give a .toml file"
    )

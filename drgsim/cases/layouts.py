"""The layouts there are: one TOML file each in `data/layouts/`, or a file of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from .._paths import data_path
from ..errors import NotFoundError
from .layout import Layout
from .layout_file import load_layout
from .nodes import Node


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

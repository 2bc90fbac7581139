"""From an id, a file or a mapping to one whole document, with what it extends taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .._paths import data_path
from ..errors import NotFoundError
from .document import Document, read_document, refuse
from .entries import Dated
from .errors import Problem
from .parameters import catalogue
from .yaml_text import read_yaml

_FOLDERS = ("national", "regions", "cities", "benefits", "parts")


@cache
def shipped() -> Mapping[str, Path]:
    """The shipped policies: id to file, in the order of their folders and names.

    >>> "national-drg-rate" in shipped()
    True
    """
    files = [path for folder in _FOLDERS for path in sorted(data_path("policies", folder).glob("*.yaml"))]
    return MappingProxyType({path.stem: path for path in files})


def load_document(source: str | Path | Mapping[str, Any]) -> Document:
    """The document of a shipped id, a YAML file or a mapping, with what it extends taken over.

    Raises NotFoundError for a name that is neither, FileFormatError for a file that is not YAML, and
    PolicyError with all problems at once.
    """
    if isinstance(source, Mapping):
        return _whole(source, name=f"the policy {source.get('id', 'without an id')}", folder=None, trail=())
    path = find(str(source), folder=None)
    return _whole(read_yaml(path), name=path.name, folder=path.parent, trail=())


def find(name: str, *, folder: Path | None) -> Path:
    """The file of a policy: a shipped id, or a path (beside `folder` when a document there names it)."""
    if name in shipped():
        return shipped()[name]
    path = Path(name) if folder is None else folder / name
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return path
    raise NotFoundError(
        "no such policy",
        got=name,
        allowed=list(shipped()),
        nearest=shipped(),
        do="`drgsim policy list` shows the shipped ones; a file's name ends in .yaml",
    )


def _whole(raw: Mapping[str, Any], *, name: str, folder: Path | None, trail: tuple[str, ...]) -> Document:
    document = read_document(raw, name=name)
    if document.id in trail:
        circle = " → ".join((*trail, document.id))
        refuse([Problem("extends", "a policy that extends itself", got=circle)], name)
    for parent in reversed(document.extends):  # the last named lies nearest below the document
        path = find(parent, folder=folder)
        base = _whole(read_yaml(path), name=path.name, folder=path.parent, trail=(*trail, document.id))
        document = over(base, document)
    if not trail:
        refuse(missing(document), name)
    return document


def over(base: Document, top: Document) -> Document:
    """`top` with everything it does not say itself taken from `base`."""
    parameters = {**base.parameters}
    for path, own in top.parameters.items():
        earlier = tuple(dated for dated in parameters.get(path, ()) if dated.since < own[0].since)
        parameters[path] = earlier + own
    order = {path: parameters[path] for path in catalogue() if path in parameters}
    return replace(
        top,
        region=top.region or (base.region if base.method else None),  # a part does not say where
        method=top.method or base.method,
        scheme=top.scheme or base.scheme,
        sources={**base.sources, **top.sources},
        parameters=order,
    )


def missing(document: Document) -> list[Problem]:
    """Parameters that the document's method, or a choice it makes, cannot do without.

    A part, which has no method, may leave them to whoever extends it.
    """
    if document.method is None:
        return []
    needed: dict[str, str] = {}
    for path, parameter in catalogue().items():
        if document.method in parameter.required:
            needed[path] = f"method {document.method}"
        for dated in document.parameters.get(path, ()):
            for other in _needs(parameter.needs, dated):
                needed[other] = f"{path}: {dated.value}"
    return [
        Problem(path, f"needed by {reason}, but never set")
        for path, reason in needed.items()
        if catalogue()[path].nullable
        and all(each.value is None for each in document.parameters.get(path, ()))
    ]


def _needs(needs: Mapping[str, tuple[str, ...]], dated: Dated) -> tuple[str, ...]:
    return needs.get(dated.value, ()) if isinstance(dated.value, str) else ()

"""The scenarios that ship, and from a name or a file to the mapping it holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..._paths import data_path
from ...errors import NotFoundError
from ...policy.library import shipped as shipped_policies
from ...policy.yaml_text import Lined, read_yaml


@cache
def shipped() -> Mapping[str, Path]:
    """The shipped scenarios: id to file, the baseline they share first.

    >>> list(shipped())[0]
    'baseline-drg'
    """
    files = sorted(data_path("scenarios").glob("*.yaml"))
    return MappingProxyType({path.stem: path for path in files})


def find(name: str, *, folder: Path | None = None) -> Path:
    """The file of a scenario: a shipped id, or a path (beside `folder` when a document there names it)."""
    if name in shipped():
        return shipped()[name]
    path = Path(name) if folder is None else folder / name
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return path
    if name in shipped_policies():
        raise NotFoundError(
            "a policy, not a scenario", got=name, do=f"give Scenario.of({name!r}): the policy without levers"
        )
    raise NotFoundError(
        "no such scenario",
        got=name,
        allowed=list(shipped()),
        nearest=shipped(),
        do="give a shipped id, or a file whose name ends in .yaml",
    )


def read(source: str | Path | Mapping[str, Any]) -> tuple[Mapping[str, Any], str, Path | None]:
    """The raw document, what errors call it, and the folder its own files are looked for in."""
    if isinstance(source, Mapping):
        return _with_on(source), f"the scenario {source.get('id', 'without an id')}", None
    path = find(str(source))
    return _with_on(read_yaml(path)), path.name, path.parent


def _with_on(raw: Mapping[Any, Any]) -> Mapping[str, Any]:
    """YAML reads a bare `on` as true; here it is the name of a field."""
    named = {"on" if key is True else key: value for key, value in raw.items()}
    return Lined(named, raw.text) if isinstance(raw, Lined) else named

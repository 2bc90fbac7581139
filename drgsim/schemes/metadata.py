"""`scheme.toml`: what a pack says of itself, and its switches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

from .._damaged import read_toml
from .model import StatedScheme, Switches, Trust
from .scheme_errors import PackError

FILE = "scheme.toml"
_TEXTS = ("id", "version", "base", "family", "trust", "source")
_DATES = ("valid_from", "valid_to")
_KEYS = (*_TEXTS, *_DATES, "title", "notes", "switches")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of `Scheme` that `scheme.toml` holds. `switches` has only those the file states."""

    id: str
    title: str
    title_en: str = ""
    version: str = ""
    base: str | None = None
    family: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    trust: Trust = "assumed"
    source: str = ""
    notes: tuple[str, ...] = ()
    switches: Mapping[str, Any] = field(default_factory=dict)
    switch_sources: Mapping[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """What goes into a Scheme as it is."""
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if f.name not in ("switches", "switch_sources")
        }

    def switch_fields(self, base: StatedScheme | None) -> dict[str, Any]:
        """The switches of a Scheme and their sources: the base's, but for those that the file states."""
        switches, sources = (base.switches, base.switch_sources) if base else (Switches(), {})
        merged = {**sources, **self.switch_sources}
        return {
            "switches": replace(switches, **self.switches),
            "switch_sources": {name: source for name, source in merged.items() if source},
        }


def folder_name(id: str) -> str:
    """The folder that a pack is looked for in first: its id, a dot as `_`, for a wheel splits at dots."""
    return id.replace(".", "_")


def read_metadata(folder: Path) -> Metadata:
    """Read and check `folder/scheme.toml`; PackError names the key that is wrong."""
    path = folder / FILE
    if not path.is_file():
        raise PackError(f"no {FILE} in this folder: not a scheme pack", where=str(folder))
    table = read_toml(path, PackError)
    try:
        return _metadata(table)
    except PackError as error:
        error.where = str(path)
        raise


def write_metadata(path: Path, scheme: StatedScheme, base: StatedScheme | None) -> None:
    """Write what `scheme` says of itself; of the switches those that are not the base's or usual."""
    lines = [
        f"id = {_text(scheme.id)}",
        f"title = {{ zh = {_text(scheme.title)}, en = {_text(scheme.title_en)} }}",
        f"version = {_text(scheme.version)}",
    ]
    if base is not None:
        lines.append(f"base = {_text(base.id)}")
    if scheme.family:
        lines.append(f"family = {_text(scheme.family)}")
    lines += [f"{key} = {day}" for key in _DATES if (day := getattr(scheme, key))]
    lines += [f"trust = {_text(scheme.trust)}", f"source = {_text(scheme.source)}"]
    if scheme.notes:
        lines += ["notes = [", *(f"    {_text(note)}," for note in scheme.notes), "]"]
    lines += _switch_lines(scheme, base)
    path.write_text("\n".join((*lines, "")), encoding="utf-8", newline="\n")


def _switch_lines(scheme: StatedScheme, base: StatedScheme | None) -> list[str]:
    old, sources = (base.switches, base.switch_sources) if base else (Switches(), {})
    lines = []
    for each in fields(Switches):
        value = getattr(scheme.switches, each.name)
        source = scheme.switch_sources.get(each.name, "")
        if value == getattr(old, each.name) and source == sources.get(each.name, ""):
            continue
        stated = json.dumps(value) if isinstance(value, bool) else _text(value)
        lines.append(f"{each.name} = {{ value = {stated}, source = {_text(source)} }}")
    return ["", "[switches]", *lines] if lines else []


def _metadata(table: dict[str, Any]) -> Metadata:
    _known(table, _KEYS, "key")
    found: dict[str, Any] = {key: _typed(table, key, str) for key in _TEXTS if key in table}
    found["base"] = found.get("base") or None
    found |= {key: _typed(table, key, date) for key in _DATES if key in table}
    if not found.get("id"):
        raise PackError("a pack needs an `id`")
    if found.get("trust", "assumed") not in get_args(Trust):
        raise PackError("unknown state of trust", got=found["trust"], allowed=get_args(Trust))
    title = table.get("title", found["id"])
    if isinstance(title, dict):
        _known(title, ("zh", "en"), "language")
        found |= {"title": _typed(title, "zh", str, found["id"]), "title_en": _typed(title, "en", str, "")}
    else:
        found["title"] = _typed({"title": title}, "title", str)
    found["notes"] = tuple(_typed({"notes": note}, "notes", str) for note in _typed(table, "notes", list, []))
    switches = _typed(table, "switches", dict, {})
    _known(switches, [each.name for each in fields(Switches)], "switch")
    found["switches"] = {name: _switch(name, stated) for name, stated in switches.items()}
    found["switch_sources"] = {
        name: _typed(stated, "source", str, "") if isinstance(stated, dict) else ""
        for name, stated in switches.items()
    }
    return Metadata(**found)


def _switch(name: str, stated: Any) -> Any:
    """The value of a switch, written alone or with its source."""
    if isinstance(stated, dict):
        _known(stated, ("value", "source"), f"key of the switch {name}")
    value = stated["value"] if isinstance(stated, dict) and "value" in stated else stated
    kind = get_type_hints(Switches)[name]
    if issubclass(kind, Enum):
        allowed = [option.value for option in kind]
        if value not in allowed:
            raise PackError(f"unknown value of the switch {name}", got=value, allowed=allowed)
        return kind(value)
    if not isinstance(value, kind):
        raise PackError(f"wrong value of the switch {name}", got=value, allowed=(True, False))
    return value


def _known(table: Mapping[str, Any], allowed: Any, what: str) -> None:
    strange = next((key for key in table if key not in allowed), None)
    if strange is not None:
        raise PackError(f"unknown {what}", got=strange, allowed=allowed, nearest=allowed)


def _typed(table: Mapping[str, Any], key: str, kind: type, default: Any = None) -> Any:
    value = table.get(key, default)
    if type(value) is not kind:  # a date with a time is also a date, and a mistake
        raise PackError(f"`{key}` should be {kind.__name__}", got=value)
    return value


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

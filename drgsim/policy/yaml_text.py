"""YAML in and out: a key written twice is an error, and output is stable and readable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import FileFormatError


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds; raises FileFormatError that points at the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError("not a UTF-8 text file", where=path.name) from error
    return parse_yaml(text, name=path.name)


def parse_yaml(text: str, *, name: str) -> dict[str, Any]:
    """The mapping YAML text holds. `name` is what errors call it."""
    import yaml

    try:
        content = yaml.load(text, Loader=_loader())
    except yaml.YAMLError as error:
        raise FileFormatError("not a YAML document", got=_first_line(error), where=name) from error
    if not isinstance(content, dict):
        raise FileFormatError("a document must be a mapping of names to values", where=name)
    return content


def write_yaml(content: Mapping[str, Any]) -> str:
    """Block style, keys in the order given, Chinese as it is, short lists on one line."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            return super().increase_indent(flow, False)

    def sequence(dumper: yaml.SafeDumper, values: Any) -> yaml.Node:
        flat = all(not isinstance(value, Mapping) for value in values)
        return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=flat)

    Dumper.add_representer(list, sequence)
    Dumper.add_representer(tuple, sequence)
    return yaml.dump(dict(content), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)


def _loader() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same loader, parsing in C where it can

    class Loader(base):
        """The safe loader, refusing a key that stands twice in one mapping."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen: set[tuple[str, str]] = set()
            for key, _ in node.value:
                name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else ("", str(key))
                if name in seen:
                    message = f"the key {key.value!r} stands twice"
                    raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
                seen.add(name)
            return super().construct_mapping(node, deep=deep)

    return Loader


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error)
    return f"{what} (line {mark.line + 1}, column {mark.column + 1})" if mark else what

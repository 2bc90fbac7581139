"""Where in a file the problems of a document stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from .errors import Problem

_PARTS = (".", "/", " ", ",")  # what may follow a name inside the path of a problem


def located(problems: Iterable[Problem], text: str) -> tuple[Problem, ...]:
    """The problems with the lines of `text` their paths stand on, as far as they can be found."""
    places = dict(_places(text))
    return tuple(
        problem if problem.line is not None else replace(problem, line=_line(problem.path, places))
        for problem in problems
    )


def _line(path: str, places: dict[str, int]) -> int | None:
    """The line of the longest name that the path begins with."""
    names = [name for name in places if path == name or (path.startswith(name) and path[len(name)] in _PARTS)]
    return places[max(names, key=len)] if names else None


def _places(text: str) -> Iterator[tuple[str, int]]:
    """Names as problems write them (`valid.from`, a parameter's path, `rules.id.when`), and their lines."""
    import yaml

    from .yaml_text import loader

    root = yaml.compose(text, Loader=loader())
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        yield key.value, key.start_mark.line + 1
        if key.value == "parameters":
            yield from _inside("", value)
        elif key.value in ("rules", "examples", "coverage") and isinstance(value, yaml.SequenceNode):
            for number, each in enumerate(value.value, start=1):
                word = key.value.removesuffix("s")
                yield f"{word} {number}", each.start_mark.line + 1
                yield from _inside(f"{word} {number}.", each)
                name = _id(each)
                if name:
                    yield f"{key.value}.{name}", each.start_mark.line + 1
                    yield from _inside(f"{key.value}.{name}.", each)
        else:
            yield from _inside(f"{key.value}.", value)


def _inside(prefix: str, node: Any, depth: int = 0) -> Iterator[tuple[str, int]]:
    import yaml

    if not isinstance(node, yaml.MappingNode) or depth > 4:
        return
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            yield f"{prefix}{key.value}", key.start_mark.line + 1
            # the arguments of an effect stand under its own name: rules.x.price.multiply
            inner = prefix if key.value == "effect" else f"{prefix}{key.value}."
            yield from _inside(inner, value, depth + 1)


def _id(node: Any) -> str:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "id" and isinstance(value, yaml.ScalarNode):
                return str(value.value)
    return ""

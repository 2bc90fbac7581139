"""YAML in and out: a key written twice is an error, and output is stable and readable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .._damaged import read_document
from ..errors import FileFormatError


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds; raises FileFormatError that points at the line."""
    return parse_yaml(read_document(path, FileFormatError), name=path.name)


def parse_yaml(text: str, *, name: str) -> dict[str, Any]:
    """The mapping YAML text holds, with the text it was read from. `name` is what errors call it.

    Raises FileFormatError that points at the line: for what is no YAML, a key that stands twice, an alias
    that would unfold without end, nesting or numbers beyond sense, and numbers that YAML 1.1 reads otherwise
    than they look (`12:30` as 750, `010` as 8).
    """

    content = plain_yaml(text, name=name)
    if not isinstance(content, dict):
        raise FileFormatError("a document must be a mapping of names to values", where=name)
    return Lined(content, text)


def plain_yaml(text: str, *, name: str) -> Any:
    """Whatever YAML text holds. Raises as `parse_yaml` does."""
    import yaml

    try:
        _sensible(text)
        return yaml.load(text, Loader=loader())
    except yaml.YAMLError as error:
        raise FileFormatError(
            "not a YAML document", got=_first_line(error), where=name, do=_remedy(str(error))
        ) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise FileFormatError("not a YAML document", got=str(error)[:120], where=name) from error


def _remedy(said: str) -> str | None:
    """What to do about the slips of who writes a first document."""
    if "mapping values are not allowed" in said:
        return 'put a text that holds a colon in quotes: "share[hospital: age >= 70] > 0.2"'
    if "cannot start any token" in said:
        return "indent with spaces, not with tabs; put a text that begins with @, % or ` in quotes"
    return None


class Lined(dict[str, Any]):
    """A document as a mapping that remembers its text, so that its problems can be told by line."""

    def __init__(self, content: Mapping[str, Any], text: str) -> None:
        super().__init__(content)
        self.text = text


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


LARGEST = 2_000_000  # characters; nobody writes a longer document
MOST_VALUES = 50_000  # keys counted, as they stand
DEEPEST = 40
MOST_ALIASES = 200

_NO_TEXT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # what YAML forbids


def _sensible(text: str) -> None:
    """Refuse what a parser would choke on, reading only the events: size, depth, aliases inside anchors."""
    import yaml

    if len(text) > LARGEST:
        line = text.count("\n", 0, LARGEST) + 1
        raise ValueError(f"the text is longer than {LARGEST} characters (line {line})")
    if odd := _NO_TEXT.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise ValueError(f"a control character, U+{ord(odd[0]):04X} (line {line})")
    depth = aliases = values = 0
    for event in yaml.parse(text, Loader=_base()):
        if getattr(event, "tag", None) not in (None, "!", "tag:yaml.org,2002:str"):
            raise _refused("a tag (!! or !): write the value alone", event)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _refused(f"nested more than {DEEPEST} deep", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            values += 1
            if values > MOST_VALUES:
                raise _refused(f"more than {MOST_VALUES} keys and values", event)
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MOST_ALIASES:
                raise _refused(f"more than {MOST_ALIASES} aliases", event)


def _refused(message: str, event: Any) -> Exception:
    import yaml

    error: Exception = yaml.constructor.ConstructorError(None, None, message, event.start_mark)
    return error


def _base() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same loader, parsing in C where it can


@cache
def loader() -> Any:
    """The safe loader, strict where YAML is lenient."""
    import yaml

    base: Any = _base()

    class Loader(base):
        """Refuses a key that stands twice, numbers that are not what they look like, and alias bombs."""

        def get_single_node(self) -> Any:
            node = super().get_single_node()
            if node is not None:
                _unfolded(node, {}, ())
            return node

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen: set[tuple[str, str]] = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise yaml.constructor.ConstructorError(None, None, "a key is not a name", key.start_mark)
                name = (key.tag, key.value)
                if name in seen:
                    message = f"the key {key.value!r} stands twice"
                    raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
                seen.add(name)
            return super().construct_mapping(node, deep=deep)

    def number(build: Any) -> Any:
        def read(self: Any, node: yaml.ScalarNode) -> Any:
            text = node.value.lstrip("+-")
            what = None
            if ":" in text:
                what = f"{node.value} is read as a number to the base of 60"
            elif len(text) > 1 and text[0] == "0" and text[1] in "01234567_":
                what = f"{node.value} is read as an octal number"
            elif len(text) > 40:
                what = "a number of more than 40 digits"
            if what:
                message = f"{what}; write it in quotes if it is a text"
                raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
            return build(self, node)

        return read

    def day(self: Any, node: yaml.ScalarNode) -> Any:
        try:
            return base.construct_yaml_timestamp(self, node)
        except (ValueError, OverflowError):
            return node.value  # 2026-02-30: told where a day is asked for

    Loader.add_constructor("tag:yaml.org,2002:int", number(base.construct_yaml_int))
    Loader.add_constructor("tag:yaml.org,2002:float", number(base.construct_yaml_float))
    Loader.add_constructor("tag:yaml.org,2002:timestamp", day)
    return Loader


_MOST_NODES = 200_000


def _unfolded(node: Any, sizes: dict[int, int], trail: tuple[int, ...]) -> int:
    """How many nodes a node has with all its aliases written out; raises where that is beyond sense."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in trail:
        raise yaml.constructor.ConstructorError(None, None, "an alias inside its own anchor", node.start_mark)
    if id(node) not in sizes:
        own = (*trail, id(node))
        parts = [each for pair in node.value for each in (pair if isinstance(pair, tuple) else (pair,))]
        sizes[id(node)] = 1 + sum(_unfolded(each, sizes, own) for each in parts)
        if sizes[id(node)] > _MOST_NODES:
            message = f"aliases unfold to more than {_MOST_NODES} values"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
    return sizes[id(node)]


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error)
    return f"{what} (line {mark.line + 1}, column {mark.column + 1})" if mark else what

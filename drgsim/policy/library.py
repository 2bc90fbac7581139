"""From an id, a file or a mapping to one whole document, with what it extends taken over."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .._paths import data_path, is_file
from ..errors import DrgsimError, NotFoundError, nearest_name
from ..sources import Source
from .dated_scheme import schemes_named
from .document import Document, read_document, refuse
from .entries import Dated, as_known
from .parameter_values import leaves, pairs, to_plain
from .parameters import catalogue
from .policy_errors import Mistake, PolicyError
from .rules.rule import Rule, heard_by
from .yaml_text import Lined, read_yaml

DEEPEST = 20  # documents that extend one another
_FOLDERS = ("national", "regions", "cities", "benefits", "parts")


@cache
def shipped() -> Mapping[str, Path]:
    """The shipped policies: id to file, in the order of their folders and names.

    >>> "national-drg-rate" in shipped()
    True
    """
    files = [path for folder in _FOLDERS for path in sorted(data_path("policies", folder).glob("*.yaml"))]
    return MappingProxyType({path.stem: path for path in files})


def load_document(source: str | Path | Mapping[str, Any], *, as_of: datetime.date | None = None) -> Document:
    """The document of a shipped id, a YAML file or a mapping, with what it extends taken over.

    `as_of` leaves out the values and rules that became known later: a rate of May in force from January,
    asked as of March, is still last year's.

    Raises NotFoundError for a name that is neither, FileFormatError for a file that is not YAML, and
    PolicyError with all problems at once.
    """
    if isinstance(source, Mapping):
        named = f"the policy {source.get('id', 'without an id')}"
        whole = _whole(source, name=named, folder=None, trail=(), loaded={})
    else:
        path = find(str(source), folder=None)
        whole = _whole(read_yaml(path), name=path.name, folder=path.parent, trail=(), loaded={})
    known = {path: as_known(timeline, as_of) for path, timeline in whole.parameters.items()}
    parameters = {path: timeline for path, timeline in known.items() if timeline}
    return replace(whole, parameters=parameters, rules=heard_by(whole.rules, as_of))


def find(name: str, *, folder: Path | None) -> Path:
    """The file of a policy: a shipped id, or a path (beside `folder` when a document there names it)."""
    if name in shipped():
        return shipped()[name]
    path = Path(name) if folder is None else folder / name
    if path.suffix in (".yaml", ".yml") and is_file(path):
        return path
    raise NotFoundError(
        "no such policy",
        got=name,
        allowed=list(shipped()),
        nearest=shipped(),
        do="`drgsim policy list` shows the shipped ones; a file's name ends in .yaml",
    )


def _whole(
    raw: Mapping[str, Any],
    *,
    name: str,
    folder: Path | None,
    trail: tuple[str, ...],
    loaded: dict[Path, Document],
) -> Document:
    own = str(raw.get("id"))
    try:
        if own in trail:
            circle = " → ".join((*trail, own))
            refuse([Mistake("extends", "a policy that extends itself", got=circle)], name)
        if len(trail) >= DEEPEST:
            deep = f"more than {DEEPEST}"
            refuse([Mistake("extends", "policies extend one another too deeply", got=deep)], name)
        bases = []
        for parent in reversed(_parents(raw)):  # the last named lies nearest below the document
            path = find(parent, folder=folder)
            bases.append(_parent(path, (*trail, own), loaded))
        lists: dict[str, tuple[str, ...]] = {}
        sources: dict[str, Source] = {}
        for base in reversed(bases):
            lists, sources = {**lists, **base.lists}, {**sources, **base.sources}
        document = read_document(raw, name=name, inherited_lists=lists, inherited_sources=sources)
        for base in bases:
            document = over(base, document)
        if not trail:
            refuse([*missing(document), *_unknown_scheme(document), *_order(document)], name)
    except PolicyError as error:
        # those of a document below are told by its own lines already
        if isinstance(raw, Lined) and all(problem.line is None for problem in error.problems):
            error.problems = located(error.problems, raw.text)
        raise
    except NotFoundError as error:
        if isinstance(raw, Lined) and error.where is None:
            line = located([Mistake("extends", "")], raw.text)[0].line
            error.where = name if line is None else f"{name}, line {line}"
        raise
    return document


def _parents(raw: Mapping[str, Any]) -> list[str]:
    """The policies a document extends, as far as that can be read; what cannot is told with the rest."""
    extends = raw.get("extends") or ()
    names = [extends] if isinstance(extends, str) else extends if isinstance(extends, list | tuple) else ()
    return [name for name in names if isinstance(name, str)]


def _parent(path: Path, trail: tuple[str, ...], loaded: dict[Path, Document]) -> Document:
    """A document others extend, read once however often it is named."""
    if path not in loaded:
        loaded[path] = _whole(read_yaml(path), name=path.name, folder=path.parent, trail=trail, loaded=loaded)
    return loaded[path]


def _unknown_scheme(document: Document) -> list[Mistake]:
    """A scheme that neither is installed nor is one that a shipped policy names and its region may have."""
    from ..schemes.registry import chain

    problems = []
    for name in schemes_named(document.scheme):
        if name in _named_schemes():
            continue
        try:
            chain(name)
        except NotFoundError as error:
            near = error.nearest or nearest_name(name, _named_schemes())
            problems.append(Mistake("scheme", "no such scheme", name, nearest=near))
        except DrgsimError:
            continue  # it is there, and told of where it is used
    return problems


@cache
def _named_schemes() -> frozenset[str]:
    """The schemes shipped policies name, one for all days; not all of them ship."""
    lines = (line for path in shipped().values() for line in path.read_text(encoding="utf-8").splitlines())
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("scheme:"))
    return frozenset(name for name in named if not name.startswith("{"))


def _order(document: Document) -> list[Mistake]:
    """Rules that follow, or stand in place of, something that is not there."""
    from .rules.order import order_problems

    return order_problems(document.rules)


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
        lists={**base.lists, **top.lists},
        rules=_rules_over(base.rules, top.rules),
    )


def _rules_over(base: tuple[Rule, ...], top: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules of both; one of the top takes the place of the base's of the same id."""
    own = {rule.id: rule for rule in top}
    kept = [own.pop(rule.id, rule) for rule in base]
    return (*kept, *own.values())


def missing(document: Document) -> list[Mistake]:
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
    problems = [
        Mistake(path, f"needed by {reason}, but never set")
        for path, reason in needed.items()
        if catalogue()[path].nullable
        and all(each.value is None for each in document.parameters.get(path, ()))
    ]
    told = {problem.path for problem in problems}
    for path in needed:
        # a choice may leave some stays out; what the method itself multiplies by must be there for all
        if path not in told and document.method in catalogue()[path].required:
            problems += [
                Mistake(path, f"needed by {needed[path]}, but null", got=f"from {dated.since.isoformat()}")
                for dated in document.parameters[path]
                if any(value is None for value in leaves(dated.value))
            ]
    return problems + _out_of_order(document)


def _out_of_order(document: Document) -> list[Mistake]:
    """Parameters above the one they must not pass, such as a low threshold above the high one."""
    problems = []
    for path, parameter in catalogue().items():
        low, high = (document.parameters.get(name, ()) for name in (path, parameter.at_most))
        for day in sorted({dated.since for dated in (*low, *high)}) if low and high else ():
            own = [_on(timeline, day) for timeline in (low, high)]
            values = [None if dated is None else dated.value for dated in own]
            if any(one > other for one, other in pairs(*values)):
                since = day.isoformat()
                plain = [to_plain(value) for value in values]
                above = Mistake(
                    path,
                    f"must not be above {parameter.at_most} (from {since})",
                    plain[0],
                    f"at most {plain[1]}",
                )
                below = Mistake(
                    parameter.at_most,
                    f"must not be below {path} (from {since})",
                    plain[1],
                    f"at least {plain[0]}",
                )
                # told where it was said
                problems.append(above if own[0] is None or own[0].origin == document.id else below)
                break
    return problems


def _on(timeline: tuple[Dated, ...], day: datetime.date) -> Dated | None:
    return next((dated for dated in reversed(timeline) if dated.since <= day), None)


def _needs(needs: Mapping[str, tuple[str, ...]], dated: Dated) -> tuple[str, ...]:
    return needs.get(dated.value, ()) if isinstance(dated.value, str) else ()


_LISTS = ("rules", "examples", "coverage", "levers", "responses")  # of policies and of scenarios
_PARTS = (".", "/", " ", ",")  # what may follow a name inside the path of a problem


def located(problems: Iterable[Mistake], text: str) -> tuple[Mistake, ...]:
    """The problems with the lines of `text` their paths stand on, as far as they can be found."""
    places = dict(_places(text))
    return tuple(
        problem if problem.line is not None else replace(problem, line=_line(problem.path, places))
        for problem in problems
    )


def _line(path: str, places: dict[str, int]) -> int | None:
    """The line of the longest name that the path begins with."""
    ends = (end for end in range(len(path), 0, -1) if end == len(path) or path[end] in _PARTS)
    return next((places[path[:end]] for end in ends if path[:end] in places), None)


def _places(text: str) -> Iterator[tuple[str, int]]:
    """Names as problems write them (`valid.from`, a parameter's path, `rules.id.when`), and their lines."""
    import yaml

    from .yaml_text import loader

    root = yaml.compose(text, Loader=loader())
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        yield key.value, key.start_mark.line + 1
        if key.value in ("parameters", "values"):  # the values of assumptions are told by their own names too
            yield from _inside("", value)
        elif key.value in _LISTS and isinstance(value, yaml.SequenceNode):
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

    if isinstance(node, yaml.SequenceNode):  # of what is merged
        for each in node.value:
            yield from _inside(prefix, each, depth + 1)
    if not isinstance(node, yaml.MappingNode) or depth > 4:
        return
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value == "<<":
            yield from _inside(prefix, value, depth + 1)
        elif isinstance(key, yaml.ScalarNode):
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

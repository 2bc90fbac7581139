"""A scenario document: found by name or file, its fields read with every problem found in one pass."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..._paths import data_path, is_file
from ...errors import NotFoundError, nearest_name
from ...policy.entries import read_day
from ...policy.library import DEEPEST
from ...policy.library import shipped as shipped_policies
from ...policy.policy import Policy
from ...policy.policy_errors import Mistake, Mistakes, PolicyError, as_text
from ...policy.yaml_text import Lined, read_yaml
from ...weights.table import published
from ..scenario_errors import ScenarioError, refuse
from .assumptions import Assumptions
from .lever import Lever, from_flat, read_levers
from .parts import is_name, plain, read_coverage, read_texts
from .reform_values import bare
from .response_setting import known_responses, read_responses
from .stated_policy import documents, policies_on, read_policy


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
    if path.suffix in (".yaml", ".yml") and is_file(path):
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


DOCUMENT_VERSION = 1
FIELDS = {
    "drgsim_scenario": "version of the document's form",
    "id": "name of the scenario: letters, digits, dots, hyphens and underscores",
    "title": "zh and en, or one text for both",
    "note": "text",
    "extends": "the scenario whose fields this one takes over",
    "policy": "a policy's id, file or document, or one for each care region",
    "on": "the day whose rules hold in every year; null takes each year's own last day",
    "weights": "fit, policy, or the id of a published table",
    "levers": "changes of rules, in their order",
    "responses": "behavioural responses by name",
    "assumptions": "id of a set of assumptions, or extends and what differs",
    "coverage": "clauses of the rule: modelled, approximated or not_modelled",
}
REQUIRED = ("drgsim_scenario", "id", "policy")
DEFAULT_ASSUMPTIONS = "national"
WEIGHTS = ("fit", "policy")


def read_document(
    raw: Mapping[str, Any],
    *,
    name: str,
    folder: Path | None = None,
    over: Mapping[str, Any] | None = None,
    trail: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The fields of a `Scenario` from a mapping; raises ScenarioError with all its problems.

    `name` is what the error calls it, `folder` where files it names are looked for, `over` the fields of the
    scenario a document is laid over that names neither a policy nor one it extends.
    """
    problems = Mistakes(lambda found: refuse(found, name, raw))
    _check_version(raw, problems)
    stated = _stated(raw, problems)
    unfit = len(problems)
    alone = over is None or "policy" in stated or "extends" in stated
    parent = _parent(stated, folder, (*trail, str(stated.get("id"))), problems) if alone else over or {}
    merged = _over(parent, stated)
    unread = stated.get("extends") is not None and not parent  # and has been reported
    for key in (key for key in REQUIRED if merged.get(key) is None and not (unread and key == "policy")):
        problems.append(Mistake(key, "is missing", allowed=FIELDS[key]))
    identity = merged.get("id")
    if identity is not None and not is_name(identity):
        problems.append(Mistake("id", "not a name", identity, FIELDS["id"]))
    policy = merged.get("policy")
    fields: dict[str, Any] = {
        "id": str(identity),
        "title": read_texts(merged.get("title"), "title", problems)
        or {"zh": str(identity), "en": str(identity)},
        "note": as_text(merged.get("note"), "note", problems),
        "policy": None if policy is None else read_policy(policy, "policy", problems, folder=folder),
        "on": _day(merged.get("on"), problems),
        "weights": _weights(merged.get("weights") or WEIGHTS[0], problems),
        "levers": read_levers(merged.get("levers"), known_responses(), problems, folder=folder),
        "responses": read_responses(merged.get("responses"), problems),
        "assumptions": _assumptions(parent, stated, folder, problems),
        "coverage": read_coverage(merged.get("coverage"), problems),
    }
    _check_days(fields["on"], fields["levers"], problems)
    if not problems:
        _check_path(fields["policy"], fields["levers"], problems)
    said = {problem.path for problem in problems[:unfit]}  # once is enough
    refuse([*problems[:unfit], *(each for each in problems[unfit:] if each.path not in said)], name, raw)
    return fields


def _stated(raw: Mapping[str, Any], problems: list[Mistake]) -> dict[str, Any]:
    """The known fields as plain data; a policy object may stand where a policy is named."""
    stated = {}
    for key, value in raw.items():
        if key not in FIELDS:
            near = nearest_name(str(key), FIELDS)
            problems.append(Mistake(str(key), "unknown field", allowed=", ".join(FIELDS), nearest=near))
        elif key in ("policy", "levers", "assumptions"):
            stated[key] = _plain_but_objects(value, key, problems)
        else:
            stated[key] = plain(value, key, problems)
    return stated


def _plain_but_objects(value: Any, where: str, problems: list[Mistake]) -> Any:
    if isinstance(value, Policy | Path | Assumptions):
        return value
    if isinstance(value, Mapping):
        return {
            key.isoformat() if isinstance(key, datetime.date) else str(key): _plain_but_objects(
                each, f"{where}.{key}", problems
            )
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            _plain_but_objects(each, f"{where}.{_name(each, number)}", problems)
            for number, each in enumerate(value, start=1)
        ]
    return plain(value, where, problems)


def _name(item: Any, number: int) -> Any:
    """What a path calls an item of a list: its id, or its number."""
    return item["id"] if isinstance(item, Mapping) and is_name(item.get("id")) else number


def _check_version(raw: Mapping[str, Any], problems: list[Mistake]) -> None:
    version = raw.get("drgsim_scenario")
    if version is None or (version == DOCUMENT_VERSION and not isinstance(version, bool)):
        return
    if isinstance(version, int) and version > DOCUMENT_VERSION:
        message = "written for a newer drgsim than this one: install the newest, then read it again"
    else:
        message = "a form this drgsim does not know"
    problems.append(Mistake("drgsim_scenario", message, version, str(DOCUMENT_VERSION)))


def _parent(
    stated: Mapping[str, Any], folder: Path | None, trail: tuple[str, ...], problems: list[Mistake]
) -> dict[str, Any]:
    """The fields of the scenario this one extends, with what that one extends."""
    name = stated.get("extends")
    if name is None:
        return {}
    if not isinstance(name, str):
        problems.append(Mistake("extends", "not the id or file of one scenario", name))
        return {}
    try:
        raw, file, beside = read(find(name, folder=folder))
        if raw.get("id") in trail:
            circle = " → ".join((*trail, str(raw.get("id"))))
            problems.append(Mistake("extends", "a scenario that extends itself", circle))
            return {}
        if len(trail) > DEEPEST:
            told = "scenarios extend one another too deeply"
            problems.append(Mistake("extends", told, f"more than {DEEPEST}"))
            return {}
        return read_document(raw, name=file, folder=beside, trail=trail)
    except ScenarioError as error:
        for each in error.problems:
            at = f"extends.{name}.{each.path}"
            problems.append(Mistake(at, each.message, each.got, each.allowed, each.nearest))
    except NotFoundError as error:
        problems.append(Mistake("extends", error.message, name, nearest=error.nearest))
    return {}


def _over(parent: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The document's own fields over its parent's: levers after them, responses by name.

    Coverage is not taken over: it says of one rule what is modelled, and this document asks about another.
    """
    if not parent:
        return dict(own)
    merged = {key: parent[key] for key in ("policy", "on", "weights")} | dict(own)
    if isinstance(own.get("levers"), list | None):
        merged["levers"] = [*(each.to_document() for each in parent["levers"]), *(own.get("levers") or ())]
    if isinstance(own.get("responses"), Mapping | None):
        inherited = {setting.name: setting.to_document() for setting in parent["responses"]}
        merged["responses"] = inherited | (own.get("responses") or {})
    return merged


def _day(raw: Any, problems: list[Mistake]) -> datetime.date | None:
    day = read_day(raw)
    if raw is not None and day is None:
        problems.append(Mistake("on", "not a day", raw, "YYYY-MM-DD, or null"))
    return day


def _weights(raw: Any, problems: list[Mistake]) -> str:
    if str(raw) not in (*WEIGHTS, *published()):
        known = (*WEIGHTS, *published())
        near = nearest_name(str(raw), known)
        problems.append(Mistake("weights", "no such weights", raw, ", ".join(known), near))
    return str(raw)


def _assumptions(
    parent: Mapping[str, Any], stated: Mapping[str, Any], folder: Path | None, problems: list[Mistake]
) -> Any:
    raw = stated.get("assumptions", None if parent else DEFAULT_ASSUMPTIONS)
    if isinstance(raw, Assumptions):
        return raw
    if parent and raw is None:
        return parent["assumptions"]
    if isinstance(raw, Mapping) and "extends" in raw:
        raw = {**raw, "extends": _beside(folder, raw["extends"])}
    else:
        raw = _beside(folder, raw)
    if parent and isinstance(raw, Mapping) and "extends" not in raw:
        own = Assumptions.read(raw, "assumptions", problems)
        return parent["assumptions"].over(own.to_document()["values"])
    return Assumptions.read(raw, "assumptions", problems)


def _beside(folder: Path | None, raw: Any) -> Any:
    """A file named in a document, looked for beside it; anything else as it is."""
    found = folder is not None and isinstance(raw, str) and is_file(folder / raw)
    return str(folder / raw) if folder is not None and found else raw


def as_document(raw: Mapping[str, Any], id: str) -> Mapping[str, Any]:
    """A flat reform (paths to values, none of the document's fields) as a scenario of one lever."""
    if not raw or any(key in FIELDS for key in raw):
        return raw
    paths, hospitals = from_flat(raw)
    lever = {"id": id, "reform": paths or None, "hospitals": hospitals or None}
    return {"drgsim_scenario": DOCUMENT_VERSION, "id": id, "levers": [lever]}


def _check_days(on: datetime.date | None, levers: tuple[Lever, ...], problems: list[Mistake]) -> None:
    """Under one fixed day a value that begins later would never hold, and nobody would see why."""
    for lever in levers if on is not None else ():
        for path, value in bare(lever.reform).items():
            days = [read_day(key) for key in value] if isinstance(value, Mapping) else [None]
            if days and all(day is not None and on is not None and day > on for day in days):
                message = "begins after the fixed day `on`, so it never holds"
                allowed = f"a day up to {on}; a value without a day and phase_in; or on: null"
                problems.append(Mistake(f"levers.{lever.id}.reform.{path}", message, list(value), allowed))


def _check_path(policy: Any, levers: tuple[Lever, ...], problems: list[Mistake]) -> None:
    """Lay the levers over the policy one after another: each must leave rules that can pay."""
    day = datetime.date.max
    policies = policies_on(documents(policy), None, day)
    for lever in levers:
        try:
            policies = lever.laid_over(policies, on=None, day=day)
        except PolicyError as error:
            for each in error.problems:
                at = f"levers.{lever.id}.{each.path}"
                problems.append(Mistake(at, each.message, each.got, each.allowed, each.nearest))

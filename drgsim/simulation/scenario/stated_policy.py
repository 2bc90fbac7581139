"""The policies a scenario names: by id, by file, written out, or one for each care region."""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from ...errors import DrgsimError
from ...policy.document import FIELDS, Document, document_mapping
from ...policy.library import find, load_document, shipped
from ...policy.policy import Policy
from ...policy.policy_errors import Mistake, PolicyDateWarning, PolicyError
from ...policy.yaml_text import read_yaml
from ..scenario_errors import SimulationError
from .parts import plain

Documents = Document | dict[str, Document]
Policies = Policy | dict[str, Policy]
T = TypeVar("T")
_EXPECTED = "a shipped id, a .yaml file, a policy document, or one of these for each care region and other"


def read_policy(raw: Any, where: str, problems: list[Mistake], *, folder: Path | None = None) -> Any:
    """A policy as stated, in plain data that needs no file of the reader's: an id, a document, or by region.

    `folder` is where files named in the document are looked for. Problems of a policy are this document's.
    """
    if isinstance(raw, Mapping) and not any(key in FIELDS for key in raw):
        if not raw:
            problems.append(Mistake(where, "no policy", dict(raw), _EXPECTED))
        return {
            str(region): _one(each, f"{where}.{region}", problems, folder)
            for region, each in sorted(raw.items(), key=lambda pair: str(pair[0]))
        }
    return _one(raw, where, problems, folder)


def documents(stated: Any) -> Documents:
    """The whole documents of what `read_policy` returned, each with what it extends."""
    if _by_region(stated):
        return {region: _document(each) for region, each in stated.items()}
    return _document(stated)


def day_of(given: Any) -> datetime.date | None:
    """The day of a `Policy` object, or of those in a mapping; None where no object stands."""
    each = given.values() if isinstance(given, Mapping) else (given,)
    days = {policy.on for policy in each if isinstance(policy, Policy)}
    if len(days) > 1:
        raise SimulationError("policies of different days", got=sorted(map(str, days)), do="say which: on=…")
    return days.pop() if days else None


def policies_on(whole: Documents, on: datetime.date | None, day: datetime.date) -> Policies:
    """The policies on the fixed day `on`, or on `day` as far as their rules are known."""
    return _each(whole, lambda document: _policy_on(document, on, day))


def reformed(policies: Policies, reform: Mapping[str, Any]) -> Policies:
    """Every one of the policies with the reform laid over it."""
    return _each(policies, lambda policy: policy.reform(reform)) if reform else policies


def warn_about_day(whole: Documents, on: datetime.date | None) -> None:
    """PolicyDateWarning when the fixed day lies outside the days the rules are known to hold."""
    for document in _every(whole):
        if on is not None and not document.valid_from <= on <= document.valid_to:
            warnings.warn(
                f"the rules of {document.id} are known from {document.valid_from} to {document.valid_to}; "
                f"{on} is outside, the nearest ones are used",
                PolicyDateWarning,
                stacklevel=4,
            )


def rules(whole: Documents) -> Any:
    """What a hash covers of the policies: their rules, and the days these are known to hold."""
    if isinstance(whole, dict):
        return {region: rules(each) for region, each in whole.items()}
    return [Policy(whole).hash, whole.valid_from.isoformat(), whole.valid_to.isoformat()]


def names(stated: Any) -> str:
    """The ids of the policies as stated, on one line."""
    if _by_region(stated):
        return ", ".join(f"{region}: {names(each)}" for region, each in stated.items())
    return stated if isinstance(stated, str) else str(stated.get("id"))


def _one(raw: Any, where: str, problems: list[Mistake], folder: Path | None) -> Any:
    if isinstance(raw, Policy):
        return _of_policy(raw)
    if not isinstance(raw, str | Path | Mapping):
        message = "is missing" if raw is None else "not a policy"
        problems.append(Mistake(where, message, type(raw).__name__, _EXPECTED))
        return None
    try:
        stated = _stated(raw, where, problems, folder)
        if _document(stated).method is None:
            problems.append(Mistake(where, "a part, which has no method of its own", names(stated)))
    except PolicyError as error:
        for each in error.problems:
            problems.append(
                Mistake(f"{where}.{each.path}", each.message, each.got, each.allowed, each.nearest)
            )
        return None
    except DrgsimError as error:
        problems.append(Mistake(where, error.message, error.got, _EXPECTED, error.nearest))
        return None
    return stated


def _stated(
    raw: str | Path | Mapping[str, Any], where: str, problems: list[Mistake], folder: Path | None
) -> Any:
    if isinstance(raw, Mapping):
        return _written_out(raw, raw, where, problems)
    if str(raw) in shipped():
        return str(raw)
    path = find(str(raw), folder=None if Path(raw).is_absolute() else folder)
    return _written_out(read_yaml(path), path, where, problems)


def _written_out(raw: Mapping[str, Any], source: Any, where: str, problems: list[Mistake]) -> Any:
    """The document as written when all it extends ships with drgsim, whole otherwise."""
    extends = raw.get("extends") or []
    parents = [extends] if isinstance(extends, str) else extends
    _refuse_shape(raw, parents)
    if all(parent in shipped() for parent in parents):
        return plain(raw, where, problems)
    return plain(document_mapping(load_document(source)), where, problems)


def _refuse_shape(raw: Mapping[str, Any], parents: Any) -> None:
    if not isinstance(parents, list | tuple) or not all(isinstance(parent, str) for parent in parents):
        raise PolicyError("", problems=[Mistake("extends", "not the names of policies", raw["extends"])])
    if not isinstance(raw.get("coverage"), list | tuple | None):
        raise PolicyError("", problems=[Mistake("coverage", "not a list of clauses", raw["coverage"])])


def _of_policy(policy: Policy) -> Any:
    if policy.id in shipped() and _document(policy.id) == policy.document:
        return policy.id
    return plain(document_mapping(policy.document), "policy", [])


def _document(stated: Any) -> Document:
    return _read_document(stated if isinstance(stated, str) else json.dumps(stated, sort_keys=True))


@lru_cache(maxsize=128)
def _read_document(text: str) -> Document:
    """The document of a shipped id, or of a plain document written as JSON."""
    return load_document(json.loads(text) if text.startswith("{") else text)


def _policy_on(document: Document, on: datetime.date | None, day: datetime.date) -> Policy:
    known = min(max(day, document.valid_from), document.valid_to)
    with warnings.catch_warnings():  # a fixed day outside is warned about once, when the scenario is read
        warnings.simplefilter("ignore", PolicyDateWarning)
        return Policy(document, on=on or known)


def _by_region(stated: Any) -> bool:
    return isinstance(stated, Mapping) and "drgsim_policy" not in stated


def _every(whole: Documents) -> Iterator[Document]:
    yield from whole.values() if isinstance(whole, dict) else (whole,)


def _each(of: Any, change: Callable[[Any], T]) -> Any:
    return {region: change(each) for region, each in of.items()} if isinstance(of, dict) else change(of)

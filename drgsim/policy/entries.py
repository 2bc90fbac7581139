"""A parameter's entry in a document: values by date, each with its source and trust."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ..errors import nearest_name
from ..sources import STATES, Source
from .parameter_values import INVALID, canonical
from .parameters import Parameter
from .policy_errors import Mistake, as_text, shown

EARLIEST, LATEST = 1949, 2199  # years
A_DAY = f"YYYY-MM-DD, {EARLIEST} to {LATEST}"
ENTRY_FIELDS = ("value", "values", "source", "state", "note", "known")


@dataclass(frozen=True, slots=True)
class Dated:
    """A value in force from `since` on, with where it comes from. `origin` is the document that set it."""

    since: datetime.date
    value: Any
    source: str
    state: str
    note: str = ""
    origin: str = ""
    known: datetime.date | None = None  # the day it became known; None for always


def read_entry(
    parameter: Parameter,
    raw: Any,
    start: datetime.date,
    origin: str,
    known: Mapping[str, Source],
    problems: list[Mistake],
) -> tuple[Dated, ...]:
    """A parameter's values by date, from one entry or a list of them (each with a source of its own)."""
    found: dict[tuple[datetime.date, datetime.date], Dated] = {}
    before = len(problems)
    for entry in raw if isinstance(raw, list) else [raw]:
        for dated in _dated(parameter, entry, start, origin, known, problems):
            key = dated.since, dated.known or datetime.date.min
            if key in found:
                problems.append(Mistake(parameter.path, "two values from one day", dated.since.isoformat()))
            found[key] = dated
    if not found and len(problems) == before:
        problems.append(Mistake(parameter.path, "no value", shown(raw)))
    return tuple(found[key] for key in sorted(found))


def as_known(timeline: Iterable[Dated], day: datetime.date | None) -> tuple[Dated, ...]:
    """What was known on a day (None: by now): of the values from one day, the one that became known last."""
    heard = (dated for dated in timeline if day is None or dated.known is None or dated.known <= day)
    return tuple({dated.since: dated for dated in heard}.values())


def steps(timeline: Iterable[Dated]) -> list[tuple[datetime.date, Any]]:
    """The days on which a value really changes, and to what."""
    runs = groupby(timeline, key=lambda dated: dated.value)
    return [(next(run).since, value) for value, run in runs]


def read_day(raw: Any) -> datetime.date | None:
    """A day from a date or an ISO text; None when it is neither, or of a year no rule can be of."""
    try:
        day = raw if isinstance(raw, datetime.date) else datetime.date.fromisoformat(raw)
    except (TypeError, ValueError):
        return None
    if not EARLIEST <= day.year <= LATEST:
        return None
    return day.date() if isinstance(day, datetime.datetime) else day


def _dated(
    parameter: Parameter,
    entry: Any,
    start: datetime.date,
    origin: str,
    known: Mapping[str, Source],
    problems: list[Mistake],
) -> list[Dated]:
    path = parameter.path
    if not isinstance(entry, Mapping):
        problems.append(Mistake(path, "a value without a source", shown(entry), "value, source, state, note"))
        return []
    for key in (key for key in entry if not isinstance(key, str) or key not in ENTRY_FIELDS):
        near = nearest_name(str(key), ENTRY_FIELDS)
        problems.append(Mistake(path, "unknown field", shown(key), ", ".join(ENTRY_FIELDS), near))
    if ("value" in entry) == ("values" in entry):
        problems.append(Mistake(path, "needs either value or values, and not both"))
        return []
    source, state = _provenance(path, entry, known, problems)
    note = as_text(entry.get("note"), f"{path}.note", problems)
    heard = read_day(entry.get("known"))
    if heard is None and entry.get("known") is not None:
        problems.append(Mistake(path, "not a day it became known", shown(entry["known"]), A_DAY))
    by_day = {start: entry["value"]} if "value" in entry else _days(path, entry["values"], problems)
    result = []
    for day, raw in by_day.items():
        where = path if "value" in entry else f"{path} from {day.isoformat()}"
        value = canonical(parameter, raw, where=where, problems=problems)
        if value is not INVALID:
            result.append(Dated(day, value, source, state, note, origin, heard))
    return result


def _days(path: str, raw: Any, problems: list[Mistake]) -> dict[datetime.date, Any]:
    result = {}
    for key, value in as_mapping(raw, path, problems).items():
        if (day := read_day(key)) is None:
            problems.append(Mistake(path, "not a day", got=shown(key), allowed=A_DAY))
        else:
            result[day] = value
    return result


def _provenance(
    path: str, entry: Mapping[str, Any], known: Mapping[str, Source], problems: list[Mistake]
) -> tuple[str, str]:
    source, state = entry.get("source"), entry.get("state")
    best = known[source].state if isinstance(source, str) and source in known else None
    if source is None:
        problems.append(Mistake(path, "a value without a source", allowed="an id of data/sources.csv"))
    elif not isinstance(source, str) or source not in known:
        near = nearest_name(str(source), known)
        problems.append(Mistake(path, "no such source", shown(source), nearest=near))
    if not isinstance(state, str) or state not in STATES:
        problems.append(Mistake(path, "not a state of trust", shown(state), ", ".join(STATES)))
    elif best is not None and STATES.index(state) < STATES.index(best):
        problems.append(
            Mistake(path, f"trusted more than its source {source}", state, f"{best} or less trusted")
        )
    return str(source), str(state)


def as_mapping(raw: Any, path: str, problems: list[Mistake]) -> Mapping[Any, Any]:
    """`raw` if it is a mapping; nothing, and a problem, if it is something else."""
    if raw is None or isinstance(raw, Mapping):
        return raw or {}
    problems.append(Mistake(path, "not a mapping of names to values", got=shown(raw)))
    return {}

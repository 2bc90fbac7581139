"""Where facts come from: the rows of `data/sources.csv`, and how far each is trusted."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ._paths import data_path
from .errors import FileFormatError, NotFoundError, nearest_name

# from most to least trusted: seen in the rule itself, seen in a copy or a third party's table, not seen
STATES = ("read", "secondary", "assumed")


@dataclass(frozen=True, slots=True)
class Source:
    """One row of the register of sources. `state` is the best a value citing it may claim."""

    id: str
    title: str
    issuer: str
    date: str
    address: str
    state: str
    note: str = ""


@cache
def load() -> Mapping[str, Source]:
    """Every shipped source by its id, in the order of the register.

    Raises FileFormatError when a row has no id, a doubled id or an unknown state.

    >>> load()["R000"].state
    'assumed'
    """
    path = data_path("sources.csv")
    sources: dict[str, Source] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            if not row["id"] or row["id"] in sources or row["state"] not in STATES or None in row:
                raise FileFormatError(
                    "a row of the register of sources cannot be used",
                    got={"id": row["id"], "state": row["state"]},
                    allowed=f"a new id, a state of {', '.join(STATES)}, and seven columns",
                    where=f"sources.csv line {number}",
                )
            sources[row["id"]] = Source(**row)
    return MappingProxyType(sources)


def resolve(source_id: str) -> Source:
    """The source with this id; raises NotFoundError with the nearest one.

    >>> resolve("R000").id
    'R000'
    """
    try:
        return load()[source_id]
    except KeyError:
        raise NotFoundError(
            "no such source",
            got=source_id,
            nearest=load(),
            do="add a row to data/sources.csv, or cite one that is there",
        ) from None


def nearest(source_id: str) -> str | None:
    """The known id most like this one, or None."""
    return nearest_name(source_id, load())

"""`FundAssumptions`: every number a valuation assumes, with interval, source, trust and the day it was
known."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

import pandas as pd

from .._paths import data_yaml
from ..errors import FileFormatError, nearest_name
from ..sources import STATES
from ..sources import load as load_sources
from .fund_errors import FundError


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be assumed: names, unit, bounds, and how its value is come by."""

    name: str
    zh: str
    en: str
    unit: str
    min: float
    max: float
    value: float
    low: float | None = None
    high: float | None = None
    rule: str = ""  # rule of `vintage` that makes it
    derived: bool = False  # set so that the start year is met
    calibrated: bool = False  # shorthand: what is derived is set after it is drawn
    yearly: bool = False  # holds for the stated year alone
    start: datetime.date | None = None
    before: float | None = None
    source: str = ""
    state: str = "assumed"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assumed:
    """One assumed value; `low` to `high` holds it nine times out of ten, both None when it is not drawn."""

    value: float
    low: float | None = None
    high: float | None = None
    source: str = "F90"
    state: str = "assumed"
    note: str = ""


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter of `data/fund/assumptions.yaml` by name, in its order.

    >>> parameters()["premium"].value
    400.0
    """
    found = {}
    for name, entry in data_yaml("fund", "assumptions.yaml").items():
        entry = dict(entry)
        start = entry.pop("from", None)
        numbers: dict[str, Any] = {key: float(entry.pop(key)) for key in ("min", "max", "value")}
        for key in ("low", "high", "before"):
            if key in entry:
                numbers[key] = float(entry.pop(key))
        found[name] = Parameter(name=name, start=start, **numbers, **entry)
    return MappingProxyType(found)


@cache
def constants() -> Mapping[str, Mapping[str, Any]]:
    """What `data/fund/constants.yaml` holds by name: `value`, or `low` and `high`, with source and state.

    >>> constants()["boys_to_girls"]["value"]
    1.113
    """
    return MappingProxyType(data_yaml("fund", "constants.yaml"))


def constant(name: str) -> float:
    """The one number of a constant."""
    return float(constants()[name]["value"])


def parameter(name: str) -> Parameter:
    """The parameter of that name; raises FundError with the nearest."""
    if name not in parameters():
        raise FundError("no such assumption", got=name, nearest=parameters(), allowed=sorted(parameters()))
    return parameters()[name]


def checked(name: str, value: Any, where: str = "") -> float:
    """The number, if it is one within the parameter's bounds; raises FundError."""
    what = parameter(name)
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not what.min <= number <= what.max:
        raise FundError(
            f"{name} cannot have this value",
            got=value,
            allowed=f"{what.min:g} to {what.max:g} ({what.unit})",
            where=where or None,
        )
    return float(number)


@dataclass(frozen=True, eq=False)
class FundAssumptions(Mapping[str, Assumed]):
    """A whole set: every parameter's value and interval. `as_of` is the day whose knowledge it uses, or None.

    >>> base = FundAssumptions.default()
    >>> base["premium"].value, base.with_values(premium=420).changed(base)
    (400.0, ('premium',))
    """

    table: Mapping[str, Assumed]
    id: str = "own"
    as_of: datetime.date | None = None

    @classmethod
    def default(cls, as_of: datetime.date | None = None) -> FundAssumptions:
        """The values of the shipped file as they were known on `as_of`, without any rule applied."""
        values = {}
        for name, what in parameters().items():
            value, low, high = what.value, what.low, what.high
            if what.start and as_of and as_of < what.start and what.before is not None:
                value, low, high = what.before, None, None
            values[name] = Assumed(value, low, high, what.source, what.state, what.note)
        return cls(MappingProxyType(values), "default", as_of)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], *, where: str = "assumptions") -> FundAssumptions:
        """A document {id, as_of, values: {name: number or {value, low, high, source, state, note}}} laid over
        the shipped values.

        Raises FundError (unknown name, out of bounds, value outside its interval), FileFormatError.
        """
        unknown = set(document) - {"id", "as_of", "values", "drgsim_fund_assumptions"}
        if unknown or not isinstance(document.get("values", {}), Mapping):
            raise FileFormatError(
                "not a document of assumptions", got=sorted(unknown) or document.get("values"),
                allowed="id, as_of, values", where=where,
            )  # fmt: skip
        raw_day = document.get("as_of")
        known = datetime.date.fromisoformat(str(raw_day)) if raw_day else None
        values = dict(cls.default(known).table)
        for name, entry in document.get("values", {}).items():
            values[name] = _assumed(name, entry, where)
        return cls(MappingProxyType(values), str(document.get("id", "own")), known)

    def to_document(self) -> dict[str, Any]:
        """The whole set as plain values; `from_document` reads it back."""
        return {
            "drgsim_fund_assumptions": 1,
            "id": self.id,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "values": {
                name: {key: getattr(each, key) for key in Assumed.__dataclass_fields__}
                for name, each in self.table.items()
            },
        }

    def with_values(self, values: Mapping[str, Any] | None = None, **more: Any) -> FundAssumptions:
        """A copy with other values; a plain number has no interval and is assumed by the caller."""
        new = dict(self.table)
        for name, entry in {**(values or {}), **more}.items():
            new[name] = entry if isinstance(entry, Assumed) else _assumed(name, entry, "values")
        return replace(self, table=MappingProxyType(new))

    def changed(self, other: FundAssumptions) -> tuple[str, ...]:
        """Names whose value or interval differs."""
        return tuple(
            name
            for name in self
            if (self[name].value, self[name].low, self[name].high)
            != (other[name].value, other[name].low, other[name].high)
        )

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Names that are drawn."""
        return tuple(name for name, each in self.items() if each.low is not None)

    @cached_property
    def hash(self) -> str:
        text = json.dumps(self.to_document(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """parameter, zh, en, unit, value, low, high, source, state, note."""
        return pd.DataFrame(
            {
                "parameter": name,
                "zh": parameters()[name].zh,
                "en": parameters()[name].en,
                "unit": parameters()[name].unit,
                **{key: getattr(each, key) for key in Assumed.__dataclass_fields__},
            }
            for name, each in self.items()
        )

    def __getitem__(self, name: str) -> Assumed:
        if name not in self.table:
            parameter(name)
        return self.table[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        assumed = sum(each.state == "assumed" for each in self.table.values())
        known = f", known on {self.as_of}" if self.as_of else ""
        return f"FundAssumptions {self.id}: {len(self)} values, {assumed} of them assumed{known}"


def _assumed(name: str, entry: Any, where: str) -> Assumed:
    stated = dict(entry) if isinstance(entry, Mapping) else {"value": entry}
    unknown = set(stated) - set(Assumed.__dataclass_fields__)
    if unknown or "value" not in stated:
        nearest = nearest_name(next(iter(unknown), ""), Assumed.__dataclass_fields__)
        raise FundError(
            f"the entry of {name} cannot be read", got=sorted(unknown) or entry, where=where,
            allowed=list(Assumed.__dataclass_fields__), do=f"did you mean {nearest}?" if nearest else None,
        )  # fmt: skip
    value = checked(name, stated["value"], where)
    low, high = stated.get("low"), stated.get("high")
    if (low is None) != (high is None):
        raise FundError(f"{name} has one end of an interval", got=[low, high], where=where)
    if low is not None and not checked(name, low, where) <= value <= checked(name, high, where):
        raise FundError(f"the value of {name} is outside its interval", got=[low, value, high], where=where)
    source, state = str(stated.get("source") or "F90"), str(stated.get("state") or "assumed")
    if source not in load_sources() or state not in STATES:
        raise FundError(
            f"the source or state of {name} is unknown", got=f"{source}, {state}",
            allowed=f"an id of data/sources.csv, and {', '.join(STATES)}", where=where,
        )  # fmt: skip
    return Assumed(value, low, high, source, state, str(stated.get("note") or ""))

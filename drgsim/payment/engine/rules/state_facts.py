"""The facts of stays on their way down the street, made as conditions ask for them.

What the case table says is read once for all policies; what the street finds (weight, standard, payment,
route …) is read anew each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ....cases.columns import case_columns
from ....cases.conditions import Codes, FactColumns, Words
from ....cases.fen import Floats
from ....codes import Codebook
from ....policy.rules.facts import AGGREGATES, DYNAMIC, ROUTES
from ..history import days_from_previous, days_to_next, stay_numbers
from ..profiles import group_values
from ..steps.ratio import group_means
from .aggregates import aggregate

if TYPE_CHECKING:
    from ..state import State
    from ..stays import Stays

_ORDINARY = "inpatient"
_NEVER = 1e9  # days; no condition asks for so many
_OUTLIERS = ("none", "low", "high", "high_over_quota", "extreme")
_REVIEWS = ("none", "eligible", "over_quota", "refused", "accepted")


class StateFacts(FactColumns):
    """Facts of all stays of a state. What moves along the street is never kept."""

    def __init__(self, state: State) -> None:
        super().__init__(_Columns(state), len(state))

    def kept(self, key: Any, find: Callable[[], Any]) -> Any:
        what = key[1]
        if key[0] == "in":
            what = what.value
        name = what if isinstance(what, str) else what.column
        return find() if name.partition("[")[0] in DYNAMIC | AGGREGATES else super().kept(key, find)


def facts_of(state: State) -> FactColumns:
    """The facts rules ask for, of the stays as they are now."""
    if state.facts is None:
        state.facts = StateFacts(state)
    return state.facts


class _Columns:
    def __init__(self, state: State) -> None:
        self.state = state
        self.stays = state.stays

    def __contains__(self, name: str) -> bool:
        fact, bracket, key = name.partition("[")
        if fact in _FOUND or fact in AGGREGATES:
            return True
        return _column_of(self.stays, fact, key.removesuffix("]") if bracket else "") is not None

    def __getitem__(self, name: str) -> Any:
        fact, bracket, key = name.partition("[")
        key = key.removesuffix("]") if bracket else ""
        if fact in AGGREGATES:
            return aggregate(self.state, fact, key, StateFacts)
        if fact in _FOUND:
            return _FOUND[fact](self.state, key)
        column = _column_of(self.stays, fact, key)
        assert column is not None
        if fact == "cost_share":
            whole = self.stays.number("total_cost")
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where(whole > 0, self.stays.number(column) / whole, np.nan)
        if fact == "item_cost":
            return self.stays.number(column)
        return _read(self.stays, column)


def _column_of(stays: Stays, fact: str, key: str) -> str | None:
    """The column of the table a fact is read from, None where there is none."""
    names = {"cost_share": (f"{key}_cost", key), "item_cost": (key, f"item_cost[{key}]")}.get(fact, (fact,))
    return next((name for name in names if name in stays), None)


def _read(stays: Stays, column: str) -> Any:
    kind = case_columns()[column].kind if column in case_columns() else "text"
    if kind == "codes":
        return stays.fact(f"codes of {column}", lambda own: _codes(own, column))
    if kind == "list":
        return stays.fact(f"texts of {column}", lambda own: Codes.of_texts(own.texts(column)))
    if kind == "date":
        return stays.days(column)
    if kind in ("text", "flag"):
        labels = stays.labels(column)
        return _words(labels) if kind == "text" else stays.number(column)
    return stays.number(column)


def _codes(stays: Stays, column: str) -> Codes:
    """Codes of a column by the catalogue; one the catalogue lacks keeps its own text."""
    cells = stays.texts(column)
    kind = "procedure" if column == "procedures" else "diagnosis"
    book = Codebook.for_kind(kind)  # type: ignore[arg-type]
    lists = book.encode(cells)
    if lists.n_unknown:
        return Codes.of_texts(cells)
    return Codes.of_lists(lists, _texts(kind), cells.isna().to_numpy(dtype=bool))


def _texts(kind: str) -> Any:
    from ....codes import Catalogue

    return Catalogue.load(kind).codes  # type: ignore[arg-type]


def _words(labels: Any) -> Words:
    return Words(labels.codes, labels.names)


def _profile(label: str) -> Callable[[State, str], Words]:
    def find(state: State, key: str) -> Words:
        given = state.book.profiles.labels[label]
        names = tuple(dict.fromkeys(name for name in given if name is not None))
        places = np.array([names.index(name) if name is not None else -1 for name in given], np.int32)
        return Words(places[state.profile], names)

    return find


def _stay_kind(state: State, key: str) -> Words:
    """A stay whose kind nobody stated is an ordinary inpatient stay."""

    def find(own: Stays) -> Words:
        labels = own.labels("stay_kind")
        names = (*labels.names, _ORDINARY)
        codes = np.where(labels.codes < 0, names.index(_ORDINARY), labels.codes)
        return Words(codes.astype(np.int32), names)

    return state.stays.fact("stay_kind", find)


def _apart(stays: Stays, days: Floats) -> Floats:
    """Days to another stay of the person in the group: very many where there is none, NaN where nobody can
    know, because person or dates are not stated."""
    known = stays.labels("patient_id").codes >= 0
    for name in ("admission_date", "discharge_date"):
        known = known & np.isfinite(stays.days(name))
    return np.where(known & np.isnan(days), _NEVER, days)


def _distance(state: State, key: str) -> Words:
    given = [name or "local" for name in state.book.profiles.labels["distance"]]
    names = ("local", "in_province", "cross_province")
    return Words(np.array([names.index(name) for name in given], np.int32)[state.profile], names)


def _part_of_group(start: int, stop: int) -> Callable[[State, str], Words]:
    def find(state: State, key: str) -> Words:
        return Words(state.groups.of, tuple(name[start:stop] for name in state.groups.names))

    return find


def _marks(column: str, names: tuple[str, ...]) -> Callable[[State, str], Words]:
    return lambda state, key: Words(getattr(state, column), names)


def _yuan(column: str) -> Callable[[State, str], Floats]:
    return lambda state, key: getattr(state, column) / 100


def _group_column(name: str) -> Callable[[State, str], Floats]:
    def find(state: State, key: str) -> Floats:
        values = state.groups.column(name)
        return np.full(len(state), np.nan) if values is None else values[state.groups.of]

    return find


def _weight_of(state: State, key: str) -> Floats:
    return np.full(len(state), group_values(state.groups, "weight", [key])[0])


def _standard_of(state: State, key: str) -> Floats:
    return _weight_of(state, key) * state.unit * state.coefficient


def _area_mean(state: State, key: str) -> Floats:
    mean = state.book.word("standard.mean_cost")
    return np.full(len(state), np.nan if mean is None else mean)


_FOUND: dict[str, Callable[[State, str], Any]] = {
    "group": lambda state, key: Words(state.groups.of, state.groups.names),
    "adrg": _part_of_group(0, 3),
    "mdc": _part_of_group(0, 1),
    "severity": _part_of_group(3, 4),
    "hospital_level": _profile("level"),
    "payment_level": _profile("payment_level"),
    "member": _profile("member"),
    "insurance": _profile("insurance"),
    "registration": _profile("registration"),
    "distance": _distance,
    "cost": _yuan("cost"),
    "standard": _yuan("standard"),
    "payment": _yuan("payment"),
    "weight": lambda state, key: state.weight,
    "coefficient": lambda state, key: state.coefficient,
    "unit_price": lambda state, key: state.unit,
    "ratio": lambda state, key: state.ratio,
    "standard_before_coefficient": lambda state, key: state.weight * state.unit,
    "route": _marks("route", ROUTES),
    "outlier": _marks("outlier", _OUTLIERS),
    "review": _marks("review", _REVIEWS),
    "group_mean": lambda state, key: group_means(state, np.arange(len(state))),
    "group_cases": _group_column("n"),
    "stay_kind": _stay_kind,
    "area_mean": _area_mean,
    "weight_of": _weight_of,
    "standard_of": _standard_of,
    "stay_number": lambda state, key: stay_numbers(state.stays),
    "days_from_previous": lambda state, key: _apart(state.stays, days_from_previous(state.stays)),
    "days_to_next": lambda state, key: _apart(state.stays, days_to_next(state.stays)),
}

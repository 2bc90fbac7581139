"""What is known of each kind of stay and of each group that occurs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cases.arrays import Codes, Labels, Mask
from ...cases.fen import Floats
from ...policy.parameters import dimensions
from ...policy.reading import Readable, payment_levels
from .stays import Stays

if TYPE_CHECKING:
    from ...weights.weights import Weights


_FULL = 4  # a DRG code has four characters; a shorter entry of a list names all that begin with it


@dataclass(frozen=True)
class Groups:
    """`of` (n,) is the group of each stay, −1 for none; columns hold one value a group and a last NaN,
    so that they can be taken by code."""

    of: Codes
    names: tuple[str, ...]
    columns: Mapping[str, Floats]
    weights: Weights | None = None  # the table the columns are from, for groups no stay is in
    _listed: dict[frozenset[str], Mask] = field(default_factory=dict, repr=False, compare=False)

    def column(self, name: str) -> Floats | None:
        """(groups + 1,) a column of the weight table; None where the table has no such column."""
        return self.columns.get(name)

    def listed(self, entries: Iterable[str]) -> Mask:
        """(groups + 1,) whether each group is in a list of codes: the code itself, or its first letters
        (an ADRG `RE1`, an MDC `P`)."""
        whole = frozenset(entries)
        if whole not in self._listed:
            self._listed[whole] = self._mask(whole)
        return self._listed[whole]

    def _mask(self, whole: frozenset[str]) -> Mask:
        starts = tuple(entry for entry in whole if len(entry) < _FULL)
        found = [name in whole or (bool(starts) and name.startswith(starts)) for name in self.names]
        return np.array([*found, False], dtype=np.bool_)


def find_groups(labels: Labels, weights: Weights | None) -> Groups:
    """The groups that occur, with their rows of the weight table."""
    known = {} if weights is None else weights.columns(list(labels.names))
    columns = {
        name: np.append(np.asarray(values, dtype=np.float64), np.nan) for name, values in known.items()
    }
    return Groups(labels.codes, labels.names, columns, weights)


def group_values(groups: Groups, column: str, names: Iterable[str]) -> Floats:
    """A column of the weight table for any groups, whether stays are in them or not; NaN = not known."""
    asked = list(names)
    known = {} if groups.weights is None else groups.weights.columns(asked)
    values = known.get(column)
    return np.full(len(asked), np.nan) if values is None else np.asarray(values, dtype=np.float64)


EMPLOYEE, RESIDENT, OTHER_INSURANCE = "employee", "resident", "other"
IN_PROVINCE, CROSS_PROVINCE = "in_province", "cross_province"
_TABLE = 1 << 24  # combinations counted in a table of flags; beyond, by hashing
_MISSING = -1


@dataclass(frozen=True)
class Profiles:
    """`of` (n,) is the profile of each stay; `labels` gives each profile's label by dimension (objects,
    None where missing): insurance, member, level, payment_level, hospital, registration, distance,
    aid_class."""

    of: Codes
    labels: dict[str, npt.NDArray[np.object_]]

    def __len__(self) -> int:
        return len(self.labels["insurance"])

    @cached_property
    def uninsurable(self) -> Mask:
        """(profiles,) whether the insurance is missing, or none that there is."""
        known = (EMPLOYEE, RESIDENT, OTHER_INSURANCE)
        return ~np.isin(self.labels["insurance"].astype(str), known)

    @cached_property
    def outside(self) -> Mask:
        """(profiles,) whether the stay was outside the insured region."""
        return self.labels["distance"] != np.array(None)

    def of_insurance(self, insurance: str) -> Mask | None:
        """(profiles,) whether they are of an insurance; None where none is."""
        if insurance not in self._insured:
            own: Mask = self.labels["insurance"] == insurance
            self._insured[insurance] = own if own.any() else None
        return self._insured[insurance]

    def paid_at(self, levels: npt.NDArray[np.object_]) -> Profiles:
        """The same with payment levels; those of the last levels asked for are kept."""
        asked = tuple(levels)
        found = self._at.get(asked)
        if found is None:
            found = Profiles(self.of, self.labels | {"payment_level": levels})
            self._at.clear()
            self._at[asked] = found
        return found

    def groups(self, names: tuple[str, ...]) -> tuple[Codes, dict[str, npt.NDArray[np.object_]]]:
        """The profiles by these labels alone: the code of each profile, and the labels of each code."""
        if names not in self._grouped:
            columns = [self._coded(name) for name in names]
            of, codes = _combinations(columns, len(self))
            self._grouped[names] = of, dict(zip(names, map(_taken, columns, codes), strict=True))
        return self._grouped[names]

    def _coded(self, name: str) -> Labels:
        codes, found = pd.factorize(self.labels[name])
        return Labels(codes.astype(np.int32), tuple(found))

    @cached_property
    def _grouped(self) -> dict[tuple[str, ...], tuple[Codes, dict[str, npt.NDArray[np.object_]]]]:
        return {}

    @cached_property
    def _insured(self) -> dict[str, Mask | None]:
        return {}

    @cached_property
    def _at(self) -> dict[tuple[str | None, ...], Profiles]:
        return {}


def find_profiles(stays: Stays, policy: Readable) -> Profiles:
    """The profiles of some stays under a policy (payment levels and the age of minors are the city's), kept
    with the stays: the policies of a comparison mostly find the same."""
    minor_age = policy.number("benefit.resident.minor_age") or 0
    found: Profiles = stays.fact(f"profiles-{minor_age}", lambda own: _before_payment_levels(own, minor_age))
    levels = payment_levels(
        policy, len(found), level=found.labels["level"], hospital=found.labels["hospital"]
    )
    return found.paid_at(levels)


def _before_payment_levels(stays: Stays, minor_age: float) -> Profiles:
    columns = {
        "insurance": _spelt(stays.labels("insurance"), "insurance"),
        "person": _person(stays, minor_age),
        "level": _spelt(stays.labels("hospital_level"), "level"),
        "hospital": stays.labels("hospital_id"),
        "registration": stays.labels("registration"),
        "distance": stays.fact("distance", _distance),
        "aid_class": stays.labels("aid_class"),
    }
    of, codes = _combinations(list(columns.values()), len(stays))
    labels = dict(zip(columns, map(_taken, columns.values(), codes), strict=True))
    labels["member"] = _members(labels["insurance"], labels.pop("person"))
    here = labels["distance"] == np.array(None)
    labels["registration"] = np.where(here, "local", labels["registration"])
    for each in (of, *labels.values()):
        each.setflags(write=False)  # several books read them
    return Profiles(of, labels)


def _taken(column: Labels, codes: Codes) -> npt.NDArray[np.object_]:
    """The labels of some codes, None for −1."""
    return _objects([*column.names, None])[codes]


def _combinations(columns: list[Labels], n: int) -> tuple[Codes, list[Codes]]:
    """The combination of codes in each row, and each combination's code in every column."""
    sizes = [len(column.names) + 1 for column in columns]
    keys = np.zeros(n, np.int64)
    for column, size in zip(columns, sizes, strict=True):
        if size > 1:
            keys *= size
            keys += column.codes + 1
    found, of = _distinct(keys, int(np.prod(sizes, dtype=np.float64)))
    codes: list[Codes] = []
    for size in reversed(sizes):
        codes.append((found % size - 1).astype(np.int32))
        found = found // size
    return of, codes[::-1]


def _distinct(keys: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.int64], Codes]:
    if not len(keys):  # no stays: one profile of which nothing is known, so that rules can be read
        return np.zeros(1, np.int64), np.zeros(0, np.int32)
    if size > _TABLE:
        found, of = np.unique(keys, return_inverse=True)
        return found, of.astype(np.int32)
    present = np.zeros(size, np.bool_)
    present[keys] = True
    found = np.flatnonzero(present)
    place = np.empty(size, np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, place[keys]


def _spelt(given: Labels, dimension: str) -> Labels:
    """A column of a dimension's labels under their one spelling."""
    return Labels(given.codes, tuple(dimensions()[dimension].label(name) for name in given.names))


# by age and by status; which of the two counts depends on the insurance
_PEOPLE = ("young", "working", "retired")


def _person(stays: Stays, minor_age: float) -> Labels:
    retired = stays.number("retired") > 0
    codes = np.where(retired, 2, 1).astype(np.int32)
    if minor_age > 0:
        codes[stays.number("age") < minor_age] = 0
    return Labels(codes, _PEOPLE)


def _members(insurance: npt.NDArray[np.object_], person: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Employees are active or retired, residents adult or minor."""
    employee = np.where(person == "retired", "retired", "active")
    resident = np.where(person == "young", "minor", "adult")
    return _objects(np.where(insurance == RESIDENT, resident, employee))


def _distance(stays: Stays) -> Labels:
    """None for a stay in the insured region (or where a region is not stated), else how far it was.

    Two six-digit division codes are of one province when their first two digits agree; regions named
    otherwise are taken to be of one province.
    """
    insured, care = stays.labels("insured_region"), stays.labels("care_region")
    home, place = np.array(insured.names, dtype=object)[:, None], np.array(care.names, dtype=object)
    provinces = [
        np.array([_province(name) for name in column.names], dtype=object) for column in (insured, care)
    ]
    table = np.full((len(insured.names) + 1, len(care.names) + 1), _MISSING, np.int32)
    if table.size > 1:
        far = (provinces[0][:, None] != provinces[1]).astype(np.int32)
        table[:-1, :-1] = np.where(home != place, far, _MISSING)
    return Labels(table[insured.codes, care.codes], (IN_PROVINCE, CROSS_PROVINCE))


def _province(region: str) -> str:
    return region[:2] if len(region) == 6 and region.isdigit() else ""


def _objects(values: Any) -> npt.NDArray[np.object_]:
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result

"""A hospital that changes: another level, or part of another hospital."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import nearest_name
from ...policy.parameters import dimensions
from ...policy.policy_errors import Mistake

FIELDS = ("level", "merged_into")
LARGEST = "largest:"  # the hospital of a level with most stays, in a document that fits any cases
PREFIX = "hospitals/"  # hospitals/<id>/level in a flat reform


@dataclass(frozen=True, slots=True)
class HospitalChange:
    """`hospital` is an id, or `largest:<level>`; `level` its new level, or `merged_into` the hospital (or
    `largest:<level>`) that takes its stays: their id and level become that one's, what they cost stays."""

    hospital: str
    level: str | None = None
    merged_into: str | None = None

    @property
    def words(self) -> str:
        """For a reader."""
        if self.merged_into is not None:
            return f"{self.hospital} → merged into 并入 {self.merged_into}"
        return f"{self.hospital} → level 等级 {self.level}"

    def to_document(self) -> dict[str, str]:
        return {name: value for name in FIELDS if (value := getattr(self, name)) is not None}


def read_hospitals(raw: Any, where: str, problems: list[Mistake]) -> tuple[HospitalChange, ...]:
    """`{hospital: {level: 3}}` or `{hospital: {merged_into: hospital}}`; problems are collected.

    >>> read_hospitals({"H1": {"level": "三级"}}, "hospitals", [])
    (HospitalChange(hospital='H1', level='3', merged_into=None),)
    """
    if raw is None or raw == {}:
        return ()
    if not isinstance(raw, Mapping):
        problems.append(Mistake(where, "not hospitals with what they become", raw, "{id: {level: 3}}"))
        return ()
    found = []
    for name, stated in sorted(raw.items(), key=lambda pair: str(pair[0])):
        here = f"{where}.{name}"
        if str(name).startswith(LARGEST):
            _level(str(name).removeprefix(LARGEST), here, problems)
        if not isinstance(stated, Mapping) or len(set(stated) & set(FIELDS)) != 1:
            problems.append(Mistake(here, "not what a hospital becomes", stated, "level, or merged_into"))
            continue
        for key in (key for key in stated if key not in FIELDS):
            near = nearest_name(str(key), FIELDS)
            problems.append(
                Mistake(f"{here}.{key}", "unknown field", allowed=", ".join(FIELDS), nearest=near)
            )
        if "level" in stated:
            level = _level(stated["level"], f"{here}.level", problems)
            found.append(HospitalChange(str(name), level=level))
        else:
            into = str(stated["merged_into"])
            if into == str(name):
                problems.append(Mistake(f"{here}.merged_into", "a hospital merged into itself", into))
            if into.startswith(LARGEST):
                _level(into.removeprefix(LARGEST), here, problems)
            found.append(HospitalChange(str(name), merged_into=into))
    chained = {each.merged_into for each in found} & {each.hospital for each in found}
    for name in sorted(filter(None, chained)):
        problems.append(
            Mistake(f"{where}.{name}", "changes and takes another hospital in at once; two levers")
        )
    return tuple(found)


def from_flat(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A flat reform parted into paths of parameters, and hospitals with what they become.

    >>> from_flat({"hospitals/H1/level": 3, "outlier.high.quota": 0.03})
    ({'outlier.high.quota': 0.03}, {'H1': {'level': 3}})
    """
    paths: dict[str, Any] = {}
    hospitals: dict[str, dict[str, Any]] = {}
    for path, value in raw.items():
        if str(path).startswith(PREFIX):
            name, _, field = str(path).removeprefix(PREFIX).rpartition("/")
            hospitals.setdefault(name or field, {})[field if name else ""] = value
        else:
            paths[path] = value
    return paths, hospitals


def _level(raw: Any, where: str, problems: list[Mistake]) -> str:
    level = dimensions()["level"]
    label = level.label(raw)
    if level.keys is not None and label not in level.keys:
        allowed = ", ".join(level.keys)
        problems.append(
            Mistake(where, "not a level of hospitals", raw, allowed, nearest_name(label, level.keys))
        )
    return label

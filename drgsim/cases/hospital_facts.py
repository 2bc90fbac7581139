"""What a hospital knows of itself and its export does not say: level, insurance, region, coefficients.

A small file states it once; it fills what cases leave empty, is told, and changes nothing that is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._damaged import read_toml
from .._paths import exists
from ..errors import ArgumentError, NotFoundError
from .columns import case_columns
from .values import as_value, spellings

if TYPE_CHECKING:
    import pandas as pd

# fact → the columns of the case table it fills, where the table has such a column
_FILLS = {
    "level": ("hospital_level",),
    "kind": ("hospital_kind",),
    "insurance": ("insurance",),
    "region": ("care_region", "insured_region"),
    "id": ("hospital_id",),
}
_KINDS: dict[str, Any] = {"id": str, "region": str, "coefficient": int | float, "parameters": Mapping}


@dataclass(frozen=True, slots=True)
class HospitalFacts:
    """Facts on one hospital.

    Attributes
    ----------
    level : its level as accredited: 3, 2, 1, 0, or `三级`
    kind : general, specialist, tcm, maternity …, or `中医医院`
    insurance : the insurance of stays that state none
    region : the region it is in; stays that state no insured region are taken to be insured there
    id : its code, for stays that state none
    coefficient : its coefficient under the region's policy, for this hospital alone
    parameters : further values of the policy, path → value

    >>> HospitalFacts.of({"level": "三级"}).level
    3
    """

    level: Any = None
    kind: str | None = None
    insurance: str | None = None
    region: str | None = None
    id: str | None = None
    coefficient: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, given: HospitalFacts | Mapping[str, Any] | str | os.PathLike[str] | None) -> HospitalFacts:
        """Facts given as such, as a mapping, or as the path of a `hospital.toml`.

        Raises NotFoundError, FileFormatError for no TOML, ArgumentError for an unknown fact or value.
        """
        if given is None or isinstance(given, HospitalFacts):
            return given or cls()
        if not isinstance(given, Mapping | str | os.PathLike):
            raise ArgumentError("facts on a hospital are a table or the path of a file", got=given)
        document = given if isinstance(given, Mapping) else _read(Path(given))
        names = [each.name for each in fields(cls)]
        for name in (each for each in document if each not in names):
            raise ArgumentError("no such fact on a hospital", got=name, allowed=names, nearest=names)
        facts = {name: value for name, value in document.items() if value is not None}
        for name, kinds in _KINDS.items():
            if name in facts and (isinstance(facts[name], bool) or not isinstance(facts[name], kinds)):
                raise ArgumentError("a fact on a hospital is of another kind", got=facts[name], where=name)
        for name in ("level", "kind", "insurance"):
            if name in facts:
                column = _FILLS[name][0]
                facts[name] = spellings(column).get(str(facts[name])) or as_value(column, facts[name])
        return cls(**facts)

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self)) or self.level == 0

    def without_coefficient(self) -> HospitalFacts:
        """The same facts, for a run over several policies. Raises ArgumentError for values of one policy."""
        if self.coefficient is not None or self.parameters:
            raise ArgumentError(
                "a coefficient or parameter of one policy, in a run over several",
                got="coefficient or parameters in the facts on the hospital",
                do="put it into a scenario or reform: standard.coefficient.hospital/ID=…",
            )
        return self

    def fill(self, cases: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The cases with what they leave empty, and a line in Chinese on each column that was filled."""
        told = []
        for column, value in self._given():
            cases, count = _filled(cases, column, value)
            if count:
                told.append(_told(column, count, value))
        return cases, tuple(told)

    def fill_one(self, case: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The same for one case of plain values."""
        empty = {name: value for name, value in self._given() if case.get(name) in (None, "")}
        return {**case, **empty}, tuple(_told(name, 1, value) for name, value in empty.items())

    def _given(self) -> list[tuple[str, Any]]:
        values = ((column, getattr(self, fact)) for fact, columns in _FILLS.items() for column in columns)
        return [(column, value) for column, value in values if value is not None and column in case_columns()]

    def reform(self, hospitals: list[str]) -> dict[str, Any]:
        """Values of the policy for this hospital: its coefficient, and further parameters."""
        changes = dict(self.parameters)
        if self.coefficient is not None:
            names = [self.id] if self.id else hospitals
            if len(names) != 1:
                raise ArgumentError(
                    "the coefficient is of one hospital, and the cases are of several or of none",
                    got=f"{len(names)} hospitals",
                    do='give its code: id = "…"',
                )
            changes["standard.coefficient.scope"] = "hospital"
            changes[f"standard.coefficient.hospital/{names[0]}"] = self.coefficient
        return changes


def _told(column: str, count: int, value: Any) -> str:
    return f"{case_columns()[column].label_zh}缺失 {count:,} 例, 按所给医院信息取 {value} ({column})"


def _filled(cases: pd.DataFrame, column: str, value: Any) -> tuple[pd.DataFrame, int]:
    if column not in cases.columns:
        return cases.assign(**{column: value}), len(cases)
    empty = cases[column].isna() | (cases[column].astype(object) == "")
    if not empty.any():
        return cases, 0
    return cases.assign(**{column: cases[column].mask(empty, value)}), int(empty.sum())


def _read(path: Path) -> dict[str, Any]:
    if not exists(path):
        raise NotFoundError(
            "no such file of facts on a hospital", got=str(path), do="write one: level = 3, insurance = …"
        )
    return read_toml(path)

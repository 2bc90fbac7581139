"""What kind of procedure a code is: from a table of code beginnings, the longest that fits."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from ..errors import FileFormatError
from .model import ProcedureFacts
from .words import ProcedureClass, TreatmentClass


@dataclass(frozen=True)
class ProcedureClasses:
    """The kind, level and incision of procedures.

    The shipped table follows the chapters of ICD-9-CM-3 and the names of the insurance edition; it is
    `assumed`: no official table of these classes was found. It states no levels and no incisions. A
    catalogue's own `procedure_facts` go before it. `looked_up` and `tables` only remember answers.
    """

    beginnings: Mapping[str, ProcedureClass]
    own: Mapping[str, ProcedureFacts]
    looked_up: dict[str, ProcedureClass] = field(default_factory=dict, repr=False, compare=False)
    tables: dict[Any, npt.NDArray[np.int8]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, path: str | Path | None = None) -> ProcedureClasses:
        """The shipped table, or one of your own: a CSV with columns `prefix` and `kind`.

        >>> ProcedureClasses.load().of("51.2300").zh
        '手术'
        """
        return _shipped() if path is None else _read(Path(path))

    def with_facts(self, facts: Iterable[ProcedureFacts]) -> ProcedureClasses:
        """The same with what a catalogue says of single procedures."""
        own = {**self.own, **{fact.code: fact for fact in facts}}
        return ProcedureClasses(self.beginnings, own, self.looked_up, self.tables)

    def of(self, code: str) -> ProcedureClass:
        """The class of a procedure; one that no beginning fits is conservative."""
        own = self.own.get(code)
        if own is not None:
            return own.kind
        kind = self.looked_up.get(code)
        if kind is None:
            beginnings = (code[:length] for length in range(len(code), 1, -1))
            kinds = (self.beginnings[text] for text in beginnings if text in self.beginnings)
            kind = self.looked_up[code] = next(kinds, ProcedureClass.CONSERVATIVE)
        return kind

    def treatment(self, code: str, *, interventional: str) -> TreatmentClass:
        """The treatment class, an intervention counted as `interventional` (surgical or therapeutic)."""
        kind = self.of(code)
        return TreatmentClass(interventional if kind is ProcedureClass.INTERVENTIONAL else kind.value)

    def ranks(self, codes: tuple[str, ...], *, interventional: str) -> npt.NDArray[np.int8]:
        """The rank of the treatment class of each code, int8."""
        place = (interventional, codes)
        if place not in self.tables:
            shipped = ProcedureClasses(self.beginnings, {}, self.looked_up)
            ranks = [shipped.treatment(code, interventional=interventional).rank for code in codes]
            self.tables[place] = np.array(ranks, np.int8)
        table = self.tables[place].copy()
        own = [place for place, code in enumerate(codes) if code in self.own] if self.own else []
        table[own] = [self.treatment(codes[place], interventional=interventional).rank for place in own]
        return table

    def level(self, code: str) -> int:
        """The operation level, 1 to 4; 0 when it is not stated."""
        fact = self.own.get(code)
        return fact.level or 0 if fact else 0

    def minor(self, code: str) -> bool:
        """Without incision and below level 3; where neither is stated, of the conservative class."""
        fact = self.own.get(code)
        if fact is None or fact.incision is None:
            return self.of(code) is ProcedureClass.CONSERVATIVE
        return fact.incision == 0 and (fact.level or 0) < 3


@cache
def _shipped() -> ProcedureClasses:
    return _read(data_path("dip", "procedure_classes.csv"))


def _read(path: Path) -> ProcedureClasses:
    beginnings: dict[str, ProcedureClass] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        for row in rows:
            try:
                beginnings[row["prefix"]] = ProcedureClass(row["kind"])
            except (KeyError, ValueError) as error:
                raise FileFormatError(
                    "a table of procedure classes has columns prefix and kind",
                    got=dict(row),
                    allowed=[word.value for word in ProcedureClass],
                    where=f"{path.name} line {rows.line_num}",
                ) from error
    return ProcedureClasses(beginnings, {})

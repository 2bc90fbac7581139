"""What tables of code beginnings say: the kind of a procedure, and the comorbidity index (CCI) of a stay."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._damaged import read_text, whole
from .._paths import data_path
from ..codes import Codebook, CodeLists
from ..errors import FileFormatError
from .catalogue_tables import COMORBIDITY_CLASSES
from .expressions import code_index
from .facts import column_facts
from .model import ComorbidityClass, ProcedureFacts
from .words import ProcedureClass, TreatmentClass

if TYPE_CHECKING:
    import pandas as pd


CCI = "cci"
NEEDED = "the table of classes (comorbidity_classes.csv: name, weight, diagnoses), or a column cci"


def comorbidity_index(
    diagnoses: CodeLists, book: Codebook, classes: Sequence[ComorbidityClass]
) -> npt.NDArray[np.float64]:
    """The index of each case, float64 [cases]: the weights of the classes its secondary diagnoses are in.

    >>> from drgsim.dip.expressions import codebook
    >>> from drgsim.dip.expressions import parse_patterns
    >>> book = codebook("diagnosis")
    >>> cases = book.encode(["J18.900|I50.900|I50.100|E11.900", "I50.900"], threads=1)
    >>> classes = [ComorbidityClass("heart failure", 1, parse_patterns("I50")),
    ...            ComorbidityClass("diabetes", 2, parse_patterns("E10-E14"))]
    >>> comorbidity_index(cases, book, classes).tolist()
    [3.0, 0.0]
    """
    index = code_index(book)
    ids = diagnoses.flat.astype(np.int64)
    row = np.repeat(np.arange(len(diagnoses)), diagnoses.counts)
    principal = np.zeros(len(ids), bool)
    principal[diagnoses.offsets[:-1][diagnoses.counts > 0] - diagnoses.offsets[0]] = True
    counts = (ids >= 0) & ~principal
    total = np.zeros(len(diagnoses))
    for item in classes:
        member = np.zeros(len(book), bool)
        for pattern in item.diagnoses:
            member[index.matching(pattern)] = True
        found = np.zeros(len(diagnoses), bool)
        found[row[counts & member[ids]]] = True
        total += item.weight * found
    return total


def read_comorbidity(path: str | Path) -> tuple[ComorbidityClass, ...]:
    """The classes in a CSV with columns name, weight, diagnoses and, as wished, zh.

    Raises FileFormatError for a file without a class, or with rows that cannot be read, all of them at once.
    """
    path, problems = Path(path), list[str]()
    table = replace(COMORBIDITY_CLASSES, file=path.name)
    found = tuple(table.read(path.parent, problems))
    if problems or not found:
        raise FileFormatError(
            "the classes of the comorbidity index cannot be read",
            got=problems or "no row",
            allowed="columns name, weight (a whole number), diagnoses (like I50|I11.0)",
            where=str(path),
        )
    return found


def facts_with_index(
    cases: pd.DataFrame,
    names: Sequence[str],
    diagnoses: CodeLists,
    book: Codebook,
    classes: Sequence[ComorbidityClass],
) -> npt.NDArray[np.float64]:
    """As `column_facts`; where classes are given the index follows from them, whatever a column says."""
    facts = column_facts(cases, names)
    if CCI in names and classes:
        facts[:, list(names).index(CCI)] = comorbidity_index(diagnoses, book, classes)
    return facts


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
    with whole(path):
        rows = csv.DictReader(io.StringIO(read_text(path), newline=""))
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

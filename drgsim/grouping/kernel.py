"""A compiled scheme on encoded cases: the grouping kernel, or its readable twin in its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .._kernels import _group
from .._parallel import over_chunks
from ..codes import Catalogue, CodeLists
from ..errors import FileFormatError
from ..schemes.compile_bounds import check_codes
from ..schemes.compile_program import VARIABLES
from ..schemes.compiled import CompiledScheme
from ..schemes.rules.terms import Variable
from ..schemes.scheme import Scheme
from .case import Case, Reason
from .encoded import Books, EncodedCases, books_with, recoded
from .numbers import COLUMNS, WEIGHT_COLUMNS, newborn_weights
from .readable import ReferenceGrouper

Places = npt.NDArray[np.int16]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers to many cases, as places.

    Attributes
    ----------
    mdc, adrg, drg
        int16: places in the levels of the compiled scheme; 0 for none.
    severity, status, reason
        uint8: values of `CaseSeverity`, `Status` and `Reason`.
    """

    mdc: Places
    adrg: Places
    drg: Places
    severity: Bytes
    status: Bytes
    reason: Bytes

    @classmethod
    def room(cls, rows: int) -> Answers:
        """Room for the answers to `rows` cases."""
        mdc, adrg, drg = (np.empty(rows, dtype=np.int16) for _ in range(3))
        severity, status, reason = (np.empty(rows, dtype=np.uint8) for _ in range(3))
        return cls(mdc, adrg, drg, severity, status, reason)

    def __len__(self) -> int:
        return len(self.drg)

    def __getitem__(self, rows: slice) -> Answers:
        """Consecutive rows, sharing memory."""
        return Answers(*(getattr(self, each.name)[rows] for each in fields(self)))


class Kernel:
    """Groups encoded cases by one compiled scheme. Threads may share it.

    `scheme` is called for the whole scheme where the readable twin needs it.
    """

    def __init__(self, compiled: CompiledScheme, scheme: Callable[[], Scheme]) -> None:
        self.compiled = compiled
        self._scheme = scheme
        self.books: Books = books_with(compiled.extra_diagnoses, compiled.extra_procedures)
        try:
            check_codes(compiled.arrays, diagnoses=len(self.books[0]), procedures=len(self.books[1]))
        except ValueError as error:
            raise FileFormatError(
                f"the scheme was compiled with other catalogues: {error}",
                got=compiled.id,
                do="compile it again, by this version: give the grouper the scheme's id or folder",
            ) from error
        weights = WEIGHT_COLUMNS[compiled.newborn_weight]
        asked = {Variable[name] for name in compiled.variables}
        read = {Variable.SEX, Variable.AGE, *asked}
        if Variable.WEIGHT in asked:
            read.add(Variable.AGE_DAYS)  # says whether the weight may be missing
        self.columns = tuple(
            name
            for name, (variable, _) in COLUMNS.items()
            if variable in read and (variable is not Variable.WEIGHT or name in weights)
        )
        newborn = {Variable.AGE_DAYS, Variable.WEIGHT} & asked
        bits = sum(1 << VARIABLES.index(variable) for variable in newborn)
        self._rules = _group.Rules(compiled.arrays, bits, compiled.retry_single_procedures)
        # problems with numbers that no rule asks for are none
        self._matters = np.zeros(256, dtype=np.uint8)
        for reason in (*(r for r in Reason if r.invalidates), *(COLUMNS[name][1] for name in self.columns)):
            self._matters[reason] = reason

    def group(self, cases: EncodedCases, answers: Answers, *, threads: int = 1) -> None:
        """Write the answer of every case at its place in `answers`.

        Raises EncodedCasesError when the cases were encoded without codes that the scheme names.
        """
        weights = newborn_weights(cases.numbers, self.compiled.newborn_weight, len(cases))
        numbers = cases.columns_of(weights.values, self.compiled.departments)
        diagnoses = recoded(cases.diagnoses, cases.books.diagnoses, self.books.diagnoses)
        procedures = recoded(cases.procedures, cases.books.procedures, self.books.procedures)
        problem = cases.problem
        if problem.any():
            problem = self._matters[weights.problems(problem)]
        if os.environ.get("DRGSIM_REFERENCE") == "1":
            self._group_slowly(diagnoses, procedures, numbers, problem, answers)
        else:
            columns = tuple(numbers.get(variable) for variable in VARIABLES)

            def work(start: int, stop: int) -> None:
                _group.group(
                    self._rules,
                    diagnoses.ids,
                    diagnoses.offsets,
                    procedures.ids,
                    procedures.offsets,
                    columns,
                    problem,
                    answers.mdc,
                    answers.adrg,
                    answers.drg,
                    answers.severity,
                    answers.status,
                    answers.reason,
                    start,
                    stop,
                )

            over_chunks(work, len(cases), threads=threads)
        if Variable.WEIGHT.name in self.compiled.variables:
            weights.tell(answers.reason)
        for lists in (diagnoses, procedures):
            if lists.dropped.any():
                answers.reason[(lists.dropped > 0) & (answers.reason == 0)] = Reason.GAP_IN_CODES

    @cached_property
    def reference(self) -> ReferenceGrouper:
        """The readable twin."""
        catalogue = Catalogue.load("diagnosis")
        gray = frozenset(catalogue.codes[place] for place in np.flatnonzero(catalogue.gray))
        diagnoses, procedures = self.books
        return ReferenceGrouper(self._scheme(), diagnoses=diagnoses, procedures=procedures, gray=gray)

    def _group_slowly(
        self,
        diagnoses: CodeLists,
        procedures: CodeLists,
        numbers: dict[Variable, npt.NDArray[np.float32]],
        problem: Bytes,
        answers: Answers,
    ) -> None:
        levels = (self.compiled.mdcs, self.compiled.adrgs, self.compiled.drgs)
        place = [{code: k for k, code in enumerate(level.codes)} for level in levels]
        texts = [{-2: "", -1: "?", **dict(enumerate(book.codes))} for book in self.books]
        for row in range(len(problem)):
            case = Case(
                tuple(map(texts[0].__getitem__, diagnoses.row(row).tolist())),
                tuple(map(texts[1].__getitem__, procedures.row(row).tolist())),
                self.known({variable: float(values[row]) for variable, values in numbers.items()}),
                Reason(int(problem[row])),
            )
            answer = self.reference.group(case)
            for level, found in zip(place, ("mdc", "adrg", "drg"), strict=True):
                getattr(answers, found)[row] = level[getattr(answer, found)]
            answers.severity[row] = answer.severity
            answers.status[row] = answer.status
            answers.reason[row] = answer.reason

    def known(self, numbers: dict[Variable, float]) -> dict[Variable, float | str]:
        """The numbers that are not missing, the department by its name."""
        found: dict[Variable, float | str] = {v: number for v, number in numbers.items() if number == number}
        if Variable.DEPARTMENT in found:
            place = int(found[Variable.DEPARTMENT])
            found[Variable.DEPARTMENT] = self.compiled.departments[place] if place >= 0 else ""
        return found

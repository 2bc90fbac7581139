"""Cases as the kernel reads them: ids of codes and a few small columns. Made once, grouped often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..codes import Codebook, CodeLists
from ..codes.catalogue import Kind
from ..schemes.rules.terms import Variable
from .grouping_errors import EncodedCasesError
from .numbers import COLUMNS, Numbers


class Books(NamedTuple):
    """The codebooks that ids are of."""

    diagnoses: Codebook
    procedures: Codebook


class Departments(NamedTuple):
    """The department of each case: a place in `names`, -1 for none."""

    places: npt.NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class EncodedCases:
    """Many cases as arrays of one length; `encoded[start:stop]` shares their memory.

    Attributes
    ----------
    books
        The codebooks of the ids.
    diagnoses, procedures
        Lists of ids, principal and main first.
    numbers
        float32 by column name, NaN where missing: sex and age always; age_days, birth_weight,
        admission_weight (g), los (days), discharge, icu_hours when the cases have them.
    problem
        uint8: the `Reason` for what was wrong with a number as it was read; 0 for nothing.
    departments
        None when the cases name none.
    """

    books: Books
    diagnoses: CodeLists
    procedures: CodeLists
    numbers: Mapping[str, Numbers]
    problem: npt.NDArray[np.uint8]
    departments: Departments | None = None

    def __post_init__(self) -> None:
        """The kernel trusts the arrays, so they are checked here, once."""
        rows = len(self.problem)
        columns = [*self.numbers.values(), *([self.departments.places] if self.departments else [])]
        if {len(self.diagnoses), len(self.procedures), *map(len, columns)} != {rows}:
            raise EncodedCasesError("the columns of encoded cases differ in length", allowed=rows)
        if not {"sex", "age"} <= self.numbers.keys() <= COLUMNS.keys():
            raise EncodedCasesError(
                "encoded cases need sex and age", got=sorted(self.numbers), allowed=COLUMNS
            )
        for lists, book in zip((self.diagnoses, self.procedures), self.books, strict=True):
            _check_lists(lists, len(book))

    def __len__(self) -> int:
        return len(self.problem)

    def __getitem__(self, rows: slice) -> EncodedCases:
        """Consecutive rows, without a copy."""
        departments = self.departments
        return replace(
            self,
            diagnoses=self.diagnoses[rows],
            procedures=self.procedures[rows],
            numbers={name: values[rows] for name, values in self.numbers.items()},
            problem=self.problem[rows],
            departments=departments and Departments(departments.places[rows], departments.names),
        )

    def __repr__(self) -> str:
        return f"EncodedCases({len(self)} cases, {len(self.diagnoses.flat)} diagnoses)"

    def columns_of(self, weight: Numbers | None, departments: tuple[str, ...]) -> dict[Variable, Numbers]:
        """The numbers by variable, for a scheme that means these weights and names `departments`."""
        found = {COLUMNS[name][0]: values for name, values in self.numbers.items()}
        found.pop(Variable.WEIGHT, None)
        if weight is not None:
            found[Variable.WEIGHT] = weight
        if self.departments and departments:
            place = {name: place for place, name in enumerate(departments)}
            numbers = [*(float(place.get(name, -1)) for name in self.departments.names), np.nan]
            found[Variable.DEPARTMENT] = np.array(numbers, dtype=np.float32)[self.departments.places]
        return found


@lru_cache(maxsize=8)
def books_with(extra_diagnoses: tuple[str, ...], extra_procedures: tuple[str, ...]) -> Books:
    """The codebooks of the shipped catalogues and these further codes."""
    return Books(_book("diagnosis", extra_diagnoses), _book("procedure", extra_procedures))


@lru_cache(maxsize=16)
def _book(kind: Kind, extra: tuple[str, ...]) -> Codebook:
    return Codebook.for_kind(kind, extra=extra)


def recoded(lists: CodeLists, book: Codebook, wanted: Codebook) -> CodeLists:
    """The same lists with the ids of another codebook; a code that it does not have becomes unknown.

    Raises EncodedCasesError when `wanted` has codes that `book` does not: they were lost in encoding.
    """
    if book is wanted or book.codes == wanted.codes:
        return lists
    lost = [code for code in wanted.codes[wanted.n_catalogue :] if code not in book]
    if lost:
        raise EncodedCasesError(
            "the cases were encoded without codes that the scheme names",
            got=f"{len(lost)} codes, {lost[0]} among them",
            do="encode them with this scheme's grouper, or with `encode(cases, also=[…])`",
        )
    places = np.fromiter(map(wanted.id_of, _special_first(book)), dtype=np.int32, count=len(book) + 2)
    places[:2] = -2, -1
    return CodeLists(places[lists.flat + 2], lists.offsets - lists.offsets[0], lists.dropped)


def _special_first(book: Codebook) -> Iterable[str]:
    return ("", "", *book.codes)


def _check_lists(lists: CodeLists, codes: int) -> None:
    offsets: npt.NDArray[Any] = lists.offsets
    if offsets[0] < 0 or offsets[-1] > len(lists.ids) or (np.diff(offsets) < 0).any():
        raise EncodedCasesError("the offsets of a code list are not ascending within its ids")
    flat = lists.flat
    if len(flat) and (flat.min() < -2 or flat.max() >= codes):
        raise EncodedCasesError(
            "an id that is not in the codebook", got=int(flat.max()), allowed=f"-2 … {codes - 1}"
        )

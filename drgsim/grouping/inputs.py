"""Tables of cases as they come (pandas, Arrow, mappings) seen as columns, and encoded chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .._optional import require
from ..cases.given import KEEP_ONE, refuse_columns
from ..codes import Codebook, CodeLists
from ..errors import nearest_name
from .encoded import Books, Departments, EncodedCases
from .grouping_errors import CaseColumnsError, CasesInputError
from .numbers import COLUMNS, problems_of, read_numbers

REQUIRED = ("sex", "age", "diagnoses", "procedures")
DEPARTMENT = ("department", "dept")  # either name


@dataclass(frozen=True)
class CaseTable:
    """Columns by name, each a pandas Series or an Arrow array; codes may be encoded already.

    `index` is the index of the answer; None where the answer is an Arrow table.
    """

    names: tuple[str, ...]
    column: Callable[[str], Any]
    rows: int
    index: pd.Index | None

    def has(self, name: str) -> bool:
        return name in self.names

    @property
    def department(self) -> str | None:
        """The name of the column of departments, if there is one."""
        return next(filter(self.has, DEPARTMENT), None)


def read_table(cases: Any) -> CaseTable:
    """See a table of cases as columns. Raises CasesInputError for anything else."""
    if isinstance(cases, pd.DataFrame):
        return checked(CaseTable(tuple(map(str, cases.columns)), cases.__getitem__, len(cases), cases.index))
    if hasattr(cases, "__arrow_c_stream__"):
        pa = require("pyarrow", extra="arrow", feature="grouping Arrow tables")
        try:
            table = pa.RecordBatchReader.from_stream(cases).read_all()
        except pa.ArrowInvalid:  # a stream of one column
            raise _not_cases(cases) from None
        return checked(CaseTable(tuple(table.column_names), table.column, table.num_rows, None))
    raise _not_cases(cases)


def frame_of(cases: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Cases as mappings, one row each, in columns of plain objects. `procedures` may be left out."""
    if not all(isinstance(case, Mapping) for case in cases):
        raise _not_cases(cases)
    names = dict.fromkeys(name for case in cases for name in case)
    for name in REQUIRED if not cases else ("procedures",):
        names.setdefault(name)
    return pd.DataFrame({name: pd.Series([case.get(name) for case in cases], dtype=object) for name in names})


def one_row(case: Mapping[str, Any]) -> pd.DataFrame:
    """One case as a table of one row. Raises NotACaseTableError when it holds columns of several."""
    refuse_columns(case)
    return frame_of([case])


def encode_table(
    table: CaseTable, books: Books, numbers: Sequence[str], start: int, stop: int
) -> EncodedCases:
    """The cases of some rows, with these columns of numbers as far as the table has them."""
    read = {
        name: read_numbers(_slice(table.column(name), start, stop, numbers=True), name)
        for name in numbers
        if table.has(name)
    }
    values = {name: found for name, (found, _) in read.items()}
    department = table.department
    return EncodedCases(
        books=books,
        diagnoses=_ids(books.diagnoses, table.column("diagnoses"), start, stop),
        procedures=_ids(books.procedures, table.column("procedures"), start, stop),
        numbers=values,
        problem=problems_of(values, {name: mask for name, (_, mask) in read.items()}),
        departments=_departments(_slice(table.column(department), start, stop)) if department else None,
    )


def _ids(book: Codebook, column: Any, start: int, stop: int) -> CodeLists:
    if isinstance(column, CodeLists):  # a reader encoded them by this book
        return column[start:stop]
    return book.encode(_slice(column, start, stop))


def _not_cases(given: Any) -> CasesInputError:
    return CasesInputError(
        "not a table of cases",
        got=type(given).__name__,
        allowed=("pandas DataFrame", "anything with __arrow_c_stream__", "dict", "list of dicts"),
    )


def _slice(column: Any, start: int, stop: int, *, numbers: bool = False) -> Any:
    if isinstance(column, pd.Series):
        return column.iloc[start:stop]
    part = column.slice(start, stop - start)
    return part.to_pandas() if numbers else part


def _departments(column: Any) -> Departments:
    """Names of departments as places in a list of them; blank and missing ones have place -1."""
    series = column if isinstance(column, pd.Series) else column.to_pandas()
    distinct: pd.Index | pd.Series
    alike = isinstance(series.dtype, pd.StringDtype | pd.CategoricalDtype)
    if alike or pd.api.types.infer_dtype(series, skipna=True) == "string":
        rows, distinct = pd.factorize(series)  # each text is looked at once
    else:  # 1 and 1.0 are equal, but not the same text
        rows, distinct = np.arange(len(series)), series.astype(object).where(series.notna(), None)
    names = [None if name is None else str(name).strip() or None for name in distinct]
    places, found = pd.factorize(np.array(names, dtype=object))
    return Departments(np.append(places, -1)[rows].astype(np.int32), tuple(map(str, found)))


def checked(table: CaseTable) -> CaseTable:
    """The same table. Raises CaseColumnsError when it lacks a column that grouping needs, or has it twice."""
    known = tuple(dict.fromkeys((*REQUIRED, *COLUMNS, *DEPARTMENT)))
    twice = sorted({name for name in known if table.names.count(name) > 1})
    if twice:
        raise CaseColumnsError("a column stands twice", got=", ".join(twice), do=KEEP_ONE)
    missing = [name for name in REQUIRED if not table.has(name)]
    if missing:
        nearest = {name: nearest_name(name, table.names) for name in missing}
        hints = [f"{name!r} may be called {found!r} here" for name, found in nearest.items() if found]
        raise CaseColumnsError(
            f"the cases have no column {', '.join(missing)}",
            got=table.names,
            allowed=known,
            do="; ".join([*hints, "rename columns, or read the file with drgsim.read_cases"]),
        )
    return table

"""One case, as a user gives it, read as the grouper reads tables; and the readable grouper of a scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from ..cases import case_column
from ..cases.typed_case import known_values
from ..codes import Catalogue, Codebook, CodeLists
from ..codes.catalogue import Kind
from ..codes.code_lists import EMPTY
from ..codes.pieces import kept, pieces_of
from ..schemes.rules.terms import Compare, Variable
from ..schemes.rules.walk import leaves
from ..schemes.scheme import Scheme
from .case import Answer, Case, Reason
from .encoded import Books, Departments, EncodedCases
from .grouping_errors import CasesInputError
from .inputs import DEPARTMENT, one_row, read_table
from .numbers import (
    COLUMNS,
    LARGEST,
    WEIGHT_COLUMNS,
    NewbornWeights,
    newborn_weights,
    problems_of,
    read_numbers,
)
from .readable import ReferenceGrouper

_MOST_DROPPED = 255
_KNOWN = {name: frozenset(map(int, values)) for name, values in known_values().items() if name in COLUMNS}
_WHOLE = {name: case_column(name).kind == "whole" for name in COLUMNS}


def encode_plain(case: Mapping[str, Any], books: Books, columns: Sequence[str]) -> EncodedCases | None:
    """The case as `inputs.encode_table` would encode it; None for one whose values are not so plain.

    Plain are numbers, None and NaN in columns of numbers; a text or a list of texts for codes; a text for the
    department. `columns` are the numbers that the scheme asks for.
    """
    read = _plain_numbers(case, columns)
    lists = [code_pieces(case.get(name)) for name in ("diagnoses", "procedures")]
    if read is None or None in lists:
        return None
    diagnoses, procedures = (_encoded(codes or [], book) for codes, book in zip(lists, books, strict=True))
    numbers, problem, department = read
    departments = None
    if department is not None:
        place = np.array([0 if department else -1], dtype=np.int32)
        departments = Departments(place, (department,) if department else ())
    return EncodedCases(books, diagnoses, procedures, numbers, problem, departments)


def _plain_numbers(
    case: Mapping[str, Any], columns: Sequence[str]
) -> tuple[dict[str, Any], Any, str | None] | None:
    """The numbers of a plain case and what is wrong with them, as arrays of one, and its department (None
    where it states none); None for a case that is not plain."""
    if "sex" not in case or "age" not in case or "diagnoses" not in case:
        return None
    numbers, unreadable = {}, {}
    for name in columns:
        if name not in case:
            continue
        value = case[name]
        if value is None:
            value = np.nan
        elif type(value) is not int and type(value) is not float:
            return None
        elif name in _KNOWN and value not in _KNOWN[name]:
            return None  # what is no value of the column is for the reader to tell
        bad = not isnan(value) and (
            abs(value) >= LARGEST or (_WHOLE[name] and value != int(value)) or (name != "age" and value < 0)
        )
        numbers[name] = np.array([np.nan if bad else value], dtype=np.float32)
        unreadable[name] = np.array([bad])
    department = None
    for name in DEPARTMENT:
        if name in case:
            stated = case[name]
            if stated is not None and type(stated) is not str:
                return None
            department = (stated or "").strip()
            break
    return numbers, problems_of(numbers, unreadable), department


def code_pieces(cell: Any) -> list[str] | None:
    """The texts of a cell of codes, empty ones included; None for what is no plain text or list of texts."""
    if cell is None:
        return []
    if type(cell) is str:
        return cell.split("|") if cell else []
    if type(cell) not in (list, tuple) or not all(type(code) is str for code in cell):
        return None
    return [] if list(cell) == [""] else list(cell)


def _encoded(pieces: list[str], book: Codebook) -> CodeLists:
    codes = kept(pieces)
    ids = [book.id_of(code) if code or place else EMPTY for place, code in enumerate(codes)]
    dropped = min(len(pieces) - len(codes), _MOST_DROPPED)
    return CodeLists(
        np.array(ids, dtype=np.int32),
        np.array([0, len(ids)], dtype=np.int64),
        np.array([dropped], dtype=np.uint8),
    )


@dataclass(frozen=True, slots=True)
class OneCase:
    """A case that was read, whether empty places between its codes were passed over, and its weights."""

    case: Case
    has_gap: bool
    weights: NewbornWeights

    def told(self, answer: Answer) -> Answer:
        """The answer with the reason that reading the case gave rise to, if it is more important."""
        reasons = np.array([answer.reason], dtype=np.uint8)
        self.weights.tell(reasons)
        reason = Reason(int(reasons[0]))
        return replace(answer, reason=Reason.GAP_IN_CODES if self.has_gap and not reason else reason)


def read_case(case: Any, opened: OpenScheme) -> OneCase:
    """Read a mapping, a Series or a table of one row.

    Raises CaseColumnsError when sex, age or diagnoses are not there at all, CasesInputError for what
    is no single case. A value that cannot be read is no error: it is the `problem` of the case.
    """
    if isinstance(case, Mapping):
        plain = _read_plain(case, opened)
        if plain is not None:
            return plain
    table = read_table(_one_row(case))
    meant = opened.scheme.switches.newborn_weight
    read = {
        name: read_numbers(table.column(name), name)
        for name, (variable, _) in COLUMNS.items()
        if table.has(name)
        and (variable in opened.asked or name in ("sex", "age"))
        and (variable is not Variable.WEIGHT or name in WEIGHT_COLUMNS[meant])
    }
    problem = problems_of(
        {name: values for name, (values, _) in read.items()}, {name: bad for name, (_, bad) in read.items()}
    )
    weights = newborn_weights({name: values for name, (values, _) in read.items()}, meant, 1)
    numbers: dict[Variable, float | str] = {
        COLUMNS[name][0]: float(values[0])
        for name, (values, _) in read.items()
        if values[0] == values[0] and COLUMNS[name][0] is not Variable.WEIGHT
    }
    if weights.values is not None and weights.values[0] == weights.values[0]:
        numbers[Variable.WEIGHT] = float(weights.values[0])
    department = _department(table.column(table.department)) if table.department else ""
    if department:
        numbers[Variable.DEPARTMENT] = department
    lists = [next(pieces_of(table.column(name))) for name in ("diagnoses", "procedures")]
    diagnoses, procedures = (tuple(kept(pieces)) for pieces in lists)
    has_gap = sum(map(len, lists)) > len(diagnoses) + len(procedures)
    found = Reason(int(weights.problems(problem)[0]))
    return OneCase(Case(diagnoses, procedures, numbers, found), has_gap, weights)


def _read_plain(case: Mapping[str, Any], opened: OpenScheme) -> OneCase | None:
    """The same for a case of plain values, without a table in between; None for others."""
    meant = opened.scheme.switches.newborn_weight
    columns = [
        name
        for name, (variable, _) in COLUMNS.items()
        if (variable in opened.asked or name in ("sex", "age"))
        and (variable is not Variable.WEIGHT or name in WEIGHT_COLUMNS[meant])
    ]
    plain = _plain_numbers(case, columns)
    lists = [code_pieces(case.get(name)) for name in ("diagnoses", "procedures")]
    if plain is None or None in lists:
        return None
    read, problem, department = plain
    weights = newborn_weights(read, meant, 1)
    numbers: dict[Variable, float | str] = {
        COLUMNS[name][0]: float(values[0])
        for name, values in read.items()
        if values[0] == values[0] and COLUMNS[name][0] is not Variable.WEIGHT
    }
    if weights.values is not None and weights.values[0] == weights.values[0]:
        numbers[Variable.WEIGHT] = float(weights.values[0])
    if department:
        numbers[Variable.DEPARTMENT] = department
    diagnoses, procedures = (tuple(kept(pieces or [])) for pieces in lists)
    has_gap = sum(len(pieces or ()) for pieces in lists) > len(diagnoses) + len(procedures)
    found = Reason(int(weights.problems(problem)[0]))
    return OneCase(Case(diagnoses, procedures, numbers, found), has_gap, weights)


@dataclass(frozen=True, slots=True)
class OpenScheme:
    """A scheme and what is worked out of it once: its readable grouper, the variables its rules ask for,
    the codes that it and the catalogues know."""

    scheme: Scheme
    asked: frozenset[Variable]
    known: Mapping[Kind, frozenset[str]]
    grouper: ReferenceGrouper


def open_scheme(scheme_or_grouper: Any) -> OpenScheme:
    """The scheme itself, the scheme of a grouper, or the one of this id; the last few are kept."""
    if isinstance(scheme_or_grouper, str):
        return _opened(_Same(Scheme.load(scheme_or_grouper)))
    found = getattr(scheme_or_grouper, "scheme", scheme_or_grouper)
    if not isinstance(found, Scheme):
        raise CasesInputError(
            "neither a scheme nor a grouper",
            got=type(scheme_or_grouper).__name__,
            allowed=("Scheme", "DrgGrouper", "the id of a scheme"),
        )
    return _opened(_Same(found))


class _Same:
    """A scheme as a key: the same object, because comparing all its rows would take longer."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.scheme is self.scheme

    def __hash__(self) -> int:
        return id(self.scheme)


@lru_cache(maxsize=4)
def _opened(key: _Same) -> OpenScheme:
    scheme, catalogue = key.scheme, Catalogue.load("diagnosis")
    found: dict[Kind, set[str]] = {
        "diagnosis": {*catalogue.codes, *scheme.cc, *scheme.mcc, *scheme.exclusion},
        "procedure": {*Catalogue.load("procedure").codes},
    }
    for listed in scheme.sets.values():
        found[listed.kind] |= listed.codes
    known = {kind: frozenset(codes) for kind, codes in found.items()}
    gray = frozenset(code for code, gray in zip(catalogue.codes, catalogue.gray, strict=True) if gray)
    grouper = ReferenceGrouper(scheme, diagnoses=known["diagnosis"], procedures=known["procedure"], gray=gray)
    rules = (row.rule for rows in (scheme.mdcs, scheme.adrgs, scheme.drgs) for row in rows)
    compared = (leaf for rule in rules for leaf in leaves(rule) if isinstance(leaf, Compare))
    return OpenScheme(scheme, frozenset(leaf.variable for leaf in compared), known, grouper)


def _one_row(case: Any) -> pd.DataFrame:
    if isinstance(case, pd.DataFrame):
        if len(case) != 1:
            raise CasesInputError("one case is a table of one row", got=f"{len(case)} rows", allowed=1)
        return case
    if isinstance(case, pd.Series):
        case = case.to_dict()
    if not isinstance(case, Mapping):
        raise CasesInputError(
            "not one case", got=type(case).__name__, allowed=("mapping", "Series", "DataFrame of one row")
        )
    return one_row(case)


def _department(column: pd.Series) -> str:
    value = column.iloc[0]
    return "" if value is None or pd.isna(value) else str(value).strip()

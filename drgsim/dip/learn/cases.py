"""Cases as a catalogue learns from them: coded, costed, weighted by year, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cases.given import refuse_doubled
from ...codes import EMPTY, Codebook, CodeLists
from ...errors import ColumnError
from ..answers import EncodedCases
from ..classes import ProcedureClasses
from ..dip_errors import DipFitError
from ..expressions import codebook
from ..facts import COLUMN_FACTS, numbers
from ..prepared import Prepared
from ..stages import Exclude
from .stats import Floats, Groups, Ints, Years

FEN = 100  # in a yuan
PARTS = ("drug_cost", "consumable_cost")
_COLUMNS = {
    "diagnoses",
    "procedures",
    "hospital_level",
    *(name for columns, _ in COLUMN_FACTS.values() for name in columns),
}


@dataclass(frozen=True, eq=False)
class LearningCases:
    """The cases that count, one row each, in an order of their own.

    Money is in whole fen, so that sums are exact; the rows stand in the order of their amounts, so that what
    cannot be exact (a standard deviation) does not depend on the order they came in.

    Attributes
    ----------
    frame : the columns that conditions and hospital coefficients read
    encoded : the same as a grouper of a catalogue without conditions reads them
    diagnosis, category : the principal diagnosis cut to the type's characters, and to three
    procedures : CodeLists of those that are not conservative, in the order of the record
    principal : int64, id of the first of them; -1 for none
    treatment : int64, rank of the class of the stay
    cost : float64, whole fen
    parts : float64, whole fen of drug_cost and consumable_cost as far as stated, NaN where a case does not
    los : float64, days, NaN where not stated
    years : the year of each case and its weight
    left_out : why how many cases do not count
    """

    frame: pd.DataFrame
    encoded: EncodedCases
    diagnosis: Groups
    category: Groups
    procedures: CodeLists
    principal: Ints
    treatment: Ints
    cost: Floats
    parts: dict[str, Floats]
    los: Floats
    years: Years
    left_out: dict[str, int]

    def __len__(self) -> int:
        return len(self.cost)

    def mean_cost(self, rows: Ints) -> float:
        """The mean cost of some of the cases, weighted by year, in yuan."""
        return self.years.take(rows).mean(self.cost[rows]) / FEN


def learning_cases(
    cases: pd.DataFrame,
    *,
    characters: int,
    year_weights: Sequence[float],
    excluded: frozenset[str],
    classes: ProcedureClasses,
    interventional: str,
    library: Prepared | None = None,
) -> LearningCases:
    """The cases that count. Needs diagnoses and total_cost; procedures, and discharge_date or year.

    With a library of types the codes are encoded as it does, and a principal diagnosis that its rules
    exclude does not count.

    Raises ColumnError when a column is missing or doubled, DipFitError when no case counts.
    """
    refuse_doubled(cases.columns)
    lacking = [name for name in ("diagnoses", "total_cost") if name not in cases.columns]
    if lacking:
        raise ColumnError(
            f"a catalogue cannot be learned without {', '.join(lacking)}", got=list(cases.columns)
        )
    book = library.diagnoses if library else codebook("diagnosis")
    diagnoses = book.encode(cases["diagnoses"], threads=None)
    first = first_of(diagnoses, EMPTY)
    yuan = numbers(cases, "total_cost")
    cost = whole_fen(yuan)
    year = _years(cases)
    weights = _year_weights(year, year_weights)
    reasons = {
        "no principal diagnosis": first == -2,
        "unknown principal diagnosis": first == -1,
        **_excluded(first, library),
        "no cost, or none above 0": ~((cost > 0) & np.isfinite(cost)),
        "a year without weight": weights == 0,
    }
    left_out, counts = {}, np.ones(len(cases), bool)
    for reason, where in reasons.items():
        left_out[reason] = int((where & counts).sum())
        counts &= ~where
    if not counts.any():
        raise DipFitError("no case has a known principal diagnosis and a cost", got=left_out)
    parts = {name: whole_fen(numbers(cases, name)) for name in PARTS if name in cases.columns}
    los = numbers(cases, "los")
    rows = np.flatnonzero(counts)
    rows = rows[np.lexsort([column[rows] for column in (los, *parts.values(), year, cost)])]
    column = cases["procedures"] if "procedures" in cases.columns else [None] * len(cases)
    done_book = library.procedures if library else codebook("procedure", excluded)
    done = done_book.encode(column, threads=None).take(rows)
    procedures, treatment = _procedures(done, done_book, excluded, classes, interventional)
    frame = cases[[name for name in cases.columns if name in _COLUMNS]].iloc[rows]
    length = {4: 5, 6: 7}[characters]  # with the dot
    return LearningCases(
        frame,
        EncodedCases(diagnoses.take(rows), done, np.zeros((len(rows), 0)), yuan[rows]),
        _cut(first[rows], book.codes, length),
        _cut(first[rows], book.codes, 3),
        procedures,
        first_of(procedures, -1).astype(np.int64),
        treatment,
        cost[rows],
        {name: part[rows] for name, part in parts.items()},
        los[rows],
        Years.of(year[rows], weights[rows]),
        left_out,
    )


def _excluded(first: npt.NDArray[np.int32], library: Prepared | None) -> dict[str, npt.NDArray[np.bool_]]:
    """Cases whose principal diagnosis a library's rules do not group."""
    exclude = library.rules.one(Exclude) if library else None
    if library is None or exclude is None or not exclude.diagnoses:
        return {}
    barred = [library.diagnoses.id_of(code) for code in library.catalogue.excluded_diagnoses]
    return {"excluded principal diagnosis": np.isin(first, barred)}


def whole_fen(yuan: Floats) -> Floats:
    """Amounts in whole fen, which floats add exactly; NaN stays."""
    fen: Floats = np.rint(yuan * FEN)
    return fen


def first_of(lists: CodeLists, missing: int) -> npt.NDArray[np.int32]:
    """The first id of each row; `missing` for a row that has none."""
    return np.where(lists.counts > 0, np.append(lists.ids, missing)[lists.offsets[:-1]], missing)


def _cut(ids: npt.NDArray[np.int32], codes: Sequence[str], length: int) -> Groups:
    """Cases by the beginning of their code."""
    present = np.flatnonzero(np.bincount(ids, minlength=len(codes)))
    beginnings = [codes[number][:length] for number in present.tolist()]
    names = {name: place for place, name in enumerate(dict.fromkeys(beginnings))}
    place = np.full(len(codes), -1, np.int64)
    place[present] = [names[name] for name in beginnings]
    return Groups.of(place[ids], list(names))


def _procedures(
    lists: CodeLists,
    book: Codebook,
    excluded: frozenset[str],
    classes: ProcedureClasses,
    interventional: str,
) -> tuple[CodeLists, Ints]:
    """Procedures that tell types apart, each once, and the class of each stay."""
    ranks = classes.ranks(book.codes, interventional=interventional).astype(np.int64)
    ranks[[book.id_of(code) for code in excluded]] = 0
    row = np.repeat(np.arange(len(lists)), lists.counts)
    ids = lists.flat.astype(np.int64)
    rank = np.where(ids >= 0, ranks[ids], 0)
    pair = pd.Series(row * (len(book) + 1) + ids)
    kept = (rank > 0) & ~pair.duplicated().to_numpy()
    treatment = np.zeros(len(lists), np.int64)
    np.maximum.at(treatment, row[kept], rank[kept])
    offsets = np.concatenate(([0], np.cumsum(np.bincount(row[kept], minlength=len(lists)))))
    return CodeLists(
        ids[kept].astype(np.int32), offsets.astype(np.int64), np.zeros(len(lists), np.uint8)
    ), treatment


def _years(cases: pd.DataFrame) -> Ints:
    if "year" in cases.columns:
        return np.nan_to_num(numbers(cases, "year")).astype(np.int64)
    if "discharge_date" in cases.columns:
        dates: Any = pd.to_datetime(cases["discharge_date"], errors="coerce")
        return dates.dt.year.fillna(0).to_numpy(np.int64)
    return np.zeros(len(cases), np.int64)


def _year_weights(year: Ints, weights: Sequence[float]) -> Floats:
    """The last year has the last weight, and so back; years before the first weight have none."""
    stated = np.unique(year[year > 0])
    if len(stated) < 2:
        return np.ones(len(year))
    back = stated.max() - year
    table = np.array([*weights[::-1], 0.0], np.float64)
    return np.where(year > 0, table[np.clip(back, 0, len(weights))], 0.0)

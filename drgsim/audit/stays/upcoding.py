"""Whether one secondary diagnosis alone lifts a stay to its group: the stay grouped without each in turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...codes import CodeLists
from ...grouping import DrgGrouper
from ...grouping.encoded import Departments, EncodedCases
from ..reading import polars

if TYPE_CHECKING:
    import polars as pl

    from ...grouping.kernel import Answers

_CHUNK = 1 << 17  # stays at a time; each becomes as many as it has secondary diagnoses
_COLUMNS = (
    "sex", "age", "age_days", "birth_weight", "admission_weight", "los", "discharge", "icu_hours",
    "department", "diagnoses", "procedures",
)  # fmt: skip


def lifted(cases: Any, stays: pl.DataFrame, grouper: DrgGrouper) -> pl.DataFrame:
    """stay, lifting_code, drg_without: stays with CC or MCC whose severity falls when one code is left out.

    One row a stay, the first such code. Of a stay that two codes hold up none is named: either is enough.
    """
    pl = polars()
    heavy = stays.filter(pl.col("severity").is_in(["CC", "MCC"]) & (pl.col("secondary_count") > 0))
    places = heavy.get_column("stay").to_numpy().astype(np.int64)
    found: list[Any] = []
    columns = [name for name in _COLUMNS if name in cases]
    for start in range(0, len(places), _CHUNK):
        rows = places[start : start + _CHUNK]
        found.append(_chunk(cases.iloc[rows][columns], rows, grouper))
    schema = {"stay": pl.UInt32, "lifting_code": pl.String, "drg_without": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *found])


def _chunk(cases: Any, rows: npt.NDArray[np.int64], grouper: DrgGrouper) -> pl.DataFrame:
    pl = polars()
    encoded = grouper.encode(cases)
    now = grouper.group_encoded(encoded)
    owner, left_out, without = _without_each(encoded)
    then = grouper.group_encoded(without)
    falls = (then.adrg == now.adrg[owner]) & _lower(then, now, owner)
    first = np.unique(owner[falls], return_index=True)
    hits = np.flatnonzero(falls)[first[1]]
    book = encoded.books.diagnoses
    codes = encoded.diagnoses.flat[left_out[hits]]
    drgs = grouper.compiled.drgs.codes
    return pl.DataFrame(
        {
            "stay": pl.Series(rows[owner[hits]], dtype=pl.UInt32),
            "lifting_code": pl.Series(
                [book.codes[code] if code >= 0 else None for code in codes], dtype=pl.String
            ),
            "drg_without": pl.Series([drgs[place] for place in then.drg[hits]], dtype=pl.String),
        }
    )


def _lower(then: Answers, now: Answers, owner: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return (then.drg != now.drg[owner]) & (then.severity < now.severity[owner])


def _without_each(
    encoded: EncodedCases,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], EncodedCases]:
    """For each secondary diagnosis: its row, its place among the codes, and the row without it."""
    offsets = encoded.diagnoses.offsets - encoded.diagnoses.offsets[0]
    counts = np.diff(offsets)
    copies = np.maximum(counts - 1, 0)
    owner = np.repeat(np.arange(len(counts)), copies)
    begins = np.cumsum(copies) - copies
    nth = np.arange(len(owner)) - begins[owner] + 1  # which code of the row is left out; 0 is the principal
    lengths = counts[owner] - 1
    new_offsets = np.zeros(len(owner) + 1, dtype=np.int64)
    np.cumsum(lengths, out=new_offsets[1:])
    within = np.arange(new_offsets[-1]) - np.repeat(new_offsets[:-1], lengths)
    within += within >= np.repeat(nth, lengths)
    ids = encoded.diagnoses.flat[np.repeat(offsets[:-1][owner], lengths) + within]
    departments = encoded.departments
    without = replace(
        encoded,
        diagnoses=CodeLists(ids.astype(np.int32), new_offsets, np.zeros(len(owner), dtype=np.uint8)),
        procedures=encoded.procedures.take(owner),
        numbers={name: values[owner] for name, values in encoded.numbers.items()},
        problem=encoded.problem[owner],
        departments=departments and Departments(departments.places[owner], departments.names),
    )
    return owner, offsets[:-1][owner] + nth, without

"""Chunks of a file to their disease types, in Arrow memory or by pandas: what `drgsim dip group` does
between reading and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..cases.arrow_cases import ArrowCases, arrow_cases
from ..cases.columns import case_columns, without_personal
from ..cases.read_chunk import ChunkToRead
from ..cases.read_report import KEY, ReadReport
from ..errors import ColumnError, nearest_name
from ..grouping.street import beside
from .answers import EncodedCases
from .classes import facts_with_index
from .facts import numbers
from .frames import COLUMNS

if TYPE_CHECKING:
    from .grouper import DipGrouper


@dataclass(frozen=True)
class DipChunk:
    """The cases of a chunk with their disease types.

    Attributes
    ----------
    table : pyarrow Table, the cases' columns first
    status : how many cases of each status
    told : what `DipGrouper.group` puts into `frame.attrs["drgsim"]`
    report : what reading did and found
    """

    table: Any
    status: Mapping[str, int]
    told: Mapping[str, Any]
    report: ReadReport


def group_chunk(grouper: DipGrouper, job: ChunkToRead) -> DipChunk:
    """Read, group and join one chunk. Raises ColumnError when the file has no diagnoses."""
    import pyarrow as pa

    books = {"diagnoses": grouper.prepared.diagnoses, "procedures": grouper.prepared.procedures}
    cases = arrow_cases(job, books)
    if "diagnoses" not in cases.lists:
        raise ColumnError(
            "the table of cases lacks diagnoses",
            got=nearest_name("diagnoses", cases.columns),
            do="say which header of the file it is: --rename HEADER=diagnoses",
        )
    answers = grouper.told(_asked(cases, grouper), _encoded(cases, grouper), COLUMNS)
    counts = answers["status"].value_counts()
    table = pa.Table.from_pandas(answers, preserve_index=False).replace_schema_metadata()
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type) and pa.types.is_null(field.type.value_type):
            table = table.set_column(place, field.name, pa.nulls(len(table), pa.string()))  # has no category
    return DipChunk(
        beside(cases.columns, table),
        {str(name): int(count) for name, count in counts.items() if count},
        answers.attrs["drgsim"],
        cases.report,
    )


def _asked(cases: ArrowCases, grouper: DipGrouper) -> pd.DataFrame:
    """The columns that grouping looks at, as a frame."""
    wanted = {"procedures", *grouper.asked} & cases.columns.keys()
    series = {name: cases.columns[name].to_pandas() for name in case_columns() if name in wanted}
    return pd.DataFrame(series, index=pd.RangeIndex(cases.rows))


def _encoded(cases: ArrowCases, grouper: DipGrouper) -> EncodedCases:
    import pyarrow as pa

    diagnoses, procedures = cases.lists["diagnoses"], cases.lists.get("procedures")
    if procedures is None:
        procedures = grouper.prepared.procedures.encode(pa.nulls(cases.rows, pa.string()))
    looked = {name: cases.columns[name] for name in {"total_cost", *grouper.asked} & cases.columns.keys()}
    frame = pd.DataFrame({name: column.to_pandas() for name, column in looked.items()})
    frame = frame.reindex(pd.RangeIndex(cases.rows))
    facts = facts_with_index(
        frame,
        grouper.compiled.columns,
        diagnoses,
        grouper.prepared.diagnoses,
        grouper.catalogue.comorbidity_classes,
    )
    return EncodedCases(diagnoses, procedures, facts, numbers(frame, "total_cost"))


def group_chunk_in_pandas(grouper: DipGrouper, job: ChunkToRead) -> DipChunk:
    """Read, group and join one chunk; the table is a DataFrame. Raises as `arrow_street.group_chunk`."""
    cases = job.frame()
    grouped = grouper.group(cases)
    names = {*cases.columns, *grouped.columns}
    renamed: dict[str, str] = {}
    for name in filter(cases.columns.__contains__, grouped.columns):
        renamed[name] = f"input_{name}"
        while renamed[name] in names:
            renamed[name] = f"input_{renamed[name]}"
        names.add(renamed[name])
    counts = {str(name): int(count) for name, count in grouped["status"].value_counts().items() if count}
    table = without_personal(cases.rename(columns=renamed).join(grouped))
    return DipChunk(table, counts, grouped.attrs["drgsim"], cases.attrs[KEY])

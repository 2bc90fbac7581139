"""Chunks of a file to their disease types: what `drgsim dip group` does between reading and writing, in Arrow
memory or by pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..cases.arrow_cases import arrow_cases
from ..cases.columns import without_personal
from ..cases.read_chunk import ChunkToRead
from ..cases.read_report import KEY, ReadReport
from ..errors import ColumnError, nearest_name
from ..grouping.street import beside
from .facts import arrow_facts
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

    cases = arrow_cases(job, grouper.books)
    if "diagnoses" not in cases.lists:
        raise ColumnError(
            "the table of cases lacks diagnoses",
            got=nearest_name("diagnoses", cases.columns),
            do="say which header of the file it is: --rename HEADER=diagnoses",
        )
    texts = cases.columns.get("procedures", pa.nulls(cases.rows, pa.string()))
    facts = arrow_facts(cases.columns, cases.rows, grouper.asked)
    encoded = grouper.encoded(cases.lists["diagnoses"], cases.lists.get("procedures", texts), facts)
    answers, told = grouper.told(texts, facts, encoded)
    counted = answers.column("status").value_counts().to_pylist()
    status = {each["values"]: each["counts"] for each in sorted(counted, key=lambda each: -each["counts"])}
    return DipChunk(beside(cases.columns, answers.replace_schema_metadata()), status, told, cases.report)


def group_chunk_in_pandas(grouper: DipGrouper, job: ChunkToRead) -> DipChunk:
    """Read, group and join one chunk; the table is a DataFrame. Raises as `group_chunk`."""
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

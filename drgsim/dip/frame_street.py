"""As `arrow_street`, by pandas: where pyarrow is not installed, and for tests to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cases.columns import without_personal
from ..cases.read_chunk import ChunkToRead
from ..cases.read_report import KEY
from .arrow_street import DipChunk

if TYPE_CHECKING:
    from .grouper import DipGrouper


def group_chunk(grouper: DipGrouper, job: ChunkToRead) -> DipChunk:
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

"""Answers as bytes: JSON, a line a row, or an Arrow stream, written piece by piece to a file that spills."""

from __future__ import annotations

import json
from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

from .._optional import require
from .answers import Answer
from .kinds import Kind
from .taking import as_arrow

_IN_MEMORY = 8 << 20  # bytes of an answer that are held in memory; the rest goes to a file without a name
_LONGEST_FACT = 200  # characters of a fact that fits a header
_BESIDE = ("read", "told", "error")  # columns that any later piece may need


def dumped(value: Any) -> bytes:
    """A plain value as JSON text."""
    orjson = require("orjson", extra="web", feature="the service")
    try:
        return orjson.dumps(value)
    except TypeError:  # a text that is no text, or a number above 64 bits
        return json.dumps(value, ensure_ascii=True, default=str).encode()


def whole(answer: Answer, *, one: bool) -> bytes:
    """A whole answer as JSON: one case as an object, a batch as a list, or rows under their name."""
    if answer.under is not None:
        return dumped({**answer.facts, answer.under: answer.rows})
    return dumped(answer.rows[0] if one and answer.rows else answer.rows)


def fact_header(facts: Mapping[str, Any]) -> bytes:
    """The short facts as one header: schemes, policies, hashes, trust."""
    short = {
        name: value
        for name, value in facts.items()
        if isinstance(value, str | int) or (isinstance(value, dict) and len(str(value)) < _LONGEST_FACT)
    }
    return json.dumps(short).encode("ascii")


class Pieces:
    """Answers of pieces of a batch, written one after another; never all of them in memory."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.file: Any = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 closed when sent
        self.facts: dict[str, Any] = {}
        self.rows = 0
        self._writer: Any = None

    def add(self, answer: Answer) -> None:
        """The answer of the next piece."""
        self.facts = self.facts or answer.facts
        if self._kind is Kind.ARROW:
            if answer.rows:
                self.add_table(as_arrow(answer.rows, always=_BESIDE), answer.facts)
            return
        for row in answer.rows:
            if self._kind is Kind.NDJSON:
                self.file.write(dumped(row) + b"\n")
            else:
                self.file.write((b"," if self.rows else b"[") + dumped(row))
            self.rows += 1

    def add_table(self, table: Any, facts: Mapping[str, Any]) -> None:
        """The answer of the next piece as an Arrow table; later pieces take the columns of the first."""
        import pyarrow as pa

        self.facts = self.facts or dict(facts)
        if self._kind is not Kind.ARROW:
            rows = table.to_pylist()
            self.add(Answer(rows, dict(facts)))
            return
        if self._writer is None:
            told = {"drgsim": json.dumps(self.facts, ensure_ascii=False)}
            self._schema = table.schema.with_metadata(told)
            self._writer = pa.ipc.new_stream(self.file, self._schema)
        self._writer.write_table(_fitted(table, self._schema))
        self.rows += table.num_rows

    def done(self) -> Any:
        """The file, from its beginning."""
        if self._kind is Kind.ARROW:
            if self._writer is None:
                import pyarrow as pa

                self._writer = pa.ipc.new_stream(self.file, pa.schema([]))
            self._writer.close()
        elif self._kind is Kind.JSON:
            self.file.write(b"]" if self.rows else b"[]")
        self.file.seek(0)
        return self.file


def _fitted(table: Any, schema: Any) -> Any:
    """A later piece in the columns of the first; what it lacks is missing."""
    import pyarrow as pa

    if table.schema.equals(schema):
        return table.replace_schema_metadata(schema.metadata)
    columns = []
    for place in schema:
        if place.name in table.column_names:
            columns.append(table.column(place.name).cast(place.type))
        else:
            columns.append(pa.nulls(table.num_rows, place.type))
    return pa.Table.from_arrays(columns, schema=schema)

"""Functions over streams of Arrow batches. Each row's answer is that of the same row in one large table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._optional import require
from ..dip import DipGrouper
from ..grouping import DrgGrouper
from ..grouping.street import beside
from .bonds import refuse_apart

if TYPE_CHECKING:
    from ..policy.policy import Policy
    from ..weights.weights import Weights

ROWS = 1 << 16  # of the tables worked on: engines hand over far smaller batches
DIP_ANSWERS = (
    "dip_code", "dip_name", "kind", "treatment_class", "primary_care", "score", "status", "reason",
    "auxiliary", "auxiliary_factor", "auxiliary_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Transform:
    """A function from batches to batches. `schema(input)` says what comes out before anything runs."""

    def schema(self, given: Any) -> Any:
        """The Arrow schema of the answer to batches of the schema `given`."""
        return self._answer(given.empty_table()).schema

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The answers to Arrow record batches, as record batches; empty ones are passed over."""
        for table in gathered(batches, self._rows()):
            yield from self._answer(table).to_batches()

    @property
    def apart(self) -> bool:
        """Whether an engine may give the rows in several streams."""
        return True

    def _rows(self) -> int | None:
        """How many rows are worked on at a time; None for all."""
        return ROWS if self.apart else None

    def _answer(self, table: Any) -> Any:
        raise NotImplementedError


@dataclass(frozen=True)
class Group(Transform):
    """Cases with their DRGs: every column of the cases, then those of `DrgGrouper.group`.

    >>> import pyarrow as pa
    >>> cases = pa.table({"sex": [2], "age": [60], "diagnoses": ["K80.101"], "procedures": ["51.2300"]})
    >>> from drgsim import DrgGrouper
    >>> next(Group(DrgGrouper("chs-drg-2.0"))(cases.to_batches()))["drg"].to_pylist()
    ['HC25']
    """

    grouper: DrgGrouper
    names: bool = False

    def _answer(self, table: Any) -> Any:
        return plain(beside(_columns(table), self.grouper.group(table, names=self.names)))


@dataclass(frozen=True)
class Dip(Transform):
    """Cases with their disease types: every column of the cases, then `columns` of `DipGrouper.group`."""

    grouper: DipGrouper
    columns: tuple[str, ...] = DIP_ANSWERS

    def _answer(self, table: Any) -> Any:
        return plain(beside(_columns(table), self.grouper.group(table, columns=self.columns)))


@dataclass(frozen=True)
class Pay(Transform):
    """What each stay is paid: the columns of `Payments.frame`, money in yuan, one `adjust_…` for every step
    of the street whether or not it moved a stay of the batch.

    A policy that looks at several stays together (a quota of a hospital, the year of a person) needs them in
    one stream: `whole` says that each stream is complete in that way, and it is then paid at once.
    Otherwise SplitError is raised when the transform is made.
    """

    policy: Policy | Mapping[str, Policy]
    weights: Weights | None = None
    columns: tuple[str, ...] = ()  # of the cases; says what binds stays together
    whole: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.whole:
            refuse_apart(self.policy, self.columns)

    @property
    def apart(self) -> bool:
        return not self.whole

    def _answer(self, table: Any) -> Any:
        import pyarrow as pa

        frame = with_every_step(self._paid(table).frame, account="account_paid" in table.column_names)
        made = plain(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata())
        return made.cast(pa.schema([(each.name, _told(each)) for each in made.schema]))

    def _paid(self, table: Any) -> Any:
        from ..payment.pay import pay

        return pay(at_wall_time(table), self.policy, weights=self.weights, **self.options)


@dataclass(frozen=True)
class Statistics(Pay):
    """The sufficient statistics of each stream (`drgsim.settlement.statistics`): a few rows, to be added up
    by their keys. Sums of whole fen do not depend on how the stays were split."""

    def _answer(self, table: Any) -> Any:
        import pyarrow as pa

        from ..settlement.statistics import KEYS, MEASURES, statistics

        frame = statistics(self._paid(table))
        types = {**dict.fromkeys(KEYS, pa.string()), **dict.fromkeys(MEASURES, pa.int64())}
        schema = pa.schema(list(types.items()))
        return pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata()


def gathered(batches: Iterable[Any], rows: int | None) -> Iterator[Any]:
    """Batches as tables of about `rows` rows; None: all in one. Nothing for no rows."""
    pa = require("pyarrow", extra="arrow", feature="working on Arrow batches")
    held: list[Any] = []
    count = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        held.append(batch)
        count += batch.num_rows
        if rows is not None and count >= rows:
            yield pa.Table.from_batches(held)
            held, count = [], 0
    if held:
        yield pa.Table.from_batches(held)


def with_every_step(frame: Any, *, account: bool) -> Any:
    """A frame of payments in columns that do not depend on the rows at hand."""
    from ..payment.engine.street import STEP_NAMES

    paid = frame["status"] == "paid"
    nothing = paid.astype(float).where(paid) - 1  # 0 for a paid stay, missing for another
    steps = [f"adjust_{name}" for name in STEP_NAMES if name != "standard"]
    made = {name: frame.get(name, nothing) for name in steps}
    columns = [name for name in frame.columns if name not in steps]
    if account:
        made["patient_account"] = frame.get("patient_account", nothing)
        made["patient_cash"] = frame.get("patient_cash", frame["patient"])
        columns = [name for name in columns if name not in made]
    at = columns.index("standard") + 1
    after = [*columns[at:], *(name for name in made if name not in steps)]
    return frame.assign(**made)[[*columns[:at], *steps, *after]]


def at_wall_time(table: Any) -> Any:
    """Moments of a time zone as the date and time of day there: a discharge has a day, not an instant."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for place, each in enumerate(table.schema):
        if pa.types.is_timestamp(each.type) and each.type.tz is not None:
            table = table.set_column(place, each.name, pc.local_timestamp(table.column(place)))
    return table


def plain(table: Any) -> Any:
    """Coded columns as the text they stand for, without metadata: engines differ in what else they take."""
    import pyarrow as pa

    fields = [
        (each.name, each.type.value_type if pa.types.is_dictionary(each.type) else each.type)
        for each in table.schema
    ]
    return table.cast(pa.schema(fields)).replace_schema_metadata()


def _columns(table: Any) -> dict[str, Any]:
    return {name: table.column(name) for name in table.column_names}


def _told(field: Any) -> Any:
    """The type of a column of payments, whether or not the rows at hand have any value in it."""
    import pyarrow as pa

    return pa.string() if pa.types.is_null(field.type) or pa.types.is_large_string(field.type) else field.type

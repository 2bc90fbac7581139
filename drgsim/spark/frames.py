"""Spark DataFrames through the transforms of `drgsim.engines`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .._optional import require
from ..dip import DipGrouper
from ..engines.bonds import EVERYTHING, SplitError, bonds
from ..engines.transforms import DIP_ANSWERS, Dip, Group, Pay, Statistics, Transform
from ..errors import ColumnError
from ..grouping import DrgGrouper

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from ..policy.policy import Policy
    from ..weights.weights import Weights

Grouper = TypeVar("Grouper", DrgGrouper, DipGrouper)


def group(
    cases: DataFrame,
    scheme: str | Path | DrgGrouper,
    *,
    on: date | str | None = None,
    names: bool = False,
) -> DataFrame:
    """Cases with their DRGs. Nothing is shuffled; every row stays in its partition.

    Parameters
    ----------
    cases : DataFrame with the columns of `DrgGrouper.group`; codes joined by `|` or arrays of them
    scheme, on : as in `DrgGrouper`, or a grouper
    names : adds the names of groups

    Returns
    -------
    DataFrame: the columns of `cases`, then mdc, adrg, drg, severity, status, reason as strings. A column of
    the cases with such a name becomes `input_…`.

    Raises
    ------
    CaseColumnsError (a column is missing), NotFoundError (no such scheme), MissingExtraError; before any job
    starts.
    """
    grouper = scheme if isinstance(scheme, DrgGrouper) else DrgGrouper(scheme, on=on, threads=1)
    return run(cases, Group(_single(grouper), names))


def dip(
    cases: DataFrame, catalogue: str | Path | DipGrouper, *, columns: tuple[str, ...] = DIP_ANSWERS
) -> DataFrame:
    """Cases with their disease types. Nothing is shuffled. `columns` as in `DipGrouper.group`."""
    grouper = catalogue if isinstance(catalogue, DipGrouper) else DipGrouper(catalogue, threads=1)
    return run(cases, Dip(_single(grouper), tuple(columns)))


def pay(
    cases: DataFrame,
    policy: Policy | Mapping[str, Policy],
    *,
    weights: Weights | None = None,
    together: str | None = None,
    **options: Any,
) -> DataFrame:
    """What each stay is paid: the columns of `Payments.frame`.

    Parameters
    ----------
    cases : DataFrame of grouped cases, or of cases the policy's scheme groups
    policy, weights, options : as in `drgsim.pay`
    together : a column whose rows are paid together, such as care_region. Needed where the policy looks at
        several stays together in more than one way; neither a hospital with a quota nor a person may have two
        values in it, which is checked by an aggregate of its own.

    Raises
    ------
    SplitError where stays that belong together would be paid apart, and what `drgsim.pay` raises.
    """
    return _paid(cases, Pay, policy, weights, together, options)


def statistics(
    cases: DataFrame,
    policy: Policy | Mapping[str, Policy],
    *,
    weights: Weights | None = None,
    together: str | None = None,
    **options: Any,
) -> DataFrame:
    """The sufficient statistics of all stays: `drgsim.settle(table.toArrow().to_pandas(), …)` settles them.

    Each task adds its stays up; what is shuffled is a row a hospital, month and group. A hospital or region
    with most of the stays therefore slows no reducer. The sums are whole fen: equal to the local ones.
    """
    from pyspark.sql import functions

    from ..settlement.statistics import KEYS, MEASURES

    parts = _paid(cases, Statistics, policy, weights, together, options)
    sums = [functions.sum(name).cast("long").alias(name) for name in MEASURES]
    return parts.groupBy(*KEYS).agg(*sums).orderBy(*KEYS)


def run(frame: DataFrame, transform: Transform) -> DataFrame:
    """`frame` through a transform, partition by partition."""
    types = require("pyspark.sql.pandas.types", extra="spark", feature="running on Spark")
    zone = frame.sparkSession.conf.get("spark.sql.session.timeZone")
    given = types.to_arrow_schema(frame.schema, timezone=zone)
    schema = types.from_arrow_schema(transform.schema(given))
    return frame.mapInArrow(_on_workers(frame, transform), schema)


def _on_workers(frame: DataFrame, transform: Transform) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """The function tasks call. The transform is broadcast where the session can, else sent with the task."""
    try:
        context = frame.sparkSession.sparkContext
    except Exception:  # a Spark Connect session has none
        return lambda batches: transform(batches)
    shared = context.broadcast(transform)
    return lambda batches: shared.value(batches)


def _paid(
    cases: DataFrame,
    kind: type[Pay],
    policy: Policy | Mapping[str, Policy],
    weights: Weights | None,
    together: str | None,
    options: dict[str, Any],
) -> DataFrame:
    columns = tuple(cases.columns)
    found = bonds(policy, columns)
    if together is None and len(found) == 1:  # a column: what looks at everything names one besides
        together = next(iter(found))
        found = {}
    elif together is None:
        return run(cases, kind(policy, weights, columns, False, options))
    if together not in columns:
        raise ColumnError("no such column to keep stays together by", got=together, nearest=columns)
    _refuse_torn(cases, [column for column in found if column != together], together)
    parted = cases.repartition(together)
    return run(parted, kind(policy, weights, columns, True, options))


def _refuse_torn(cases: DataFrame, columns: list[str], together: str) -> None:
    """Raises SplitError when a hospital or person has stays in two values of `together`."""
    from pyspark.sql import functions

    for column in columns:
        if column == EVERYTHING:
            raise SplitError(
                "this policy looks at all stays at once", do="pay them in one table with drgsim.pay"
            )
        place = functions.coalesce(functions.col(together).cast("string"), functions.lit(""))
        values = functions.countDistinct(place)
        known = cases.where(functions.col(column).isNotNull())
        torn = known.groupBy(column).agg(values.alias("values")).where("values > 1").count()
        if torn:
            raise SplitError(
                f"{torn:,} values of {column} have stays in more than one {together}",
                do="keep stays together by another column, or pay them in one table with drgsim.pay",
            )


def _single(grouper: Grouper) -> Grouper:
    """The same grouper with one thread, as Spark runs a task a core; the caller's own stays as it is."""
    if grouper.threads == 1:
        return grouper
    made = object.__new__(type(grouper))  # shares all it knows: to make it anew could take seconds
    made.__dict__.update(grouper.__dict__ | {"threads": 1})
    return made

"""Published weights: reading a table of groups and weights, and the tables that are shipped."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from .._paths import data_path
from ..cases.beside import table_beside
from ..errors import ColumnError, NotFoundError
from ..policy.policy_errors import WeightsError
from .fit import default

# other names a column of a weight table is found under
_ALIASES = {
    "group": ("drg", "drg_code", "dip_code", "code", "DRG编码", "病组编码", "分组编码", "病种编码", "编码"),
    "weight": ("rw", "权重", "相对权重", "score", "分值"),
    "name": ("drg_name", "DRG名称", "病组名称", "分组名称", "病种名称", "名称"),
    "mean_cost": ("例均费用", "次均费用", "平均费用"),
    "n": ("cases", "例数", "病例数"),
}
COEFFICIENT = "coefficient_"
_SHOWN = 5
_LEADING = ("name", "n", "mean_cost", "weight", "base_points", "sd", "cv", "stable")


@cache
def published() -> Mapping[str, Mapping[str, str]]:
    """The shipped weight tables: id to its row of `data/weights/tables.csv`."""
    with data_path("weights", "tables.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["id"]: row for row in csv.DictReader(file)})


def published_table(name: str) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """A shipped table and where it comes from; raises NotFoundError with the nearest name."""
    row = published().get(name)
    if row is None:
        raise NotFoundError("no such weight table", got=name, allowed=list(published()), nearest=published())
    return read_table(data_path("weights", f"{name}.csv"), columns={}), row


def read_table(source: Any, *, columns: Mapping[str, str]) -> pd.DataFrame:
    """A frame indexed by group with a float64 `weight` (NaN = the group has none) and what else is known.

    `source` is a DataFrame or a CSV file (UTF-8 or GB18030); `columns` maps our names to the table's where
    neither our name nor a usual one stands there. Raises ColumnError, FileFormatError or WeightsError.
    """
    table = _frame(source)
    found = {ours: _find(table, ours, columns) for ours in _ALIASES}
    for needed in ("group", "weight"):
        if found[needed] is None:
            raise ColumnError(
                f"a weight table needs a column {needed}",
                got=list(table.columns),
                allowed=(needed, *_ALIASES[needed]),
                do=f"name it: columns={{{needed!r}: …}}",
            )
    renamed = table.rename(columns={theirs: ours for ours, theirs in found.items() if theirs is not None})
    groups = renamed["group"].astype(str).str.strip()
    kept = [name for name in ("name", "n", "mean_cost") if name in renamed]
    kept += [
        str(name) for name in renamed if str(name).startswith((COEFFICIENT, "mean_")) and name not in kept
    ]
    frame = renamed[["weight", *kept]].set_index(groups.rename("group"))
    for name in frame.columns.difference(["name"]):
        frame[name] = _numbers(frame, str(name))
    _refuse_bad(frame)
    return frame


def _frame(source: Any) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return source.reset_index() if source.index.name in _names("group") else source
    return table_beside(source, keep_words=True)


def _names(ours: str) -> tuple[str, ...]:
    return (ours, *_ALIASES[ours])


def _find(table: pd.DataFrame, ours: str, columns: Mapping[str, str]) -> str | None:
    if ours in columns:
        if columns[ours] not in table.columns:
            raise ColumnError("no such column", got=columns[ours], nearest=table.columns)
        return columns[ours]
    lower = {str(name).strip().lower(): str(name) for name in table.columns}
    return next((lower[name.lower()] for name in _names(ours) if name.lower() in lower), None)


def _numbers(frame: pd.DataFrame, name: str) -> pd.Series[float]:
    numbers = pd.to_numeric(frame[name], errors="coerce").astype("float64")
    bad = frame.index[numbers.isna() & frame[name].notna()]
    if len(bad):
        raise WeightsError(f"{name} is not a number", got=len(bad), where=f"groups {_some(bad)}")
    return numbers


def _refuse_bad(frame: pd.DataFrame) -> None:
    doubled = frame.index[frame.index.duplicated()]
    if len(doubled):
        raise WeightsError("a group stands twice", got=len(doubled), where=f"groups {_some(doubled)}")
    low = frame.index[frame["weight"] <= 0]
    if len(low):
        raise WeightsError("weights must be above 0", got=len(low), where=f"groups {_some(low)}")
    if not frame["weight"].notna().any():
        raise WeightsError("no group has a weight")


def _some(labels: Any) -> str:
    return ", ".join(str(label) for label in labels[:_SHOWN]) + (" …" if len(labels) > _SHOWN else "")


def with_points(frame: pd.DataFrame) -> pd.DataFrame:
    """A weight table with its base points, the columns everybody asks for first."""
    frame = frame.assign(base_points=frame["weight"] * default("base_points"))
    leading = [name for name in _LEADING if name in frame.columns]
    return frame[leading + [name for name in frame.columns if name not in leading]]


def as_frame(columns: Mapping[str, Any], labels: list[str], group: str) -> pd.DataFrame:
    """Measured columns as a weight table, by group."""
    import pandas as pd

    return with_points(pd.DataFrame(columns, index=pd.Index(labels, name=group)))

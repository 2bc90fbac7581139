"""Stays added up by keys, in whole numbers: fen and cases, exact whatever the order of the rows.

Every table of a comparison begins here. A sum in float64 would lose fen above 2**53 and depend on the order
of the rows; these are sums of int64 throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import ColumnError

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
Key = tuple[npt.NDArray[np.integer[Any]], Any]  # code of each stay (negative: not stated), names by code

NOT_STATED = ""
_MOST_CELLS = 1 << 62  # a combined code must fit into an int64


def key(column: Any) -> Key:
    """A column as codes and names, ready for `sums`; missing values get the code -1.

    >>> codes, names = key(["r2", "r1", None, "r2"])
    >>> codes.tolist(), list(names)
    ([0, 1, -1, 0], ['r2', 'r1'])
    """
    import pandas as pd

    values = column if isinstance(column, pd.Series) else pd.Series(column)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(), values.cat.categories.to_numpy()
    codes, names = pd.factorize(values)
    return codes, np.asarray(names)


def sums(keys: Mapping[str, Key], measures: Mapping[str, npt.NDArray[np.integer[Any]]]) -> pd.DataFrame:
    """`measures` added up for each combination of `keys` that occurs.

    Parameters
    ----------
    keys : name → (codes, names): codes (stays,) of any integer type, names (codes' range,). A negative code
        stands for `NOT_STATED`. Names that are equal are one. No keys: one row with the total.
    measures : name → (stays,) whole numbers.

    Returns
    -------
    DataFrame with the keys and the measures (int64) as columns, sorted by the keys' names. Which code a name
    has, and the order of the stays, change nothing.

    Raises
    ------
    ColumnError
        Columns of different lengths, a measure that is not whole, or codes without a name.

    >>> sums({"region": key(["b", "a", "b"])}, {"cases": np.ones(3, np.int64), "fund": np.array([5, 7, 1])})
      region  cases  fund
    0      a      1     7
    1      b      2     6
    """
    import pandas as pd

    stays = _length(keys, measures)
    cells, size = np.zeros(stays, np.int64), 1
    names: dict[str, npt.NDArray[Any]] = {}
    for name, (codes, spelt) in keys.items():
        names[name], places = _in_order(name, np.asarray(codes), spelt)
        size *= max(len(names[name]), 1)
        if size > _MOST_CELLS:
            raise ColumnError("the keys have more combinations than can be told apart", where=f"key {name!r}")
        cells = cells * len(names[name]) + places
    found, rows = _occurring(cells, size) if keys else (np.zeros(1, np.int64), cells)
    columns: dict[str, Any] = {}
    rest = found
    for name in reversed(list(keys)):
        columns[name] = names[name][rest % max(len(names[name]), 1)]
        rest = rest // max(len(names[name]), 1)
    columns = {name: columns[name] for name in keys}
    for name, values in measures.items():
        columns[name] = np.zeros(len(found), np.int64)
        np.add.at(columns[name], rows, np.asarray(values).astype(np.int64, copy=False))
    return pd.DataFrame(columns)


def _length(keys: Mapping[str, Key], measures: Mapping[str, npt.NDArray[np.integer[Any]]]) -> int:
    lengths = {name: len(column) for name, column in measures.items()}
    lengths |= {name: len(codes) for name, (codes, _) in keys.items()}
    if len(set(lengths.values())) > 1:
        raise ColumnError("the columns are of different lengths", got=lengths)
    wrong = [name for name, values in measures.items() if np.asarray(values).dtype.kind not in "iub"]
    if wrong:
        raise ColumnError(
            "measures must be whole numbers", got=wrong, do="count cases, or give money in fen as int64"
        )
    return next(iter(lengths.values()), 0)


def _in_order(name: str, codes: npt.NDArray[np.integer[Any]], spelt: Any) -> tuple[npt.NDArray[Any], Ints]:
    """The names sorted, each once, `NOT_STATED` before all if needed; and the place of each stay's name."""
    given = np.asarray(spelt)
    if codes.size and codes.max() >= len(given):
        raise ColumnError("a key has codes without a name", where=f"key {name!r}", got=int(codes.max()))
    unstated = bool(codes.size and codes.min() < 0)
    if given.dtype.kind not in "iub" or unstated:
        given = given.astype(object)
    if unstated:
        given = np.append(given, np.array([NOT_STATED], dtype=object))
    listed = given.tolist()
    try:
        ordered = sorted(set(listed))
    except TypeError:  # names of several types
        ordered = sorted(set(listed), key=lambda one: (type(one).__name__, one))
    place = {one: position for position, one in enumerate(ordered)}
    places = np.array([place[one] for one in listed], dtype=np.int64)
    labels = np.empty(len(ordered), dtype=given.dtype)
    labels[:] = ordered
    return labels, places[np.maximum(codes, -1)]  # the last name is NOT_STATED where there are such codes


def _occurring(cells: Ints, size: int) -> tuple[Ints, Ints]:
    """The cells in which there are stays, in order, and which of them each stay is in."""
    import pandas as pd

    if size > 4 * len(cells) + 1024:  # few of the combinations occur: do not lay them all out
        rows, found = pd.factorize(cells, sort=True)
        return np.asarray(found), np.asarray(rows)
    there = np.bincount(cells, minlength=size) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[cells]

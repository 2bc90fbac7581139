"""Stays added up by keys, in whole numbers: fen and cases, exact whatever the order of the rows.

Every table of a comparison begins here. A sum in float64 would lose fen above 2**53 and depend on the order
of the rows; these are sums of int64 throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import ColumnError
from ...settlement.statistics import NOWHERE as NOT_STATED
from ...settlement.statistics import Cells, Words

Ints = npt.NDArray[np.int64]
Key = tuple[npt.NDArray[np.integer[Any]], Any]  # code of each stay (negative: not stated), names by code


def key(column: Any) -> Key:
    """A column as codes and names, ready for `sums`; missing values get the code -1.

    >>> codes, names = key(["r2", "r1", None, "r2"])
    >>> codes.tolist(), list(names)
    ([0, 1, -1, 0], ['r2', 'r1'])
    """
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
    _refuse_uneven(keys, measures)
    if not keys:
        return pd.DataFrame({name: [np.sum(values, dtype=np.int64)] for name, values in measures.items()})
    whole = {name: np.asarray(values, np.int64) for name, values in measures.items()}
    return cells(keys).sums(whole).frame()


def cells(keys: Mapping[str, Key]) -> Cells:
    """Which stays have equal names under all keys, in the order of the names."""
    return Cells({name: _in_order(name, np.asarray(codes), spelt) for name, (codes, spelt) in keys.items()})


def _refuse_uneven(keys: Mapping[str, Key], measures: Mapping[str, npt.NDArray[np.integer[Any]]]) -> None:
    lengths = {name: len(column) for name, column in measures.items()}
    lengths |= {name: len(codes) for name, (codes, _) in keys.items()}
    if len(set(lengths.values())) > 1:
        raise ColumnError("the columns are of different lengths", got=lengths)
    wrong = [name for name, values in measures.items() if np.asarray(values).dtype.kind not in "iub"]
    if wrong:
        raise ColumnError(
            "measures must be whole numbers", got=wrong, do="count cases, or give money in fen as int64"
        )


def _in_order(name: str, codes: npt.NDArray[np.integer[Any]], spelt: Any) -> Words:
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
    return Words(places[np.maximum(codes, -1)], labels)  # a negative code takes the last one, NOT_STATED

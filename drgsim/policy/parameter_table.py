"""Reading a canonical value: one answer, or one answer a case, by keys and bands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from .parameters import NUMERIC, OTHER, Parameter, dimensions

Array = np.ndarray[Any, Any]


def answer(parameter: Parameter, tree: Any, keys: Mapping[str, Any]) -> Any:
    """The one value for these keys, None where the table has none for them.

    A key not given, and a key the table does not name, take `other`.

    >>> from drgsim.policy.parameters import catalogue
    >>> table = {"3": ((1.0, 3.0), (None, 2.0))}
    >>> answer(catalogue()["outlier.high.threshold"], table, {"level": 3, "weight": 1})
    3.0
    """
    for name in parameter.by:
        if not isinstance(tree, dict):
            break
        label = dimensions()[name].label(keys[name]) if name in keys else OTHER
        tree = tree.get(label, tree.get(OTHER))
    if parameter.band is not None and isinstance(tree, tuple):
        return _in_band(tree, keys.get(parameter.band))
    return tree


def column(parameter: Parameter, tree: Any, n: int, keys: Mapping[str, Any]) -> Array:
    """One answer a row: float64 for numbers (NaN = none), bool for bool, objects (None = none) else.

    `keys` holds an array of length `n`, or one value for all rows, for each dimension and band. A row
    whose key is missing has no answer where the value differs by it.
    """
    if parameter.type in NUMERIC:
        result: Array = np.full(n, np.nan)
    else:
        result = np.full(n, None, dtype=object)
    for rows, branch in _branches(parameter, tree, n, keys):
        if parameter.band is not None and isinstance(branch, tuple):
            result[rows] = _by_band(branch, np.asarray(keys[parameter.band], dtype=float), rows, n)
        elif branch is not None:
            result[rows] = branch
    return result.astype(bool) if parameter.type == "bool" else result


def slices(parameter: Parameter, tree: Any, start: Array, stop: Array, keys: Mapping[str, Any]) -> Array:
    """∫ of a sliced ratio over `(start, stop]`, one a row; NaN where the table has no answer.

    Each band's ratio holds for its own slice, so a bill of 30,000 under `[[10000, .8], [null, .9]]`
    gives 8,000 + 18,000. Starting where the year so far has ended makes a yearly ladder of it.
    """
    n = len(stop)
    result: Array = np.full(n, np.nan)
    for rows, branch in _branches(parameter, tree, n, keys):
        if branch is None:
            continue
        bands = branch if isinstance(branch, tuple) else ((None, branch),)
        result[rows] = _area(bands, stop[rows]) - _area(bands, start[rows])
    return result


def _in_band(bands: tuple[tuple[float | None, Any], ...], number: float | None) -> Any:
    if number is None or number != number:
        return None
    uppers = [upper for upper, _ in bands if upper is not None]
    return bands[bisect_left(uppers, number)][1]


def _by_band(bands: tuple[tuple[float | None, Any], ...], number: Array, rows: Any, n: int) -> Array:
    here = np.broadcast_to(number, n)[rows]
    uppers = np.array([upper for upper, _ in bands if upper is not None])
    values = np.array([np.nan if value is None else value for _, value in bands], dtype=float)
    return np.where(np.isnan(here), np.nan, values[np.searchsorted(uppers, here, side="left")])


def _area(bands: tuple[tuple[float | None, float], ...], amount: Array) -> Array:
    total, lower = np.zeros(len(amount)), 0.0
    for upper, ratio in bands:
        width = amount - lower if upper is None else np.minimum(amount, upper) - lower
        total += ratio * np.maximum(width, 0.0)
        lower = lower if upper is None else upper
    return total


def _branches(parameter: Parameter, tree: Any, n: int, keys: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Rows that share a branch of the tree below its keyed dimensions, and that branch."""
    yield from _split(parameter, tree, 0, np.arange(n), keys)


def _split(
    parameter: Parameter, tree: Any, depth: int, rows: Array, keys: Mapping[str, Any]
) -> Iterator[tuple[Any, Any]]:
    if not isinstance(tree, dict):
        yield rows, tree
        return
    name = parameter.by[depth]
    given = keys.get(name, OTHER)
    if np.ndim(given) == 0:
        label = dimensions()[name].label(given)
        yield from _split(parameter, tree.get(label, tree.get(OTHER)), depth + 1, rows, keys)
        return
    branches = [*tree.values(), None]
    place = {key: index for index, key in enumerate(tree)}
    codes, labels = label_codes(name, given)
    of_code = [place.get(label, place.get(OTHER, -1)) for label in labels]
    branch_of_row = np.array([*of_code, -1])[codes[rows]]  # a missing key, code −1, finds the last: none
    order = np.argsort(branch_of_row, kind="stable")
    found, starts = np.unique(branch_of_row[order], return_index=True)
    for index, chosen in zip(found, np.split(rows[order], starts[1:]), strict=True):
        if branches[index] is not None:
            yield from _split(parameter, branches[index], depth + 1, chosen, keys)


def label_codes(name: str, values: Any) -> tuple[Array, list[str]]:
    """Values of a dimension as codes (−1 = missing) into their one-spelling labels."""
    # texts of a few kinds of stay: turning them into a typed column would cost more than counting them
    plain = isinstance(values, np.ndarray) and values.dtype == object
    codes, found = pd.factorize(values if plain else pd.Series(values))
    dimension = dimensions()[name]
    return np.asarray(codes), [dimension.label(value) for value in found]

"""A raw value against its parameter's declaration: one canonical form, or a list of problems.

Canonical forms: a scalar; a tuple of text for codes; a dict over the keys of one dimension; a tuple of
`(upper, value)` bands, the upper bound inclusive and None in the last. What says nothing is folded away
(`{other: 3}` and `[[null, 3]]` are both `3`), so two spellings of one rule are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from ..errors import nearest_name
from .parameters import NUMERIC, OTHER, Parameter, dimensions
from .policy_errors import Mistake, shown

INVALID: Any = object()  # stands where a value was refused; its problem is already reported


def canonical(parameter: Parameter, raw: Any, *, where: str, problems: list[Mistake]) -> Any:
    """The canonical form of `raw`; problems are appended, never raised.

    >>> from drgsim.policy.parameters import catalogue
    >>> found = []
    >>> canonical(catalogue()["outlier.high.threshold"], {3: 3, "other": 2}, where="", problems=found)
    {'3': 3.0, 'other': 2.0}
    >>> canonical(catalogue()["fund.ratio"], -1, where="", problems=found) is INVALID, len(found)
    (True, 1)
    """
    return _keyed(parameter, raw, 0, where, problems)


def to_plain(value: Any) -> Any:
    """A canonical value as lists and dicts, for YAML and JSON."""
    if isinstance(value, dict):
        return {key: to_plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [to_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def leaves(value: Any) -> Iterator[Any]:
    """Every single value of a table by keys or bands."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, tuple):
        yield from (each for _, each in value)
    else:
        yield value


def pairs(low: Any, high: Any) -> Iterator[tuple[float, float]]:
    """The numbers of two tables that hold for the same stay."""
    if isinstance(low, Mapping) or isinstance(high, Mapping):
        for key in {
            **(low if isinstance(low, Mapping) else {}),
            **(high if isinstance(high, Mapping) else {}),
        }:
            yield from pairs(*(_of_key(each, key) for each in (low, high)))
    elif isinstance(low, tuple) or isinstance(high, tuple):
        for upper in [bound for each in (low, high) if isinstance(each, tuple) for bound, _ in each]:
            yield from pairs(*(_of_band(each, upper) for each in (low, high)))
    elif low is not None and high is not None:
        yield low, high


def _of_key(value: Any, key: str) -> Any:
    return value.get(key, value.get(OTHER)) if isinstance(value, Mapping) else value


def _of_band(value: Any, upper: float | None) -> Any:
    if not isinstance(value, tuple):
        return value
    return next(each for bound, each in value if bound is None or (upper is not None and upper <= bound))


def _keyed(parameter: Parameter, raw: Any, depth: int, where: str, problems: list[Mistake]) -> Any:
    if not isinstance(raw, Mapping):
        return _banded(parameter, raw, where, problems)
    if depth == len(parameter.by):
        by = " × ".join(parameter.by) or "nothing"
        problems.append(Mistake(where, f"keys where a value belongs (it varies by {by})", got=dict(raw)))
        return INVALID
    if _skips(parameter, raw, depth):
        raw = {OTHER: raw}
    dimension = dimensions()[parameter.by[depth]]
    result: dict[str, Any] = {}
    for raw_key, each in raw.items():
        key = dimension.label(raw_key)
        if dimension.keys is not None and key not in (*dimension.keys, OTHER):
            allowed = ", ".join((*dimension.keys, OTHER))
            near = nearest_name(key, dimension.keys)
            problems.append(Mistake(where, f"not a key of {dimension.name}", raw_key, allowed, near))
        elif key in result:
            problems.append(Mistake(where, "the same key twice, in two spellings", got=raw_key))
        else:
            result[key] = _keyed(parameter, each, depth + 1, f"{where}/{key}", problems)
    if not raw:
        problems.append(Mistake(where, "no value", got=dict(raw)))
    return INVALID if not result else _folded(dimension.keys, result)


def _skips(parameter: Parameter, raw: Mapping[Any, Any], depth: int) -> bool:
    """Whether the keys leave this dimension out: all belong to a later one whose keys are closed."""

    def holds(name: str) -> bool:
        dimension = dimensions()[name]
        return dimension.keys is not None and all(
            dimension.label(key) in (*dimension.keys, OTHER) for key in raw
        )

    here, *later = parameter.by[depth:]
    named = any(dimensions()[here].label(key) != OTHER for key in raw)
    return named and dimensions()[here].keys is not None and not holds(here) and any(map(holds, later))


def _folded(order: tuple[str, ...] | None, result: dict[str, Any]) -> Any:
    if OTHER in result:
        rest = result[OTHER]
        result = {key: each for key, each in result.items() if key == OTHER or each != rest}
        if len(result) == 1 and not isinstance(rest, dict):
            return rest  # a table below keeps its place: its keys belong to the next dimension
    names = sorted(key for key in result if key != OTHER) if order is None else [*order]
    return {key: result[key] for key in (*names, OTHER) if key in result}


def _banded(parameter: Parameter, raw: Any, where: str, problems: list[Mistake]) -> Any:
    if parameter.band is None or not isinstance(raw, list | tuple):
        return _scalar(parameter, raw, where, problems)
    before = len(problems)
    bands: list[tuple[float | None, Any]] = []
    for number, pair in enumerate(raw, start=1):
        here = f"{where}, band {number}"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            problems.append(Mistake(here, "not a pair of upper bound and value", got=pair))
            continue
        upper, value = pair
        last = number == len(raw)
        if last != (upper is None):
            problems.append(
                Mistake(here, "only the last band is open, and it must be", got=upper, allowed="null")
            )
        elif upper is not None and not _is_number(upper):
            problems.append(Mistake(here, "the upper bound is not a number", got=upper))
        elif upper is not None and bands and bands[-1][0] is not None and upper <= bands[-1][0]:
            problems.append(
                Mistake(here, "upper bounds must rise", got=upper, allowed=f"above {bands[-1][0]:g}")
            )
        else:
            answer = _scalar(parameter, value, here, problems)
            bands.append((None if upper is None else float(upper), answer))
    if not raw:
        problems.append(Mistake(where, "no band", got=raw))
    return INVALID if len(problems) > before else _merged(bands)


def _merged(bands: list[tuple[float | None, Any]]) -> Any:
    """Neighbouring bands of one value are one band; a single band is its value."""
    kept = [band for band, after in pairwise(bands) if band[1] != after[1]]
    kept.append(bands[-1])
    return kept[0][1] if len(kept) == 1 else tuple(kept)


def _scalar(parameter: Parameter, raw: Any, where: str, problems: list[Mistake]) -> Any:
    if raw is None and parameter.nullable:
        return None
    value = _typed(parameter, raw)
    if value is not INVALID:
        return value
    near = nearest_name(str(raw), parameter.choices) if parameter.type == "choice" else None
    said = "not an allowed value"
    if isinstance(raw, str) and parameter.type in NUMERIC and _SHARE.fullmatch(raw.strip()):
        said = f"shares are written as numbers: write {float(raw.strip().rstrip('%％')) / 100:g}"
    problems.append(Mistake(where, said, shown(raw), parameter.allowed, near))
    return INVALID


_SHARE = re.compile(r"\d+(?:\.\d+)?\s*[%％]")


def _typed(parameter: Parameter, raw: Any) -> Any:
    kind = parameter.type
    if kind in NUMERIC:
        whole = _is_number(raw) and (kind != "integer" or float(raw).is_integer())
        if not whole or not _within(parameter, float(raw)):
            return INVALID
        return int(raw) if kind == "integer" else float(raw)
    if kind == "codes":
        listed = isinstance(raw, list | tuple) and all(isinstance(each, str) and each for each in raw)
        return tuple(sorted(set(raw))) if listed else INVALID
    if kind == "bool":
        return raw if isinstance(raw, bool) else INVALID
    if kind == "choice":
        return raw if isinstance(raw, str) and raw in parameter.choices else INVALID
    return raw if isinstance(raw, str) and raw.strip() else INVALID


LARGEST = 1e15  # no number of a policy is beyond; a larger one would lose its last digits


def _is_number(raw: Any) -> bool:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return False
    return abs(raw) <= LARGEST  # not so for what is no number at all


def _within(parameter: Parameter, value: float) -> bool:
    return (
        (parameter.min is None or value >= parameter.min)
        and (parameter.max is None or value <= parameter.max)
        and (parameter.above is None or value > parameter.above)
    )

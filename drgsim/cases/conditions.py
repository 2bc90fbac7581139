"""The two little languages of the table of checks: conditions on a case, and sums of its columns."""

from __future__ import annotations

import operator
import re
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .columns import case_columns
from .errors import CheckRuleError

if TYPE_CHECKING:
    from .case_arrays import CaseArrays, Mask

_COMPARISONS = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_TERM = re.compile(r"\s*(\w+)\s*(<=|>=|!=|<|>|=)\s*([\w.]+)\s*")
_SUMMAND = re.compile(r"\s*([+-]?)\s*(?:(\d+(?:\.\d+)?)\s*\*\s*)?(\w+)\s*")


def holds(condition: str, arrays: CaseArrays) -> Mask:
    """Rows in which every comparison of `a=0 & b<29` holds. A missing value makes its comparison false.

    The right side is a number, a text, or another column. Raises CheckRuleError.
    """
    terms = [_comparison(term, arrays) for term in condition.split("&")] if condition else []
    return reduce(np.logical_and, terms, np.ones(arrays.rows, dtype=bool))


def total(expression: str, arrays: CaseArrays) -> npt.NDArray[np.float64]:
    """The value of `24*los + 24` or `a + b - c` in every row; NaN where a column is missing.

    Raises CheckRuleError.
    """
    value = np.zeros(arrays.rows)
    rest = expression
    while rest:
        match = _SUMMAND.match(rest)
        if match is None:
            raise CheckRuleError("not a sum of columns", got=expression, allowed="such as a + 2*b - c")
        sign, factor, name = match.groups()
        part = np.full(arrays.rows, float(name)) if name.isdigit() else arrays.number(_known(name))
        value = value + part * float(factor or 1) * (-1 if sign == "-" else 1)
        rest = rest[match.end() :]
    return value


def _comparison(term: str, arrays: CaseArrays) -> Mask:
    match = _TERM.fullmatch(term)
    if match is None:
        raise CheckRuleError("not a comparison", got=term.strip(), allowed="such as age>=1")
    name, sign, right = match.groups()
    column = case_columns()[_known(name)]
    if not arrays.has(name) or (right in case_columns() and not arrays.has(right)):
        return np.zeros(arrays.rows, dtype=bool)
    compare: Any = _COMPARISONS[sign]
    if column.is_text:
        own = arrays.text(name)
        other = arrays.text(right) if right in case_columns() else own.where(own.isna(), right)
        return np.asarray(compare(own, other), dtype=bool) & np.asarray(own.notna() & other.notna())
    numbers = arrays.number(name)
    others = arrays.number(right) if right in case_columns() else float(right)
    return np.asarray(compare(numbers, others) & ~np.isnan(numbers) & ~np.isnan(others), dtype=bool)


def _known(name: str) -> str:
    if name not in case_columns():
        raise CheckRuleError("no such column in the case table", got=name, nearest=case_columns())
    return name

"""A ratio beside its limit, told with as many digits as it takes to see on which side it lies."""

from __future__ import annotations


def beside(ratio: float, limit: float) -> tuple[str, str]:
    """Both as text; never equal where they are not.

    >>> beside(0.499996, 0.5), beside(2.0, 2.0), beside(3.14159, 3)
    (('0.499996', '0.5'), ('2', '2'), ('3.142', '3'))
    """
    for digits in range(4, 18):
        told = f"{ratio:.{digits}g}"
        if float(told) != limit or ratio == limit:
            return told, f"{limit:g}"
    return repr(ratio), repr(limit)

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


def exact_enough(ratio: float) -> str:
    """A ratio with four digits, or as many as it takes not to look like a rounder number than it is.

    >>> exact_enough(0.49999996), exact_enough(0.5), exact_enough(3.14159)
    ('0.49999996', '0.5', '3.142')
    """
    for digits in range(4, 18):
        told = f"{ratio:.{digits}g}"
        shortened = len(told.replace(".", "").lstrip("0")) < digits  # ends in zeros that are not told
        if float(told) == ratio or not shortened:
            return told
    return repr(ratio)

"""The payment level of a case: a city's own class of its hospital, or the national level."""

from __future__ import annotations

from typing import Any

import numpy as np

from .parameter_table import Array, label_codes
from .parameters import dimensions
from .reading import Readable


def payment_levels(policy: Readable, n: int, *, level: Any = None, hospital: Any = None) -> Array:
    """One payment level a case (objects, None = unknown).

    `levels.of_hospital` first; then the level of the case, translated by `levels.of_level` where it is a
    plain national level. `level` and `hospital` are arrays of length `n` or None. The result is what
    parameters that vary by `payment_level` are asked with.

    >>> from drgsim import Policy
    >>> payment_levels(Policy.load("national-drg-rate"), 3, level=[3, "三甲", None]).tolist()
    ['3', '三甲', None]
    """
    result: Array = np.full(n, None, dtype=object)
    if level is not None:
        codes, labels = label_codes("payment_level", level)
        national = dimensions()["level"].keys or ()
        named = [
            policy.number("levels.of_level", level=each) if each in national else None for each in labels
        ]
        own = [name or label for name, label in zip(named, labels, strict=True)]
        result = np.array([*own, None], dtype=object)[codes]
    if hospital is not None:
        classes = policy.column("levels.of_hospital", n, hospital=hospital)
        known = classes != np.array(None)
        result[known] = classes[known]
    return result

"""How common further diagnoses are in each cell of age band and sex."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .bands import SEXES, bands
from .code_limits import limit
from .common_codes import common_prefix, weight
from .satisfy.severity_codes import COMMON

Floats = npt.NDArray[np.float64]

_ADULT, _OLD = 18, 60  # ages from which the columns of adults and the old hold


def age_column(age: int) -> str:
    """The column of `common_diagnoses.csv` for an age."""
    return COMMON[(age >= _ADULT) + (age >= _OLD)]


def cell_weights(codes: Sequence[str]) -> Floats:
    """Weights of diagnoses by cell: float64 [cells, codes]. Codes of one prefix share its weight.

    A cell that none of the codes is common in takes those that fit it at all, else any.
    """
    sharing = Counter(common_prefix("diagnosis", code) for code in codes)
    share = np.array([1.0 / sharing[common_prefix("diagnosis", code)] for code in codes])
    limits = [limit("diagnosis", code) for code in codes]
    table = []
    for band in bands():
        column = age_column(band.age_from)
        usual = share * np.array([weight("diagnosis", column, code) for code in codes])
        for sex in SEXES:
            fits = np.array(
                [
                    sex in one.sexes and one.age_from <= band.age_to and one.age_to >= band.age_from
                    for one in limits
                ]
            )
            choices = (usual * fits, share * fits, share)
            table.append(next(row for row in choices if row.sum() > 0))
    return np.array(table)

"""All codes of a case: its core, its complications, common diseases beside it, routine procedures.

Beside the core, no code is asked for by a rule of the scheme, so that the group stays what the core and
the severity make it.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from ..schemes.rules.terms import Role
from ..schemes.scheme import Scheme
from .common_codes import common_prefix, likeliest, usable, weight
from .complications import CodeTexts, Complications, age_column, cell_weights
from .people import Diseases, Patients
from .randomness import BLOCK, Choices, Streams
from .region_record import RegionRecord
from .satisfy import CasePools
from .satisfy.severity_codes import asked_for
from .targets import bands

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_VARIANTS = 4  # routine procedures used of each common prefix


class CaseCodes:
    """Draws the diagnoses and procedures of a block of cases, as text."""

    def __init__(self, region: RegionRecord, pools: CasePools) -> None:
        severity = pools.severity
        beside = severity.listed["none"]
        routine = _routine(pools.scheme)
        counting = [code for name in ("cc", "mcc") for code in severity.listed[name]]
        self._diagnoses = CodeTexts(
            [
                *beside,
                *counting,
                *(code for core in pools.cores for code in (core.principal, *core.diagnoses)),
            ]
        )
        self._procedures = CodeTexts(
            [*routine, *(code for core in pools.cores for code in (core.main, *core.procedures) if code)]
        )
        self._complications = Complications(region, pools, self._diagnoses)
        self._beside = self._diagnoses.numbers(beside), Choices(cell_weights(beside))
        self._routine = (
            self._procedures.numbers(routine),
            Choices([weight("procedure", "routine", code) for code in routine]),
        )
        self._core_diagnoses = _Lists(
            *self._diagnoses.end_to_end((c.principal, *c.diagnoses) for c in pools.cores)
        )
        self._core_procedures = _Lists(
            *self._procedures.end_to_end([*filter(None, (c.main, *c.procedures))] for c in pools.cores)
        )
        means = region.assumed["diagnoses"]
        self._beside_count = Choices(
            [_counts(means[age_column(band.age_from)], means["most"]) for band in bands()]
        )
        self._assumed = region.assumed["procedures"]

    def diagnoses(self, streams: Streams, patients: Patients, diseases: Diseases) -> list[str]:
        """The diagnoses of every case, the principal first."""
        rows, codes = self._core_diagnoses.of(diseases.core)
        more_rows, more = self._complications.draw(streams, patients, diseases)
        deciding = len(rows) + len(more_rows)
        count = self._beside_count.draw(streams.uniform("beside count", BLOCK), patients.band)
        beside_rows = np.repeat(np.arange(BLOCK), count)
        numbers, choices = self._beside
        drawn = choices.draw(streams.uniform("beside", len(beside_rows)), patients.cell[beside_rows])
        rows = np.concatenate([rows, more_rows, beside_rows])
        codes = np.concatenate([codes, more, numbers[drawn]])
        # of the others, one of each category: what decides the group stays whatever its category
        new = _first_of(rows, self._diagnoses.category[codes]) | (np.arange(len(rows)) < deciding)
        kept = _first_of(rows, codes) & new
        return _text(self._diagnoses, rows[kept], codes[kept])

    def procedures(self, streams: Streams, diseases: Diseases) -> list[str]:
        """The procedures of every case, the main one first; "" for none."""
        rows, codes = self._core_procedures.of(diseases.core)
        uniform = streams.uniform("routine count", 2, BLOCK)
        share = np.where(diseases.medical, self._assumed["medical"], self._assumed["surgical"])
        count = 1 + (uniform[1] * self._assumed["most"]).astype(np.int64)
        more_rows = np.repeat(np.arange(BLOCK), np.where(uniform[0] < share, count, 0))
        numbers, choices = self._routine
        more = numbers[choices.draw(streams.uniform("routine", len(more_rows)))]
        rows, codes = np.concatenate([rows, more_rows]), np.concatenate([codes, more])
        kept = _first_of(rows, codes)
        return _text(self._procedures, rows[kept], codes[kept])


class _Lists:
    """Lists of codes of unequal length, end to end."""

    def __init__(self, codes: Ints, lengths: Ints) -> None:
        self._codes, self._lengths = codes, lengths
        self._starts = np.cumsum(lengths) - lengths

    def of(self, places: Ints) -> tuple[Ints, Ints]:
        """Rows and codes of the lists at `places`, one list a row."""
        lengths = self._lengths[places]
        rows = np.repeat(np.arange(len(places)), lengths)
        inside = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return rows, self._codes[self._starts[places][rows] + inside]


def _routine(scheme: Scheme) -> list[str]:
    """Routine procedures that no rule of the scheme asks for."""
    asked = asked_for(scheme, (Role.MAIN_PROCEDURE, Role.OTHER_PROCEDURES))
    free = [code for code in usable("procedure") - asked if weight("procedure", "routine", code) > 0]
    seen: Counter[str] = Counter()
    kept = []
    for code in likeliest("procedure", "routine", free):
        prefix = common_prefix("procedure", code)
        seen[prefix] += 1
        if seen[prefix] <= _VARIANTS:
            kept.append(code)
    return kept


def _counts(mean: float, most: int) -> Floats:
    """Weights of 0 to `most` further diagnoses: negative binomial of two, cut."""
    ratio = mean / (mean + 2.0)
    number = np.arange(most + 1)
    return (number + 1.0) * ratio**number


def _first_of(rows: Ints, values: Ints) -> npt.NDArray[np.bool_]:
    """Whether a value is the first of its kind in its row."""
    _, places = np.unique(rows * (int(values.max(initial=0)) + 1) + values, return_index=True)
    first = np.zeros(len(rows), dtype=bool)
    first[places] = True
    return first


def _text(texts: CodeTexts, rows: Ints, codes: Ints) -> list[str]:
    order = np.argsort(rows, kind="stable")
    return texts.joined(rows[order], codes[order], BLOCK)

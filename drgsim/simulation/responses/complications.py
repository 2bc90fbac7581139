"""Which complications a scheme lists, which count in each stay, and how often each is coded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...codes import Codebook
from ...grouping.encoded import books_with
from ...schemes.compile_cache import load_compiled
from ...schemes.compile_sets import SPECIAL
from ...schemes.compile_words import BYTE, HALF, DiagnosisBit
from ...schemes.registry import load
from .frames import Floats, Ints, Mask, need, number

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = {"cc": DiagnosisBit.CC, "mcc": DiagnosisBit.MCC}
NEEDED = ("diagnoses", "drg", "sex", "age")
ADULT = 18  # years: complications of children are drawn from those of children
_CELLS = 4  # sex by child or adult


@dataclass(frozen=True, eq=False)
class Listed:
    """The severity tables of a scheme, by id of a code + SPECIAL, and the category of each of its groups.

    `exclusion_row` (codes,) row of `keeps` that a principal diagnosis stands for; `keeps` [rows, tables] the
    bits of a severity that are left; `category` MDC number of a DRG whose ADRG is parted in several.
    """

    book: Codebook
    word: npt.NDArray[np.uint32]
    exclusion_row: npt.NDArray[np.uint32]
    keeps: npt.NDArray[np.uint8]
    category: dict[str, int]


@lru_cache(maxsize=4)
def listed_by(scheme: str) -> Listed:
    """What a DRG scheme lists. Raises NotFoundError when there is no such scheme."""
    compiled, whole = load_compiled(scheme), load(scheme)
    mdcs = {mdc.code: place for place, mdc in enumerate(whole.mdcs)}
    mdc_of = {adrg.code: mdcs[adrg.mdc] for adrg in whole.adrgs}
    parts: dict[str, int] = {}
    for drg in whole.drgs:
        parts[drg.adrg] = parts.get(drg.adrg, 0) + 1
    arrays = compiled.arrays
    return Listed(
        books_with(compiled.extra_diagnoses, compiled.extra_procedures).diagnoses,
        np.asarray(arrays["diagnosis_word"]),
        np.asarray(arrays["principal_word"]) >> np.uint32(HALF),
        np.asarray(arrays["exclusion"]),
        {drg.code: mdc_of[drg.adrg] for drg in whole.drgs if parts[drg.adrg] > 1},
    )


@dataclass(frozen=True, eq=False)
class Coded:
    """The complications of some stays: `cell` (n,) of stays that a complication may move to another group,
    -1 for the others; `exclusion_row` (n,); which severities count; each that counts by stay and code."""

    cell: Ints
    exclusion_row: Ints
    has: dict[str, Mask]
    stay: dict[str, Ints]
    code: dict[str, Ints]


def read_complications(cases: pd.DataFrame, listed: Listed) -> Coded:
    """The secondary diagnoses that the scheme lists and the principal one does not exclude."""
    n = len(cases)
    lists = listed.book.encode(cases["diagnoses"])
    ids = lists.flat.astype(np.intp) + SPECIAL
    starts = (lists.offsets - lists.offsets[0]).astype(np.intp)
    counts = np.diff(starts)
    row = np.zeros(n, np.intp)
    coded = counts > 0
    row[coded] = listed.exclusion_row[ids[starts[:-1][coded]]]
    word = listed.word[ids]
    word[starts[:-1][coded]] = 0  # the principal diagnosis is no complication
    places = np.flatnonzero(word & np.uint32(DiagnosisBit.CC | DiagnosisBit.MCC))
    stay = np.repeat(np.arange(n), counts)[places]
    bits = word[places] & listed.keeps[row[stay], word[places] >> np.uint32(BYTE)]
    found = {name: np.flatnonzero(bits & np.uint32(bit)) for name, bit in SEVERITIES.items()}
    return Coded(
        _cells(cases, listed),
        row,
        {name: np.bincount(stay[at], minlength=n) > 0 for name, at in found.items()},
        {name: stay[at] for name, at in found.items()},
        {name: ids[places[at]] for name, at in found.items()},
    )


def _cells(cases: pd.DataFrame, listed: Listed) -> Ints:
    """MDC, sex, and child or adult, as one number."""
    codes, groups = cases["drg"].factorize(use_na_sentinel=True)
    mdc = np.array([*(listed.category.get(str(group), -1) for group in groups), -1], np.intp)[codes]
    woman, adult = number(cases, "sex") == 2, number(cases, "age") >= ADULT
    return np.where(mdc < 0, -1, mdc * _CELLS + 2 * woman + adult)


@dataclass(frozen=True, eq=False)
class Complications:
    """How often each complication is coded in stays of a category, sex and age; by severity.

    `counts[severity]`: (cells,) + pairs: sorted keys cell · codes + code, and the number of stays of each.
    """

    scheme: str
    counts: dict[str, tuple[Ints, Ints]]

    @classmethod
    def learn(cls, cases: pd.DataFrame, scheme: str) -> Complications:
        """Counted from cases grouped by `scheme`. Only codes that count are counted."""
        need(cases, "coding_drift", *NEEDED)
        listed = listed_by(scheme)
        coded = read_complications(cases, listed)
        width = len(listed.word)
        counts = {}
        for name in SEVERITIES:
            cell = coded.cell[coded.stay[name]]
            keys = cell[cell >= 0] * width + coded.code[name][cell >= 0]
            counts[name] = np.unique(keys, return_counts=True)
        return cls(scheme, counts)

    def choose(self, name: str, cell: Ints, exclusion_row: Ints, uniform: Floats) -> Ints:
        """For each stay the place (id + SPECIAL) of a code of this severity that its principal diagnosis does
        not exclude, as often as such stays have it; -1 where they have none."""
        listed = listed_by(self.scheme)
        keys, numbers = self.counts[name]
        width, bit = len(listed.word), np.uint8(SEVERITIES[name])
        found = np.full(len(cell), -1)
        situations, of = np.unique(np.stack([cell, exclusion_row]), axis=1, return_inverse=True)
        order = np.argsort(of.ravel(), kind="stable")
        ends = np.cumsum(np.bincount(of.ravel(), minlength=situations.shape[1]))
        for (place, row), start, stop in zip(situations.T, [0, *ends[:-1]], ends, strict=True):
            low, high = np.searchsorted(keys, [place * width, (place + 1) * width])
            codes = keys[low:high] - place * width
            kept = (listed.keeps[row, listed.word[codes] >> np.uint32(BYTE)] & bit) > 0
            until = np.cumsum(numbers[low:high] * kept)
            if len(until) and until[-1] > 0:
                asked = order[start:stop]
                found[asked] = codes[np.searchsorted(until, uniform[asked] * until[-1], side="right")]
        return found

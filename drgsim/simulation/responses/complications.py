"""Which complications a scheme lists, which count in each stay, and how often each is coded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from ...codes import Codebook
from ...grouping.encoded import books_with
from ...schemes.compile_cache import load_compiled
from ...schemes.compile_words import BYTE, HALF, SPECIAL, DiagnosisBit
from ...schemes.registry import load
from ...schemes.rules.terms import And, Constant, HasSeverity, Or, Rule, Severity
from ...synthetic.targets import drawn
from .frames import Floats, Ints, Mask, need, number

if TYPE_CHECKING:
    import pandas as pd


class Lifts(NamedTuple):
    """The group that a first CC, a first MCC, or an MCC beside a CC moves a stay to; "" where it stays."""

    cc: str
    mcc: str
    mcc_beside_cc: str


NOWHERE = Lifts("", "", "")


def lifts(groups: Iterable[tuple[str, Rule]]) -> Lifts:
    """Of the groups of an ADRG, codes and rules in the order they are tested.

    What rules ask besides complications is taken as met.

    >>> mcc, cc = HasSeverity(Severity.MCC), HasSeverity(Severity.CC)
    >>> lifts([("GB11", mcc), ("GB13", Or((mcc, cc))), ("GB15", Constant(True))])
    Lifts(cc='GB13', mcc='GB11', mcc_beside_cc='GB11')
    >>> lifts([("GB23", Or((mcc, cc))), ("GB25", Constant(True))])
    Lifts(cc='GB23', mcc='GB23', mcc_beside_cc='')
    >>> lifts([("GB31", mcc), ("GB35", Constant(True))])
    Lifts(cc='', mcc='GB31', mcc_beside_cc='GB31')
    """
    groups = tuple(groups)

    def to(*has: Severity) -> str:
        return next((code for code, rule in groups if _holds(rule, has)), "")

    def moved(before: str, after: str) -> str:
        return "" if after == before else after

    cc, mcc = Severity.CC, Severity.MCC
    return Lifts(moved(to(), to(cc)), moved(to(), to(mcc)), moved(to(cc), to(cc, mcc)))


def _holds(rule: Rule, has: tuple[Severity, ...]) -> bool:
    if isinstance(rule, HasSeverity):
        return (rule.severity in has) != rule.negated
    if isinstance(rule, And):
        return all(_holds(term, has) for term in rule.terms)
    if isinstance(rule, Or):
        return any(_holds(term, has) for term in rule.terms)
    return rule.value if isinstance(rule, Constant) else True


SEVERITIES = {"cc": DiagnosisBit.CC, "mcc": DiagnosisBit.MCC}
NEEDED = ("diagnoses", "drg", "sex", "age")
_CELLS = 4  # sex by child or adult: complications of children are drawn from those of children


@dataclass(frozen=True, eq=False)
class Listed:
    """The severity tables of a scheme, by id of a code + SPECIAL, and what it says of each of its groups.

    `exclusion_row` (codes,) row of `keeps` that a principal diagnosis stands for; `keeps` [rows, tables] the
    bits of a severity that are left; `group` the MDC number of a DRG and where it moves.
    """

    book: Codebook
    word: npt.NDArray[np.uint32]
    exclusion_row: npt.NDArray[np.uint32]
    keeps: npt.NDArray[np.uint8]
    group: dict[str, tuple[int, Lifts]]


@lru_cache(maxsize=4)
def listed_by(scheme: str) -> Listed:
    """What a DRG scheme lists. Raises NotFoundError when there is no such scheme."""
    compiled, whole = load_compiled(scheme), load(scheme)
    mdcs = {mdc.code: place for place, mdc in enumerate(whole.mdcs)}
    mdc_of = {adrg.code: mdcs[adrg.mdc] for adrg in whole.adrgs}
    rules: dict[str, list[tuple[str, Rule]]] = {}
    for drg in whole.drgs:
        rules.setdefault(drg.adrg, []).append((drg.code, drg.rule))
    moves = {adrg: lifts(own) for adrg, own in rules.items()}
    arrays = compiled.arrays
    return Listed(
        books_with(compiled.extra_diagnoses, compiled.extra_procedures).diagnoses,
        np.asarray(arrays["diagnosis_word"]),
        np.asarray(arrays["principal_word"]) >> np.uint32(HALF),
        np.asarray(arrays["exclusion"]),
        {drg.code: (mdc_of[drg.adrg], moves[drg.adrg]) for drg in whole.drgs},
    )


@dataclass(frozen=True, eq=False)
class Coded:
    """The complications of some stays: `cell` (n,) of MDC, sex and age, -1 for stays without a group;
    `exclusion_row` (n,); `has` which severities count; `stay` and `code` each that counts;
    `lifts` what moves a stay to another group that is used, (n, 3) as `Lifts`."""

    cell: Ints
    exclusion_row: Ints
    has: dict[str, Mask]
    stay: dict[str, Ints]
    code: dict[str, Ints]
    lifts: npt.NDArray[np.bool_]


def read_complications(cases: pd.DataFrame, listed: Listed, used: frozenset[str] = frozenset()) -> Coded:
    """The secondary diagnoses that the scheme lists and the principal one does not exclude.

    `used` are the groups that a stay may move to.
    """
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
    cells, moves = _groups(cases, listed, used)
    return Coded(
        cells,
        row,
        {name: np.bincount(stay[at], minlength=n) > 0 for name, at in found.items()},
        {name: stay[at] for name, at in found.items()},
        {name: ids[places[at]] for name, at in found.items()},
        moves,
    )


def _groups(cases: pd.DataFrame, listed: Listed, used: frozenset[str]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The cell of each stay, MDC, sex, and child or adult as one number; and what moves it."""
    codes, names = cases["drg"].factorize(use_na_sentinel=True)
    known = [listed.group.get(str(name), (-1, NOWHERE)) for name in names] + [(-1, NOWHERE)]
    mdc = np.array([number for number, _ in known], np.intp)[codes]
    woman, adult = number(cases, "sex") == 2, number(cases, "age") >= drawn("adult_from")
    cells = np.where(mdc < 0, -1, mdc * _CELLS + 2 * woman + adult)
    moves = [[target in used for target in targets] for _, targets in known]
    return cells, np.array(moves, np.bool_)[codes]


@dataclass(frozen=True, eq=False)
class Complications:
    """How often each complication is coded in stays of an MDC, sex and age; by severity.

    `counts[severity]`: (cells,) + pairs: sorted keys cell · codes + code, and the number of stays of each.
    `used`: the groups that stays are in, and have a weight where weights are known.
    """

    scheme: str
    counts: dict[str, tuple[Ints, Ints]]
    used: frozenset[str]

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
        groups = cases["drg"]
        if "weight" in cases.columns:
            groups = groups[cases["weight"].notna()]
        return cls(scheme, counts, frozenset(groups.dropna().astype(str)))

    def choose(self, name: str, cell: Ints, exclusion_row: Ints, uniform: Floats) -> Ints:
        """For each stay the place (id + SPECIAL) of a code of this severity that its principal diagnosis does
        not exclude, as often as such stays have it; -1 where they have none."""
        listed = listed_by(self.scheme)
        keys, numbers = self.counts[name]
        width, bit = len(listed.word), np.uint8(SEVERITIES[name])
        found = np.full(len(cell), -1)
        if not len(cell):
            return found
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

"""The diagnoses that give a case its severity, how common each is by age and sex, and codes as small
numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from .common_codes import common_prefix, limit, weight
from .people import Diseases, Patients
from .randomness import BLOCK, Choices, Streams
from .region_record import RegionRecord
from .satisfy import CasePools
from .satisfy.candidates import Core
from .satisfy.severity_codes import COMMON, SEVERITIES, SeverityCodes
from .targets import SEXES, bands, cell_count, drawn

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TRIES = 4  # draws of the first complication until it is no code of the core


def age_column(age: int) -> str:
    """The column of `common_diagnoses.csv` for an age."""
    return COMMON[(age >= drawn("adult_from")) + (age >= drawn("old_from"))]


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


class CodeTexts:
    """Numbers for the codes in use, in their order; `category` numbers their first three characters."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(dict.fromkeys(codes))
        self._number = {code: number for number, code in enumerate(self.codes)}
        _, category = np.unique([code[:3] for code in self.codes], return_inverse=True)
        self.category: Ints = category.astype(np.int64)
        width = max(map(len, self.codes), default=0) + 1
        text = "".join(f"{code}|".ljust(width) for code in self.codes)
        self._bytes = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(-1, width)
        self._lengths = np.array([len(code) for code in self.codes], dtype=np.int64)

    def number(self, code: str) -> int:
        return self._number[code]

    def numbers(self, codes: Iterable[str]) -> Ints:
        return np.array([self._number[code] for code in codes], dtype=np.int64)

    def end_to_end(self, lists: Iterable[Sequence[str]]) -> tuple[Ints, Ints]:
        """The numbers of lists of codes, one list after the other, and the length of each."""
        listed = [*lists]
        return self.numbers(chain.from_iterable(listed)), np.array([*map(len, listed)], dtype=np.int64)

    def joined(self, rows: Ints, numbers: Ints, count: int) -> list[str]:
        """Text of each of `count` rows: its codes joined by `|`. `rows` is ascending."""
        last = np.ones(len(rows), dtype=bool)
        last[:-1] = rows[1:] != rows[:-1]
        length = self._lengths[numbers] + ~last
        inside = np.arange(self._bytes.shape[1]) < length[:, None]
        text = self._bytes[numbers][inside].tobytes().decode("ascii")
        ends = np.concatenate([[0], np.cumsum(np.bincount(rows, weights=length, minlength=count))])
        ends = ends.astype(np.int64).tolist()
        return [text[start:end] for start, end in pairwise(ends)]


class Complications:
    """Draws the CC and MCC of a block of cases."""

    def __init__(self, region: RegionRecord, pools: CasePools, texts: CodeTexts) -> None:
        self._assumed = region.assumed["diagnoses"]
        severity = pools.severity
        excluding = [severity.excluding(core.principal) for core in pools.cores]
        self._tables = sorted(set(excluding))
        number = {tables: place for place, tables in enumerate(self._tables)}
        self._row = np.array([number[tables] for tables in excluding])
        self._codes = {name: texts.numbers(severity.listed[name]) for name in SEVERITIES}
        self._choices = {name: self._choices_of(severity, name) for name in SEVERITIES[1:]}
        self._core = _core_codes(pools.cores, texts)

    def _choices_of(self, severity: SeverityCodes, name: str) -> Choices:
        """Weights by exclusion tables and cell: row = tables * cells + cell."""
        codes = severity.listed[name]
        weights = cell_weights(codes)
        counts = [[not severity.is_excluded(code, tables) for code in codes] for tables in self._tables]
        return Choices((weights * np.array(counts)[:, None, :]).reshape(-1, len(codes)))

    def draw(self, streams: Streams, patients: Patients, diseases: Diseases) -> tuple[Ints, Ints]:
        """Rows and codes of the complications, the one that decides first; a code may repeat."""
        row = self._row[diseases.core] * cell_count() + patients.cell
        parts = []
        for number, name in enumerate(SEVERITIES[1:], start=1):
            having = np.flatnonzero(diseases.severity == number)
            parts.append((having, self._first(streams, name, having, row[having], diseases.core[having])))
            parts.append(self._more(streams, name, having, row, self._assumed["further_complication"]))
        worst = np.flatnonzero(diseases.severity == len(SEVERITIES) - 1)
        beside = self._assumed["cc_beside_mcc"]
        parts.append(self._more(streams, "cc", worst, row, beside, stream="cc beside mcc"))
        return np.concatenate([rows for rows, _ in parts]), np.concatenate([codes for _, codes in parts])

    def _first(self, streams: Streams, name: str, having: Ints, row: Ints, core: Ints) -> Ints:
        found = np.full(len(having), -1)
        tries = streams.uniform(f"{name} first", _TRIES, BLOCK)[:, having]
        for uniform in tries:
            drawn = self._codes[name][self._choices[name].draw(uniform, row)]
            repeats = (self._core[core] == found[:, None]).any(axis=1) | (found < 0)
            found = np.where(repeats, drawn, found)
        return found

    def _more(
        self, streams: Streams, name: str, having: Ints, row: Ints, chance: float, stream: str = ""
    ) -> tuple[Ints, Ints]:
        uniform = streams.uniform(f"{stream or name} more", 2, BLOCK)[:, having]
        with_more = uniform[0] < chance
        rows = having[with_more]
        return rows, self._codes[name][self._choices[name].draw(uniform[1, with_more], row[rows])]


def _core_codes(cores: Sequence[Core], texts: CodeTexts) -> Ints:
    """The diagnoses of every core, filled up with a number that no code has."""
    codes, lengths = texts.end_to_end((core.principal, *core.diagnoses) for core in cores)
    table = np.full((len(cores), lengths.max()), -2)
    table[np.arange(table.shape[1]) < lengths[:, None]] = codes
    return table

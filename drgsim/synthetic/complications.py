"""The diagnoses that give a case its severity: none that its principal diagnosis keeps from counting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .bands import cell_count
from .cell_weights import cell_weights
from .choose import Choices
from .code_texts import CodeTexts
from .disease import Diseases
from .people import Patients
from .randomness import BLOCK, Streams
from .satisfy import CasePools
from .satisfy.candidates import Core
from .satisfy.severity_codes import SEVERITIES, SeverityCodes

if TYPE_CHECKING:
    from .region import SyntheticRegion

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TRIES = 4  # draws of the first complication until it is no code of the core


class Complications:
    """Draws the CC and MCC of a block of cases."""

    def __init__(self, region: SyntheticRegion, pools: CasePools, texts: CodeTexts) -> None:
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
    listed = [texts.numbers((core.principal, *core.diagnoses)) for core in cores]
    table = np.full((len(cores), max(map(len, listed))), -2)
    for place, codes in enumerate(listed):
        table[place, : len(codes)] = codes
    return table

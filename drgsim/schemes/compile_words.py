"""The words of codes: what one table look-up says of a code, by id + SPECIAL.

`principal_word` uint32: low half the class of the code as principal diagnosis, high half the row of
`exclusion_bits` with the exclusion tables that list it. `diagnosis_word` uint32, of a further
diagnosis: low half its exclusion table (0 when it names none), above it `DiagnosisBit`.
`procedure_word` uint32: `ProcedureBit` and above it the class of the code as main procedure.
"""

from __future__ import annotations

from enum import IntFlag

import numpy as np
import numpy.typing as npt

from ..codes import Catalogue
from .compile_sets import SPECIAL, Mask, SetTable
from .errors import PackError
from .model import Scheme

HALF = 16  # bits

Arrays = dict[str, npt.NDArray[np.generic]]
Words = npt.NDArray[np.uint32]


class DiagnosisBit(IntFlag):
    """Bits of `diagnosis_word`. The severities, shifted down, are what programs ask for."""

    CC = 1 << 16
    MCC = 1 << 17
    MARKED = 1 << 18  # worth a look as a further diagnosis
    UNKNOWN = 1 << 19
    GRAY = 1 << 20
    LISTED = 1 << 21  # in the diagnosis list of some MDC


class ProcedureBit(IntFlag):
    """Bits of `procedure_word`."""

    MARKED = 1
    UNKNOWN = 2


PROCEDURE_BITS = 2


def diagnosis_words(
    scheme: Scheme, table: SetTable, *, classes: npt.NDArray[np.int64], marked: Mask, listed: Mask
) -> Arrays:
    """`principal_word`, `diagnosis_word` and `exclusion_bits`."""
    number = _table_numbers(scheme)
    word = np.zeros(table.size, dtype=np.uint32)
    for bit, severe in ((DiagnosisBit.CC, scheme.cc), (DiagnosisBit.MCC, scheme.mcc)):
        tables = np.array([number[name] for name in severe.values()], dtype=np.uint32)
        word[table.positions(severe)] |= tables | np.uint32(bit)
    word[marked] |= np.uint32(DiagnosisBit.MARKED)
    word[listed] |= np.uint32(DiagnosisBit.LISTED)
    gray = Catalogue.load("diagnosis").gray
    word[SPECIAL : SPECIAL + len(gray)][gray] |= np.uint32(DiagnosisBit.GRAY)
    word[SPECIAL - 1] |= np.uint32(DiagnosisBit.UNKNOWN)
    rows, bits = _exclusions(scheme, table, number)
    return {
        "principal_word": _half(classes, "classes of diagnoses") | _half(rows, "exclusions") << np.uint32(HALF),
        "diagnosis_word": word,
        "exclusion_bits": bits,
    }


def procedure_words(*, classes: npt.NDArray[np.int64], marked: Mask) -> Arrays:
    """`procedure_word`."""
    word = classes.astype(np.uint32) << np.uint32(PROCEDURE_BITS)
    word[marked] |= np.uint32(ProcedureBit.MARKED)
    word[SPECIAL - 1] |= np.uint32(ProcedureBit.UNKNOWN)
    return {"procedure_word": word}


def _table_numbers(scheme: Scheme) -> dict[str, int]:
    """The number of each exclusion table that a CC or MCC names; 0 is none."""
    conflicts = [code for code in scheme.cc.keys() & scheme.mcc.keys() if scheme.cc[code] != scheme.mcc[code]]
    if conflicts:
        raise PackError(
            "codes that are CC and MCC with different exclusion tables", got=len(conflicts), where=min(conflicts)
        )
    names = {name for severe in (scheme.cc, scheme.mcc) for name in severe.values()} - {""}
    _half(np.array([len(names)]), "exclusion tables")
    return {"": 0, **{name: place for place, name in enumerate(sorted(names), 1)}}


def _exclusions(
    scheme: Scheme, table: SetTable, number: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """The row of each id, and the rows: bit t says table t excludes. Row 0 excludes nothing."""
    listed = {  # a table that no CC or MCC names has nothing to exclude
        code: frozenset(number[name] for name in names if number.get(name))
        for code, names in scheme.exclusion.items()
    }
    classes = {tables: row for row, tables in enumerate(dict.fromkeys((frozenset(), *listed.values())))}
    bits = np.zeros((len(classes), 64 * (len(number) // 64 + 1)), dtype=bool)
    for tables, row in classes.items():
        bits[row, list(tables)] = True
    rows = np.zeros(table.size, dtype=np.int64)
    rows[table.positions(listed)] = [classes[tables] for tables in listed.values()]
    return rows, np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _half(numbers: npt.NDArray[np.int64], what: str) -> Words:
    """The numbers as half a word."""
    if numbers.max() >> HALF:
        raise PackError(f"too many {what}", got=int(numbers.max()) + 1, allowed=1 << HALF)
    return numbers.astype(np.uint32)

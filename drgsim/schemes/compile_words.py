"""Code ids in code sets, and the words of codes: what one table look-up says of a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntFlag

import numpy as np
import numpy.typing as npt

from ..codes import Catalogue, Codebook
from ..errors import NotFoundError
from .scheme import Scheme
from .scheme_errors import PackError

SPECIAL = 2  # rows of a table by id before id 0: EMPTY (-2) and UNKNOWN (-1)

Mask = npt.NDArray[np.bool_]


def codebooks_for(scheme: Scheme) -> tuple[Codebook, Codebook]:
    """The codebooks of diagnoses and procedures: the catalogues, and what only `scheme` names."""
    diagnoses = {
        code for listed in scheme.sets.values() if listed.kind == "diagnosis" for code in listed.codes
    }
    procedures = {
        code for listed in scheme.sets.values() if listed.kind == "procedure" for code in listed.codes
    }
    diagnoses.update(scheme.cc, scheme.mcc, scheme.exclusion)
    return (
        Codebook.for_kind("diagnosis", extra=diagnoses),
        Codebook.for_kind("procedure", extra=procedures),
    )


class SetTable:
    """Membership of ids in the sets of a scheme, for one kind of code.

    Masks are indexed by id + SPECIAL; the special ids are in no set.
    """

    def __init__(self, scheme: Scheme, book: Codebook) -> None:
        self._sets = scheme.sets
        self._book = book
        self.size = len(book) + SPECIAL
        self._masks: dict[tuple[str, ...], Mask] = {}

    def mask(self, names: Sequence[str]) -> Mask:
        """bool [size]: the ids in at least one of the sets."""
        key = tuple(names)
        if key not in self._masks:
            mask = np.zeros(self.size, dtype=bool)
            if len(key) == 1:
                mask[self.positions(self._codes(key[0]))] = True
            else:
                for name in key:
                    mask |= self.mask((name,))
            self._masks[key] = mask
        return self._masks[key]

    def positions(self, codes: Mapping[str, object] | frozenset[str]) -> npt.NDArray[np.int64]:
        """Where the codes stand in a mask."""
        return np.fromiter(map(self._book.id_of, codes), dtype=np.int64, count=len(codes)) + SPECIAL

    def _codes(self, name: str) -> frozenset[str]:
        try:
            return self._sets[name].codes
        except KeyError:
            raise NotFoundError(
                "a rule names a code set that the scheme does not have", got=name, nearest=self._sets
            ) from None


BYTE, HALF = 8, 16  # bits

Arrays = dict[str, npt.NDArray[np.generic]]
Words = npt.NDArray[np.uint32]


class DiagnosisBit(IntFlag):
    """The low byte of `diagnosis_word`."""

    CC = 1
    MCC = 2
    MARKS = 4 | 8 | 16
    UNKNOWN = 32
    GRAY = 64
    LISTED = 128  # in the diagnosis list of some MDC


class ProcedureBit(IntFlag):
    """The low byte of `procedure_word`: the marks and unknown codes as in `DiagnosisBit`."""

    MARKS = DiagnosisBit.MARKS
    UNKNOWN = DiagnosisBit.UNKNOWN


FIRST_MARK = 2  # bit


KEEPS, STRIKES = 0xFF, 0xFF ^ (DiagnosisBit.CC | DiagnosisBit.MCC)


def diagnosis_words(
    scheme: Scheme,
    table: SetTable,
    *,
    classes: npt.NDArray[np.int64],
    marks: npt.NDArray[np.uint8],
    listed: Mask,
) -> Arrays:
    """`principal_word`, `diagnosis_word` and `exclusion`."""
    number = _table_numbers(scheme)
    word = np.zeros(table.size, dtype=np.uint32)
    for bit, severe in ((DiagnosisBit.CC, scheme.cc), (DiagnosisBit.MCC, scheme.mcc)):
        tables = np.array([number[name] for name in severe.values()], dtype=np.uint32)
        word[table.positions(severe)] |= tables << np.uint32(BYTE) | np.uint32(bit)
    word |= marks.astype(np.uint32) << np.uint32(FIRST_MARK)
    word[listed] |= np.uint32(DiagnosisBit.LISTED)
    gray = Catalogue.load("diagnosis").gray
    word[SPECIAL : SPECIAL + len(gray)][gray] |= np.uint32(DiagnosisBit.GRAY)
    word[SPECIAL - 1] |= np.uint32(DiagnosisBit.UNKNOWN)
    rows, masks = _exclusions(scheme, table, number)
    return {
        "principal_word": _half(classes, "classes of diagnoses")
        | _half(rows, "exclusions") << np.uint32(HALF),
        "diagnosis_word": word,
        "exclusion": masks,
    }


def procedure_words(*, classes: npt.NDArray[np.int64], marks: npt.NDArray[np.uint8]) -> Arrays:
    """`procedure_word`."""
    word = classes.astype(np.uint32) << np.uint32(BYTE)
    word |= marks.astype(np.uint32) << np.uint32(FIRST_MARK)
    word[SPECIAL - 1] |= np.uint32(ProcedureBit.UNKNOWN)
    return {"procedure_word": word}


def _table_numbers(scheme: Scheme) -> dict[str, int]:
    """The number of each exclusion table that a CC or MCC names; 0 is none."""
    conflicts = [code for code in scheme.cc.keys() & scheme.mcc.keys() if scheme.cc[code] != scheme.mcc[code]]
    if conflicts:
        raise PackError(
            "codes that are CC and MCC with different exclusion tables",
            got=len(conflicts),
            where=min(conflicts),
        )
    names = {name for severe in (scheme.cc, scheme.mcc) for name in severe.values()} - {""}
    return {"": 0, **{name: place for place, name in enumerate(sorted(names), 1)}}


def _exclusions(
    scheme: Scheme, table: SetTable, number: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The row of each id, and the rows. Row 0 strikes nothing."""
    listed = {  # a table that no CC or MCC names has nothing to exclude
        code: frozenset(number[name] for name in names if number.get(name))
        for code, names in sorted(scheme.exclusion.items())
    }
    classes = {tables: row for row, tables in enumerate(dict.fromkeys((frozenset(), *listed.values())))}
    masks = np.full((len(classes), len(number)), KEEPS, dtype=np.uint8)
    for tables, row in classes.items():
        masks[row, list(tables)] = STRIKES
    rows = np.zeros(table.size, dtype=np.int64)
    rows[table.positions(listed)] = [classes[tables] for tables in listed.values()]
    return rows, masks


def _half(numbers: npt.NDArray[np.int64], what: str) -> Words:
    """The numbers as half a word."""
    if numbers.max() >> HALF:
        raise PackError(f"too many {what}", got=int(numbers.max()) + 1, allowed=1 << HALF)
    return numbers.astype(np.uint32)

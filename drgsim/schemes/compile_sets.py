"""Which code ids are in which code sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..codes import Codebook
from ..errors import NotFoundError
from .model import Scheme

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

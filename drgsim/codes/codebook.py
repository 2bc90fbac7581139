"""Code texts to dense ids: the catalogue first, then the codes that only a scheme names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from . import _reference
from .catalogue import Catalogue, Kind
from .code_lists import CodeLists


class Codebook:
    """The ids of the codes a grouper works with.

    Parameters
    ----------
    catalogue_codes : the codes of a catalogue; the id of each is its position
    extra : codes beyond the catalogue; those that are not in it follow, sorted, each once

    Codes compare exactly: `"a00.100"` and `"38.9300X001"` are unknown. A dual code such as
    `"A17.000x001+G05.0*"` is one code.

    >>> book = Codebook.for_kind("procedure", extra=["99.9999x999"])
    >>> lists = book.encode(["51.2300|99.9999x999", None, "51.23|"])
    >>> [[book.code_of(i) if i >= 0 else i for i in lists.row(row).tolist()] for row in range(3)]
    [['51.2300', '99.9999x999'], [], [-1]]
    """

    def __init__(self, catalogue_codes: Sequence[str], extra: Iterable[str] = ()) -> None:
        self.n_catalogue = len(catalogue_codes)
        self.codes = (*catalogue_codes, *sorted(set(extra).difference(catalogue_codes)))

    @classmethod
    def for_kind(cls, kind: Kind, *, extra: Iterable[str] = ()) -> Codebook:
        """The codebook of a shipped catalogue."""
        return cls(Catalogue.load(kind).codes, extra)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {code: position for position, code in enumerate(self.codes)}

    def id_of(self, code: str) -> int:
        """The id of `code`; -1 when the codebook does not know it."""
        return self._ids.get(code, -1)

    def code_of(self, id: int) -> str:
        """The text of an id that is not negative."""
        return self.codes[id]

    def encode(self, column: Any) -> CodeLists:
        """The ids of every row of a column of codes."""
        return _reference.encode(column, self._ids)

    def __len__(self) -> int:
        return len(self.codes)

"""The insurance-edition catalogues of diagnoses and procedures: code, name, gray, and the id of a code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from .._paths import data_path
from ..errors import ArgumentError, NotFoundError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["diagnosis", "procedure"]

# the rows of the register of sources that the shipped tables rest on
SOURCES: dict[Kind, str] = {"diagnosis": "C01", "procedure": "C02"}


class Catalogue:
    """The codes of one kind, in the order of their text, so that a position is an id.

    Attributes
    ----------
    kind : "diagnosis" (ICD-10) or "procedure" (ICD-9-CM-3)
    codes : tuple of str, sorted
    names : tuple of str, Chinese, in the order of `codes`
    gray : ndarray of bool, read-only, in the order of `codes`; a gray code (灰码) is retired: it stays
        in the catalogue so that old records can be read
    source : str, the id of its source in the register of sources; "" for a catalogue of your own

    Codes compare exactly, letter case included; `drgsim.codes.normalise_codes` repairs spelling.
    The shipped tables are edition 2.0 and `secondary`: taken from public programs, not compared line
    by line with the publication of the National Healthcare Security Administration.

    >>> procedures = Catalogue.load("procedure")
    >>> len(procedures), procedures.name_of("51.2300"), "51.23" in procedures
    (13767, '腹腔镜下胆囊切除术', False)
    """

    def __init__(
        self,
        kind: Kind,
        codes: Sequence[str],
        names: Sequence[str],
        gray: npt.NDArray[np.bool_],
        *,
        source: str = "",
    ) -> None:
        self.kind = kind
        self.codes = tuple(codes)
        self.names = tuple(names)
        self.gray = np.array(gray, dtype=bool)
        self.gray.setflags(write=False)
        self.source = source

    @staticmethod
    def load(kind: Kind) -> Catalogue:
        """The shipped catalogue of `kind`; read once a process. Raises ArgumentError for another kind."""
        return _load(kind)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {code: position for position, code in enumerate(self.codes)}

    @cached_property
    def folded_codes(self) -> tuple[str, ...]:
        """The codes without letter case and dots, as they are looked for."""
        return tuple(code.casefold().replace(".", "") for code in self.codes)

    @cached_property
    def folded_names(self) -> tuple[str, ...]:
        """The names without letter case and width, as they are looked for."""
        from .search import fold

        return tuple(map(fold, self.names))

    def id_of(self, code: str) -> int:
        """The id of `code`, its position in `codes`; -1 when the catalogue does not have it.

        Examples
        --------
        >>> from drgsim import Catalogue
        >>> codes = Catalogue.load("diagnosis")
        >>> codes.id_of("I10.x00") == codes.codes.index("I10.x00"), codes.id_of("none")
        (True, -1)
        """
        return self._ids.get(code, -1)

    def name_of(self, code: str) -> str:
        """The Chinese name. Raises NotFoundError, with the nearest code, when there is none."""
        position = self.id_of(code)
        if position < 0:
            raise self.not_found(code)
        return self.names[position]

    def not_found(self, code: str) -> NotFoundError:
        """The error that says `code` is not in this catalogue, and which one is nearest.

        Examples
        --------
        >>> from drgsim import Catalogue
        >>> codes = Catalogue.load("diagnosis")
        >>> codes.not_found("I10.x0").nearest
        'I10.x09'
        """
        return NotFoundError(
            f"no such {self.kind} code in the insurance edition 2.0",
            got=code,
            nearest=self._sharing_most(code),
            do=f"look for it: drgsim code search {code[:5]}",
        )

    def _sharing_most(self, code: str) -> list[str]:
        """The codes that share the longest beginning with `code`."""
        for length in range(len(code), 1, -1):
            sharing = [other for other in self.codes if other.startswith(code[:length])]
            if sharing:
                return sharing
        return []

    def search(self, text: str, *, n: int = 20) -> pd.DataFrame:
        """Codes found by `text`, best first: a frame with columns code, name, gray and at most `n` rows.

        `text` is the beginning of a code (letter case and dots do not matter), words of the name,
        all of which must occur, or pinyin initials of characters that follow one another (`dnjs`). The code
        itself comes first, then codes that begin with `text`, names that begin with it, names that hold it,
        names by their initials; shorter names before longer. Raises ArgumentError for a text of more than
        100 characters.

        >>> Catalogue.load("diagnosis").search("胆囊结石", n=2)["code"].tolist()
        ['K80.200x003', 'K80.203']
        >>> Catalogue.load("diagnosis").search("dnjs", n=1)["name"].tolist()
        ['胆囊结石']
        """
        from .search import search

        return search(self, text, n=n)

    def __contains__(self, code: object) -> bool:
        return code in self._ids

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"Catalogue({self.kind!r}, {len(self)} codes)"


@cache
def _load(kind: Kind) -> Catalogue:
    if kind not in get_args(Kind):
        raise ArgumentError("no such kind of code", got=kind, allowed=get_args(Kind), nearest=get_args(Kind))
    text = data_path("catalogues", f"{kind}.csv").read_text(encoding="utf-8")
    # three plain cells a line (the build refuses commas and quotes): one split is far faster than csv
    cells = text.removesuffix("\n").replace("\n", ",").split(",")
    codes, names, gray = cells[3::3], cells[4::3], cells[5::3]
    return Catalogue(kind, codes, names, np.array(gray) == "1", source=SOURCES[kind])

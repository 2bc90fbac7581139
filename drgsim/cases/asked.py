"""The headers a caller names in `rename` and `keep`: one that no file has is a mistake, not a wish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import ColumnError
from .headers import header_key, header_keys
from .recognise import Match


class AskedHeaders:
    """Headers still to be found, told off against the header of each file."""

    def __init__(self, rename: Mapping[str, str], keep: Iterable[str]) -> None:
        self._rename = {header_key(header): header for header in rename}
        self._keep = {" ".join(header.split()): header for header in keep}
        self._seen: dict[str, None] = {}
        self._files: list[str] = []

    def find(self, match: Match, where: str) -> None:
        """Strike out what this file has; a column of the case table is kept anyway."""
        self._files.append(where)
        for cell in filter(str.strip, match.header):
            for key in header_keys(cell):
                self._rename.pop(key, None)
            name = " ".join(cell.split())
            self._keep.pop(name, None)
            self._seen[name] = None
        for name in match.names:
            self._keep.pop(name, None)

    def refuse_missing(self) -> None:
        """Raises ColumnError when a header is in none of the files seen so far."""
        others = len(self._files) - 1
        where = f"{self._files[0]} and {others} more" if others else self._files[0]
        for option, left in (("rename", self._rename), ("keep", self._keep)):
            if left:
                first, *further = left.values()
                also = f" (nor {', '.join(map(repr, further))})" if further else ""
                raise ColumnError(
                    f"no column of the source has this header, which {option} names{also}",
                    got=first,
                    nearest=self._seen,
                    allowed=list(self._seen),
                    where=where,
                    do=f"write the header in {option} as it stands in the file",
                )

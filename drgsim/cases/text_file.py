"""A text file whose encoding is found out by reading all of it once, strictly."""

from __future__ import annotations

import codecs
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from .._damaged import whole
from .case_errors import UnreadableFileError

_BLOCK = 4 << 20  # bytes
_EMPTY_LINE = re.compile(r"\n\r?\n")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file, how it is encoded, its last character that is no line end, and whether lines between others are
    empty."""

    path: Path
    encoding: str
    compression: Literal["gzip"] | None
    last: str
    gaps: bool = False

    @classmethod
    def examine(cls, path: Path) -> TextFile:
        """Find the encoding: what a byte order mark says, else UTF-8, else GB18030, each strictly.

        The order matters: nearly every UTF-8 text is also valid GB18030, and comes out as nonsense.
        Raises UnreadableFileError for a file that is neither, is empty, is cut short, or holds a NUL.
        """
        with path.open("rb") as file:
            compression: Literal["gzip"] | None = "gzip" if file.read(2) == b"\x1f\x8b" else None
        with whole(path, UnreadableFileError, message="the gzip file is damaged or cut short"):
            with _binary(path, compression) as stream:
                start = stream.read(4096)
            if not start.strip():
                raise UnreadableFileError("the file is empty", where=path.name, do="export it again")
            tried: dict[str, int] = {}
            for encoding in _candidates(start):
                last, tried[encoding], gaps = _read_through(path, compression, encoding)
                if not tried[encoding]:
                    return cls(path, encoding, compression, last, gaps)
        raise UnreadableFileError(
            f"the text is in another encoding, or damaged; tried: {_told(tried)}",
            where=path.name,
            do="save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8), xlsx or Parquet",
        )

    @contextmanager
    def open(self) -> Iterator[IO[str]]:
        """The decoded text, line ends as they are."""
        with _binary(self.path, self.compression) as stream:
            yield io.TextIOWrapper(stream, encoding=self.encoding, newline="")


def _binary(path: Path, compression: str | None) -> IO[bytes]:
    return gzip.open(path, "rb") if compression else path.open("rb")  # type: ignore[return-value]


def _candidates(start: bytes) -> list[str]:
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return ["utf-8", "gb18030"]


def _read_through(path: Path, compression: str | None, encoding: str) -> tuple[str, int, bool]:
    """The last character that is no line end, and 0; or the line that is not in this encoding. And whether an
    empty line stands between others."""
    decoder = codecs.getincrementaldecoder(encoding)()
    last, lines = "", 0
    gaps, empty = False, False  # an empty line that nothing follows is no gap
    with _binary(path, compression) as stream:
        try:
            while block := stream.read(_BLOCK):
                text = decoder.decode(block)
                if "\0" in text:
                    raise _holds_nul(path, encoding, lines + text[: text.index("\0")].count("\n") + 1)
                last = text.rstrip("\r\n")[-1:] or last
                lines += text.count("\n")
                inner = text.rstrip("\r\n")
                gaps = gaps or (empty and bool(inner)) or _EMPTY_LINE.search(inner.lstrip("\r\n")) is not None
                empty = (empty and not inner) or _EMPTY_LINE.search(text[len(inner) :]) is not None
            return decoder.decode(b"", final=True).rstrip("\r\n")[-1:] or last, 0, gaps
        except UnicodeDecodeError as error:
            return last, lines + error.object[: error.start].count(b"\n") + 1, gaps


def _holds_nul(path: Path, encoding: str, line: int) -> UnreadableFileError:
    return UnreadableFileError(
        f"a NUL character, which text never holds, read as {encoding}: damaged, UTF-16 without its mark, "
        "or not text at all",
        where=f"{path.name}, line {line:,}",
        do="export it again, or save it as CSV UTF-8, xlsx or Parquet",
    )


def _told(tried: dict[str, int]) -> str:
    names = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8, as its mark says", "utf-16": "UTF-16, as its mark says"}
    names["gb18030"] = "GB18030 (GBK, GB2312)"
    return "; ".join(f"{names[encoding]}: fails at line {line:,}" for encoding, line in tried.items())

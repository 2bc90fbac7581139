"""A text file whose encoding is found out by reading all of it once, strictly."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from .errors import UnreadableFileError

_BLOCK = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file, how it is encoded, and its last character that is no line end."""

    path: Path
    encoding: str
    compression: Literal["gzip"] | None
    last: str

    @classmethod
    def examine(cls, path: Path) -> TextFile:
        """Find the encoding: what a byte order mark says, else UTF-8, else GB18030, each strictly.

        The order matters: nearly every UTF-8 text is also valid GB18030, and comes out as nonsense.
        Raises UnreadableFileError for a file that is neither, is empty, or is cut short.
        """
        with path.open("rb") as file:
            compression: Literal["gzip"] | None = "gzip" if file.read(2) == b"\x1f\x8b" else None
        try:
            with _binary(path, compression) as stream:
                start = stream.read(4096)
            if not start.strip():
                raise UnreadableFileError("the file is empty", where=path.name, do="export it again")
            for encoding in _candidates(start):
                last = _last_character(path, compression, encoding)
                if last is not None:
                    return cls(path, encoding, compression, last)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableFileError(
                "the gzip file is damaged or cut short", where=path.name, do="copy or export it again"
            ) from error
        raise UnreadableFileError(
            "the text is neither UTF-8 nor GB18030 (GBK, GB2312), or not text at all",
            where=path.name,
            do="save it as CSV UTF-8, xlsx or Parquet",
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
    return [] if b"\0" in start else ["utf-8", "gb18030"]


def _last_character(path: Path, compression: str | None, encoding: str) -> str | None:
    """The last character that is no line end when all of the text decodes, else None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    last = ""
    with _binary(path, compression) as stream:
        try:
            while block := stream.read(_BLOCK):
                last = decoder.decode(block).rstrip("\r\n")[-1:] or last
            return decoder.decode(b"", final=True).rstrip("\r\n")[-1:] or last
        except UnicodeDecodeError:
            return None

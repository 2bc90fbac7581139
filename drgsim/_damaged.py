"""One door to what others have written: files whose content is broken end in an error of ours, whatever
the library that read them raised. A library's own message is never passed on, for it may quote a case."""

from __future__ import annotations

import json
import os
import stat
import struct
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import DrgsimError, FileFormatError, NotFoundError

LARGEST_DOCUMENT = 64 << 20  # bytes of a TOML or JSON document of words and numbers

# what Python's own modules raise over archives, packed streams, text and structures that are not whole
_BUILTIN = (
    OSError, EOFError, zlib.error, zipfile.BadZipFile, struct.error, ValueError, LookupError, ArithmeticError,
    NotImplementedError, RuntimeError, TypeError, AttributeError, AssertionError, SyntaxError,
)  # fmt: skip
_LIBRARIES = (
    *("python_calamine", "pyarrow", "polars", "pandas", "_duckdb", "duckdb", "yaml", "lzma", "xml", "_csv"),
)


def is_damage(error: BaseException) -> bool:
    """Whether an error raised while a file's content was read speaks of that content.

    >>> is_damage(zlib.error("invalid block")), is_damage(MemoryError()), is_damage(KeyboardInterrupt())
    (True, False, False)
    """
    if isinstance(error, _BUILTIN) and not isinstance(error, ImportError):
        return True
    kinds = type(error).__mro__
    # panics of compiled readers derive from BaseException, and belong to no module that can be imported
    panic = any(kind.__name__ == "PanicException" for kind in kinds)
    return panic or any(kind.__module__.partition(".")[0] in _LIBRARIES for kind in kinds)


@contextmanager
def whole(
    where: str | os.PathLike[str],
    error: type[DrgsimError] = FileFormatError,
    *,
    message: str = "the file is damaged or cut short",
    do: str | None = "copy or export it again",
) -> Iterator[None]:
    """Read a file's content inside: what breaks over it is raised as `error`, told by the file's name alone.

    Errors of ours pass as they are; running out of memory and being stopped are no damage. A pipe or a
    device, which might never end or never begin, is not opened at all.
    """
    name = Path(where).name
    try:
        if is_endless(where):
            raise error("this is no file but a pipe or a device", where=name, do="write it to a file first")
        yield
    except DrgsimError:
        raise
    except FileNotFoundError:
        raise NotFoundError("no such file", got=name, nearest=_beside(Path(where))) from None
    except BaseException as caught:
        if not is_damage(caught):
            raise
        if isinstance(caught, OSError) and caught.errno:  # the system's word, not the content's
            told = os.strerror(caught.errno)
            raise error(
                f"the file cannot be opened: {told}", where=name, do="check the path and its rights"
            ) from None
        raise error(message, where=name, do=do) from None


def is_endless(path: str | os.PathLike[str]) -> bool:
    """Whether a path leads to a pipe, a socket or a device: neither a file nor a folder."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def read_text(path: str | os.PathLike[str], error: type[DrgsimError] = FileFormatError) -> str:
    """A text in UTF-8 (with or without its mark), else GB18030. Raises `error`, NotFoundError."""
    with whole(path, error, message="neither UTF-8 nor GB18030 text", do="save it as UTF-8"):
        content = Path(path).read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        if "\0" in text:
            raise ValueError
        return text
    raise AssertionError  # `whole` lets nothing through


def read_toml(path: str | os.PathLike[str], error: type[DrgsimError] = FileFormatError) -> dict[str, Any]:
    """A TOML document. Raises `error` that points at the line, NotFoundError."""
    text = read_document(path, error)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as caught:
        raise error("not a TOML file", got=_place(str(caught)), where=Path(path).name) from None
    except (ValueError, RecursionError):  # a number of thousands of digits; brackets without end
        raise error("a TOML file with numbers or nesting beyond sense", where=Path(path).name) from None


def read_json(path: str | os.PathLike[str], error: type[DrgsimError] = FileFormatError) -> Any:
    """A JSON document. Raises `error` that points at the line, NotFoundError."""
    text = read_document(path, error)
    try:
        return json.loads(text)
    except json.JSONDecodeError as caught:
        told = f"{caught.msg} (line {caught.lineno}, column {caught.colno})"
        raise error("not a JSON file", got=told, where=Path(path).name) from None
    except (ValueError, RecursionError):
        raise error("a JSON file with numbers or nesting beyond sense", where=Path(path).name) from None


def read_document(path: str | os.PathLike[str], error: type[DrgsimError]) -> str:
    """The text of a document of words and numbers, in UTF-8. Raises `error`, NotFoundError."""
    with whole(path, error, message="not a UTF-8 text file", do="save it as UTF-8"):
        if Path(path).stat().st_size > LARGEST_DOCUMENT:
            raise error(
                "far larger than such a document",
                where=Path(path).name,
                allowed=f"{LARGEST_DOCUMENT:,} bytes",
            )
        return Path(path).read_bytes().decode("utf-8-sig")
    raise AssertionError


def _place(message: str) -> str:
    """A parser's words up to what it quotes."""
    return message if len(message) <= 120 else f"{message[:60]} … {message[-40:]}"


def _beside(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError:
        return []

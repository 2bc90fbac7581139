"""One door to what others have written: files whose content is broken end in an error of ours, whatever
the library that read them raised. A library's own message is never passed on, for it may quote a case."""

from __future__ import annotations

import atexit
import json
import mmap
import os
import re
import signal
import stat
import struct
import sys
import time
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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

_ROOM = 96 << 20  # bytes: OpenBLAS maps 36 MB of itself and works in 32 more
_REFUSED = re.compile(
    r"bad_alloc|[Cc]annot allocate|[cm]alloc |[Oo]ut of memory|start new thread|map(ped)? (segment|zero-fill)"
    r"|[Rr]esource temporarily unavailable"
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


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error comes of memory or threads that the system refused, in whatever words it is said."""
    return isinstance(error, MemoryError | SystemError) or _REFUSED.search(str(error)) is not None


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
        if is_out_of_memory(caught):
            raise MemoryError from None
        if not is_damage(caught):
            raise
        if isinstance(caught, OSError) and caught.errno:  # the system's word, not the content's
            told = os.strerror(caught.errno)
            raise error(
                f"the file cannot be opened: {told}", where=name, do="check the path and its rights"
            ) from None
        try:
            str(where).encode("utf-8")
        except UnicodeEncodeError:
            message, do = "a name that is no text, which the library for such files cannot open", "rename it"
        raise error(message, where=name, do=do) from None


def is_capped() -> bool:
    """Whether the system gives this process so much memory and no more (`ulimit -v`)."""
    try:
        import resource
    except ImportError:  # no such caps on this system
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def broken_under_a_cap() -> bool:
    """Go on in a process of its own where memory is capped (`ulimit -v`): libraries that get none end the
    process they are in (`std::bad_alloc`). True in the first process, for one that ended so; any other end of
    it is this one's too. False in the process that goes on, and where there is no cap.
    """
    if not is_capped():
        return False
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # the usual one reserves a gigabyte ahead
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as each thread reserves its part
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        atexit.register(os.write, writing, b"end")  # Python comes to it, a library that gives up does not
        sys.addaudithook(_room_first)
        with suppress(Exception):  # killed as the first is, where the system can do so
            import ctypes

            ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))
        return False
    os.close(writing)

    def pass_on(number: int, _: Any) -> None:
        if number == signal.SIGINT:
            time.sleep(0.3)  # who sends it from a terminal has sent it to both
        os.kill(child, number)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, pass_on)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if -code in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS) or (code >= 0 and not os.read(reading, 3)):
        return True
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _room_first(event: str, said: tuple[Any, ...]) -> None:
    """Refuse to load a library of linear algebra where its working memory has no room: it asks for it without
    end, deaf to being stopped."""
    if event == "import" and said[1] and str(said[0]).partition(".")[0] in ("numpy", "scipy"):
        try:
            mmap.mmap(-1, _ROOM).close()
        except OSError:
            raise MemoryError from None


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

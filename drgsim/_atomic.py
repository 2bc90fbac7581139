"""Files that are there whole or not at all, and one run at a time that writes each."""

from __future__ import annotations

import errno
import os
import platform
import re
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ArgumentError, DrgsimError, NotFoundError, WriteError

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG, errno.EIO)
_DAY = 24 * 3600  # seconds after which what another machine left behind is no run any more


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write to beside `path`; it takes the place of `path` only when the block ends well.

    What a killed run left behind is removed first. Raises NotFoundError when the folder does not exist,
    ArgumentError when it cannot be written to, when `path` is itself a folder, or while another run writes
    it, WriteError when the disk is full.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise NotFoundError("no such folder to write to", got=target.parent.name, do="create it first")
    if target.is_dir():
        raise ArgumentError("a file cannot take the place of a folder", got=target.name)
    _alone(target.parent, f".{target.stem}.", target.suffix, target.name)
    part = target.with_name(f".{target.stem}.{_own()}.part{target.suffix}")
    try:
        part.touch()
    except OSError as error:
        if error.errno in _FULL:
            raise _full(target, error) from error
        raise ArgumentError(
            "this folder cannot be written to",
            got=target.parent.name,
            where=error.strerror,
            do="write to another folder",
        ) from error
    try:
        yield part
        part.replace(target)
    except OSError as error:
        if isinstance(error, DrgsimError) or not _is_full(error):
            raise
        raise _full(target, error) from error
    except UnicodeEncodeError:  # its own words quote the text
        raise ArgumentError(
            "a text holds half of a sign (a lone surrogate), which no file can hold",
            where=target.name,
            do="find it with text.encode('utf-8'), which fails on it, and write it again",
        ) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def aside(out: Path) -> Iterator[Path]:
    """A folder inside the folder `out` to write to, gone afterwards, with `out` itself if new and empty.

    Raises ArgumentError while another run writes into `out`, WriteError when the disk is full.
    """
    new = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    _alone(out, ".", "", out.name)
    part = out / f".{_own()}.part"
    try:
        part.mkdir()
        yield part
    except OSError as error:
        if isinstance(error, DrgsimError) or not _is_full(error):
            raise
        raise _full(out, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if new and out.exists() and not any(out.iterdir()):
            out.rmdir()


def _alone(folder: Path, start: str, end: str, name: str) -> None:
    """Remove what dead runs left of this target; ArgumentError while a living one writes it."""
    form = re.compile(rf"{re.escape(start)}([0-9a-f]{{8}})-(\d+)\.part{re.escape(end)}")
    for found in folder.iterdir():
        match = form.fullmatch(found.name)
        if match is None or match[0] == f"{start}{_own()}.part{end}":
            continue
        if _alive(found, match[1], int(match[2])):
            raise ArgumentError(
                "another run is writing there",
                got=name,
                where=f"process {match[2]}",
                do="wait for it to end, or write somewhere else",
            )
        if found.is_dir():
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.unlink(missing_ok=True)


def _alive(part: Path, machine: str, process: int) -> bool:
    """Whether the run that writes `part` still does. Of another machine's run only the age is known."""
    if machine != _machine():
        try:
            return time.time() - part.stat().st_mtime < _DAY
        except OSError:
            return False
    if os.name == "nt":  # where a signal would end it; what is open there cannot be removed
        try:
            part.rename(part)
        except OSError:
            return True
        return False
    try:
        os.kill(process, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True


def _own() -> str:
    return f"{_machine()}-{os.getpid()}"


def _machine() -> str:
    """This machine, as eight signs that do not tell its name."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_full(error: OSError) -> bool:
    # libraries may tell the number in their words only
    return error.errno in _FULL or "No space left" in str(error)


def _full(target: Path, error: OSError) -> WriteError:
    told = error.strerror if error.errno in _FULL else os.strerror(errno.ENOSPC)
    return WriteError(
        "the file could not be written to its end; nothing of it was kept, an earlier one stands as it was",
        got=target.name,
        where=told,
        do="free space on the disk, or write to another",
    )

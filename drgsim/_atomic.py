"""Files that are there whole or not at all, one run at a time that writes each, and folders for a moment."""

from __future__ import annotations

import errno
import math
import os
import platform
import re
import shutil
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from ._damaged import is_endless
from ._paths import exists, is_dir
from .errors import ArgumentError, DrgsimError, NotFoundError, WriteError

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG, errno.EIO)
_DAY = 24 * 3600  # seconds after which what another machine left behind is no run any more
_SKEW = 60  # seconds that the clock of a network drive may be behind
_LONGEST = 200  # bytes of a name that leave room for ours beside it
_WRITTEN: set[str] = set()  # what threads of this process are writing
_LOCK = threading.Lock()


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write to beside `path`; it takes the place of `path` only when the block ends well.

    What a killed run left behind is removed first. Raises NotFoundError when the folder does not exist,
    ArgumentError when no file can have such a name, when `path` is itself a folder, a pipe or a device, or
    while another run writes it, WriteError when the folder cannot be written to or the disk is full.
    """
    target = _place(path)
    if not is_dir(target.parent):
        raise NotFoundError("no such folder to write to", got=target.parent.name, do="create it first")
    if is_dir(target) or is_endless(target):
        raise _in_the_way("folder" if is_dir(target) else "pipe or a device", target)
    start, end = _around(target)
    _alone(target.parent, start, end, target.name)
    part = target.with_name(f"{start}{_own()}.part{end}")
    with _written(part, target.name):
        try:
            part.touch()
        except OSError as error:
            raise _refused(target, target.parent, error) from error
        try:
            yield part
            try:
                part.replace(target)
            except OSError as error:  # another user's, which the folder keeps
                raise _refused(target, target.parent, error) from error
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

    Raises ArgumentError where `out` is a file, when no folder can have such a name, or while another run
    writes into it, WriteError when it cannot be made or written to or the disk is full.
    """
    out = _place(out)
    new = not exists(out)
    if not new and not is_dir(out):
        raise ArgumentError("a folder is needed to write to", got=out.name)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(out, out, error) from error
    _alone(out, ".", "", out.name)
    part = out / f".{_own()}.part"
    with _written(part, out.name):
        shutil.rmtree(part, ignore_errors=True)  # of one that had our number before us
        try:
            try:
                part.mkdir()
            except OSError as error:
                raise _refused(out, out, error) from error
            yield part
        except OSError as error:
            if isinstance(error, DrgsimError) or not _is_full(error):
                raise
            raise _full(out, error) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
            if new and out.exists() and not any(out.iterdir()):
                out.rmdir()


@contextmanager
def together(out: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to write files to that take their places in the folder `out` when the block ends well: all of
    them or none. Raises as `aside`."""
    with aside(_place(out)) as part:
        yield part
        made = {file: part.parent / file.name for file in sorted(part.iterdir())}
        for file in filter(Path.is_dir, made.values()):
            raise _in_the_way("folder", file)
        for file, target in made.items():
            try:
                file.replace(target)
            except OSError as error:
                raise _refused(target, part.parent, error) from error


@contextmanager
def held(out: str | os.PathLike[str]) -> Iterator[None]:
    """The place that a run will write to, a file's or a folder's, for as long as the run lasts: another that
    would write there too is told so before it begins. A place that nobody can write to is left to the writer.

    Raises ArgumentError while another run writes there.
    """
    target = _place(out)
    inside = is_dir(target)
    folder = target if inside else target.parent
    start, end = (".", "") if inside else _around(target)
    mark = folder / f"{start}{_own()}.run{end}"
    try:
        _alone(folder, start, end, target.name)
        if inside:  # a run that began before the folder was there left its mark beside it
            with suppress(OSError):
                _alone(target.parent, *_around(target), target.name)
        mark.touch()
    except OSError as error:
        if isinstance(error, DrgsimError):
            raise
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what is needed for a moment, which only its user may open, gone afterwards."""
    folder = scratch_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scratch_folder() -> Path:
    """As `scratch`; who asks for it removes it. What killed runs left of theirs is removed first: stays may
    stand in it."""
    import tempfile  # costs a start-up that needs none

    folder = tempfile.gettempdir()
    _sweep(folder)
    return Path(tempfile.mkdtemp(prefix=f"drgsim-{_own()}-", dir=folder))


@cache  # once a process
def _sweep(folder: str) -> None:
    for found, match in _named(Path(folder), re.compile(r"drgsim-([0-9a-f]{8})-([1-9]\d*)-\w+")):
        own = f"{match[1]}-{match[2]}" == _own()
        if not own and _is_mine(found) and not _alive(found, match[1], int(match[2])):
            _remove(found)


def _is_mine(folder: Path) -> bool:
    try:
        return not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
    except OSError:
        return False


def _place(path: Any) -> Path:
    """A path that the system can be asked about. Raises ArgumentError for what is none."""
    try:
        if not os.fspath(path):
            raise ValueError
        place = Path(os.fsdecode(path))
        place.stat()
    except TypeError:
        raise ArgumentError("not a path", got=type(path).__name__, allowed="text, bytes or a Path") from None
    except ValueError:
        raise ArgumentError("no file can have such a name", got=path, do="choose another name") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise ArgumentError(
                "no file can have such a name",
                got=str(place),
                where=error.strerror,
                do="choose a shorter one",
            ) from None
    return place


@contextmanager
def _written(part: Path, name: str) -> Iterator[None]:
    """One thread at a time writes a part; what this process finds of its own otherwise is a dead one's."""
    with _LOCK:
        if str(part) in _WRITTEN:
            raise _taken(name, os.getpid())
        _WRITTEN.add(str(part))
    try:
        yield
    finally:
        _WRITTEN.discard(str(part))


def _around(target: Path) -> tuple[str, str]:
    """What stands before and after a run's sign in the names of what it writes beside `target`."""
    named = target.name.encode("utf-8", "replace") == os.fsencode(target.name)  # as libraries need it
    if len(os.fsencode(target.name)) > _LONGEST or not named:
        return f".{zlib.crc32(os.fsencode(target.name)):08x}.", target.suffix[:8]
    return f".{target.stem}.", target.suffix


def _alone(folder: Path, start: str, end: str, name: str) -> None:
    """Remove what dead runs left of this target; ArgumentError while a living one writes it."""
    form = re.compile(rf"{re.escape(start)}([0-9a-f]{{8}})-([1-9]\d*)\.(?:part|run){re.escape(end)}")
    for found, match in _named(folder, form):
        if f"{match[1]}-{match[2]}" == _own():
            continue
        if _alive(found, match[1], int(match[2])):
            raise _taken(name, int(match[2]))
        _remove(found)


def _named(folder: Path, form: re.Pattern[str]) -> list[tuple[Path, re.Match[str]]]:
    """What lies in a folder under names of this form; nothing in a folder that cannot be listed."""
    try:
        matches = [(found, form.fullmatch(found.name)) for found in folder.iterdir()]
    except OSError:
        return []
    return [(found, match) for found, match in matches if match is not None]


def _remove(found: Path) -> None:
    """Another user's stays where it is."""
    if found.is_dir():
        shutil.rmtree(found, ignore_errors=True)
    else:
        with suppress(OSError):
            found.unlink(missing_ok=True)


def _in_the_way(what: str, target: Path) -> ArgumentError:
    return ArgumentError(f"a file cannot take the place of a {what}", got=target.name)


def _taken(name: str, process: int) -> ArgumentError:
    return ArgumentError(
        "another run is writing there",
        got=name,
        where=f"process {process}",
        do="wait for it to end, or write somewhere else",
    )


def _alive(part: Path, machine: str, process: int) -> bool:
    """Whether the run that writes `part` still does. Of another machine's run only the age is known."""
    try:
        written = part.stat().st_mtime
        if machine != _machine():
            return time.time() - written < _DAY
        if os.name == "nt":  # where a signal would end it; what is open there cannot be removed
            part.rename(part)
            return False
    except OSError:
        return os.name == "nt" and machine == _machine()
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass  # another user's
    return written > _began(process) - _SKEW


def _began(process: int) -> float:
    """When a process began (its number may have been another's before), where the system tells; of one that
    has ended and nobody asked after, never."""
    try:
        state, *facts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(facts[18]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return -math.inf
    return math.inf if state in "ZX" else time.time() - age


def _own() -> str:
    return f"{_machine()}-{os.getpid()}"


def _machine() -> str:
    """This machine, as eight signs that do not tell its name."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_full(error: OSError) -> bool:
    # libraries may tell the number in their words only
    return error.errno in _FULL or "No space left" in str(error)


def _refused(target: Path, folder: Path, error: OSError) -> WriteError:
    if _is_full(error):
        return _full(target, error)
    return WriteError(
        "this folder cannot be written to",
        got=folder.name,
        where=error.strerror,
        do="write to another folder",
    )


def _full(target: Path, error: OSError) -> WriteError:
    told = os.strerror(error.errno if error.errno is not None and error.errno in _FULL else errno.ENOSPC)
    return WriteError(
        "the file could not be written to its end; nothing of it was kept, an earlier one stands as it was",
        got=target.name,
        where=told,
        do="free space on the disk, or write to another",
    )

"""Compiled schemes kept in a folder of the user, each under the hash of the files it was made from.

A cache that cannot be written, holds a damaged file or one of another scheme, or that others may write to,
costs time, never an error or a wrong answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from .._atomic import replacing
from .._trusted import only_ours
from ..errors import DrgsimError, FileFormatError
from .compile import compile_scheme
from .compiled import FORMAT, CompiledScheme, Opened, as_block, mapped, opened, whole_block
from .registry import files_hash, load

VARIABLE = "DRGSIM_CACHE"
NOWHERE = Path(os.devnull) / "drgsim"
_MEANING = "meaning-1"
M = TypeVar("M", bound="Made")


def load_compiled(name: str | Path, *, on: date | str | None = None) -> CompiledScheme:
    """The scheme of this id, family (as of the day `on`) or folder, compiled; from the cache if it is there.

    Raises what `Scheme.load` raises.

    >>> load_compiled("chs-drg-1.1").mdcs.codes[:3]
    ('0000', 'MDCA', 'MDCP')
    """
    source = files_hash(name, on=on)
    path = cache_folder() / f"{source}-{FORMAT}.scheme"
    found = kept(path, source, CompiledScheme.from_file)
    if found is None:
        found = replace(compile_scheme(load(name, on=on)), made_from=source)
        keep(path, found.block())
    return found


def meaning(name: str | Path) -> str:
    """`Scheme.hash` of the scheme of this id, family (as of today) or folder, without reading it again.

    Raises what `Scheme.load` raises.
    """
    source = files_hash(name)
    path = cache_folder() / f"{source}-{_MEANING}.scheme"
    found = kept(path, source, _opened_meaning)
    if found is not None:
        return str(found.head["meaning"])
    stated = load(name).hash
    keep(path, as_block(_MEANING, {"meaning": stated}, {}, source))
    return stated


def _opened_meaning(path: Path) -> Opened:
    with whole_block(str(path)):
        found = opened(mapped(path), _MEANING)
        if not isinstance(found.head["meaning"], str):
            raise TypeError("its hash is no text")
        return found


class Made(Protocol):
    """Something that says which files it was made from."""

    @property
    def made_from(self) -> str: ...


def kept(path: Path, source: str, read: Callable[[Path], M]) -> M | None:
    """What is kept at `path`; None when there is nothing, when it was made from other files than `source`, or
    when others could have put it there."""
    if not only_ours(path):
        return None
    try:
        found = read(path)
    except (OSError, FileFormatError):
        return None
    return found if found.made_from == source else None


def cache_folder() -> Path:
    """Where compiled schemes are kept: DRGSIM_CACHE, or the place the system has for such files.

    A user without a home has no such place, and a folder that is not named from the root would be made anew
    wherever a command runs: nothing can be kept in the folder then given.
    """
    try:
        if own := os.environ.get(VARIABLE):
            folder = Path(own).expanduser()
        elif sys.platform == "win32":
            base = os.environ.get("LOCALAPPDATA")
            folder = (Path(base) if base else Path.home() / "AppData" / "Local") / "drgsim" / "cache"
        else:
            base = os.environ.get("XDG_CACHE_HOME")
            folder = (Path(base) if base else Path.home() / ".cache") / "drgsim"
    except RuntimeError:  # no home, or `~name` of nobody
        return NOWHERE
    return folder if folder.is_absolute() else NOWHERE


def keep(path: Path, block: bytes) -> None:
    """Write the whole file or none; what another is writing just now is the same."""
    with suppress(OSError, DrgsimError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(block)

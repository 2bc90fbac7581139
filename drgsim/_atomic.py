"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ArgumentError, NotFoundError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write to beside `path`; it takes the place of `path` only when the block ends well.

    Raises NotFoundError when the folder does not exist, ArgumentError when it cannot be written to or when
    `path` is itself a folder.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise NotFoundError("no such folder to write to", got=target.parent.name, do="create it first")
    if target.is_dir():
        raise ArgumentError("a file cannot take the place of a folder", got=target.name)
    part = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        part.touch()
    except OSError as error:
        raise ArgumentError(
            "this folder cannot be written to",
            got=target.parent.name,
            where=error.strerror,
            do="write to another folder",
        ) from error
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)

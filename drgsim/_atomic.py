"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import NotFoundError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write to beside `path`; it takes the place of `path` only when the block ends well.

    Raises NotFoundError when the folder does not exist.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise NotFoundError("no such folder to write to", got=target.parent.name, do="create it first")
    part = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)

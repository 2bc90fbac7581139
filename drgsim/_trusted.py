"""Whether files that others could have put in place may be used as one's own."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ._damaged import is_endless


def only_ours(path: Path) -> bool:
    """Whether `path` and the folder it lies in belong to this user (or the system) and nobody else may write
    there. False when it is not there, or is a pipe or a device, which might never end.

    >>> only_ours(Path("no such file"))
    False
    """
    try:
        return not is_endless(path) and all(_ours(each.stat()) for each in (path.absolute().parent, path))
    except OSError:
        return False


def _ours(state: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True
    if state.st_uid not in (0, os.getuid()) or state.st_mode & stat.S_IWOTH:
        return False
    return not state.st_mode & stat.S_IWGRP or state.st_gid == os.getgid()

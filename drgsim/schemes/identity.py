"""What tells two schemes apart: a hash of what they mean, and a cheap hash of the files they come from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from .._damaged import whole
from .._paths import data_path
from .model import StatedScheme
from .rows import TABLES, table_rows
from .rules.walk import print_rule


def pack_hash(scheme: StatedScheme) -> str:
    """SHA-256 (hex) of everything a grouping depends on, and of names and labels.

    Rows in their order with their rules, code lists, severity and exclusion tables, switches. Not the
    id, title, dates, trust, notes: a copy under another name has the same hash.
    """
    digest = hashlib.sha256()
    for part in _content(scheme):
        digest.update(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def folders_hash(folders: Sequence[Path]) -> str:
    """SHA-256 (hex) of every file of `folders` and of the code catalogues: equal files, equal scheme."""
    digest = hashlib.sha256()
    for path in (path for folder in folders for path in _files(folder)):
        with whole(path):
            data = path.read_bytes()
        digest.update(f"{path.name}\0{len(data)}\0".encode())
        digest.update(data)
    for kind in ("diagnosis", "procedure"):
        path = data_path("catalogues", f"{kind}.csv")
        state = path.stat()
        digest.update(_file_digest(path, state.st_size, state.st_mtime_ns))
    return digest.hexdigest()


@lru_cache(maxsize=8)
def _file_digest(path: Path, size: int, changed: int) -> bytes:
    """The hash of a large file, remembered as long as its size and time of change stay."""
    return hashlib.sha256(path.read_bytes()).digest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".txt", ".toml", ".gz"))


def _content(scheme: StatedScheme) -> Iterable[Any]:
    for table in TABLES:
        for row in table_rows(scheme)[table.name]:
            values = (getattr(row, column) for column in table.columns if column != "rule")
            yield [table.name, *map(str, values), print_rule(row.rule)]
    for name, listed in sorted(scheme.sets.items()):
        yield ["set", name, listed.kind, listed.label, sorted(listed.codes)]
    yield ["mcc", sorted(scheme.mcc.items())]
    yield ["cc", sorted(scheme.cc.items())]
    yield ["exclusion", sorted(scheme.exclusion.items())]
    for each in fields(scheme.switches):
        yield ["switch", each.name, str(getattr(scheme.switches, each.name))]

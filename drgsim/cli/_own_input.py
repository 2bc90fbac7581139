"""No command writes over what it reads."""

from __future__ import annotations

import argparse
import glob
from collections.abc import Iterator
from pathlib import Path

from ..errors import ArgumentError

READS = ("file", "files", "cases", "budgets", "funds", "weights", "policy", "baseline", "against")
IN_A_FOLDER = ("report.html", "results.xlsx", "record.json")  # what a run writes into its folder


def refuse_writing_over_input(arguments: argparse.Namespace) -> None:
    """Raises ArgumentError when the file that is to be written is one of those that are read."""
    out = getattr(arguments, "out", None)
    if not isinstance(out, str):
        return
    written = Path(out)
    targets = [written / name for name in IN_A_FOLDER] if written.is_dir() else [written]
    targets = [target for target in targets if target.is_file()]
    if not targets:
        return
    for name in READS:
        for source in _files(getattr(arguments, name, None)):
            for target in targets:
                if target.samefile(source):
                    raise ArgumentError(
                        "the result would be written over what it is made from",
                        got=target.name,
                        do="give another name or folder",
                    )


def _files(given: object) -> Iterator[Path]:
    """The files an argument names: itself, those of a folder, those of a pattern."""
    for each in given if isinstance(given, list) else [given]:
        if not isinstance(each, str) or "\0" in each:
            continue
        path = Path(each)
        if path.is_dir():
            yield from (found for found in path.iterdir() if found.is_file())
        elif path.is_file():
            yield path
        elif glob.has_magic(each):
            yield from (Path(found) for found in glob.glob(each, recursive=True) if Path(found).is_file())  # noqa: PTH207

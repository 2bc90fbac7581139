"""The options of every command that reads cases."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ._say import say

if TYPE_CHECKING:
    from ..cases.read_report import ReadReport


def add_reading_arguments(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add FILE, which may be left out unless `required`, and how to read it."""
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs=None if required else "?",
        help="CSV, xlsx, Parquet, JSON, a folder, or a pattern in quotes",
    )
    add_layout_arguments(parser)


def add_layout_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how a file of cases is to be read."""
    parser.add_argument(
        "--layout", default="auto", metavar="ID", help="layout of the export, or a .toml file of your own"
    )
    parser.add_argument(
        "--code-edition",
        default="insurance",
        choices=("insurance", "clinical"),
        help="edition of the codes: 医保版 (default) or 国临版, which is translated",
    )
    parser.add_argument(
        "--rename",
        metavar="HEADER=COLUMN",
        action="append",
        default=[],
        help="a header no layout knows, and the column it is; diagnoses2 is the second code of the list",
    )
    parser.add_argument(
        "--ignore",
        metavar="HEADER",
        action="append",
        default=[],
        help="a column that holds codes and is none of the stay's diagnoses or procedures",
    )
    parser.add_argument(
        "--as-written",
        action="store_true",
        help="take codes as they are written; by default their spelling is repaired where nothing is lost, "
        "and every kind of repair is counted 编码按原样, 不作规范化",
    )
    parser.add_argument(
        "--value",
        metavar="COLUMN:TEXT=VALUE",
        action="append",
        default=[],
        help="what a text means, such as sex:0=2",
    )


def reading_options(arguments: argparse.Namespace, *, refuse: bool = True) -> dict[str, Any]:
    """Keyword arguments for `read_cases` and `iter_cases`. Raises ArgumentError.

    What must be known before any answer is told while reading, on stderr; a file in which codes lie unread is
    refused, unless `refuse` is False: for commands that answer nothing.
    """
    values: dict[str, dict[str, str]] = {}
    for word in arguments.value:
        place, value = _parted(word, "COLUMN:TEXT=VALUE")
        column, colon, text = place.partition(":")
        if not colon:
            raise ArgumentError("--value is not understood", got=word, allowed="COLUMN:TEXT=VALUE")
        values.setdefault(column, {})[text] = value
    return {
        "layout": arguments.layout,
        "code_edition": arguments.code_edition,
        "rename": dict(_parted(word, "HEADER=COLUMN") for word in arguments.rename),
        "values": values,
        "ignore": arguments.ignore,
        "normalise": not arguments.as_written,
        "watch": _Watch(refuse=refuse),
    }


class _Watch:
    """Sees the report of every chunk as it is read."""

    def __init__(self, *, refuse: bool) -> None:
        self.refuse = refuse
        self._told: set[str] = set()

    def __call__(self, report: ReadReport) -> None:
        from ..cases.case_errors import UnreadCodesError

        for warning in report.warnings:
            if warning.kind == "unread-codes" and self.refuse:
                raise UnreadCodesError(
                    f"{warning.zh}; {warning.en}", where=report["files"][0]["name"], do=warning.do
                )
            if warning.kind == "clinical-edition" and warning.column not in self._told:
                self._told.add(warning.column)
                say(f"drgsim: {warning}", file=sys.stderr)


def _parted(word: str, form: str) -> tuple[str, str]:
    left, sign, right = word.rpartition("=")
    if not sign or not left:
        raise ArgumentError("an option is not understood", got=word, allowed=form)
    return left, right

"""The options of every command that reads cases."""

from __future__ import annotations

import argparse
from typing import Any

from ..errors import ArgumentError


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
        help="a header no layout knows, and the column it is",
    )
    parser.add_argument(
        "--value",
        metavar="COLUMN:TEXT=VALUE",
        action="append",
        default=[],
        help="what a text means, such as sex:0=2",
    )


def reading_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Keyword arguments for `read_cases` and `iter_cases`. Raises ArgumentError."""
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
    }


def _parted(word: str, form: str) -> tuple[str, str]:
    left, sign, right = word.rpartition("=")
    if not sign or not left:
        raise ArgumentError("an option is not understood", got=word, allowed=form)
    return left, right

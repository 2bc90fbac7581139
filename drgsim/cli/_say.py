"""What commands say to people, in their language, and columns of text where a Chinese character is two
wide."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..language import both, told
from ..words import in_words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["both", "say"]


def width(text: str) -> int:
    """Columns that `text` takes on a terminal.

    >>> width("K80 胆囊")
    8
    """
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def table_text(table: pd.DataFrame, room: str = "", **options: Any) -> str:
    """A table as text, its headers and ids in the language asked for, its columns below one another."""
    import pandas as pd

    with pd.option_context("display.unicode.east_asian_width", True):
        return str(in_words(table, room).to_string(**options))


def aligned(rows: Sequence[Sequence[str]], *, gap: int = 2) -> str:
    """One line for each row, its cells in columns, no spaces at the end.

    >>> print(aligned([["编码", "名称"], ["I10.x00", "原发性高血压"]]))
    编码     名称
    I10.x00  原发性高血压
    """
    widths = [max(map(width, column)) + gap for column in zip(*rows, strict=True)]
    return "\n".join(
        "".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def say(text: Any = "", *, file: TextIO | None = None, end: str = "\n", flush: bool = False) -> None:
    """Print `text` in the language users are spoken to in."""
    print(told(str(text)), file=sys.stdout if file is None else file, end=end, flush=flush)


def print_any_text() -> None:
    """Signs the terminal or pipe has no room for (Chinese in an ASCII one) are written as escapes; what is
    said to a stream that was closed before we began goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (till we end)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def warning_once() -> Callable[..., None]:
    """Tells each warning of a run once, however often what it warns of is read."""
    before: set[str] = set()

    def warn(message: Warning | str, *_: Any, **__: Any) -> None:
        if str(message) not in before:
            before.add(str(message))
            say(f"drgsim: {message}", file=sys.stderr)

    return warn

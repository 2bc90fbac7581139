"""Errors of the schemes room: DS301 to DS309."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from ..errors import DrgsimError, FileFormatError

_SHOWN = 60  # characters of a long rule shown either side of the fault


class RuleSyntaxError(DrgsimError, ValueError):
    """A rule that is not in the rule language. `str(error)` points at the character.

    `text` is the rule, `position` the index in it, from 0.
    """

    code = "DS301"

    def __init__(
        self,
        message: str,
        *,
        text: str,
        position: int,
        got: Any = None,
        allowed: Any = None,
        do: str | None = None,
        nearest: Iterable[str] = (),
    ) -> None:
        super().__init__(message, got=got, allowed=allowed, do=do, nearest=nearest)
        self.text = text
        self.position = position

    def __str__(self) -> str:
        return f"{super().__str__()}\n{_pointed(self.text, self.position)}"


class PackError(FileFormatError):
    """A scheme pack, or a folder of neutral tables, that cannot be read as one."""

    code = "DS302"


class SchemeWarning(UserWarning):
    """A scheme that can be used, but is probably not the one that was meant."""


class WorkbookError(FileFormatError):
    """A workbook that is not the official configuration workbook of a scheme.

    `findings` lists everything that was wrong, sheet and row included.
    """

    code = "DS303"

    def __init__(self, message: str, *, findings: Iterable[str] = (), **parts: Any) -> None:
        super().__init__(message, **parts)
        self.findings = tuple(findings)


def _pointed(text: str, position: int) -> str:
    start = max(0, position - _SHOWN)
    window = "".join(c if c.isprintable() else " " for c in text[start : position + _SHOWN])
    before = window[: position - start]
    # a Chinese character is two columns wide, so the caret is moved by a wide space
    indent = "".join("\u3000" if unicodedata.east_asian_width(c) in "WF" else " " for c in before)
    lead = "…" if start else ""
    return f"  {lead}{window}\n  {' ' * len(lead)}{indent}^"

"""What commands say to people, in their language; data for programs is printed as it is."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from ..language import both, told

__all__ = ["both", "say"]


def say(text: Any = "", *, file: TextIO | None = None, end: str = "\n", flush: bool = False) -> None:
    """Print `text` in the language users are spoken to in."""
    print(told(str(text)), file=sys.stdout if file is None else file, end=end, flush=flush)

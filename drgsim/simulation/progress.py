"""Telling a caller how far a long run has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """What a `progress` callable is given: work done and in all (0 to 1 in even parts), and what is next."""

    done: int
    total: int
    stage: str
    what: str


Listener = Callable[[Progress], object]


def telling(listener: Listener | None, stage: str) -> Callable[[int, int, str], None]:
    """A function that tells the listener how far a stage is; nothing without a listener."""

    def tell(done: int, total: int, what: str) -> None:
        if listener is not None:
            listener(Progress(done, total, stage, what))

    return tell

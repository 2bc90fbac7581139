"""Errors and warnings of policies and weights: DS501 and DS502."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from ..errors import DrgsimError, short
from ..language import language, told

_ENGLISH = ("line {}: ", "got {}", "did you mean {}?", "allowed: {}")
_CHINESE = ("第 {} 行：", "实为 {}", "是否指 {}？", "可取：{}")


class Got(Enum):
    """What stands for "no value was got" where None is a value."""

    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a policy document: where, what was got, what is allowed, the nearest name."""

    path: str
    message: str
    got: Any = Got.NOTHING
    allowed: str | None = None
    nearest: str | None = None
    line: int | None = None  # in the file it was read from

    def __str__(self) -> str:
        zh = language() == "zh"
        line, got, nearest, allowed = _CHINESE if zh else _ENGLISH
        at = "" if self.line is None else line.format(self.line)
        parts = [f"{at}{self.path}: {told(self.message)}"]
        if self.got is not Got.NOTHING:
            parts.append(got.format(repr(self.got)))
        if self.nearest is not None:
            parts.append(nearest.format(repr(self.nearest)))
        if self.allowed is not None:
            parts.append(allowed.format(told(self.allowed)))
        return ("；" if zh else "; ").join(parts)


_LONGEST = 2_000  # characters of a problem that are shown whole
MOST = 200  # problems that are looked for in one document


class Mistakes(list[Mistake]):
    """What is wrong in one document, at most MOST things: `refuse` is then called with them and raises. What
    is no such document at all is so told soon, not key by key."""

    def __init__(self, refuse: Callable[[list[Mistake]], None]) -> None:
        super().__init__()
        self._refuse = refuse

    def append(self, mistake: Mistake) -> None:
        super().append(mistake)
        if len(self) >= MOST:
            self._refuse(self)

    def extend(self, mistakes: Iterable[Mistake]) -> None:
        for mistake in mistakes:
            self.append(mistake)

    def __iadd__(self, mistakes: Iterable[Mistake]) -> Self:  # type: ignore[misc,override]
        self.extend(mistakes)
        return self


def counted(problems: Sequence[Mistake]) -> str:
    """How many problems there are; a plus where what comes after MOST was not looked at."""
    return f"{len(problems)}{'+' if len(problems) >= MOST else ''}"


def shown(raw: Any) -> Any:
    """A value as a problem shows it: itself, or its beginning where it is long."""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) > 10**30:
        return f"a whole number of {raw.bit_length()} bits"
    text = raw if isinstance(raw, str) else repr(raw)
    return raw if raw is None or len(text) <= 120 else f"{text[:120]}…"


def as_text(raw: Any, path: str, problems: list[Mistake]) -> str:
    """`raw` as text without blanks around it, "" for nothing; a problem where it is no single text.

    >>> as_text(" a ", "note", []), as_text(2024, "note", []), as_text(None, "note", [])
    ('a', '2024', '')
    """
    if raw is None or (isinstance(raw, str | int | float) and not isinstance(raw, bool)):
        return "" if raw is None else str(raw).strip()
    problems.append(Mistake(path, "not text (put it in quotes)", shown(raw)))
    return ""


class PolicyError(DrgsimError, ValueError):
    """A policy document, or a reform of one, that cannot be used.

    `problems` holds everything that was wrong, not only the first.
    """

    code = "DS501"

    def __init__(self, message: str, *, problems: Iterable[Mistake], **parts: Any) -> None:
        super().__init__(message, **parts)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(
            [super().__str__(), *(f"  {short(str(problem), _LONGEST)}" for problem in self.problems)]
        )


class WeightsError(DrgsimError, ValueError):
    """A table that is not a weight table, or cases no weight can be found from."""

    code = "DS502"


class PolicyDateWarning(UserWarning):
    """A policy asked about a day outside the days its rules are known to hold."""

"""The one family of errors. Each says what was got, what is allowed, where, and what to do.

Every class has a stable code (`DS…`) and also inherits the builtin a caller would expect to catch.
Errors carry no case rows and no identifiers: at most a column, a count and row labels.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# got, nearest name, allowed, where, what to do
_ENGLISH = ("got {}", "did you mean {}?", "allowed: {}", "where: {}", "what to do: {}")
_CHINESE = ("实为 {}", "是否指 {}？", "可取：{}", "位置：{}", "办法：{}")
_LONGEST = 400  # characters of a value or a place that are shown whole
_LONGEST_MESSAGE = 20_000  # characters; one lists every mistake of a document
_SHOWN = 8  # allowed values listed before the rest is only counted


class DrgsimError(Exception):
    """Base of every error drgsim raises on purpose.

    Parameters are optional but the message: `got`, `allowed`, `where`, `do` (what to do next) and
    `nearest` (candidates among which the nearest name to `got` is looked up). `str(error)` is one
    paragraph, in the language users are spoken to in (`drgsim.language`); its parts are attributes.

    Examples
    --------
    >>> import drgsim
    >>> error = drgsim.DrgsimError("no such level", got=5, allowed=[1, 2, 3], do="give one of them")
    >>> error.code, error.got, error.do
    ('DS000', 5, 'give one of them')
    """

    code = "DS000"

    def __init__(
        self,
        message: str,
        *,
        got: Any = None,
        allowed: Any = None,
        where: str | None = None,
        do: str | None = None,
        nearest: Iterable[str] = (),
    ) -> None:
        self.message = message
        self.got = got
        self.allowed = allowed
        self.where = where
        self.do = do
        self.nearest = nearest_name(str(got), nearest) if got is not None else None
        super().__init__(message)

    def __str__(self) -> str:
        from .language import language, told

        words, joint = (_CHINESE, "；") if language() == "zh" else (_ENGLISH, "; ")
        return self._joined(words, told, joint)

    def _joined(self, words: tuple[str, ...], said: Callable[[str], str], joint: str) -> str:
        got, nearest, allowed, where, do = words
        text = [f"[{self.code}] {short(said(self.message), _LONGEST_MESSAGE)}"]
        if self.got is not None:
            text.append(got.format(short(repr(said(self.got) if isinstance(self.got, str) else self.got))))
        if self.nearest is not None:
            text.append(nearest.format(repr(self.nearest)))
        if self.allowed is not None:
            text.append(allowed.format(short(said(_listed(self.allowed)), _LONGEST_MESSAGE)))
        if self.where:
            text.append(where.format(short(said(self.where))))
        if self.do:
            text.append(do.format(short(said(self.do), _LONGEST_MESSAGE)))
        return joint.join(text)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.__dict__))


def _rebuild(kind: type[DrgsimError], state: dict[str, Any]) -> DrgsimError:
    error = kind.__new__(kind)
    Exception.__init__(error, state["message"])
    error.__dict__.update(state)
    return error


class NotFoundError(DrgsimError, LookupError):
    """A scheme, policy, code or file that does not exist."""

    code = "DS001"


class ArgumentError(DrgsimError, ValueError):
    """A value given to a function or option that is not one of those allowed."""

    code = "DS002"


class ColumnError(DrgsimError, KeyError):
    """A table that lacks a column, or has it in a type that cannot be read."""

    code = "DS003"


class FileFormatError(DrgsimError, ValueError):
    """A file that is not what it claims to be, or cannot be read to its end."""

    code = "DS004"


class WriteError(DrgsimError, OSError):
    """A file that could not be written: the disk is full, or fails."""

    code = "DS006"


class MissingExtraError(DrgsimError, ImportError):
    """A feature whose optional library is not installed."""

    code = "DS005"


def short(text: str, longest: int = _LONGEST) -> str:
    """A text as a message shows it: what is very long (a name of a file, a number) without its middle, and
    what no file or terminal takes as an escape.

    >>> short("a" * 100_000) == "a" * 200 + " … " + "a" * 80
    True
    """
    ends = longest // 2, longest // 5
    cut = text if len(text) <= longest else f"{text[: ends[0]]} … {text[-ends[1] :]}"
    return cut.encode("utf-8", "backslashreplace").decode()  # names of files may be no text


def nearest_name(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, or None when none is near."""
    found = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return found[0] if found else None


def _listed(allowed: Any) -> str:
    if isinstance(allowed, str) or not isinstance(allowed, Sequence | set | frozenset):
        return str(allowed)
    values = sorted(allowed, key=str) if isinstance(allowed, set | frozenset) else list(allowed)
    shown = ", ".join(str(value) for value in values[:_SHOWN])
    rest = len(values) - _SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown

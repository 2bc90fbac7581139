"""Errors of cases (DS2xx)."""

from typing import Any

from ..errors import ArgumentError, FileFormatError


class UnknownLayoutError(FileFormatError):
    """No known layout fits a table, or the one asked for does not fit it."""

    code = "DS201"


class LayoutFileError(FileFormatError):
    """A layout file that breaks the rules of layout files."""

    code = "DS202"


class UnreadableFileError(FileFormatError):
    """A file that is empty, damaged, locked, or of a kind that is not read."""

    code = "DS203"


class CheckRuleError(FileFormatError):
    """A row of the table of checks that cannot be understood."""

    code = "DS204"


class NotACaseTableError(ArgumentError):
    """Something given as cases that is not a table of cases."""

    code = "DS205"


class ConditionError(FileFormatError):
    """A condition that cannot be understood; it points at the character where.

    Attributes
    ----------
    text : the condition
    place : position of the character, from 0
    """

    code = "DS206"

    def __init__(self, message: str, *, text: str, place: int, **parts: Any) -> None:
        self.text = text
        self.place = place
        parts.setdefault("where", f"character {place + 1} of {_marked(text, place)}")
        super().__init__(message, **parts)

    @property
    def pointer(self) -> str:
        """The condition with a caret below the character; wide characters count double."""
        before = sum(2 if ord(each) > 0x2E7F else 1 for each in self.text[: self.place])
        return f"{self.text}\n{' ' * before}^"


_AROUND = 40  # characters of a long condition shown on either side


def _marked(text: str, place: int) -> str:
    """A condition on one line, marked in front of the character."""
    flat = "".join(" " if each.isspace() else each for each in text)
    before, after = flat[:place], flat[place:]
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:]
    if len(after) > _AROUND:
        after = after[:_AROUND] + "…"
    return f"{before}▸{after}"


class UnreadCodesError(FileFormatError):
    """A column that nothing reads holds codes, so an answer would leave them out."""

    code = "DS207"

"""Errors of cases (DS2xx)."""

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

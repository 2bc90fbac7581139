"""Errors of codes (DS1xx)."""

from ..errors import ColumnError


class CodeColumnError(ColumnError):
    """A column of codes that is neither text, nor lists of text, nor empty."""

    code = "DS101"

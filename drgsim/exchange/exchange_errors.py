"""Errors of exchanging statistics."""

from ..errors import DrgsimError, FileFormatError


class ExchangeError(FileFormatError):
    """A file of statistics that is not what it says, or was changed on the way."""

    code = "DS941"


class SmallCellError(DrgsimError, ValueError):
    """Statistics in which a row stands for so few stays that it must not be handed on."""

    code = "DS942"

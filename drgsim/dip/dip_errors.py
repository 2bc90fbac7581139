"""Errors of the DIP rooms."""

from __future__ import annotations

from ..errors import DrgsimError


class DipCatalogueError(DrgsimError, ValueError):
    """A DIP catalogue whose tables cannot be used; `problems` holds every one that was found."""

    code = "DS801"
    problems: tuple[str, ...] = ()


class DipSyntaxError(DrgsimError, ValueError):
    """An expression or condition of a catalogue that cannot be read."""

    code = "DS802"


class DipRulesError(DrgsimError, ValueError):
    """A matching rule set that does not say what a rule set must say."""

    code = "DS803"


class DipFitError(DrgsimError, ValueError):
    """Cases from which no DIP catalogue can be learned."""

    code = "DS804"


class DipCatalogueWarning(UserWarning):
    """A catalogue that can be used, but has entries that no case can reach or codes nobody knows."""

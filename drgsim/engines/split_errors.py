"""Errors of running the street on other engines."""

from ..errors import DrgsimError


class SplitError(DrgsimError, ValueError):
    """Stays that a policy looks at together would be looked at apart."""

    code = "DS951"

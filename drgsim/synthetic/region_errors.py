"""Errors of the synthetic room."""

from ..errors import DrgsimError


class RegionError(DrgsimError, ValueError):
    """A region whose document cannot be used, or that cannot be met."""

    code = "DS451"

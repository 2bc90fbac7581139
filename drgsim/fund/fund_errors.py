"""Errors of the fund's valuation."""

from __future__ import annotations

from ..errors import DrgsimError


class FundError(DrgsimError, ValueError):
    """A fund, an assumption, a scenario or a goal that cannot be valued as stated."""

    code = "DS901"


class ScaleError(FundError):
    """Stays and accounts that do not stand for the same fund."""

    code = "DS902"


class IdentityError(DrgsimError, ArithmeticError):
    """Money of the pots that does not sum; an error of the program, never of the data."""

    code = "DS903"

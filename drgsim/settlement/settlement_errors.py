"""Errors of the settlement room."""

from ..errors import DrgsimError


class SettlementError(DrgsimError, ValueError):
    """A budget, statement or policy from which a year cannot be settled."""

    code = "DS601"


class LedgerError(DrgsimError, ArithmeticError):
    """A ledger whose stages do not sum to the fen. Never expected: please report it."""

    code = "DS602"

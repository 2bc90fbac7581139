"""Bureaus that may not share stays share their sums: one signed file, which settles to the same fen.

docs/exchange.md describes the file.
"""

from .combine import combine
from .file import Exchange, read_exchange, write_exchange
from .protect import Protected, protect, small_cells

__all__ = ["Exchange", "Protected", "combine", "protect", "read_exchange", "small_cells", "write_exchange"]

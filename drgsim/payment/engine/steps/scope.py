"""How much of a stay's cost the benefit rules apply to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....cases.arrays import Codes
from ....cases.fen import TO_THE_FEN, Fen, Rounding, filled
from ..book import Book, Value, spread
from ..stays import Stays


@dataclass(frozen=True)
class Scope:
    """Cost less what is out of scope, over the price limit, and prepaid.

    What the case does not state is estimated: the out-of-scope amount from its in-scope amount or
    `in_scope_share` of the cost, the prepaid amount as `prepaid_share` of the rest; nothing over the limit.
    """

    in_scope_share: Value = 1.0
    prepaid_share: Value = 0.0
    rounding: Rounding = TO_THE_FEN

    @classmethod
    def read(cls, book: Book) -> Scope:
        return cls(book.benefit("in_scope_share"), book.benefit("prepaid_share"), book.rounding())

    def outside(self, stays: Stays, profile: Codes, cost: Fen, carved_out: Fen) -> Fen:
        """(n,) fen of `cost` that the benefit rules do not cover.

        Carved-out drugs are outside every basic catalogue, so a stated out-of-scope amount holds them.
        """
        stated = stays.money("out_of_scope")
        out = np.maximum(stated.fen - carved_out, 0)
        if stated.known is not None:
            covered = stays.money("in_scope")
            share = self._part(1.0 - filled(spread(self.in_scope_share, profile), 1.0), cost)
            stated_inside = True if covered.known is None else covered.known
            unstated = np.where(stated_inside, cost - covered.fen, share)
            out = np.where(stated.known, out, unstated)
        out = out + stays.money("over_limit").fen
        prepaid = stays.money("prepaid_share")
        first = prepaid.fen
        if prepaid.known is not None:
            estimate = self._part(filled(spread(self.prepaid_share, profile)), np.maximum(cost - out, 0))
            first = np.where(prepaid.known, first, estimate)
        return np.clip(out + first, 0, cost)

    def _part(self, share: Value, fen: Fen) -> Fen:
        return self.rounding.fen(share * fen)

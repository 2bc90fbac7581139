"""The books of all pots in integer fen: what came in, what went out, what is left, year by year and draw by
draw.

Identities, checked in every year of every draw: a balance is the one before plus income less spending; both
sides of a transfer are the same; residual zero. Interest is on the balance a year opens with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from .fund_errors import IdentityError
from .words import lines, pots

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEN = 100
Transfers = Callable[[int, Ints, "Books"], None]


@cache
def positions() -> Mapping[str, int]:
    """Place of each line in the last axis of `Books.money`."""
    return {line: place for place, line in enumerate(lines())}


@cache
def signs() -> Ints:
    """(lines, pots): +1 where a line is income of a pot, -1 where it is its spending."""
    matrix = np.zeros((len(lines()), len(pots())), np.int64)
    order = {pot: place for place, pot in enumerate(pots())}
    for place, line in enumerate(lines().values()):
        matrix[place, order[line.pot]] = 1 if line.side == "income" else -1
    matrix.setflags(write=False)
    return matrix


@dataclass(frozen=True)
class Books:
    """`money` (draws, regions, years, lines) and `balance` (draws, regions, years + 1, pots), fen."""

    money: Ints
    balance: Ints

    def line(self, name: str) -> Ints:
        """(draws, regions, years) fen."""
        return self.money[..., positions()[name]]

    def by_pot(self, side: str, transfers: bool = True) -> Ints:
        """(draws, regions, years, pots): income or spending, with or without what comes from or goes to
        pots."""
        want = np.array(
            [line.side == side and (transfers or not line.counter) for line in lines().values()], np.int64
        )
        return np.asarray(self.money @ (np.abs(signs()) * want[:, None]))


def write(flows: Sequence[Mapping[str, Floats]], opening: Floats, draws: int, years: int) -> Books:
    """Books of regions from yuan by line, each (draws, years), and opening balances (regions, pots) in yuan.

    Both sides of a transfer are booked from its spending side; interest and what depends on balances are
    still 0.
    """
    money = np.zeros((draws, len(flows), years, len(lines())), np.int64)
    at = positions()
    for region, own in enumerate(flows):
        for name, yuan in own.items():
            line = lines()[name]
            if line.counter and line.side == "income":
                continue
            fen = np.rint(np.broadcast_to(yuan, (draws, years)) * FEN).astype(np.int64)
            money[:, region, :, at[name]] = fen
            if line.counter:
                money[:, region, :, at[line.counter]] = fen
    balance = np.zeros((draws, len(flows), years + 1, len(pots())), np.int64)
    balance[:, :, 0] = np.rint(opening * FEN).astype(np.int64)
    return Books(money, balance)


def roll(books: Books, rate: Floats, transfers: Transfers | None = None) -> None:
    """Fill in interest and balances year by year; `rate` (draws, regions, years).

    `transfers(year, balance, books)` may book what depends on the balances a year opens with, on both sides.
    Pots without an interest line keep none.
    """
    at = positions()
    earning = [(place, at[f"{pot}.interest"]) for place, pot in enumerate(pots()) if f"{pot}.interest" in at]
    for year in range(books.money.shape[2]):
        opened = books.balance[:, :, year]
        for pot, line in earning:
            held = np.maximum(opened[..., pot], 0)
            books.money[:, :, year, line] = np.rint(held * rate[:, :, year]).astype(np.int64)
        if transfers is not None:
            transfers(year, opened, books)
        books.balance[:, :, year + 1] = opened + books.money[:, :, year] @ signs()


def check(books: Books) -> None:
    """Raise IdentityError unless every balance rolls and every transfer has two equal sides."""
    at = positions()
    residual = np.diff(books.balance, axis=2) - books.money @ signs()
    if residual.any():
        raise IdentityError("balances do not roll", got=f"{int(np.abs(residual).max())} fen")
    for name, line in lines().items():
        if line.counter and line.side == "spending":
            two = books.money[..., at[name]] - books.money[..., at[line.counter]]
            if two.any():
                raise IdentityError(f"the sides of {name} differ", got=f"{int(np.abs(two).max())} fen")

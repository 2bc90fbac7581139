"""What a case's cost is made of, and how much of it the insurance covers: whole fen that add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .disease import Diseases
from .mix import KINDS, CaseMix
from .randomness import BLOCK, Streams

if TYPE_CHECKING:
    from .region import SyntheticRegion

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PARTS = ("drug", "consumable", "examination", "procedure", "nursing", "other")
_DRUG, _CONSUMABLE = PARTS.index("drug"), PARTS.index("consumable")
_EVEN = 3.0**0.5  # half the width of an even spread whose standard deviation is 1


@dataclass(frozen=True, slots=True)
class Bill:
    """The bills of a block, in fen. All int64 [cases]; the parts and the scopes both add up to the total."""

    total: Ints
    parts: tuple[Ints, ...]  # in order of `PARTS`
    new_technology: Ints
    commercial_list: Ints
    out_of_scope: Ints
    over_limit: Ints
    prepaid_share: Ints
    in_scope: Ints


class Bills:
    """Splits the costs of a block of cases."""

    def __init__(self, region: SyntheticRegion, mix: CaseMix) -> None:
        self._cost, self._scope = region.assumed["cost"], region.assumed["scope"]
        self._kind = mix.kind
        self._shares = np.array([self._cost[kind.value] for kind in KINDS])

    def draw(self, streams: Streams, diseases: Diseases, cost: Ints) -> Bill:
        """The bill of every case of a block whose usual cost is `cost` fen."""
        parts = self._parts(streams, diseases, cost)
        operated = ~diseases.medical
        technology = self._added(streams, "new_technology", cost, operated)
        commercial = self._added(streams, "commercial_list", cost, ~operated)
        parts[_CONSUMABLE] = parts[_CONSUMABLE] + technology
        parts[_DRUG] = parts[_DRUG] + commercial
        total = cost + technology + commercial
        usual = total - commercial
        place = streams.uniform("scope", 3, BLOCK)
        out = _fen(usual, self._scope["out_of_scope"] * 3.0 * place[0] * place[0])
        over = _fen(usual, self._scope["over_limit"] * 5.0 * (place[1] < 0.2))
        prepaid = _fen(usual, self._scope["prepaid_share"] * 2.0 * place[2])
        out = out + commercial  # no basic fund pays for the commercial list
        return Bill(
            total, tuple(parts), technology, commercial, out, over, prepaid, total - out - over - prepaid
        )

    def _parts(self, streams: Streams, diseases: Diseases, cost: Ints) -> list[Ints]:
        """Parts of the cost; what rounding leaves goes to the greatest."""
        even = 2.0 * streams.uniform("parts", BLOCK, len(PARTS)) - 1.0
        shares = self._shares[self._kind[diseases.target]] * (1.0 + self._cost["wobble"] * _EVEN * even)
        shares /= shares.sum(axis=1, keepdims=True)
        parts = np.floor(shares * cost[:, None]).astype(np.int64)
        parts[np.arange(BLOCK), shares.argmax(axis=1)] += cost - parts.sum(axis=1)
        return list(parts.T)

    def _added(self, streams: Streams, name: str, cost: Ints, can: npt.NDArray[np.bool_]) -> Ints:
        """Cost of an item that a few cases have on top of the usual: a part of the cost with it."""
        place = streams.uniform(name, 2, BLOCK)
        part = self._cost[f"{name}_part"] * (0.6 + 0.8 * place[1])
        has = can & (place[0] < self._cost[f"{name}_cases"])
        return np.where(has, _fen(cost, part / (1.0 - part)), 0)


def _fen(amount: Ints, share: Floats) -> Ints:
    return np.floor(amount * share).astype(np.int64)

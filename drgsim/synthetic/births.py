"""What a mother's record says of the birth: its way as it was done, its outcome, her children's weights.

It is written after all else is drawn, from a stream of its own, and changes no other column; a delivery under
a principal that is none may change its group by it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..cases.named_codes import named_codes
from ..codes import Catalogue, Kind
from .data_tables import document
from .randomness import BLOCK, Streams

WEIGHTS = "children_birth_weights"
_NEAR = ("72.", "73.", "74.")  # where the procedures of a delivery stand


def write_births(columns: dict[str, Any], streams: Streams) -> dict[str, Any]:
    """The columns of a block, with births written as the check rules Q01 and Q08 ask for."""
    facts = document("births.toml")
    ways, named = (facts["spontaneous"][:3], facts["by_caesarean"][:3]), _codes("delivery-record")
    diagnoses: list[str] = list(columns["diagnoses"])
    weights: list[str | None] = [None] * BLOCK
    scores = streams.normal("children's weights", BLOCK, 2)
    for row, text in enumerate(diagnoses):
        done = columns["procedures"][row]
        if "Z37" not in text and "O8" not in text and not any(each in done for each in _NEAR):
            continue
        codes, acts = text.split("|"), set(done.split("|"))
        caesarean = not acts.isdisjoint(_codes("caesarean"))
        if codes[0][:3] in ways and (codes[0][:3] == ways[1]) != caesarean:
            codes[0] = facts["by_caesarean" if caesarean else "spontaneous"]
        delivered = not _codes("delivery").isdisjoint(codes) or not acts.isdisjoint(
            _codes("delivery-procedures")
        )
        lost = not _codes("not-a-birth").isdisjoint(codes)
        if delivered and not lost and _codes("delivery-outcome").isdisjoint(codes):
            codes.append(facts["outcome"])
        diagnoses[row] = "|".join(codes)
        if not lost and not named.isdisjoint(codes):
            twins = any(code.startswith(tuple(facts["twins"])) for code in codes)
            weights[row] = "|".join(map(_grams, scores[row, : 1 + twins], [twins] * 2))
    return {**columns, "diagnoses": diagnoses, WEIGHTS: weights}


def _grams(score: float, twin: bool) -> str:
    facts = document("births.toml")
    grams = facts["twin_weight" if twin else "mean_weight"] + facts["spread"] * float(score)
    return str(10 * round(min(max(grams, facts["lightest"]), facts["heaviest"]) / 10))


@cache
def _codes(name: str) -> frozenset[str]:
    """The codes of a list of the check rules."""
    kind: Kind = "procedure" if name in ("caesarean", "delivery-procedures") else "diagnosis"
    codes = Catalogue.load(kind).codes
    return frozenset(codes[place] for place in np.flatnonzero(named_codes(name)).tolist())

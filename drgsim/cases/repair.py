"""Codes of a table of cases spelt as the catalogues spell them, every repair counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..codes import Edition, Kind, to_insurance
from ..codes.normalise import normalised
from .columns import text_dtype

if TYPE_CHECKING:
    import pandas as pd

KINDS: dict[str, Kind] = {
    "diagnoses": "diagnosis",
    "procedures": "procedure",
    "external_causes": "diagnosis",
}


@dataclass(frozen=True, slots=True)
class Repaired:
    """A table of cases with repaired codes.

    Attributes
    ----------
    cases : the table
    repairs : what was done, each entry with column, repair, zh, en, count and examples
    editions : by column, how many codes there were, how many of them the insurance edition does not know, and
        how many of these the clinical edition has
    """

    cases: pd.DataFrame
    repairs: list[dict[str, Any]]
    editions: dict[str, dict[str, int]]


def repair_codes(cases: pd.DataFrame, *, edition: Edition) -> Repaired:
    """Codes spelt as the catalogues spell them, in the insurance edition.

    Texts that could mean several codes are counted as "ambiguous" and left alone; translating clinical codes
    counts as "mapped".
    """
    cases = cases.copy(deep=False)
    done: list[dict[str, Any]] = []
    editions: dict[str, dict[str, int]] = {}
    for column in [name for name in KINDS if name in cases.columns]:
        found = normalised(cases[column], KINDS[column], edition=edition)
        repaired = found.column
        done += _entries(column, found.repairs)
        editions[column] = {"codes": found.codes, "unknown": found.unknown, "clinical": found.clinical}
        if edition == "clinical":
            repaired, outcomes = to_insurance(repaired, KINDS[column])
            changed = outcomes.rename(columns={"outcome": "repair"})
            done += _entries(column, changed[changed["repair"] != "unchanged"])
        cases[column] = repaired.astype(text_dtype())
    return Repaired(cases, sorted(done, key=lambda entry: str(entry["column"])), editions)


def _entries(column: str, outcomes: pd.DataFrame) -> list[dict[str, Any]]:
    rows = outcomes.to_dict("records")
    return [{"column": column} | {str(name): value for name, value in row.items()} for row in rows]

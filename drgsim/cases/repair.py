"""Codes of a table of cases spelt as the catalogues spell them, every repair counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..codes import Edition, Kind, normalise_codes, to_insurance
from .columns import text_dtype

if TYPE_CHECKING:
    import pandas as pd

KINDS: dict[str, Kind] = {
    "diagnoses": "diagnosis",
    "procedures": "procedure",
    "external_causes": "diagnosis",
}


def repair_codes(cases: pd.DataFrame, *, edition: Edition) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The table with normalised codes in the insurance edition, and what was done.

    Each entry says column, repair, zh, en, count and examples. Texts that could mean several codes are
    counted as "ambiguous" and left alone; translating clinical codes counts as "mapped".
    """
    cases = cases.copy(deep=False)
    done: list[dict[str, Any]] = []
    for column in KINDS.keys() & set(cases.columns):
        repaired, outcomes = normalise_codes(cases[column], KINDS[column], edition=edition)
        done += _entries(column, outcomes)
        if edition == "clinical":
            repaired, outcomes = to_insurance(repaired, KINDS[column])
            changed = outcomes.rename(columns={"outcome": "repair"})
            done += _entries(column, changed[changed["repair"] != "unchanged"])
        cases[column] = repaired.astype(text_dtype())
    return cases, sorted(done, key=lambda entry: str(entry["column"]))


def _entries(column: str, outcomes: pd.DataFrame) -> list[dict[str, Any]]:
    rows = outcomes.to_dict("records")
    return [{"column": column} | {str(name): value for name, value in row.items()} for row in rows]

"""Groups the cases came with: the major category of each, which a table of groups often does not state."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...schemes.registry import load as load_scheme
from .rules import NO_GROUPS

if TYPE_CHECKING:
    import pandas as pd

MDC = "mdc"


def categories(cases: pd.DataFrame, column: str, scheme: str) -> dict[str, Any]:
    """`mdc` of stays whose groups are given, as the scheme has it; nothing where the cases state it."""
    if MDC in cases.columns or column not in cases.columns or scheme == NO_GROUPS:
        return {}
    return {MDC: cases[column].astype(object).map(categories_of(scheme)).array}


@lru_cache(maxsize=16)
def categories_of(scheme: str) -> dict[str, str]:
    """Group code -> MDC."""
    pack = load_scheme(scheme)
    of_adrg = {adrg.code: adrg.mdc for adrg in pack.adrgs}
    return {drg.code: of_adrg[drg.adrg] for drg in pack.drgs if drg.adrg in of_adrg}

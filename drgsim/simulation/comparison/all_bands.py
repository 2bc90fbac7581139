"""Every band of a comparison in one table, of draws of hospitals and of assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..uncertainty.bands import sampling_bands

if TYPE_CHECKING:
    from .comparison import Comparison

COLUMNS = ("scenario", "measure", "band", "year", "region", "insurance", "low", "middle", "high")


def bands(found: Comparison) -> pd.DataFrame:
    """`Comparison.bands` names the columns."""
    tables = []
    if found.drawn_hospitals is not None:
        sampled = sampling_bands(found.drawn_hospitals, baseline=found.baseline.id, year=found.year)
        tables.append(sampled[[*COLUMNS]])
    if found.drawn_assumptions is not None:
        for band, table in (
            ("parameters", found.drawn_assumptions.levels()),
            ("difference_parameters", found.drawn_assumptions.differences()),
        ):
            tables.append(table.assign(band=band)[[*COLUMNS]])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*COLUMNS])

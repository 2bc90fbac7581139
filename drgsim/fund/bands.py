"""Bands of a valuation: half, four fifths and nine tenths of the draws, and why a middle is not the point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .pots import pots
from .valuation import LEVELS, MEASURES, Valuation

if TYPE_CHECKING:
    import pandas as pd

NOTABLE = 0.1  # of the 90 % band: a distance of median and point that is told with its reason


def bands(valuation: Valuation) -> pd.DataFrame:
    """See `Valuation.bands`."""
    import pandas as pd

    tables = []
    base = valuation.courses[0]
    for course in valuation.courses:
        assert course.drawn is not None
        assert base.drawn is not None
        for name, region in valuation._regions():
            for pot in valuation.used_pots:
                place = list(pots()).index(pot)
                for measure in MEASURES:
                    kinds = [("level", course.drawn, course.money, None, None)]
                    if course is not base:
                        kinds.append(("difference", course.drawn, course.money, base.drawn, base.money))
                    for kind, drawn, point, less, less_point in kinds:
                        values = drawn.measure(measure, region, place)
                        middle = point.measure(measure, region, place)[0]
                        if less is not None and less_point is not None:
                            values = values - less.measure(measure, region, place)
                            middle = middle - less_point.measure(measure, region, place)[0]
                        table = _table(values, middle)
                        table.insert(0, "year", np.arange(len(middle)) + valuation.first_year)
                        for key, value in (
                            ("band", kind), ("measure", measure), ("pot", pot), ("region", name),
                            ("scenario", course.scenario.id),
                        ):  # fmt: skip
                            table.insert(0, key, value)
                        table["reason"] = _reasons(table, valuation)
                        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _table(values: np.ndarray, point: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    columns = {"point": point, "median": np.nanmedian(values, axis=0) if len(values) else point}
    for level in LEVELS:
        outside = round((1 - level) / 2, 12)
        low, high = np.quantile(values, [outside, 1 - outside], axis=0)
        columns[f"low_{level * 100:.0f}"], columns[f"high_{level * 100:.0f}"] = low, high
    return pd.DataFrame(columns)


def _reasons(table: pd.DataFrame, valuation: Valuation) -> list[str]:
    """Why the middle of the draws is away from the point value, where it is by a tenth of the band."""
    width = table["high_90"] - table["low_90"]
    far = (table["median"] - table["point"]).abs() > NOTABLE * width
    assumptions = valuation.fund.assumptions
    lopsided = [
        name
        for name in assumptions.uncertain
        if abs((at := assumptions[name]).high + at.low - 2 * at.value) > 0.2 * (at.high - at.low)  # type: ignore[operator]
    ]
    words = "growth compounds, so that high draws weigh more than low ones" + (
        f"; intervals that reach farther to one side: {', '.join(lopsided)}" if lopsided else ""
    )
    return [words if each else "" for each in far]

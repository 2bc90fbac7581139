"""The way from the baseline to a scenario as a table: one row a bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ..scenario.steps import steps_of
from .attribution import Bars

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario

STARTING_RULES = "starting-rules"  # the bar of a scenario that does not start from the baseline's rules
_STARTING_TITLE = {"zh": "起点规则不同", "en": "different starting rules"}
_BASELINE_TITLE = {"zh": "基线", "en": "baseline"}


def waterfall(
    scenario: Scenario, bars: Bars, *, baseline: int, measure: str, starts_elsewhere: bool
) -> pd.DataFrame:
    """The bars of a scenario; `Comparison.attribution` names the columns.

    `baseline` is the baseline's total of the measure (fen, or cases); `starts_elsewhere` whether the
    scenario's rules before its first step are others than the baseline's.
    """
    unit = 1 if measure == "cases" else 100
    titles = {step.name: step.title for step in steps_of(scenario)}
    reached = bars.start[measure]
    rows: list[tuple[str, Mapping[str, str], str, int, int]] = [
        ("", _BASELINE_TITLE, "baseline", baseline, baseline)
    ]
    if starts_elsewhere or reached != baseline:
        rows.append((STARTING_RULES, _STARTING_TITLE, "mechanical", reached - baseline, reached))
    for (name, kind), moved in bars.values.items():
        reached += moved[measure]
        rows.append((name, titles[name], kind, moved[measure], reached))
    rows.append(("", scenario.title, "total", reached, reached))
    return pd.DataFrame(
        [
            {
                "scenario": scenario.id,
                "lever": lever,
                "title_zh": title.get("zh", lever),
                "title_en": title.get("en", lever),
                "kind": kind,
                "value": value / unit,
                "cumulative": cumulative / unit,
            }
            for lever, title, kind, value, cumulative in rows
        ]
    )

"""What a group costs at hospitals of each level, against its mean: DIP's base coefficient by disease type.

Measured from the cases themselves: the mean cost of a group at hospitals of a level over its mean in the
area (payment rules §5.6, the form inside a disease type).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...weights.weights import Weights

if TYPE_CHECKING:
    import pandas as pd

LEVEL = "hospital_level"


def with_level_costs(weights: Weights, cases: pd.DataFrame, group: str) -> Weights:
    """The weights with `mean_cost_<level>` (yuan) and `coefficient_<level>` of each group.

    A level with too few stays of a group for a stable mean has no mean cost of its own there, and takes the
    level's coefficient over all groups: what its stays cost over what their groups cost on the mean.
    """
    area = weights.frame["mean_cost"]
    columns = {}
    levels = cases[LEVEL]
    for level in sorted(levels.dropna().unique()):
        own = cases[(levels == level).fillna(False).to_numpy(bool)]
        measured = Weights.fit(own, group=group).frame
        means = measured["mean_cost"].where(measured["stable"]).reindex(area.index)
        stays = measured["n"].reindex(area.index).fillna(0)
        spent = (measured["mean_cost"].reindex(area.index) * stays).sum()
        overall = spent / (area * stays).sum()
        columns[f"mean_cost_{level}"] = means
        columns[f"coefficient_{level}"] = (means / area).fillna(overall if np.isfinite(overall) else 1.0)
    return Weights(weights.frame.assign(**columns), weights.mean_cost, weights.riv, weights.facts)

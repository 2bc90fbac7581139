"""Outcomes as tables by hospital, and hospitals drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...settlement.statistics import stay_keys
from ..world.changed_hospitals import BEFORE
from ..world.outcome import MEASURES, Outcome
from ..world.sums import sums
from .sampling import Resampled, resample

if TYPE_CHECKING:
    import pandas as pd

STRATUM = ("care_region", "hospital_level")
OUTPUTS = ("region", "insurance")  # whose fund


def by_hospital(outcome: Outcome) -> pd.DataFrame:
    """`MEASURES` (int64, fen) by care region, hospital level, hospital, insured region (`region`), insurance.

    A hospital that a scenario merges or lifts stands as the baseline has it: a lever is no other sample.
    A region that a case does not state is its other one, as in the settlement.
    """
    real = {name: before for name, before in BEFORE.items() if before in outcome.payments.stays}
    names = [real.get(name, name) for name in (*STRATUM, "hospital_id", "insured_region", "insurance")]
    words = stay_keys(outcome.payments, tuple(names))
    called = {before: name for name, before in real.items()}
    keys = {called.get(name, name): (found.codes, found.names) for name, found in words.items()}
    return sums(keys, outcome.ledger).rename(columns={"insured_region": "region"})


def resample_outcomes(
    outcomes: Mapping[str, Outcome], *, draws: int, seed: int, threads: int | None = 1
) -> Resampled:
    """Draw hospitals inside care region and level, alike for every outcome; the first is the baseline.

    Its outputs are the funds: insured `region` and `insurance`. Cases that name no hospital are of one; where
    a region has no other, its band is not known.
    """
    return resample(
        {name: by_hospital(outcome) for name, outcome in outcomes.items()},
        outputs=OUTPUTS,
        stratum=STRATUM,
        measures=MEASURES,
        draws=draws,
        seed=seed,
        threads=threads,
    )

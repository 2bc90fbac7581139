"""What supervision levers bring in and keep away, with the band of their shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...audit.money import penalties
from ...words import pairs
from ..scenario.supervision import SHARES, Supervision, declared
from ..scenario_errors import SimulationError

if TYPE_CHECKING:
    from ..scenario.scenario import Scenario
    from ..world.world import World

Floats = npt.NDArray[np.float64]

DRAWS = 2_000
ARTICLE = "article_38"  # use of the fund against the rules, without intent to defraud
PARTS = pairs("supervised")
COLUMNS = ("scenario", "lever", "part", "title_zh", "title_en", "value", "low", "high", "source", "state")


def audited(scenario: Scenario, world: World) -> Any:
    """The audit of the baseline's stays behind the first lever that supervises; SimulationError without."""
    for lever in scenario.levers:
        if lever.supervision is not None:
            return world.watched.result(lever.supervision.rules)
    raise SimulationError("no lever of this scenario supervises", got=scenario.id)


def supervised(scenarios: tuple[Scenario, ...], world: World, seed: int) -> pd.DataFrame:
    """A row a scenario, lever and part; yuan of the base year. `low` and `high` hold nine tenths of what the
    shares may be (triangular inside their intervals, independent); how sure the stays are, `bands()` says."""
    rows: list[dict[str, Any]] = []
    for scenario in scenarios:
        for lever in scenario.levers:
            if lever.supervision is None:
                continue
            stake = world.watched.at_stake(lever.supervision.rules)
            point = _parts(stake, lever.supervision.values())
            drawn = _parts(stake, _drawn(lever.supervision, seed))
            worst = max(
                (lever.supervision.shares[name] for name in SHARES),
                key=lambda share: ("read", "secondary", "assumed").index(share.state),
            )
            for part, (zh, en) in PARTS.items():
                low, high = np.quantile(drawn[part], [0.05, 0.95])
                rows.append(
                    {
                        "scenario": scenario.id, "lever": lever.id, "part": part,
                        "title_zh": zh, "title_en": en,
                        "value": round(float(point[part]), 2), "low": round(float(low), 2),
                        "high": round(float(high), 2), "source": worst.source, "state": worst.state,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def evidence(lang: str) -> dict[str, str]:
    """What is published of each share."""
    return {name: str(facts["evidence"][lang]) for name, facts in declared().items()}


def _drawn(supervision: Supervision, seed: int) -> tuple[Floats, Floats, Floats]:
    made = []
    for number, name in enumerate(SHARES):
        at = supervision.shares[name].interval
        generator = np.random.default_rng([seed, number])
        made.append(
            np.full(DRAWS, at.value)
            if at.low == at.high
            else generator.triangular(at.low, at.value, at.high, DRAWS)
        )
    coverage, detection, deterrence = made
    return coverage, detection, deterrence


def _parts(stake: float, shares: tuple[Any, Any, Any]) -> Mapping[str, Any]:
    coverage, detection, deterrence = (np.asarray(each) for each in shares)
    kept_away = stake * deterrence
    back = (stake - kept_away) * coverage * detection
    fines = penalties()["fines"][ARTICLE]
    return {
        "at_stake": np.full_like(back, stake), "deterred": kept_away, "recovered": back,
        "saved": kept_away + back, "fine_low": back * fines["low"], "fine_high": back * fines["high"],
    }  # fmt: skip

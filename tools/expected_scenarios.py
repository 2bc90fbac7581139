"""Writes `data/scenarios/expected/`: run it after a change that is meant to move the shipped scenarios."""

from __future__ import annotations

from drgsim._atomic import replacing
from drgsim._paths import data_path
from drgsim.simulation.record.recorded_tables import BASELINE, expected_table, simulated
from drgsim.simulation.scenario.document import shipped


def main() -> None:
    """Simulate every shipped scenario and write its table."""
    ids = [id for id in shipped() if id != BASELINE]
    results = simulated(*ids)
    folder = data_path("scenarios") / "expected"
    folder.mkdir(exist_ok=True)
    for id in [BASELINE, *ids]:
        with replacing(folder / f"{id}.csv") as part:
            expected_table(results, id).to_csv(part, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()

"""The street with and without rules, stays a second on one core: `python benchmarks/bench_rules.py [stays]`.

Grouped stays, read before; the two are compared inside one run.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from drgsim import Policy, Weights, pay
from drgsim.payment.engine.stays import Stays
from tests.payment.golden import stays, weights

RULES = {
    "days": {"when": "diagnoses.first in {F20-F29} and los > 15", "effect": {"per_diem": {"rate": 300}}},
    "short": {"when": "los <= 1 and total_cost < 2000", "effect": {"by_item": {}}},
    "package": {"when": "diagnoses.first in {Z51} and los < 4", "effect": {"package": {"amount": 5000}}},
    "floor": {"when": "group in {IU23}", "effect": {"weight": {"floor": "0.8 * weight_of[BR25]"}}},
    "as-group": {
        "when": "group in {FV23} and drug_cost / total_cost < 0.2",
        "effect": {"as_group": {"group": "ES31"}},
    },
    "level": {"when": "hospital_level >= 2", "effect": {"coefficient": {"multiply": 1.01}}},
    "cap": {"when": "weight > 5", "effect": {"price": {"cap": "2 * total_cost"}}},
    "review": {"when": "total_cost > 3 * standard", "effect": {"review": {"quota": 0.01}}},
    "old": {"when": "age >= 80", "effect": {"benefit": {"ratio_points": 0.05}}},
    "carve": {
        "when": "new_technology_cost > 1000",
        "effect": {"carve_out": {"cost": "new_technology_cost", "fund": 0.5}},
    },
    "dear": {"when": "ratio > 4", "effect": {"outlier": {"pay": "cost", "mark": "high", "share": 0.05}}},
    **{
        f"plus-{number}": {
            "when": f"mdc in {{{letter}}} and age in {number}..{number + 40} and los not in {{1, 2}}",
            "effect": {"price": {"multiply": 1.001, "at": "payment"}},
        }
        for number, letter in enumerate("BFGIEKPAM")
    },
}


def timed(cases: Stays, policy: Policy, table: object) -> float:
    """The best of three, seconds of the CPU."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        pay(cases, policy, weights=table)
        best = min(best, time.process_time() - began)
    return best


def main() -> None:
    """Print one line a policy."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    frame = stays(n)
    frame["discharge_date"] = frame["discharge_date"].astype("datetime64[s]")
    cases, table = Stays(frame), Weights.from_table(weights(frame))
    plain = Policy.load("national-drg-rate")
    ruled = plain.reform({f"rules/{name}": rule for name, rule in RULES.items()})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, policy in (("no rules", plain), (f"{len(RULES)} rules", ruled)):
        took = timed(cases, policy, table)
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / n
        print(
            f"{name:10} {n:>10,} stays {took:7.2f} s CPU {n / took / 1e6:6.2f} million a second "
            f"{more:6.0f} bytes a stay"
        )


if __name__ == "__main__":
    main()

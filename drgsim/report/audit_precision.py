"""Precision and recall of the supervision rules on planted fraud, measured and printed.

What is measured is how rules do on invented cases with the fraud of `drgsim.synthetic.planted`; it says
nothing of real claims, for which no published precision was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..audit.screening import audit
from ..audit.stays.screen import facts_of_stays, with_groups
from ..audit.stays.worth import Worth
from ..synthetic.planted import planted_cases
from ..synthetic.planted_claims import planted_claims

_STAYS: Mapping[str, tuple[str, ...]] = {
    "upcoding": ("upcoding",),
    "split-admission": ("split",),
    "split-admission-three-part": ("split",),
    "low-standard-admission": ("low_standard",),
    "check-up-stay": ("check_up",),
    "sex-changed": ("identity",),
}
_KEYS = {
    "items": "line_id",
    "prescriptions": "prescription_id",
    "dispensings": "line_id",
    "members": "patient_id",
}


def precision(n: int = 20_000, *, seed: int = 0, policy: Any = None, weights: Any = None) -> pd.DataFrame:
    """A row a rule: planted, found, right, precision, recall; rules on stays first.

    `n` stays and a tenth of it of visits, persons and members with claims. With `policy` (and `weights`) the
    uplift of upcoding is brought to the published one, findings carry money, and a code that brings none
    counts as not planted.
    """
    rows = [*_stay_rows(n, seed, policy, weights)[0], *_claim_rows(max(n // 10, 50), seed)]
    return pd.DataFrame(rows).set_index("rule")


def ranking(n: int = 20_000, *, seed: int = 0, policy: Any = None, weights: Any = None) -> pd.DataFrame:
    """Average precision of rankings of stays by upcoding: the rules' signals beside an isolation forest.

    The forest (scikit-learn) sees cost over the group's mean, days, secondary diagnoses, severity and shares
    of cost. It is measured here and ranks nothing in the product while the signals beat it.
    """
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import average_precision_score

    planted = _planted(n, seed, policy, weights)
    stays = facts_of_stays(planted.cases, policy=policy, weights=weights, scheme="chs-drg-2.0")
    right = (planted.truth["kind"] == "upcoding").to_numpy()
    lifts = stays.get_column("single_code_lifts").fill_null(0).to_numpy().astype(float)
    signals = stays.get_column("upcoding_signals").fill_null(0.0).to_numpy()
    columns = ("cost_ratio", "los", "secondary_count", "examination_share", "self_pay_share")
    heavy = stays.get_column("severity").is_in(["CC", "MCC"]).fill_null(False).to_numpy().astype(float)
    facts = [np.nan_to_num(stays.get_column(name).cast(float).fill_null(0.0).to_numpy()) for name in columns]
    forest = IsolationForest(n_estimators=100, random_state=seed).fit(np.column_stack([*facts, heavy]))
    score = -forest.score_samples(np.column_stack([*facts, heavy]))
    cost = np.nan_to_num(facts[0], nan=1.0)
    ranked = {
        "chance": np.random.default_rng(seed).random(len(right)),
        "rules: signals, then low cost": lifts * (signals - cost / (1 + cost)),
        "isolation forest": score,
    }
    rows = [
        {"ranking": name, "average_precision": average_precision_score(right, values)}
        for name, values in ranked.items()
    ]
    return pd.DataFrame(rows).set_index("ranking")


def _planted(n: int, seed: int, policy: Any, weights: Any) -> Any:
    table = None
    if weights is not None:
        frame = weights.frame
        table = dict(zip(frame.index.astype(str), frame["weight"].astype(float), strict=True))
    return planted_cases(n, seed=seed, weights=table)


def _stay_rows(n: int, seed: int, policy: Any, weights: Any) -> tuple[list[dict[str, Any]], Any]:
    planted = _planted(n, seed, policy, weights)
    rules = [*_STAYS, "hospital-mcc-share"]
    result = audit(planted.cases, policy, weights=weights, scheme="chs-drg-2.0", only=rules)
    kinds = dict(zip(planted.truth["case_id"], planted.truth["kind"], strict=True))
    kinds |= dict.fromkeys(_without_gain(planted, policy, weights), "no gain")
    rows = []
    for rule, wanted in _STAYS.items():
        own = result.frame[result.frame["rule"] == rule]
        found = set(own["visit_id"])
        right = {case for case in found if kinds[case] in wanted}
        rows.append(_row(rule, sum(kind in wanted for kind in kinds.values()), len(found), len(right)))
    return rows, result


def _without_gain(planted: Any, policy: Any, weights: Any) -> list[str]:
    """Stays whose added code brings no money under the policy, such as low outliers that are paid their
    cost: there it is no upcoding, and the rule does not name it."""
    if policy is None:
        return []
    cases, _ = with_groups(planted.cases, policy, "chs-drg-2.0")
    rows = np.flatnonzero((planted.truth["kind"] == "upcoding").to_numpy())
    codes = planted.truth["code"].iloc[rows].tolist()
    gain = Worth(cases, policy, weights).without_code(rows.tolist(), codes)[:, 0]
    return planted.truth["case_id"].iloc[rows[~(np.round(gain, 2) > 0)]].tolist()


def _claim_rows(n: int, seed: int) -> list[dict[str, Any]]:
    claims = planted_claims(n, seed=seed)
    tables: dict[str, Any] = dict(claims.tables)
    rules = sorted({rule for rule in claims.truth.values() if rule})
    result = audit(**tables, only=rules)
    rows = []
    for rule in rules:
        table = result.library[rule].table
        names = [row[_KEYS[table]] for row in claims.tables[table]]
        own = result.frame[result.frame["rule"] == rule]
        found = {names[int(place)] for place in own["row"]}
        planted = {key for (name, key), right in claims.truth.items() if name == table and right == rule}
        rows.append(_row(rule, len(planted), len(found), len(found & planted)))
    return rows


def _row(rule: str, planted: int, found: int, right: int) -> dict[str, Any]:
    return {
        "rule": rule,
        "planted": planted,
        "found": found,
        "right": right,
        "precision": right / found if found else float("nan"),
        "recall": right / planted if planted else float("nan"),
    }

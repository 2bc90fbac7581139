"""Small policies and cases for the tests of the street: nothing is on unless a test says so."""

from typing import Any

import pandas as pd

from drgsim import Policy
from drgsim.payment.faces.payments import Payments
from drgsim.payment.pay import pay

REQUIRED = {
    "drg_rate": {"standard.base_rate": 10_000},
    "drg_points": {
        "standard.point_value": 100,
        "standard.points_per_weight": 100,
        "standard.mean_cost": 10_000,
    },
    "dip": {"standard.point_value": 10, "dip.score_base": 1000, "standard.mean_cost": 10_000},
    "ffs": {},
}
WEIGHTS = {
    "drg": ["ES11", "ES13", "ES15", "GZ13", "RE19"],
    "weight": [2.0, 1.0, 0.5, 1.5, 0.8],
    "mean_cost": [20_000.0, 10_000.0, 5_000.0, 15_000.0, 8_000.0],
}
CASE = {
    "drg": "ES13",
    "insurance": "employee",
    "hospital_level": 3,
    "hospital_id": "H1",
    "los": 7,
    "total_cost": 9_000.0,
}


def policy(changes: dict[str, Any] | None = None, method: str = "drg_rate") -> Policy:
    """A policy that says what its method needs and `changes`; a fund pays the whole bill."""
    document = {
        "drgsim_policy": 1,
        "id": "test",
        "title": {"zh": "测试", "en": "test"},
        "valid": {"from": "2020-01-01", "to": "2026-12-31"},
        "method": method,
        "parameters": {
            path: {"value": value, "source": "R090", "state": "assumed"}
            for path, value in (REQUIRED[method] | (changes or {})).items()
        },
    }
    return Policy.load(document)


def cases(*rows: dict[str, Any]) -> pd.DataFrame:
    """A case table: `CASE` with what each row says, case ids C0, C1, …"""
    return pd.DataFrame([{"case_id": f"C{number}", **CASE, **row} for number, row in enumerate(rows)])


def street(
    changes: dict[str, Any] | None,
    *rows: dict[str, Any],
    method: str = "drg_rate",
    weights: Any = None,
    **options: Any,
) -> Payments:
    """Pay the rows under a policy of these changes."""
    table = pd.DataFrame(WEIGHTS) if weights is None else weights
    return pay(cases(*rows), policy(changes, method), weights=table, **options)


def column(payments: Payments, name: str) -> list[Any]:
    return payments.frame[name].tolist()

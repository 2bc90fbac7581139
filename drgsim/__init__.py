"""drgsim: group, price and settle Chinese inpatient cases by CHS-DRG and DIP.

Importing this package costs NumPy and the standard library; every public name below is imported on
first use.
"""

from importlib import import_module
from typing import Any

from ._version import __version__
from .errors import DrgsimError

# public name -> the room that owns it
_PUBLIC: dict[str, str] = {
    "AuditResult": "audit.result",
    "audit": "audit",
    "Comparison": "simulation.comparison.comparison",
    "example_comparison": "simulation.simulate",
    "example_payments": "payment.pay",
    "simulate": "simulation.simulate",
    "settle": "settlement",
    "Settlement": "settlement",
    "check_cases": "cases",
    "iter_cases": "cases",
    "read_cases": "cases",
    "write_cases": "cases",
    "Catalogue": "codes",
    "DipCatalogue": "dip",
    "DipCatalogueBuilder": "dip",
    "DipGrouper": "dip",
    "DrgGrouper": "grouping",
    "compare_groupings": "transition.groupings",
    "transition": "transition",
    "Payments": "payment.faces.payments",
    "Policy": "policy.policy",
    "Scenario": "simulation.scenario.scenario",
    "Scheme": "schemes.scheme",
    "SyntheticRegion": "synthetic.region",
    "iter_synthetic_cases": "synthetic.generate",
    "synthetic_cases": "synthetic.generate",
    "Fund": "fund.fund",
    "FundScenario": "fund.scenario",
    "Valuation": "fund.valuation",
    "back_test": "fund.backtest",
    "value": "fund.value",
    "Weights": "weights.weights",
    "estimate": "payment.faces.estimate",
    "office": "office",
    "reconcile": "office.reconcile",
    "pay": "payment.pay",
    "refine": "grouping.refine.refine",
    "schemes": "schemes",
    "set_language": "language",
    "special_review_worklist": "payment.faces.worklist",
}

__all__ = ["DrgsimError", "__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    room = _PUBLIC.get(name)
    if room is None:
        raise AttributeError(f"module 'drgsim' has no attribute {name!r}")
    value = getattr(import_module(f"drgsim.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})

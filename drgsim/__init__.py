"""drgsim: group, price and settle Chinese inpatient cases by CHS-DRG and DIP.

Importing this package costs NumPy and the standard library; every public name below is imported on
first use.
"""

import os
import signal
import sys


def _stop(*_: object) -> None:
    os.write(2, b"drgsim: stopped\n")
    os._exit(130)


def _is_command() -> bool:
    """Whether this process is `drgsim …` or `python -m drgsim …`, and none that these have started."""
    name, words = (sys.argv or [""])[0], sys.orig_argv
    if name == "-m":
        return words[words.index("-m") + 1 :][:1] == ["drgsim"] if "-m" in words else False
    return name in words and os.path.basename(name).partition(".")[0] == "drgsim"  # noqa: PTH119


# stopped while it still loads what it needs; `drgsim.cli.main` takes over
if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _stop)

from importlib import import_module  # noqa: E402
from typing import Any  # noqa: E402

from ._version import __version__  # noqa: E402
from .errors import DrgsimError  # noqa: E402

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

"""`drgsim.simulate`: the simulation room's answer, with its charts, page and workbook."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ..cases.hospital_facts import HospitalFacts
from ..payment.engine.grouped import as_frame
from ..simulation import simulate as room
from .comparison import Comparison

if TYPE_CHECKING:
    import pandas as pd

    from ..simulation.progress import Listener


def simulate(
    cases: Any,
    scenarios: Any,
    *,
    years: int = 0,
    draws: int = 0,
    seed: int = 0,
    budgets: pd.DataFrame | None = None,
    funds: pd.DataFrame | None = None,
    insured: pd.DataFrame | None = None,
    progress: Listener | None = None,
    hospital: Any = None,
) -> Comparison:
    """Pay and settle the same cases under every scenario, and carry the funds on for some years.

    Parameters
    ----------
    cases : DataFrame or Arrow table of cases (`drgsim.read_cases`) of about a year, money in yuan; grouped
        by each scenario's scheme, unless they bear the baseline's groups.
    scenarios : the baseline first: Scenario, id of a shipped one, YAML file, or mapping; a flat mapping of
        parameter paths to values is a reform of the baseline. A single scenario is compared with itself
        before its levers and responses.
    years : how many years the funds are projected after that of the cases; 0 for none.
    draws : how often hospitals, and with years also assumptions, are drawn for the bands; 0 for none.
    seed : keys every draw. The same seed gives a case the same chances under every scenario.
    budgets : region, insurance, budget (yuan); without it a floating point value is settled on what the
        baseline spends.
    funds : region, insurance, income, other_spending, reserve (yuan), of the cases' year; without it
        national proportions are assumed.
    insured : region, insurance, insured and, optionally, age_band; without it national rates are assumed.
    hospital : facts on one's hospital that the cases leave out (level, insurance, region, id), as
        `HospitalFacts`, a mapping or the path of a `hospital.toml`; its coefficient belongs into a scenario.
    progress : called with a `Progress` (done, total, stage, what) as the run comes along.

    Returns
    -------
    Comparison: `summary()`, `by(column)`, `attribution()`, `flows()`, `hospitals()`, `projection()`,
    `bands()` and more; `plot_…()`; `to_html(path)`, `to_excel(path)`. It holds no case rows in any display.

    Raises
    ------
    ScenarioError, SimulationError, ColumnError, ArgumentError, SettlementError.

    Examples
    --------
    >>> import drgsim
    >>> cases = drgsim.synthetic_cases(n=1_000, year=2025, seed=1)
    >>> found = drgsim.simulate(cases, ["baseline-drg", {"outlier.high.threshold/3": 2.5}])
    >>> bool(found.summary().loc["reform", "fund_change"] > 0)
    True
    """
    found = room.simulate(
        _known(cases, hospital),
        scenarios,
        years=years,
        draws=draws,
        seed=seed,
        budgets=budgets,
        funds=funds,
        insured=insured,
        progress=progress,
    )
    return Comparison(**{each.name: getattr(found, each.name) for each in fields(found)})


def _known(cases: Any, hospital: Any) -> Any:
    """The cases with what they leave out of their hospital."""
    if hospital is None:
        return cases
    return HospitalFacts.of(hospital).without_coefficient().fill(as_frame(cases))[0]

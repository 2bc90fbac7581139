"""The responses of a scenario, applied to its cases one after the other in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from ...errors import nearest_name
from ...policy.policy_errors import Mistake
from ..scenario_errors import SimulationError, refuse
from .declarations import declared
from .habits import Habits

if TYPE_CHECKING:
    import pandas as pd


class Setting(Protocol):
    """A response as a scenario sets it."""

    @property
    def name(self) -> str: ...

    @property
    def values(self) -> Mapping[str, float]: ...


def apply_responses(
    cases: pd.DataFrame,
    settings: Sequence[Setting],
    seed: int = 0,
    *,
    scheme: str | None = None,
    habits: Habits | None = None,
) -> pd.DataFrame:
    """The cases after the responses of a scenario.

    Parameters
    ----------
    cases : DataFrame of cases, money in yuan, with what each stay faces (`facing`): `drg` or `dip_code`,
        `standard`, `ratio`, `weight`, `low_threshold`. Only what a response uses must be there.
    settings : the responses of a scenario, each once, in any order: they are applied in the order of
        `declared()`.
    seed : keys the draws; a stay draws the same number under every scenario.
    scheme : the DRG scheme the cases are grouped by; `coding_drift` needs it.
    habits : where patients go and which complications are coded (`Habits.learn`); learned from `cases`
        where it is not given. Give it when cases come in parts.

    Returns
    -------
    DataFrame with the columns of `cases`, which are never changed: the same object when every strength is
    0. Stays that responses add come last and the index is then a new RangeIndex. The group and the
    standard of a changed stay are those of before: group and pay it again.

    Raises
    ------
    ScenarioError when a setting is unknown, doubled or out of bounds; SimulationError when a column that a
    response needs is missing.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from drgsim import synthetic_cases
    >>> cases = synthetic_cases(n=2_000, seed=1)
    >>> after = apply_responses(cases, [SimpleNamespace(name="length_of_stay", values={"share": 0.1})])
    >>> bool(after["los"].mean() < cases["los"].mean())
    True
    """
    wanted = _checked(settings)
    active = {name: values for name, values in wanted.items() if not declared()[name].is_idle(values)}
    if habits is None and LEARNING & active.keys():
        habits = Habits.learn(
            cases, destinations="referral" in active, scheme=scheme if "coding_drift" in active else None
        )
    for name, values in active.items():
        before = len(cases)
        cases = response(name)(cases, values, seed=seed, scheme=scheme, habits=habits)
        if before and not len(cases):
            raise SimulationError(
                f"the response {name!r} leaves no stay",
                got={key: value for key, value in values.items() if value},
                do="give it less strength",
            )
    return cases


LEARNING = frozenset({"referral", "coding_drift"})  # what they do depends on the cases as a whole


def response(name: str) -> Any:
    """The `apply` of a response."""
    return import_module(f".{name}", __package__).apply


def _checked(settings: Sequence[Setting]) -> dict[str, dict[str, float]]:
    """The values of each response that is set, in the order of application."""
    problems: list[Mistake] = []
    found: dict[str, dict[str, float]] = {}
    for setting in settings:
        where = f"responses.{setting.name}"
        if setting.name not in declared():
            near = nearest_name(setting.name, declared())
            problems.append(Mistake(where, "no such response", allowed=", ".join(declared()), nearest=near))
        elif setting.name in found:
            problems.append(Mistake(where, "set twice"))
        else:
            found[setting.name] = declared()[setting.name].check(setting.values, where, problems)
    refuse(problems, "the responses")
    return {name: found[name] for name in declared() if name in found}

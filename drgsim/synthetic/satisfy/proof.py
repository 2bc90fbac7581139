"""Proof by grouping: the candidates that land where they ought to, and where each target can be reached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...grouping import DrgGrouper
from ...schemes.rules.terms import Variable
from ..targets import SEXES, bands, cell_count
from .candidates import Core
from .severity_codes import SEVERITIES, SeverityCodes
from .target import Target, targets

_TRIALS = 2  # cases tried for the group of a cell and severity

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Proof:
    """The targets that some core was proved for, with those cores, and what was reached.

    `reach` is int32 [targets, cells, severities]: the place of the group in the scheme, -1 for none.
    """

    targets: tuple[Target, ...]
    reach: npt.NDArray[np.int32]


def prove(grouper: DrgGrouper, severity: SeverityCodes) -> Proof:
    """Solve the rules of the grouper's scheme and prove every solution with the grouper."""
    aimed = tuple(target for target in targets(grouper.scheme) if target.cores)
    number_of = {drg.code: number for number, drg in enumerate(grouper.scheme.drgs)}
    probe = Probe(grouper, severity)
    fits = [fitting(target.cores) for target in aimed]
    reach = _reach(probe, aimed, fits, number_of)
    proved = _proved(probe, aimed, fits, reach, number_of)
    kept = [number for number, places in enumerate(proved) if len(places)]
    return Proof(
        tuple(
            replace(aimed[number], cores=tuple(aimed[number].cores[place] for place in proved[number]))
            for number in kept
        ),
        reach[kept],
    )


def fitting(cores: Sequence[Core]) -> Bools:
    """Which cores fit which cells: bool [cores, cells]."""
    limits = [core.limit for core in cores]
    age_from, age_to = (
        np.array([getattr(limit, name) for limit in limits]) for name in ("age_from", "age_to")
    )
    days = [core.needs.bounds.get(Variable.AGE_DAYS, (-np.inf, np.inf)) for core in cores]
    least, most = np.array(days).T
    of_sex = [np.array([sex in limit.sexes for limit in limits]) for sex in SEXES]
    columns = []
    for band in bands():
        fits = (age_from <= band.age_to) & (age_to >= band.age_from)
        if band.days_from is not None and band.days_to is not None:
            fits &= (least <= band.days_to) & (most >= band.days_from)
        columns += [fits & own for own in of_sex]
    return np.stack(columns, axis=1)


def _reach(
    probe: Probe, aimed: Sequence[Target], fits: Sequence[Bools], number_of: dict[str, int]
) -> npt.NDArray[np.int32]:
    """The group that trial cases of each target, cell and severity land in."""
    asked = []
    for number, target in enumerate(aimed):
        for cell in range(cell_count()):
            for place in np.flatnonzero(fits[number][:, cell])[:_TRIALS]:
                for severity in range(len(SEVERITIES)):
                    if probe.add(target.cores[place], cell, severity):
                        asked.append((number, cell, severity))
    landed: dict[tuple[int, int, int], Counter[str]] = defaultdict(Counter)
    for spot, drg in zip(asked, probe.answers(), strict=True):
        if drg in aimed[spot[0]].drgs:
            landed[spot][drg] += 1
    reach = np.full((len(aimed), cell_count(), len(SEVERITIES)), -1, dtype=np.int32)
    for spot, counts in landed.items():
        reach[spot] = number_of[counts.most_common(1)[0][0]]
    return reach


def _proved(
    probe: Probe,
    aimed: Sequence[Target],
    fits: Sequence[Bools],
    reach: npt.NDArray[np.int32],
    number_of: dict[str, int],
) -> list[Ints]:
    """Places of the cores of each target that land where its trial cases did, each tried in one cell."""
    asked = []
    for number, target in enumerate(aimed):
        reachable = fits[number] & (reach[number] >= 0).any(axis=1)
        severity = (reach[number] >= 0).argmax(axis=1)
        for place in np.flatnonzero(reachable.any(axis=1)).tolist():
            cells = np.flatnonzero(reachable[place])
            cell = int(cells[place % len(cells)])  # another cell for each core, so that all are tried
            if probe.add(target.cores[place], cell, int(severity[cell])):
                asked.append((number, place, int(reach[number, cell, severity[cell]])))
    right = [np.zeros(len(target.cores), dtype=bool) for target in aimed]
    for (number, place, expected), drg in zip(asked, probe.answers(), strict=True):
        right[number][place] = number_of.get(drg) == expected
    return [np.flatnonzero(kept) for kept in right]


# what a case has when its core does not say; chosen to meet no rule by chance
_USUAL = {Variable.WEIGHT: 3200, Variable.LOS: 8, Variable.ICU_HOURS: 0, Variable.DISCHARGE: 1}


class Probe:
    """A table of trial cases that is filled, grouped in one call, and read back."""

    def __init__(self, grouper: DrgGrouper, severity: SeverityCodes) -> None:
        self._grouper, self._severity = grouper, severity
        self._rows: list[tuple[Any, ...]] = []

    def add(self, core: Core, cell: int, severity: int) -> bool:
        """Put a trial case in, of a cell that the core fits; False when no code gives it the severity."""
        band, sex = bands()[cell // len(SEXES)], SEXES[cell % len(SEXES)]
        secondary = core.diagnoses
        if SEVERITIES[severity] != "none":
            counting = self._severity.counting(SEVERITIES[severity], self._severity.excluding(core.principal))
            added = next(
                (code for code in counting if code != core.principal and code not in secondary), None
            )
            if added is None:
                return False
            secondary = (*secondary, added)
        days = band.days_from
        self._rows.append(
            (
                sex,
                max(core.limit.age_from, band.age_from),
                None if days is None else _inside(core, Variable.AGE_DAYS, days),
                _inside(core, Variable.WEIGHT, _USUAL[Variable.WEIGHT]) if band.is_under_one else None,
                _inside(core, Variable.LOS, _USUAL[Variable.LOS]),
                _inside(core, Variable.ICU_HOURS, _USUAL[Variable.ICU_HOURS]),
                min(core.needs.discharges, default=_USUAL[Variable.DISCHARGE]),
                core.needs.department or "",
                "|".join((core.principal, *secondary)),
                "|".join((core.main, *core.procedures)) if core.main else "",
            )
        )
        return True

    def answers(self) -> list[str]:
        """The group of each trial case, in the order they were added; the table is empty again."""
        names = ["sex", "age", "age_days", "birth_weight", "los", "icu_hours", "discharge", "department"]
        table = pd.DataFrame(self._rows, columns=[*names, "diagnoses", "procedures"])
        table = table.astype({"age_days": "Int64", "birth_weight": "Int64"})
        table["admission_weight"] = table["birth_weight"]
        self._rows = []
        return list(self._grouper.group(table)["drg"])


def _inside(core: Core, variable: Variable, usual: int) -> int:
    bounds = core.needs.bounds
    return int(min(max(usual, bounds[variable][0]), bounds[variable][1])) if variable in bounds else usual

"""Trial cases: what a core looks like as a case of an age, sex and severity, and where grouping puts it."""

from __future__ import annotations

from typing import Any

from ...grouping import DrgGrouper
from ...schemes.rules.terms import Variable
from ..bands import SEXES, bands
from .candidates import Core
from .severity_codes import SEVERITIES, SeverityCodes

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
        import pandas as pd

        names = ["sex", "age", "age_days", "birth_weight", "los", "icu_hours", "discharge", "department"]
        table = pd.DataFrame(self._rows, columns=[*names, "diagnoses", "procedures"])
        table = table.astype({"age_days": "Int64", "birth_weight": "Int64"})
        table["admission_weight"] = table["birth_weight"]
        self._rows = []
        return list(self._grouper.group(table)["drg"])


def _inside(core: Core, variable: Variable, usual: int) -> int:
    bounds = core.needs.bounds
    return int(min(max(usual, bounds[variable][0]), bounds[variable][1])) if variable in bounds else usual

"""Trial cases: what a core looks like as a case of an age, sex and severity, and where grouping puts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...schemes.model import Scheme
from ...schemes.rules.terms import Variable
from ..bands import SEXES, Band, bands
from .candidates import Core
from .severity_codes import SEVERITIES, SeverityCodes

if TYPE_CHECKING:
    import pandas as pd

Grouping = Callable[["pd.DataFrame"], Sequence[str]]

# what a case has when its core does not say; chosen to meet no rule by chance
_USUAL = {Variable.WEIGHT: 3200, Variable.LOS: 8, Variable.ICU_HOURS: 0, Variable.DISCHARGE: 1}


def grouping(scheme: Scheme) -> Grouping:
    """The groups that the scheme's own grouper gives the cases of a table."""
    from ...grouping import DrgGrouper

    grouper = DrgGrouper(scheme)
    return lambda table: list(grouper.group(table)["drg"])


class Probe:
    """A table of trial cases that is filled, grouped in one call, and read back."""

    def __init__(self, group: Grouping, severity: SeverityCodes) -> None:
        self._group, self._severity = group, severity
        self._rows: list[tuple[Any, ...]] = []

    def add(self, core: Core, cell: int, severity: int) -> bool:
        """Put a trial case in; False when no case of this cell or severity can be made."""
        band, sex = bands()[cell // len(SEXES)], SEXES[cell % len(SEXES)]
        ages = age_range(core, band)
        if ages is None or sex not in core.limit.sexes:
            return False
        secondary = core.diagnoses
        if SEVERITIES[severity] != "none":
            counting = self._severity.counting(SEVERITIES[severity], self._severity.excluding(core.principal))
            added = next(
                (code for code in counting if code != core.principal and code not in secondary), None
            )
            if added is None:
                return False
            secondary = (*secondary, added)
        self._rows.append(
            (
                sex,
                ages[0],
                band.days_from
                if band.days_from is None
                else _inside(core, Variable.AGE_DAYS, band.days_from),
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
        return list(self._group(table)) if len(table) else []


def age_range(core: Core, band: Band) -> tuple[int, int] | None:
    """The ages of a band that a core fits; None when there is none."""
    low, high = max(core.limit.age_from, band.age_from), min(core.limit.age_to, band.age_to)
    return (low, high) if low <= high else None


def _inside(core: Core, variable: Variable, usual: int) -> int:
    bounds = core.needs.bounds
    return int(min(max(usual, bounds[variable][0]), bounds[variable][1])) if variable in bounds else usual

"""The estimator that learns a DIP catalogue from cases."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._paths import data_path
from ...errors import ArgumentError
from ..catalogue import DipCatalogue
from ..catalogue_tables import AUXILIARY_CLASSES
from ..classes import ProcedureClasses
from ..grouper import DipGrouper
from ..model import AuxiliaryClass, ComorbidityClass
from ..rules import RuleSet
from .fitting import Fit
from .report import DipFitReport

if TYPE_CHECKING:
    import pandas as pd


class DipCatalogueBuilder:
    """Learns a DIP catalogue from cases.

    Parameters
    ----------
    id, title, title_zh : of the catalogue
    library : a catalogue (or its name) whose types are given, such as `dip-national-3.0`: scores are learned
        for those that enough cases are in, composite types are made of what is left; None finds the types
        in the cases
    rules : the rule set it is meant for, and by which its statistics are gathered; None takes the library's,
        else `base`
    classes : procedure classes; None takes the shipped table (`assumed`)
    complications : a DRG scheme whose CC and MCC the severity classes go by; None: none
    auxiliary_classes : auxiliary classes to try, as far as the rule set heeds their dimension; None takes
        the shipped ones
    comorbidity_classes : the classes of the comorbidity index; without them, and without a column `cci`, the
        classes that go by it are not tried, and the report says what they need
    excluded_procedures : procedures that tell no types apart (adjuncts, say); they enter the catalogue
    benchmark, fixed_sum : the benchmark type, or the sum of yuan, of those score methods
    **given : any parameter of `data/dip/builder.toml` (`builder_defaults()` lists value, source and state)

    Attributes
    ----------
    catalogue_ : the catalogue learned; its trust state is `assumed`
    report_ : DipFitReport
    parameters_ : every parameter with the value that was used

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"diagnoses": ["K80.100"] * 40, "procedures": ["51.2300"] * 30 + [""] * 10,
    ...                       "total_cost": [12000.0] * 30 + [4000.0] * 10})
    >>> builder = DipCatalogueBuilder(core_min_cases=10).fit(cases)
    >>> builder.catalogue_.frame["score"].tolist()[:2]
    [400.0, 1200.0]
    """

    def __init__(
        self,
        *,
        id: str = "learned",
        title: str = "Learned from cases",
        title_zh: str = "由病例测算",
        library: DipCatalogue | str | Path | None = None,
        rules: RuleSet | str | Path | None = None,
        classes: ProcedureClasses | None = None,
        complications: str | None = None,
        auxiliary_classes: Iterable[AuxiliaryClass] | None = None,
        comorbidity_classes: Iterable[ComorbidityClass] = (),
        excluded_procedures: Iterable[str] = (),
        benchmark: str | None = None,
        fixed_sum: float | None = None,
        **given: Any,
    ) -> None:
        self.parameters_ = {**parameters(given), "benchmark": benchmark, "fixed_sum": fixed_sum}
        needed = {"benchmark": benchmark, "fixed_sum": fixed_sum}.get(self.parameters_["score_method"], True)
        if not needed:
            method = self.parameters_["score_method"]
            raise ArgumentError(f"the score method {method!r} needs `{method}`", got=None)
        self.id, self.title, self.title_zh = id, title, title_zh
        self.library: DipCatalogue | None = (
            DipCatalogue.load(library) if isinstance(library, str | Path) else library
        )
        rules = rules or (self.library.rules if self.library else "base")
        self.rules = rules if isinstance(rules, RuleSet) else RuleSet.load(rules)
        self.comorbidity_classes = tuple(comorbidity_classes)
        self.classes = classes or ProcedureClasses.load()
        self.complications = complications
        chosen = shipped_auxiliary_classes() if auxiliary_classes is None else tuple(auxiliary_classes)
        self.auxiliary_classes = {item.name: item for item in chosen}
        self.excluded_procedures = frozenset(excluded_procedures)
        self.catalogue_: DipCatalogue
        self.report_: DipFitReport

    def fit(self, cases: pd.DataFrame) -> DipCatalogueBuilder:
        """Learn from cases: needs `diagnoses` and `total_cost`.

        `procedures` tell types apart; `discharge_date` or `year` weigh the years; `hospital_level` gives
        coefficients and primary-care types; `drug_cost` and `consumable_cost` their scores; `age`, `los`,
        `discharge`, `icu_hours` the auxiliary types. Cases that cannot count are counted in
        `report_.left_out`. Raises ColumnError or DipFitError when nothing can be learned.
        """
        self.report_ = Fit(
            self.id,
            self.title,
            self.title_zh,
            self.rules,
            self.classes,
            self.complications,
            self.auxiliary_classes,
            self.excluded_procedures,
            self.parameters_,
            self.library,
            self.comorbidity_classes,
        ).run(cases)
        self.catalogue_ = self.report_.catalogue
        return self

    def transform(self, cases: pd.DataFrame) -> pd.DataFrame:
        """The cases grouped by the catalogue learned; see `DipGrouper.group`.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipCatalogueBuilder
        >>> cases = pd.DataFrame(
        ...     {
        ...         "diagnoses": ["K80.100"] * 20 + ["I10.x00"] * 20,
        ...         "procedures": [""] * 40,
        ...         "total_cost": [9000.0] * 20 + [3000.0] * 20,
        ...         "discharge_date": ["2025-03-01"] * 40,
        ...     }
        ... )
        >>> DipCatalogueBuilder(id="mine").fit(cases).transform(cases.head(1))["dip_code"].item()
        'K80.1-0'
        """
        return DipGrouper(self.catalogue_, rules=self.rules, classes=self.classes).group(cases)

    def fit_transform(self, cases: pd.DataFrame) -> pd.DataFrame:
        """`fit`, then `transform` of the same cases.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipCatalogueBuilder
        >>> cases = pd.DataFrame(
        ...     {
        ...         "diagnoses": ["K80.100"] * 20 + ["I10.x00"] * 20,
        ...         "procedures": [""] * 40,
        ...         "total_cost": [9000.0] * 20 + [3000.0] * 20,
        ...         "discharge_date": ["2025-03-01"] * 40,
        ...     }
        ... )
        >>> DipCatalogueBuilder(id="mine").fit_transform(cases)["dip_code"].unique().tolist()
        ['K80.1-0', 'I10.x-0']
        """
        return self.fit(cases).transform(cases)

    def __repr__(self) -> str:
        return f"DipCatalogueBuilder({self.id!r}, rules={self.rules.id!r})"


@cache
def shipped_auxiliary_classes() -> tuple[AuxiliaryClass, ...]:
    """The auxiliary classes that a fit tries by default."""
    problems: list[str] = []
    found = AUXILIARY_CLASSES.read(data_path("dip"), problems)
    assert not problems, problems
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Default:
    """A parameter of the builder: its value, where it is from, and how far to trust it."""

    value: Any
    zh: str
    en: str
    source: str
    state: str
    note: str = ""


@cache
def builder_defaults() -> Mapping[str, Default]:
    """Every parameter of `DipCatalogueBuilder` by name.

    >>> builder_defaults()["core_min_cases"].value
    15
    """
    document = tomllib.loads(data_path("dip", "builder.toml").read_text(encoding="utf-8"))
    return {name: Default(**{"value": None, **row}) for name, row in document.items()}


_CHOICES = {
    "diagnosis_characters": (4, 6),
    "score_method": ("mean_cost", "benchmark", "fixed_sum"),
    "trim": ("none", "percentile", "iqr"),
    "hospital_coefficient": ("mean", "case_mix"),
}
_SHARES = ("core_coverage", "primary_care_share", "auxiliary_cv_cut")


def parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with what is given in their place; ArgumentError for what cannot be."""
    defaults = builder_defaults()
    for name, value in given.items():
        if name not in defaults:
            raise ArgumentError(
                "the builder has no such parameter", got=name, allowed=list(defaults), nearest=defaults
            )
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ArgumentError(f"{name} cannot be this", got=value, allowed=_CHOICES[name])
        if name in _SHARES and value is not None and not 0 < value <= 1:
            raise ArgumentError(f"{name} is a share", got=value, allowed="above 0, at most 1")
        if name.endswith("_cases") and (not isinstance(value, int) or value < 1):
            raise ArgumentError(f"{name} is a number of cases", got=value, allowed="1 or more")
    return {**{name: default.value for name, default in defaults.items()}, **given}

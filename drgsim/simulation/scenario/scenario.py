"""A scenario: a policy, the changes laid over it, how people respond, and what the years bring."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from os import PathLike
from pathlib import Path
from typing import Any

from ..._atomic import replacing
from ...policy.yaml_text import write_yaml
from .display import scenario_html, scenario_line, scenario_text
from .document import DOCUMENT_VERSION, as_document, read, read_document, shipped
from .lever import Lever
from .parts import Coverage
from .phase_in import PhaseIn
from .response_setting import ResponseSetting
from .scenario_record import ScenarioRecord
from .stated_policy import day_of, warn_about_day

__all__ = ["Coverage", "Lever", "PhaseIn", "ResponseSetting", "Scenario"]


@dataclass(frozen=True, eq=False, repr=False)
class Scenario(ScenarioRecord):
    """One question to the fund, as one document.

    Make one with `load` or `of`; `reform`, `respond` and `assume` return another. Equal content has an equal
    hash, whichever way it was written, and scenarios of an equal hash are equal.

    Attributes
    ----------
    id, title, note, assumptions, coverage : str, {"zh": …, "en": …}, str, and what else a document states
    policy : what pays the cases before any lever: an id, a policy document, or one for each care region
    on : the day whose rules hold in every year; None takes each year's own last day
    weights : `fit` (of the baseline's cases), `policy` (the table the policy names), or a published table
    levers, responses : changes of rules in their order, and what people do about them; each a bar

    Examples
    --------
    >>> import datetime
    >>> scenario = Scenario.of("national-drg-rate", on="2025-12-31").reform(
    ...     {"outlier.high.method": "excess"}, id="excess")
    >>> [lever.title["en"] for lever in scenario.levers]
    ['how high outliers are paid']
    >>> scenario.policies(datetime.date(2025, 6, 30)).id, scenario.to_yaml().splitlines()[0]
    ('national-drg-rate', 'drgsim_scenario: 1')
    >>> scenario.assume({"rate_growth": 0.02}).hash == scenario.hash
    False
    """

    @classmethod
    def load(
        cls, source: str | PathLike[str] | Mapping[str, Any] | Scenario, *, over: Scenario | None = None
    ) -> Scenario:
        """A scenario from a shipped id, a YAML file or a mapping of the same form.

        With `over`, a document that names neither a policy nor a scenario it extends is laid over that
        scenario, and so is a flat reform (paths to values alone), which is one lever named by its file.

        Raises NotFoundError, FileFormatError, or ScenarioError with every problem of the document; warns
        (PolicyDateWarning) about a day `on` on which the policy's rules are not known.

        Parameters
        ----------
        source : str, path, mapping or Scenario
        over : Scenario, optional

        Examples
        --------
        >>> Scenario.load("special-review-ceiling").id
        'special-review-ceiling'
        """
        if isinstance(source, Scenario):
            return source
        raw, name, folder = read(source if isinstance(source, Mapping) else str(source))
        below = None
        if over is not None:
            below = {field.name: getattr(over, field.name) for field in fields(cls)}
            raw = as_document(raw, "reform" if folder is None else Path(name).stem)
        scenario = cls(**read_document(raw, name=name, folder=folder, over=below))
        warn_about_day(scenario.policy_documents, scenario.on)
        return scenario

    @classmethod
    def of(
        cls,
        policy: Any,
        *,
        id: str = "baseline",
        on: datetime.date | str | None = None,
        weights: str = "fit",
    ) -> Scenario:
        """A scenario of a policy alone: an id, a file, a document, a `Policy`, or one for each care region.

        A `Policy` object brings its own day when `on` is not given. Raises ScenarioError with every problem,
        SimulationError for policies of different days.

        Parameters
        ----------
        policy : str, Path, mapping, Policy, or {region: one of these}
        id : str
        on : date or ISO text, optional
        weights : "fit", "policy", or the id of a published table
        """
        day = day_of(policy) if on is None else on
        return cls.load(
            {"drgsim_scenario": DOCUMENT_VERSION, "id": id, "policy": policy, "on": day, "weights": weights}
        )

    @staticmethod
    def available() -> tuple[str, ...]:
        """The ids of the shipped scenarios.

        >>> "cross-region-price-book" in Scenario.available()
        True
        """
        return tuple(shipped())

    def reform(
        self,
        reform: Mapping[str, Any] | None = None,
        *,
        id: str,
        title: Mapping[str, str] | str | None = None,
        policy: Any = None,
        scheme: str | None = None,
        hospitals: Mapping[str, Any] | None = None,
        supervision: Mapping[str, Any] | None = None,
        phase_in: PhaseIn | Mapping[str, Any] | None = None,
    ) -> Scenario:
        """This scenario with one more lever, laid over those it has.

        `reform` maps parameter paths to values, or to values by date; `policy` and `scheme` switch to
        another policy or scheme; `hospitals` maps ids to `{"level": …}` or `{"merged_into": …}`;
        `supervision` maps coverage, detection and deterrence to shares. What `coverage` said of the rule
        before is not said of the new one.
        Raises ScenarioError with every problem.

        Parameters
        ----------
        reform : mapping of path to value, or to {date: value}, optional
        id : str
        title : text, or {"zh": …, "en": …}, optional
        policy, scheme : optional
        hospitals, supervision : mappings, optional
        phase_in, coverage : optional
            how the change comes in over years; what of the rule is modelled
        """
        lever = {
            "id": id, "title": title, "reform": reform, "policy": policy, "scheme": scheme,
            "hospitals": hospitals, "supervision": supervision,
        }  # fmt: skip
        phased = phase_in.to_document() if isinstance(phase_in, PhaseIn) else phase_in
        return self._with(levers=[*self.document["levers"], lever | {"phase_in": phased}], coverage=[])

    def respond(
        self, name: str, *, phase_in: PhaseIn | Mapping[str, Any] | None = None, **values: float
    ) -> Scenario:
        """This scenario with a behavioural response, such as `respond("coding_drift", share=0.05)`.

        Said again, what is stated replaces what was.

        Parameters
        ----------
        name : str
            a declared response; `data/simulation/responses.yaml` has them with their bounds
        phase_in : PhaseIn or mapping, optional
            start (year), years, profile
        **values : float
            strengths, within the declared bounds

        Raises
        ------
        ScenarioError
            for a response that is none, or a value out of bounds.

        Examples
        --------
        >>> Scenario.of("national-drg-rate").respond("coding_drift", share=0.05).responses[0].name
        'coding_drift'
        """
        phased = phase_in.to_document() if isinstance(phase_in, PhaseIn) else phase_in
        before = self.document["responses"].get(name, {})
        stated = before | values | ({} if phased is None else {"phase_in": phased})
        return self._with(responses={**self.document["responses"], name: stated})

    def assume(self, overrides: Mapping[str, Any] | None = None, /, **more: Any) -> Scenario:
        """This scenario with some assumptions replaced.

        Parameters
        ----------
        overrides : mapping of path to number, or to {year: number}
        **more
            the same, by keyword

        Raises
        ------
        ScenarioError
            with every problem: an assumption that is none, a value out of its bounds.
        """
        return replace(self, assumptions=self.assumptions.over({**(overrides or {}), **more}))

    def named(self, id: str, *, title: Mapping[str, str] | str | None = None, note: str = "") -> Scenario:
        """The same scenario under another name.

        Parameters
        ----------
        id : str
        title : text, or {"zh": …, "en": …}, optional
        note : str

        Raises
        ------
        ScenarioError
            for an id that cannot be one.

        Examples
        --------
        >>> Scenario.of("national-drg-rate").named("ours").id
        'ours'
        """
        return self._with(id=id, title=title, note=note)

    def to_yaml(self, path: str | PathLike[str] | None = None) -> str:
        """The document as YAML text, written to `path` if given; loading it gives an equal scenario."""
        text = write_yaml({key: value for key, value in self.document.items() if value not in ("", [], {})})
        if path is not None:
            with replacing(path) as part:
                part.write_text(text, encoding="utf-8")
        return text

    def _with(self, **changes: Any) -> Scenario:
        return Scenario(**read_document({**self.document, **changes}, name=f"the scenario {self.id}"))

    def __repr__(self) -> str:
        return scenario_line(self)

    def __str__(self) -> str:
        return scenario_text(self)

    def _repr_html_(self) -> str:
        return scenario_html(self)

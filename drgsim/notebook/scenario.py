"""A question to a policy in a notebook: parameters with labels and sources, changes checked at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import yaml

from .._optional import require
from ..errors import ArgumentError, DrgsimError
from ..policy.display import value_text
from ..policy.parameter_values import to_plain
from ..policy.parameters import catalogue
from ..simulation.scenario.scenario import Scenario
from ..web.told import told
from ..words import pairs, unit_text
from .shown import Shown, error, preformatted, table

Language = Literal["zh", "en"]
_STATES = pairs("trust")


def scenario(
    baseline: Any = "national-drg-rate",
    changes: Mapping[str, Any] | None = None,
    *,
    parameters: Iterable[str] = (),
    id: str = "my-question",
    lang: Language = "zh",
) -> ScenarioView:
    """A reform of a policy, to be seen and changed in a notebook.

    Parameters
    ----------
    baseline : id of a policy, a policy, or a Scenario
    changes : parameter path → value
    parameters : further paths to show; by default all that the policy sets
    id : the name of the lever

    Returns
    -------
    ScenarioView with `scenario` (a `Scenario`, of the same document and hash as the command line's) and
    `hash`. Raises PolicyError or ScenarioError with all that is wrong in the changes.

    >>> view = scenario("national-drg-rate", {"outlier.high.threshold": 2.5})
    >>> view.scenario.levers[0].id
    'my-question'
    """
    base = baseline if isinstance(baseline, Scenario) else Scenario.of(baseline)
    return ScenarioView(base, dict(changes or {}), tuple(parameters), id, lang)


class ScenarioView(Shown):
    """A baseline, changes of its parameters, and the scenario they make."""

    def __init__(
        self,
        baseline: Scenario,
        changes: Mapping[str, Any],
        parameters: tuple[str, ...],
        id: str,
        lang: Language,
    ) -> None:
        self.baseline, self.changes, self.lang = baseline, dict(changes), lang
        self._id = id
        self._policy = _policy(baseline)
        shown = parameters or tuple(self._policy.in_force)
        for path in shown:
            if path not in catalogue():
                raise ArgumentError("no such parameter", got=path, nearest=catalogue())
        self._shown = tuple(dict.fromkeys([*shown, *(path for path in changes if path in catalogue())]))
        self.scenario = baseline.reform(self.changes, id=id) if changes else baseline

    @property
    def hash(self) -> str:
        """The hash of the document."""
        return self.scenario.hash

    def with_changes(self, changes: Mapping[str, Any]) -> ScenarioView:
        """The same question with other changes. Raises with all that is wrong in them."""
        return ScenarioView(self.baseline, changes, self._shown, self._id, self.lang)

    def html(self) -> str:
        """The parameters with unit, present and changed value, source; then the document and its hash."""
        zh = self.lang == "zh"
        heads = (
            ("参数", "单位", "现值", "改为", "来源")
            if zh
            else ("parameter", "unit", "now", "changed to", "source")
        )
        rows = [
            (
                self._label(path),
                unit_text(catalogue()[path].unit or "", self.lang),
                value_text(self._stated(path), catalogue()[path], plain=self.lang),
                _brief(self.changes.get(path)) if path in self.changes else "",
                self._source(path),
            )
            for path in self._shown
        ]
        return table(rows, heads) + preformatted(self.scenario.to_yaml()) + f"<p>hash {self.hash}</p>"

    def widget(self) -> Any:
        """A box for each parameter; a change is checked at once, and the document follows."""
        widgets = require("ipywidgets", extra="notebook", feature="widgets")
        boxes = {
            path: widgets.Text(
                value=_text(self.changes.get(path)) if path in self.changes else "",
                placeholder=_brief(self._now(path)),
                description=self._label(path),
                continuous_update=False,
                style={"description_width": "22em"},
                layout={"width": "50em"},
            )
            for path in self._shown
        }
        answer = widgets.HTML(value=self.html())

        def follow(_: Any) -> None:
            stated = {path: yaml.safe_load(box.value) for path, box in boxes.items() if box.value.strip()}
            self.changes = {path: each for path, each in self.changes.items() if path not in boxes} | stated
            try:
                found = self.with_changes(self.changes)
            except DrgsimError as wrong:
                answer.value = error(told(wrong)) + preformatted(str(wrong))
                return
            self.scenario = found.scenario
            answer.value = found.html()

        def guarded(change: Any) -> None:
            try:
                follow(change)
            except yaml.YAMLError:
                answer.value = error(
                    {"code": "DS002", "message": "not a value", "do": "2.5, text, or {key: value}"}
                )

        for box in boxes.values():
            box.observe(guarded, names="value")
        return widgets.VBox([*boxes.values(), answer])

    def _label(self, path: str) -> str:
        parameter = catalogue()[path]
        return parameter.zh if self.lang == "zh" else parameter.en

    def _stated(self, path: str) -> Any:
        dated = self._policy.in_force.get(path)
        return catalogue()[path].default if dated is None else dated.value

    def _now(self, path: str) -> Any:
        return to_plain(self._stated(path))

    def _source(self, path: str) -> str:
        dated = self._policy.in_force.get(path)
        return "" if dated is None else f"{dated.source} ({_STATES[dated.state][self.lang == 'en']})"

    def __repr__(self) -> str:
        return f"ScenarioView({self._policy.id}, {len(self.changes)} changes, {self.hash[:12]})"


def _policy(baseline: Scenario) -> Any:
    from ..policy.policy import Policy

    document = baseline.policy
    if isinstance(document, Mapping) and "id" not in document:
        raise ArgumentError(
            "one policy at a time", got=sorted(map(str, document)), do="name one region's policy"
        )
    return document if isinstance(document, Policy) else Policy.load(document)


def _text(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, default_flow_style=True).removesuffix("\n...\n").strip()


def _brief(value: Any) -> str:
    text = _text(value)
    return "—" if value is None else text if len(text) <= 60 else text[:60] + "…"

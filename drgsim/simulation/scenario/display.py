"""A scenario as people read it: short, both languages, trust before changes."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from ...policy.display import trust_text
from ...words import chinese
from ..responses import declared
from .parts import STATES_ZH
from .phase_in import STEP, PhaseIn
from .reform_values import bare, states
from .stated_policy import names

if TYPE_CHECKING:
    from .lever import Lever
    from .scenario_record import ScenarioRecord

_LONG = 60  # characters of a value before the rest is cut
_PROFILES_ZH = chinese("phase_in")
_WEIGHTS_ZH = {"fit": "由基线病例测算", "policy": "政策所列权重表"}


def scenario_line(scenario: ScenarioRecord) -> str:
    """One line: id, policy, how many levers and responses, hash."""
    parts = [
        repr(scenario.id),
        f"policy={names(scenario.policy)!r}",
        f"on={str(scenario.on)!r}" if scenario.on else "on=None",
        f"levers={[lever.id for lever in scenario.levers]}",
        f"responses={[setting.name for setting in scenario.responses]}",
        f"hash={scenario.hash[:12]!r}",
    ]
    return f"Scenario({', '.join(parts)})"


def scenario_text(scenario: ScenarioRecord) -> str:
    """The scenario as lines of text."""
    lines = [_head(scenario), *(f"{label}: {text}" for label, text in _facts(scenario))]
    lines += [f"  {_lever_head(lever)}: {_lever_text(lever)}" for lever in scenario.levers]
    lines += [f"  {label}: {text}" for label, text in _responses(scenario)]
    lines += [f"{clause.state} {STATES_ZH[clause.state]}: {clause.clause}" for clause in scenario.coverage]
    return "\n".join([*lines, *([scenario.note] if scenario.note else [])])


def scenario_html(scenario: ScenarioRecord) -> str:
    """The same as a small table for a notebook."""
    rows = [*_facts(scenario)]
    rows += [(_lever_head(lever), _lever_text(lever)) for lever in scenario.levers]
    rows += _responses(scenario)
    rows += [(f"{each.state} {STATES_ZH[each.state]}", each.clause) for each in scenario.coverage]
    body = "".join(f"<tr><td>{escape(label)}</td><td>{escape(text)}</td></tr>" for label, text in rows)
    note = f"<p>{escape(scenario.note)}</p>" if scenario.note else ""
    return f"<p><b>{escape(_head(scenario))}</b></p><table><tbody>{body}</tbody></table>{note}"


def _head(scenario: ScenarioRecord) -> str:
    zh, en = scenario.title["zh"], scenario.title["en"]
    return f"{zh} {en} ({scenario.id})" if zh != en else f"{zh} ({scenario.id})"


def _facts(scenario: ScenarioRecord) -> list[tuple[str, str]]:
    day = f"on {scenario.on}" if scenario.on else "each year's own last day 各年年末"
    weights = f"{scenario.weights} {_WEIGHTS_ZH.get(scenario.weights, '已公布权重表')}"
    own: Counter[str] = Counter()
    for lever in scenario.levers:
        own.update(states(lever.reform))
    facts = [
        ("policy 政策", f"{names(scenario.policy)}, {day}"),
        ("trust 可信度", trust_text(_policy_states(scenario))),
        ("weights 权重", weights),
        ("assumptions 假设", _assumptions(scenario.assumptions)),
    ]
    if own:
        facts.append(("levers 改革参数", trust_text(own)))
    return facts


def _policy_states(scenario: ScenarioRecord) -> Counter[str]:
    policies: Any = scenario.policies(scenario.latest)
    found: Counter[str] = Counter()
    for policy in policies.values() if isinstance(policies, dict) else (policies,):
        found.update(policy.states)
    return found


def _assumptions(assumptions: Any) -> str:
    return f"{assumptions.id}: {trust_text(Counter(each.state for each in assumptions.values.values()))}"


def _lever_head(lever: Lever) -> str:
    zh, en = lever.title["zh"], lever.title["en"]
    title = zh if zh == en else f"{zh} {en}"
    return title if title == lever.id else f"{title} ({lever.id})"


def _lever_text(lever: Lever) -> str:
    parts = []
    if lever.policy is not None:
        parts.append(f"policy → {names(lever.policy)}")
    if lever.scheme is not None:
        parts.append(f"scheme → {lever.scheme}")
    parts += [f"{path} → {_short(value)}" for path, value in bare(lever.reform).items()]
    parts += [each.words for each in lever.hospitals]
    parts += [lever.supervision.words] if lever.supervision else []
    return "; ".join(parts or ["nothing 无变化"]) + _phase_in(lever.phase_in)


def _responses(scenario: ScenarioRecord) -> list[tuple[str, str]]:
    rows = []
    for setting in scenario.responses:
        title = declared()[setting.name].title
        values = ", ".join(f"{name} {value:g}" for name, value in setting.values.items()) or "0"
        rows.append((f"{title['zh']} {title['en']} ({setting.name})", values + _phase_in(setting.phase_in)))
    return rows


def _phase_in(phase_in: PhaseIn | None) -> str:
    if phase_in is None or phase_in.start is None:
        return ""
    if phase_in.profile == STEP:
        return f"; from {phase_in.start_word} 起"
    profile = f"{phase_in.profile} {_PROFILES_ZH[phase_in.profile]}"
    if isinstance(phase_in.start, int):
        return f"; {phase_in.start} to {phase_in.start + phase_in.years - 1} 年, {profile}"
    return f"; from {phase_in.start_word} 起, in {phase_in.years} steps, {profile}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"

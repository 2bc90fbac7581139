"""Where rules stand on the street: after which step each stage comes, what `after` and `instead_of` name."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import nearest_name
from ..policy_errors import Mistake
from .rule import Rule

# the fixed steps of the street in their order; a test holds that they are the street's own
STEPS = (
    "carve_out",
    "weight",
    "unit_price",
    "coefficient",
    "primary_care",
    "out_of_area",
    "standard",
    "routes",
    "per_diem",
    "unpriced",
    "outlier_ratio",
    "low_outlier",
    "extreme_outlier",
    "high_outlier",
    "high_outlier_quota",
    "incomplete",
    "readmission",
    "tcm_support",
    "new_technology",
    "special_review",
)
AFTER = {  # stage -> the step its rules follow
    "carve": "carve_out",
    "weight": "weight",
    "coefficient": "out_of_area",
    "standard": "standard",
    "route": "standard",
    "outlier": "outlier_ratio",
    "payment": "tcm_support",
    "review": "new_technology",
    "total": "special_review",
    "benefit": "special_review",
}
_RANK = {stage: rank for rank, stage in enumerate(AFTER)}


def following(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    """The rules that follow each step, in their order: by stage, then as the document lists them.

    A rule `after` another follows that one directly.
    """
    by_id = {rule.id: rule for rule in rules}
    placed: dict[str, list[Rule]] = {step: [] for step in STEPS}
    for rule in sorted(rules, key=lambda rule: _RANK[rule.stage]):
        if rule.after not in by_id:
            placed[rule.after or AFTER[rule.stage]].append(rule)
    waiting = [rule for rule in rules if rule.after in by_id]
    while waiting:
        for rule in [*waiting]:
            for row in placed.values():
                before = [place for place, each in enumerate(row) if each.id == rule.after]
                if before:
                    row.insert(before[0] + 1, rule)
                    waiting.remove(rule)
                    break
    return placed


def order_problems(rules: Sequence[Rule]) -> list[Mistake]:
    """Names of `after` and `instead_of` that are neither a step nor a rule, and circles."""
    names = [*STEPS, *(rule.id for rule in rules)]
    problems = []
    for rule in rules:
        for field, asked in (("after", (rule.after,) if rule.after else ()), ("instead_of", rule.instead_of)):
            for name in (name for name in asked if name not in names):
                near = nearest_name(name, names)
                problems.append(
                    Mistake(f"rules.{rule.id}.{field}", "neither a step nor a rule", name, nearest=near)
                )
    by_id = {rule.id: rule for rule in rules}
    for rule in rules:
        seen, at = [rule.id], rule.after
        while at in by_id and at not in seen:
            seen.append(at)
            at = by_id[at].after
        if at in seen:
            problems.append(
                Mistake(
                    f"rules.{rule.id}.after",
                    "rules follow one another in a circle",
                    got=" → ".join([*seen, at]),
                )
            )
            break
    return problems

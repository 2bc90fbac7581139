"""One ADRG after the other: what its cases say of its groups, and the rows it should have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...schemes.model import Adrg, AdrgKind, Drg
from ...schemes.rules.terms import ALWAYS, HasSeverity, Or
from ...schemes.rules.walk import leaves, print_rule
from ...schemes.scheme import Scheme
from .features import Cells, Constraints, Read, cells, own_classes
from .grow import grow, left_out
from .partition import Partition, cv_inside, explained, merged
from .write_rules import Written, write

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """What was found of one ADRG."""

    row: dict[str, Any]
    drgs: tuple[Drg, ...]
    written: Written | None
    groups: list[dict[str, Any]]


def cut(
    scheme: Scheme, answers: pd.DataFrame, read_: Read, used: npt.NDArray[np.bool_], c: Constraints
) -> list[Found]:
    group = answers["drg"].astype(object).to_numpy()
    adrg = answers["adrg"].astype(object).to_numpy()
    rows = np.flatnonzero(used)
    order = rows[np.argsort(adrg[rows].astype(str), kind="stable")]
    names, starts = np.unique(adrg[order].astype(str), return_index=True)
    parts = dict(zip(names.tolist(), np.split(order, starts[1:]), strict=True))
    found = []
    for row in scheme.adrgs:
        if row.kind is AdrgKind.AMBIGUOUS:
            continue
        drgs = tuple(drg for drg in scheme.drgs if drg.adrg == row.code)
        own = parts.get(row.code, np.zeros(0, np.int64))
        found.append(_one(scheme, row, drgs, own, group, read_, c))
    return found


def _one(
    scheme: Scheme, adrg: Adrg, drgs: tuple[Drg, ...], rows: Ints, group: Any, read_: Read, c: Constraints
) -> Found:
    row: dict[str, Any] = {
        "adrg": adrg.code,
        "name": adrg.name,
        "cases": len(rows),
        "groups_before": len(drgs),
    }
    if len(rows) < 2 * c.min_cases or len(np.unique(read_.hospital[rows])) < max(2, c.min_hospitals):
        return Found(row | {"decision": "few", "groups_after": len(drgs)}, drgs, None, [])
    places = {drg.code: place for place, drg in enumerate(drgs)}
    base = np.array([places[each] for each in group[rows]], np.int64)
    own = cells(read_, rows, base, own_classes(scheme, adrg, c.class_length), c)
    many = len(drgs)
    before = left_out(own, own.base, many)
    severe = frozenset(place for place, drg in enumerate(drgs) if _is_severity(drg))
    target = merged(own, own.base, many, c, given=True, severe=severe) if many > 1 else np.zeros(1, np.int64)
    choice = grow(own, c)
    row |= {
        "riv_before": explained(own, own.base, many),
        "cv_before": cv_inside(own, own.base, many),
        "left_out_before": before,
    }
    gains = len(choice.partition) > 1 and choice.left_out - before >= c.min_gain
    if gains and _hospitals(choice.partition, own, c):
        partition = _dearest_first(choice.partition, own)
        written = write(scheme, adrg, partition, own.features, c)
        return _told(row, own, partition.of(own.values), written.drgs, "split", choice.left_out, written)
    together = target[own.base]
    if many > 1 and int(target.max()) + 1 < many:
        rest = _merged_rows(drgs, target)
        return _told(row, own, together, rest, "merged", left_out(own, together, int(target.max()) + 1), None)
    return Found(
        row
        | {
            "decision": "kept",
            "groups_after": many,
            "riv_after": row["riv_before"],
            "cv_after": row["cv_before"],
            "left_out_after": before,
        },
        drgs,
        None,
        [],
    )


def _told(
    row: dict[str, Any],
    own: Cells,
    groups: Ints,
    drgs: tuple[Drg, ...],
    decision: str,
    gained: float,
    written: Written | None,
) -> Found:
    many = len(drgs)
    n, cost, square = (np.bincount(groups, each, many) for each in (own.n, own.cost, own.square))
    mean = cost / np.maximum(n, 1)
    sd = np.sqrt(np.maximum(square / np.maximum(n, 1) - mean**2, 0))
    told = [
        {
            "adrg": row["adrg"],
            "group": drg.code,
            "name": drg.name,
            "rule": print_rule(drg.rule),
            "cases": int(n[place]),
            "mean_cost": float(mean[place]),
            "cv": float(sd[place] / mean[place]) if mean[place] > 0 else float("nan"),
        }
        for place, drg in enumerate(drgs)
    ]
    after = {
        "decision": decision,
        "groups_after": many,
        "riv_after": explained(own, groups, many),
        "cv_after": cv_inside(own, groups, many),
        "left_out_after": gained,
    }
    return Found(row | after, drgs, written, told)


def _merged_rows(drgs: tuple[Drg, ...], target: Ints) -> tuple[Drg, ...]:
    """The base's groups with those of one target as one row: the last's code, the union of their rules.

    Members stand next to each other in the order of testing, so the union takes just what they took.
    """
    kept = []
    for new in range(int(target.max()) + 1):
        members = [drg for drg, each in zip(drgs, target, strict=True) if each == new]
        rules = [drg.rule for drg in members]
        rule = ALWAYS if ALWAYS in rules else (rules[0] if len(rules) == 1 else Or(tuple(_or_terms(rules))))
        kept.append(Drg(members[-1].code, members[-1].adrg, members[-1].name, rule))
    rows = kept
    if len(rows) == 1:
        adrg = rows[0].adrg
        return (Drg(f"{adrg}9", adrg, rows[0].name.partition("，")[0], ALWAYS),)
    return tuple(rows)


def _is_severity(drg: Drg) -> bool:
    return all(isinstance(leaf, HasSeverity) and not leaf.negated for leaf in leaves(drg.rule))


def _or_terms(rules: list[Any]) -> list[Any]:
    terms = [term for rule in rules for term in (rule.terms if isinstance(rule, Or) else (rule,))]
    return list(dict.fromkeys(terms))


def _dearest_first(partition: Partition, own: Cells) -> Partition:
    groups = partition.of(own.values)
    n, cost = (np.bincount(groups, each, len(partition)) for each in (own.n, own.cost))
    order = np.argsort(-(cost / np.maximum(n, 1)), kind="stable")
    return Partition(tuple(partition.groups[place] for place in order))


def _hospitals(partition: Partition, own: Cells, c: Constraints) -> bool:
    """Whether every group has cases of enough hospitals."""
    groups = partition.of(own.values)
    pairs = np.unique(np.stack([groups[own.case_cell], own.case_hospital]), axis=1)
    return bool((np.bincount(pairs[0], minlength=len(partition)) >= c.min_hospitals).all())

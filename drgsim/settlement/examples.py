"""Run the examples of a policy document: the inputs paid and settled, the published results beside ours."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import DrgsimError, nearest_name
from ..language import both
from ..payment.pay import pay
from ..policy.policy_errors import PolicyDateWarning
from ..words import word_in
from .clearing import due_after_sharing
from .settle import settle

if TYPE_CHECKING:
    from ..payment.faces.payments import Payments
    from ..policy.examples import Example
    from ..policy.policy import Policy

TIMES = "times"  # how many such stays a row of an example stands for
_EACH = ("weight", "coefficient", "unit_price", "ratio")  # not summed over stays
# what a case has that its example does not state
_DEFAULTS = {
    "insurance": "employee",
    "hospital_level": 3,
    "care_region": "R",
    "insured_region": "R",
    "los": 5,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One published number or word beside ours; `error` where the example could not be run."""

    example: str
    row: int
    name: str
    expected: Any
    got: Any
    tolerance: float
    error: str = ""

    @property
    def agrees(self) -> bool:
        """Whether ours is the published one within the tolerance."""
        if self.error or self.got is None:
            return False
        if isinstance(self.expected, str):
            return str(self.got) == self.expected
        # a tolerance is of the printed number; its last binary digit decides nothing
        return bool(
            abs(float(self.got) - float(self.expected)) <= self.tolerance + 1e-9 * abs(float(self.expected))
        )

    def __str__(self) -> str:
        mark = "ok  " if self.agrees else "FAIL"
        got = self.error or (f"{self.got:,.8g}" if isinstance(self.got, float | int) else self.got)
        wanted = f"{self.expected:,.8g}" if isinstance(self.expected, float | int) else self.expected
        told = both(f"应为 {wanted}，得 {got}", f"expected {wanted}, got {got}")
        case = both(f"第 {self.row + 1} 例", f"case {self.row + 1}")
        return f"{mark} {self.example}, {case}: {word_in(self.name)} {told}"


def run_examples(policy: Policy) -> list[Result]:
    """Every example of the policy's own document, in its order.

    An example that cannot be run is a result that does not agree, with the reason.
    """
    return [result for example in policy.document.examples for result in run_example(policy, example)]


def run_example(policy: Policy, example: Example) -> list[Result]:
    """One example: a row for each published number."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PolicyDateWarning)
            asked = policy if example.day is None else policy.at(example.day)
            asked = asked.reform(example.changes) if example.changes else asked
            rows = list(_found(asked, example))
    except DrgsimError as error:
        said = str(error).splitlines()[0]
        return [
            Result(example.id, row, name, value, None, example.tolerance, said)
            for row, wanted in enumerate(example.expect)
            for name, value in wanted.items()
        ]
    results = []
    for row, (wanted, got) in enumerate(zip(example.expect, rows, strict=True)):
        for name, value in wanted.items():
            near = nearest_name(str(name), got)
            meant = f"did you mean {near}? " if near else ""
            missing = "" if name in got else f"no such result; {meant}there are " + ", ".join(sorted(got))
            results.append(
                Result(example.id, row, str(name), value, got.get(name), example.tolerance, missing)
            )
    return results


def _found(policy: Policy, example: Example) -> Iterator[Mapping[str, Any]]:
    if not example.cases:
        booked, entitlement = (
            np.array([round(example.hospital[name] * 100)], np.int64) for name in ("booked", "entitlement")
        )
        due = int(due_after_sharing(booked, entitlement, policy)[0]) / 100
        booked_yuan = example.hospital["booked"]
        yield {
            **example.hospital,
            "due": due,
            "sharing": due - example.hospital["entitlement"],
            "due_share": due / booked_yuan if booked_yuan else None,
        }
        return
    cases, row_of = _cases(example)
    payments = pay(cases, policy, weights=_weights(example), dates=example.dates)  # type: ignore[arg-type]
    dues = _dues(payments, policy, example) if example.budgets else {}
    points = _point_values(payments, policy)
    frame = payments.frame
    if points is not None:
        frame["points"] = frame["payment"] / points
    for row in range(len(example.cases)):
        own = np.flatnonzero(row_of == row)
        got = _together(frame.iloc[own])
        hospital = str(cases["hospital_id"].iloc[own[0]])
        if hospital in dues:
            got["due"] = dues[hospital]
        yield got


def _together(frame: pd.DataFrame) -> dict[str, Any]:
    """What the stays of one row of an example came to: their own values for one; for several, `cases`, how
    many reviews were `accepted`, sums of money and points, and other values where all agree."""
    if len(frame) == 1:
        return {str(name): _plain(frame[name].iloc[0]) for name in frame.columns}
    got: dict[str, Any] = {"cases": len(frame), "accepted": int((frame["review"] == "accepted").sum())}
    for name in frame.columns:
        values = [_plain(value) for value in frame[name]]
        if name in _EACH or any(isinstance(value, str) or value is None for value in values):
            got[str(name)] = values[0] if len(set(values)) == 1 else None
        else:
            got[str(name)] = round(sum(values), 6)
    return got


def _cases(example: Example) -> tuple[pd.DataFrame, Any]:
    """The stays of an example, and the row of the example each stands in: `times` of a row repeats it."""
    times = [int(row.get(TIMES, 1)) for row in example.cases]
    row_of = np.repeat(np.arange(len(times)), times)
    rows = [
        {
            **_DEFAULTS,
            "hospital_id": f"H{number}",
            **{name: cell for name, cell in row.items() if name != TIMES},
        }
        for number, row in enumerate(example.cases, start=1)
    ]
    frame = pd.DataFrame([rows[row] for row in row_of])
    for column in (name for name in frame.columns if str(name).endswith("_date")):
        frame[column] = pd.to_datetime(frame[column])
    if "case_id" not in frame.columns:
        frame["case_id"] = [f"C{number}" for number in range(1, len(frame) + 1)]
    return frame, row_of


def _weights(example: Example) -> Any:
    if not example.weights:
        return None
    rows = [
        {"drg": group, **(dict(cells) if isinstance(cells, Mapping) else {"weight": cells})}
        for group, cells in example.weights.items()
    ]
    return pd.DataFrame(rows)


def _dues(payments: Payments, policy: Policy, example: Example) -> dict[str, float]:
    regions = sorted(set(payments.stays.frame["care_region"]))
    rows = [
        {"region": region, "insurance": insurance, "budget": money}
        for region in regions
        for insurance, money in example.budgets.items()
    ]
    hospitals = settle(payments, policy, budgets=pd.DataFrame(rows)).hospitals
    return {
        str(name): int(due) / 100
        for name, due in zip(hospitals["hospital_id"], hospitals["due"], strict=True)
    }


def _point_values(payments: Payments, policy: Policy) -> Any:
    """Yuan for a point, one a stay; None under a method without points."""
    if policy.method not in ("drg_points", "dip"):
        return None
    per_weight = float(policy["standard.points_per_weight"]) if policy.method == "drg_points" else 1.0
    return payments.findings.unit / per_weight


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None if value is None else str(value)
    return None if np.isnan(number) else number

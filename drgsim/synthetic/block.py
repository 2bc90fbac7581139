"""One block of cases: every step in its order, as columns of the case table without their final types."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .parts import PARTS, Bill
from .randomness import BLOCK, Streams
from .world import World

Columns = dict[str, Any]  # arrays or lists of BLOCK values; -1 and NaN are missing
Ints = npt.NDArray[np.int64]

_FEN = 100.0
_DIGITS = 10


def make_block(world: World, seed: int, number: int) -> Columns:
    """The cases of block `number`: rows `number * BLOCK` and on of this seed."""
    streams = Streams(seed, number)
    patients = world.people.draw(streams)
    diseases = world.illness.draw(streams, patients)
    treatment = world.care.draw(streams, patients, diseases)
    cost, stay = world.amounts.draw(streams, patients, diseases, treatment)
    admitted, left, first = world.calendar.draw(streams, patients, diseases, stay)
    course = world.outcome.draw(streams, patients, diseases, stay)
    bill = world.bills.draw(streams, diseases, cost)
    start = number * BLOCK
    return {
        "case_id": _ids(f"C{world.year}", start + np.arange(BLOCK)),
        "patient_id": _ids(f"P{world.year}", start + first),
        **world.labels.columns(patients, diseases, treatment),
        "sex": patients.sex,
        "age": world.outcome.age(patients, diseases),
        "age_days": course.age_days,
        "birth_weight": course.birth_weight,
        "admission_weight": course.admission_weight,
        "admission_date": admitted,
        "discharge_date": left,
        "los": stay,
        "discharge": course.discharge,
        "ventilation_hours": course.ventilation_hours,
        "icu_hours": course.icu_hours,
        "diagnoses": world.codes.diagnoses(streams, patients, diseases),
        "procedures": world.codes.procedures(streams, diseases),
        **_money(bill),
        "true_drg": world.labels.groups(diseases),
        "true_severity": diseases.severity,
    }


def _money(bill: Bill) -> Columns:
    """The bill in yuan."""
    fen = {f"{name}_cost": part for name, part in zip(PARTS, bill.parts, strict=True)}
    fen = {
        "total_cost": bill.total,
        **fen,
        "new_technology_cost": bill.new_technology,
        "commercial_list_cost": bill.commercial_list,
        "out_of_scope": bill.out_of_scope,
        "over_limit": bill.over_limit,
        "prepaid_share": bill.prepaid_share,
        "in_scope": bill.in_scope,
    }
    return {name: amount / _FEN for name, amount in fen.items()}


def _ids(prefix: str, numbers: Ints) -> list[str]:
    """The prefix and ten digits of each number."""
    digits = numbers[:, None] // 10 ** np.arange(_DIGITS - 1, -1, -1) % 10 + ord("0")
    text = digits.astype(np.uint8).tobytes().decode("ascii")
    return [prefix + text[place : place + _DIGITS] for place in range(0, len(text), _DIGITS)]

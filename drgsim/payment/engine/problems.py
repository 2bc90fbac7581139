"""Why a stay cannot be paid: one reason a stay, with its words. Such stays are reported, never dropped."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from ...words import members
from .profiles import Profiles
from .state import Marks
from .stays import Stays


class Unpaid(IntEnum):
    """The first thing missing or wrong; a smaller number is found first."""

    NONE = 0
    COST_MISSING = 1
    COST_NEGATIVE = 2
    PART_NEGATIVE = 3
    PARTS_EXCEED_COST = 4
    INSURANCE_MISSING = 5
    INSURANCE_UNKNOWN = 6
    NO_WEIGHT = 7
    NO_PRICE = 8
    NO_COEFFICIENT = 9
    NO_MEAN_COST = 10
    NO_DAYS = 11
    NO_PER_DIEM = 12
    NO_MODE = 13
    NO_BENEFIT = 14
    BILL_DOES_NOT_ADD = 15
    PAYMENT_BELOW_ZERO = 16
    NO_LIMIT = 17
    PAYMENT_TOO_LARGE = 18

    @property
    def zh(self) -> str:
        return _TEXTS[self][0]

    @property
    def en(self) -> str:
        return _TEXTS[self][1]


_TEXTS = {Unpaid.NONE: ("", ""), **members("not_payable", list(Unpaid)[1:])}

# parts of a stay's cost that cannot overlap
_PARTS = ("out_of_scope", "over_limit", "prepaid_share")
_WITHIN = ("new_technology_cost", "commercial_list_cost")


def find_problems(stays: Stays, profiles: Profiles) -> Marks:
    """(n,) the `Unpaid` of each stay that shows before any rule is asked."""
    found = np.zeros(len(stays), np.int8)

    def mark(where: np.ndarray, problem: Unpaid) -> None:
        if where.size != 1 or where[0]:
            found[where & (found == 0)] = problem

    total = stays.money("total_cost")
    cost = total.fen
    if total.known is not None:
        mark(~total.known, Unpaid.COST_MISSING)
    mark(cost < 0, Unpaid.COST_NEGATIVE)
    parts = np.zeros(len(stays), np.int64)
    for column in (*_PARTS, *_WITHIN):
        amounts = stays.money(column)
        if amounts.all_missing:
            continue
        mark(amounts.fen < 0, Unpaid.PART_NEGATIVE)
        if column in _PARTS:
            parts += amounts.fen
        else:
            mark(amounts.fen > cost, Unpaid.PARTS_EXCEED_COST)
    mark(parts > cost, Unpaid.PARTS_EXCEED_COST)
    unknown = profiles.uninsurable
    if unknown.any():
        mark((profiles.labels["insurance"] == np.array(None))[profiles.of], Unpaid.INSURANCE_MISSING)
        mark(unknown[profiles.of], Unpaid.INSURANCE_UNKNOWN)
    return found

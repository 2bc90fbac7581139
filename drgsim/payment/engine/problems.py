"""Why a stay cannot be paid: one reason a stay, with its words. Such stays are reported, never dropped."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from .profiles import EMPLOYEE, OTHER_INSURANCE, RESIDENT, Profiles
from .state import Marks
from .stays import Stays


class Problem(IntEnum):
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

    @property
    def zh(self) -> str:
        return _TEXTS[self][0]

    @property
    def en(self) -> str:
        return _TEXTS[self][1]


_TEXTS = {
    Problem.NONE: ("", ""),
    Problem.COST_MISSING: ("缺总费用", "the total cost is missing"),
    Problem.COST_NEGATIVE: ("总费用为负", "the total cost is negative"),
    Problem.PART_NEGATIVE: ("某项费用为负", "a part of the cost is negative"),
    Problem.PARTS_EXCEED_COST: ("各项费用之和超过总费用", "parts of the cost exceed the total"),
    Problem.INSURANCE_MISSING: ("缺医保类型", "the insurance is missing"),
    Problem.INSURANCE_UNKNOWN: ("医保类型无法识别", "the insurance is not one of employee, resident, other"),
    Problem.NO_WEIGHT: ("权重表中没有该组", "the weight table has no weight for the group"),
    Problem.NO_PRICE: ("该险种和等级没有费率或点值", "no rate or point value for this insurance and level"),
    Problem.NO_COEFFICIENT: ("该医院或等级没有系数", "no coefficient for this hospital or level"),
    Problem.NO_MEAN_COST: ("缺例均费用", "a mean cost that the rule needs is missing"),
    Problem.NO_DAYS: ("缺住院天数", "the length of stay is missing"),
    Problem.NO_PER_DIEM: ("该床日类别和等级没有标准", "no per-diem rate for this category and level"),
    Problem.NO_MODE: ("异地病例没有付费方式", "no way of pricing for this out-of-area stay"),
    Problem.NO_BENEFIT: ("待遇参数没有对应的值", "no deductible, ratio or cut for this person and hospital"),
    Problem.PAYMENT_BELOW_ZERO: ("按政策算得的支付金额为负", "the policy's rules price the stay below zero"),
    Problem.BILL_DOES_NOT_ADD: (
        "结算记录各方支付之和不等于总费用",
        "the recorded payments do not add up to the cost",
    ),
}

# parts of a stay's cost that cannot overlap
_PARTS = ("out_of_scope", "over_limit", "prepaid_share")
_WITHIN = ("new_technology_cost", "commercial_list_cost")


def find_problems(stays: Stays, profiles: Profiles) -> Marks:
    """(n,) the `Problem` of each stay that shows before any rule is asked."""
    found = np.zeros(len(stays), np.int8)

    def mark(where: np.ndarray, problem: Problem) -> None:
        found[where & (found == Problem.NONE)] = problem

    total = stays.money("total_cost")
    cost = total.fen
    if total.known is not None:
        mark(~total.known, Problem.COST_MISSING)
    mark(cost < 0, Problem.COST_NEGATIVE)
    parts = np.zeros(len(stays), np.int64)
    for column in (*_PARTS, *_WITHIN):
        amounts = stays.money(column)
        if amounts.all_missing:
            continue
        mark(amounts.fen < 0, Problem.PART_NEGATIVE)
        if column in _PARTS:
            parts += amounts.fen
        else:
            mark(amounts.fen > cost, Problem.PARTS_EXCEED_COST)
    mark(parts > cost, Problem.PARTS_EXCEED_COST)
    insurance = profiles.labels["insurance"]
    missing = insurance == np.array(None)
    known = np.isin(insurance.astype(str), (EMPLOYEE, RESIDENT, OTHER_INSURANCE))
    if not known.all():
        mark(missing[profiles.of], Problem.INSURANCE_MISSING)
        mark(~known[profiles.of], Problem.INSURANCE_UNKNOWN)
    return found

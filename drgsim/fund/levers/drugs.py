"""Levers on drugs and supplies: procurement in volume, the commercial list, drugs paid beside the case.

Procurement: a price falls, cost at once, weights later, a surplus is shared (fund rules §3.2). Commercial
list: the case leaves payment by case, others pay (fund rules §6.3). Paid beside the case: at once;
weights lose them when they follow.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..plan import Plan

Floats = npt.NDArray[np.float64]


def surplus(
    needed: float,
    price_before: float,
    agreed: float,
    price_after: float,
    other_amount: float,
    *,
    pay_ratio: float,
    insured_share: float,
) -> dict[str, float]:
    """The base of the retained surplus: budget less spending, not below zero; yuan of the fund.

    Parameters
    ----------
    needed, price_before : quantity and mean price that make the budget.
    agreed, price_after : agreed quantity at the new price; `other_amount` is bought outside the selection.

    Source: a province's rule of 2024 (F99); fund rules §8 example 15.

    >>> found = surplus(1000, 10, 1000, 4.8, 1000, pay_ratio=0.7, insured_share=0.9)
    >>> {name: round(yuan, 6) for name, yuan in found.items()}
    {'budget': 6300.0, 'spending': 3654.0, 'base': 2646.0}
    """
    part = pay_ratio * insured_share
    budget, spent = needed * price_before * part, (agreed * price_after + other_amount) * part
    return {"budget": budget, "spending": spent, "base": max(budget - spent, 0.0)}


def kept(
    base: float | Floats, *, most: float, score: float, pass_score: float, completion: float = 1.0
) -> float | Floats:
    """What hospitals keep of a base: a share by score, nothing below the pass or when less was bought than
    agreed.

    >>> kept(2646.0, most=0.5, score=100, pass_score=60)
    1323.0
    >>> kept(2646.0, most=0.5, score=59, pass_score=60)
    0.0
    """
    if score < pass_score or completion < 1:
        return base * 0.0
    return base * most * score / 100


def completion(bought: float, agreed: float) -> float:
    """Share of the agreed quantity that was bought; 674 of 468 (10^4) in one city's batch.

    >>> round(completion(674, 468), 2)
    1.44
    """
    return bought / agreed


def after_procurement(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Item-paid money falls at once, money by case when weights follow; hospitals keep a part for some
    years."""
    start = int(np.argmax(amount != 0))
    years = np.arange(plan.years) - start
    net = np.where(amount > 0, 1 - (1 - amount) * (1 + settings["rebound"]), 0.0)
    share = settings["group_share"] * settings["item_share"]
    follows = np.interp(years, [settings["lag"] - 1e-9, settings["lag"]], [0.0, 1.0])
    term = (years >= 0) & (years < settings["term"])
    for pot in ("employee_pool", "resident"):
        by_case = plan.paid(f"{pot}.inpatient_case") * share * net
        by_item = plan.paid(f"{pot}.inpatient_item") * share * net
        outside = sum(
            plan.paid(f"{pot}.{line}") for line in ("outpatient", "chronic", "pharmacy", "unexplained")
        ) * settings["outpatient_share"] * net  # fmt: skip
        plan.add(f"{pot}.inpatient_case", -by_case * follows)
        plan.add(f"{pot}.inpatient_item", -by_item)
        for line in ("outpatient", "chronic", "pharmacy", "unexplained"):
            plan.add(f"{pot}.{line}", -plan.paid(f"{pot}.{line}") * settings["outpatient_share"] * net)
        saved = by_case * np.maximum(follows, settings["retained_by_case"]) + by_item + outside
        base = np.maximum(saved, 0.0) * term
        given = kept(
            base, most=settings["retained"], score=settings["score"], pass_score=settings["pass_score"],
            completion=settings["completion"],
        )  # fmt: skip
        plan.add(f"{pot}.retained_surplus", np.asarray(given))
        plan.tell("hospitals", -(by_case * (1 - follows)) - given)
        plan.tell("firms", by_case + by_item + outside)


MILLION = 1e6


def after_commercial_drugs(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Fund money for the rest of the case instead of the group's; the drug on insurers and patients."""
    people = plan.people
    assert people is not None
    heads = {
        "employee_pool": people["active"][:, 1:] + people["retired"][:, 1:],
        "resident": people.resident[:, 1:],
    }
    since = np.maximum(np.arange(plan.years) - int(np.argmax(amount != 0)), 0)
    for pot, members in heads.items():
        uses = members / MILLION * settings["users"] * (1 + settings["growth"]) ** since * amount
        out = uses * settings["approved"]
        plan.add(
            f"{pot}.inpatient_case",
            -np.minimum(out * settings["case_price"], plan.paid(f"{pot}.inpatient_case")),
        )
        plan.add(f"{pot}.inpatient_item", out * settings["rest"])
        covered = max(settings["drug"] - settings["deductible"], 0.0) * settings["pays"] * settings["insured"]
        plan.tell("insurers", uses * covered)
        plan.tell("patients", uses * (settings["drug"] - covered))


def after_single_pay_drugs(plan: Plan, amount: Floats, settings: Mapping[str, float]) -> None:
    """Both payments overlap until weights follow: hospitals keep the difference."""
    years = np.arange(plan.years) - int(np.argmax(amount != 0))
    follows = years >= settings["lag"]
    for pot in ("employee_pool", "resident"):
        money = plan.paid(f"{pot}.inpatient_case") * amount
        plan.add(f"{pot}.negotiated_drug", money * (1 + settings["more_use"]))
        plan.add(f"{pot}.inpatient_case", -money * follows)
        plan.tell("hospitals", -money * (1 - follows))

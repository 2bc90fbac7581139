"""A run that can price hardly any of its stays asks for what is missing, instead of writing zeros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ArgumentError
from ..engine.problems import Unpaid
from .standing import Standing, standings

if TYPE_CHECKING:
    from ..engine.stays import Stays
    from .payments import Payments

FEWEST_SHARE, FEWEST_STAYS = 0.1, 20  # below this share the answer is none; of so few stays any is
_OPTIONS = {
    "hospital_level": ("医院等级缺失", "--hospital-level 3, or level = 3 in a hospital.toml (--hospital)"),
    "insurance": ("医保类型缺失", "--insurance employee, or insurance = … in a hospital.toml (--hospital)"),
}
_ASKED = {
    Unpaid.NO_PRICE: "hospital_level",
    Unpaid.NO_COEFFICIENT: "hospital_level",
    Unpaid.NO_BENEFIT: "hospital_level",
    Unpaid.INSURANCE_MISSING: "insurance",
}


class TooFewPricedError(ArgumentError):
    """Under a tenth of the stays can be priced: a fact is missing that one option gives."""

    code = "DS512"


def refuse_too_few(payments: Payments) -> None:
    """Raises TooFewPricedError when of at least 20 stays under a tenth can be priced for want of a fact."""
    n = len(payments)
    found = payments.findings.problem
    unpaid = standings(payments) == Standing.NOT_PAYABLE
    if n < FEWEST_STAYS or (n - int(unpaid.sum())) >= FEWEST_SHARE * n:
        return
    counts = {Unpaid(int(code)): int((found[unpaid] == code).sum()) for code in np.unique(found[unpaid])}
    priced = n - int(unpaid.sum())
    raise TooFewPricedError(
        f"{n:,} 例中只有 {priced:,} 例可以测算 (only {priced:,} of {n:,} stays can be priced)",
        got="; ".join(f"{problem.zh} {problem.en}: {count:,}" for problem, count in counts.items()),
        do="; ".join(asked_facts(counts, payments.stays))
        or "see `drgsim check FILE`, or choose another policy",
    )


def asked_facts(counts: Mapping[Unpaid, int], stays: Stays) -> list[str]:
    """What to give so that stays with these problems can be priced, in words."""
    asked = {}
    for problem in sorted(counts, key=lambda each: -counts[each]):
        column = _ASKED.get(problem)
        if column is not None and (stays.labels(column).codes < 0).any():
            zh, do = _OPTIONS[column]
            asked[column] = f"{zh}: give {do}"
        elif problem is Unpaid.NO_WEIGHT:
            asked["weights"] = (
                "该政策没有本分组方案的权重表: give --weights FILE or the id of a published table "
                "(drgsim.Weights.published()), or a policy with weights"
            )
    return list(asked.values())

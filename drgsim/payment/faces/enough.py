"""A run that can price hardly any of its stays asks for what is missing, instead of writing zeros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ArgumentError
from ...language import both
from ..engine.problems import Unpaid
from .paid_stays import PaidStays
from .standing import Standing, standings

if TYPE_CHECKING:
    from ...cases.arrays import Mask

FEWEST_SHARE, FEWEST_STAYS = 0.1, 20  # below this share the answer is none; of so few stays any is
_OPTIONS = {  # what is missing and what to give, in Chinese and English
    "hospital_level": (
        "医院等级缺失: 请加 --hospital-level 3, 或在 hospital.toml (--hospital) 中写 level = 3",
        "the hospital level is missing: give --hospital-level 3, or level = 3 in a file (--hospital)",
    ),
    "insurance": (
        "医保类型缺失: 请加 --insurance employee, 或在 hospital.toml (--hospital) 中写 insurance = …",
        "the insurance is missing: give --insurance employee, or insurance = … in a file (--hospital)",
    ),
    "weights": (
        "该政策没有本分组方案的权重表: 请加 --weights, 给出文件或已公布权重表的 id, 或选用带权重的政策",
        "this policy has no weight table for the scheme: give --weights FILE or the id of a published table "
        "(drgsim.Weights.published()), or a policy with weights",
    ),
}
_ASKED = {
    Unpaid.NO_PRICE: "hospital_level",
    Unpaid.NO_COEFFICIENT: "hospital_level",
    Unpaid.NO_BENEFIT: "hospital_level",
    Unpaid.NO_LIMIT: "hospital_level",
    Unpaid.INSURANCE_MISSING: "insurance",
}


class TooFewPricedError(ArgumentError):
    """Under a tenth of the stays can be priced: a fact is missing that one option gives."""

    code = "DS512"


def refuse_too_few(payments: PaidStays, unpaid: Mask | None = None) -> None:
    """Raises TooFewPricedError when of at least 20 stays under a tenth can be priced for want of a fact.

    `unpaid`: (n,) which cannot; None: those that are not payable, the patient's part aside.
    """
    n = len(payments)
    found = payments.findings.problem
    unpaid = standings(payments) == Standing.NOT_PAYABLE if unpaid is None else unpaid
    if n < FEWEST_STAYS or (n - int(unpaid.sum())) >= FEWEST_SHARE * n:
        return
    counts = {Unpaid(int(code)): int((found[unpaid] == code).sum()) for code in np.unique(found[unpaid])}
    priced = n - int(unpaid.sum())
    raise TooFewPricedError(
        both(f"{n:,} 例中只有 {priced:,} 例可以测算", f"(only {priced:,} of {n:,} stays can be priced)"),
        got="; ".join(f"{both(problem.zh, problem.en)}: {count:,}" for problem, count in counts.items()),
        do="; ".join(asked_facts(counts, payments)) or "see `drgsim check FILE`, or choose another policy",
    )


def asked_facts(counts: Mapping[Unpaid, int], payments: PaidStays) -> list[str]:
    """What to give so that stays with these problems can be priced, in words."""
    stays, asked = payments.stays, {}
    weightless = not (payments.findings.weight > 0).any()
    for problem in sorted(counts, key=lambda each: -counts[each]):
        column = _ASKED.get(problem)
        if column is not None and (stays.labels(column).codes < 0).any():
            asked[column] = both(*_OPTIONS[column])
        elif problem is Unpaid.NO_WEIGHT and weightless:
            asked["weights"] = both(*_OPTIONS["weights"])
    return list(asked.values())

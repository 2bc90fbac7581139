"""Estimates of single stays under one policy, prepared once: for a service that is asked one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...cases.hospital_facts import HospitalFacts
from ..engine.problems import Unpaid
from ..engine.single import KeptBooks, OneStay
from ..engine.state import Outlier, Route
from ..engine.steps.special_review import SpecialReview
from ..pay import pay
from .estimate import QUOTA, REVIEW
from .payments import Payments
from .standing import Standing, margins, priced_alone, standings, why_patient_unknown
from .worklist import reasons

if TYPE_CHECKING:
    from ...policy.policy import Policy
    from ...weights.weights import Weights
    from ..engine.book import Book

_MOST_REFORMED = 8  # policies with a coefficient of one hospital that are kept
_LEDGER = ("fund", "catastrophic", "medical_aid", "other_funds", "commercial", "patient")


class PreparedEstimate:
    """`estimate` of one stay at a time, the same numbers as plain values; threads share it.

    Parameters
    ----------
    policy, weights, hospital : as in `estimate`
    names : group → name, for all the groups that may come

    >>> from drgsim import Policy, Weights
    >>> prepared = PreparedEstimate(Policy.load("national-drg-rate"), Weights.load("chs-drg-2.0-example"))
    >>> row, told, payments = prepared.row({"drg": "HC23", "insurance": "employee", "hospital_level": 3,
    ...                                  "total_cost": 18000.0})
    >>> row["status"], round(row["payment"] - 18000.0 - row["margin"], 2)
    ('paid', 0.0)
    """

    def __init__(
        self,
        policy: Policy,
        weights: Weights | None,
        *,
        hospital: HospitalFacts | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.policy = policy
        self.weights = weights if weights is not None else _own(policy)
        self._given = weights
        self._hospital = hospital or HospitalFacts()
        self._reformed: dict[tuple[tuple[str, str], ...], tuple[Policy, Weights | None]] = {
            (): (policy, self.weights)
        }
        self._names = dict(names or {})
        known: Iterable[str] = () if self.weights is None else map(str, self.weights.frame.index)
        self._kept = KeptBooks([*self._names, *known])

    def row(self, case: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...], Payments]:
        """The row of `Estimate.frame` as plain values, what was filled in, and the payments it rests on.

        `case` is typed as the case table is, and has its group. Raises what `pay` raises.
        """
        filled, told = self._hospital.fill_one(case)
        stated = filled.get("hospital_id")
        changes = self._hospital.reform([] if stated is None else [str(stated)])
        policy, weights = self._policy(changes)
        column = "dip_code" if policy.method == "dip" else "drg"
        paid = pay(
            OneStay(filled, column),
            policy,
            weights=weights,
            bill="recorded",
            without=(REVIEW, QUOTA),
            kept=self._kept,
        )
        return self._plain(paid, filled, column), told, paid

    def _policy(self, changes: Mapping[str, Any]) -> tuple[Policy, Weights | None]:
        key = tuple(sorted((path, str(value)) for path, value in changes.items()))
        found = self._reformed.get(key)
        if found is None:
            policy = self.policy.reform(dict(changes))
            found = policy, _own(policy) if self._given is None else self._given
            if len(self._reformed) > _MOST_REFORMED:
                self._reformed = {(): (self.policy, self.weights)}
            self._reformed[key] = found
        return found

    def _plain(self, paid: Payments, case: Mapping[str, Any], column: str) -> dict[str, Any]:
        found, ledger = paid.findings, paid.ledger
        priced, problem = priced_alone(paid), Unpaid(int(found.problem[0]))
        alone, unpaid = bool(priced[0]), problem is not Unpaid.NONE
        standing = Standing(int(standings(paid, priced)[0]))
        group = case.get(column)
        cost = _cost(paid)
        standard = None if unpaid and not alone else _yuan(found.standard if alone else ledger.standard)
        payment = None if unpaid and not alone else _yuan(found.payment if alone else ledger.payment)
        row = {name: case[name] for name in ("case_id", "department") if name in case}
        row |= {
            "group": group,
            "group_name": self._names.get(str(group)),
            "status": "not_payable" if unpaid and not alone else "paid",
            "problem": problem.name.lower(),
            "route": Route(int(found.route[0])).name.lower(),
            "weight": _number(found.weight),
            "standard": standard,
            "ratio": _number(found.ratio),
            "outlier": Outlier(int(found.outlier[0])).name.lower(),
            "payment": payment,
        }
        row |= {name: None if unpaid else _yuan(getattr(ledger, name)) for name in _LEDGER}
        row |= {
            "total_cost": cost,
            "patient_unknown": why_patient_unknown(paid)[0] if alone else None,
            "ratio_to_standard": cost / standard if cost is not None and standard else None,
            "margin": None if standing is Standing.NOT_PAYABLE else _yuan(margins(paid, priced)),
            "standing": standing.name.lower(),
        }
        return row | self._review(paid)

    def _review(self, paid: Payments) -> dict[str, Any]:
        """Whether a special review is open, what it would gain, and why."""
        for walk in paid.walks:
            state = walk.state
            review = _special_review(state.book)
            if review is None or not len(rows := review.candidates(state)):
                continue
            met = list(review.eligibility.criteria(state, rows))
            return {
                "review_open": True,
                "review_gain": _yuan(review.result(state, rows) - state.payment[rows]),
                "reasons_zh": str(reasons([(each.zh, each.met) for each in met], 1, ";")[0]),
                "reasons_en": str(reasons([(each.en, each.met) for each in met], 1, "; ")[0]),
            }
        return {"review_open": False, "review_gain": 0.0, "reasons_zh": "", "reasons_en": ""}


def _special_review(book: Book) -> SpecialReview | None:
    return book.once(SpecialReview, lambda: SpecialReview.read(book.chapter(SpecialReview.name)))


def _own(policy: Policy) -> Weights | None:
    from ...weights.weights import Weights

    return Weights.of(policy)


def _cost(paid: Payments) -> float | None:
    total = paid.stays.money("total_cost")
    return _yuan(total.fen) if total.known is None or bool(total.known[0]) else None


def _yuan(fen: Any) -> float:
    return int(fen[0]) / 100.0


def _number(values: Any) -> float | None:
    number = float(values[0])
    return number if np.isfinite(number) else None

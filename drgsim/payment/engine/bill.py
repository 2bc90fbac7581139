"""The patient's bill by item: what basic fund, catastrophic insurance, medical aid and others would pay.

People settle by item whatever the hospital is paid (payment rules §7.2). Earlier stays of the year move a
stay up the ladders, and yearly ceilings run over all of a person's stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...cases.arrays import Codes, Ints
from ...cases.fen import Fen
from .book import Book, Value
from .history import Years, person_years, stay_numbers
from .problems import Problem
from .profiles import EMPLOYEE, RESIDENT
from .state import Marks
from .stays import Stays
from .steps.basic_fund import BasicFund
from .steps.catastrophic import Catastrophic
from .steps.medical_aid import MedicalAid
from .steps.scope import Scope

BILL = "bill"  # the chapter benefit rules are read in
# supplements are paid as the case table states them: no policy parameter moves them
_SUPPLEMENTS = ("fund_civil_servant", "fund_enterprise", "fund_other")


class Ladder(Protocol):
    """A payer whose rules run over the person's year; `ceiling` in yuan a year, NaN for none."""

    @property
    def ceiling(self) -> Value: ...

    def paid(self, profile: Codes, start: Fen, stop: Fen) -> Fen: ...


@dataclass(frozen=True)
class Part:
    """The rows (positions, or all of them) that one policy's benefits hold for."""

    rows: Ints | slice
    book: Book


@dataclass(frozen=True)
class Bill:
    """Columns of n stays in fen. `cost` is the case's cost without carved-out items, `start` what the
    year's in-scope cost had come to before the stay."""

    parts: Sequence[Part]
    rules: Sequence[BasicFund]
    cost: Fen
    outside_scope: Fen
    start: Fen
    deductible: Fen
    basic: Fen  # the basic fund's part when all is settled by item
    catastrophic: Fen
    medical_aid: Fen
    other: Fen
    problem: Marks

    @property
    def patient(self) -> Fen:
        """What is left to the patient (account and cash)."""
        return self.cost - self.basic - self.catastrophic - self.medical_aid - self.other

    def basic_if(self, amount: Fen) -> Fen:
        """The basic fund's part had the case cost `amount`: the same deductible, ladder and items outside
        the scope; no ceiling."""
        in_scope = np.maximum(amount - self.outside_scope, 0)
        low = self.start + np.minimum(self.deductible, in_scope)
        return _by_part(self.parts, self.rules, low, self.start + in_scope)


def make_bill(stays: Stays, cost: Fen, carved_out: Fen, parts: Sequence[Part]) -> Bill:
    """Bill every stay by the benefit rules of its own part."""
    n = len(stays)
    years = person_years(stays)
    rules = [BasicFund.read(part.book.chapter(BILL)) for part in parts]
    outside, deductible, problem = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int8)
    for part, rule in zip(parts, rules, strict=True):
        rows, own, profile = part.rows, stays.take(part.rows), part.book.profiles.of
        outside[rows] = Scope.read(part.book.chapter(BILL)).outside(
            own, profile, cost[rows], carved_out[rows]
        )
        numbers = 1.0 if rule.factor is None else stay_numbers(own)
        deductible[rows] = rule.deductibles(profile, numbers, (cost - outside)[rows])
        problem[rows] = _unanswered(part.book, rule)[profile]
    in_scope = cost - outside
    start = years.before(in_scope, n)
    basic = _over_year(parts, rules, years, start + deductible, start + in_scope)
    rest = in_scope - basic
    catastrophic = _on_rest(
        parts, [Catastrophic.read(part.book.chapter(BILL)) for part in parts], years, rest
    )
    rest = rest - catastrophic
    aid = _on_rest(parts, [MedicalAid.read(part.book.chapter(BILL)) for part in parts], years, rest)
    other = _supplements(stays, rest - aid + outside)
    return Bill(parts, rules, cost, outside, start, deductible, basic, catastrophic, aid, other, problem)


def _unanswered(book: Book, rule: BasicFund) -> Marks:
    """(profiles,) the problem of insured people for whom the policy has no benefit."""
    insured = np.isin(book.profiles.labels["insurance"].astype(str), (EMPLOYEE, RESIDENT))
    return np.where(insured & rule.unanswered(), Problem.NO_BENEFIT, Problem.NONE).astype(np.int8)


def _supplements(stays: Stays, patient: Fen) -> Fen:
    """What other funds paid, as far as it is left to the patient."""
    stated = [stays.money(column) for column in _SUPPLEMENTS]
    if all(amounts.all_missing for amounts in stated):
        return np.broadcast_to(np.int64(0), len(patient))
    return np.clip(sum(amounts.fen for amounts in stated), 0, patient)


def _on_rest(parts: Sequence[Part], rules: Sequence[Ladder | None], years: Years, rest: Fen) -> Fen:
    """What a payer pays of the rest that those before it left."""
    if not any(rules):
        return np.broadcast_to(np.int64(0), len(rest))
    start = years.before(rest, len(rest))
    return np.minimum(_over_year(parts, rules, years, start, start + rest), rest)


def _over_year(
    parts: Sequence[Part], rules: Sequence[Ladder | None], years: Years, start: Fen, stop: Fen
) -> Fen:
    """What the rules pay on each stay's stretch of the year, within the yearly ceilings."""
    paid = _by_part(parts, rules, start, stop)
    if all(rule is None or np.isnan(rule.ceiling).all() for rule in rules):
        return paid
    ceiling = np.full(len(paid), np.inf)
    for part, rule in zip(parts, rules, strict=True):
        if rule is not None:
            fen = np.nan_to_num(np.atleast_1d(rule.ceiling) * 100, nan=np.inf)
            ceiling[part.rows] = fen[part.book.profiles.of] if len(fen) > 1 else fen
    used = years.before(paid, len(paid))
    return (np.minimum(used + paid, ceiling) - np.minimum(used, ceiling)).astype(np.int64)


def _by_part(parts: Sequence[Part], rules: Sequence[Ladder | None], start: Fen, stop: Fen) -> Fen:
    result = np.zeros(len(stop), np.int64)
    for part, rule in zip(parts, rules, strict=True):
        if rule is not None:
            result[part.rows] = rule.paid(part.book.profiles.of, start[part.rows], stop[part.rows])
    return result

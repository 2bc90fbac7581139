"""The patient's bill by item: what basic fund, catastrophic insurance, medical aid and others would pay.

People settle by item whatever the hospital is paid (payment rules §7.2). Earlier stays of the year move a
stay up the ladders, and yearly ceilings run over all of a person's stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import numpy as np

from ..._parallel import blocks
from ...cases.arrays import Codes, Ints, Mask, same
from ...cases.fen import Fen, Floats, filled, to_fen
from .book import Book, Value
from .history import Years, person_years, stay_numbers
from .problems import Unpaid
from .profiles import EMPLOYEE, RESIDENT
from .state import Marks
from .stays import Stays
from .steps.benefit import BasicFund, Catastrophic, MedicalAid, Scope

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

    def blocks(self) -> Iterator[tuple[Ints | slice, Codes]]:
        """The part block by block: the rows among all stays, and the profile of each."""
        profile = self.book.profiles.of
        for block in blocks(len(profile)):
            yield block if isinstance(self.rows, slice) else self.rows[block], profile[block]


@dataclass(frozen=True)
class Special:
    """What rules say of the bill: `patient_due` (n,) fen the patient bears in place of it, -1 for none;
    `benefits` by name (deductible in yuan, deductible_factor, ratio, ratio_points), NaN for nothing."""

    patient_due: Fen | None = None
    benefits: Mapping[str, Floats] = field(default_factory=dict)

    def deductible(self, fen: Fen) -> Fen:
        """The deductible with what rules say of it."""
        own, factor = self.benefits.get("deductible"), self.benefits.get("deductible_factor")
        if own is not None:
            fen = np.where(np.isnan(own), fen, to_fen(np.nan_to_num(own)))
        return fen if factor is None else np.rint(fen * np.nan_to_num(factor, nan=1.0)).astype(np.int64)

    def paid(self, ladder: Fen, stretch: Fen, rows: Ints | slice) -> Fen:
        """What the basic fund pays of `stretch` of some stays' year with what rules say of the ratio."""
        own, points = self.benefits.get("ratio"), self.benefits.get("ratio_points")
        if own is None and points is None:
            return ladder
        stretch = np.maximum(stretch, 0)
        if own is not None:
            ratio = own[rows]
            stated = np.rint(stretch * np.nan_to_num(ratio)).astype(np.int64)
            ladder = np.where(np.isnan(ratio), ladder, stated)
        if points is not None:
            more = ladder + np.rint(stretch * np.nan_to_num(points[rows])).astype(np.int64)
            ladder = np.clip(more, 0, stretch)
        return ladder

    def settled(self) -> Mask | None:
        """Stays whose patient's part a rule says; None for none."""
        if self.patient_due is None or not (self.patient_due >= 0).any():
            return None
        return self.patient_due >= 0


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
    rule_deductible: Fen  # before it is held to the stay's own in-scope cost
    special: Special
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
        free = np.minimum(self.rule_deductible, in_scope)
        paid = _on_stretch(self.parts, self.rules, self.start, free, in_scope, self.special)
        settled, due = self.special.settled(), self.special.patient_due
        return paid if settled is None or due is None else np.where(settled, amount - due, paid)


def make_bill(
    stays: Stays, cost: Fen, carved_out: Fen, parts: Sequence[Part], special: Special | None = None
) -> Bill:
    """Bill every stay by the benefit rules of its own part, and what rules say of single stays."""
    special = special or Special()
    n = len(stays)
    years = person_years(stays)
    rules = [_kept(part, BasicFund) for part in parts]
    outside, deductible, problem = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int8)
    for part, rule in zip(parts, rules, strict=True):
        rows, own, profile = part.rows, stays.take(part.rows), part.book.profiles.of
        outside[rows] = _kept(part, Scope).outside(own, profile, cost[rows], carved_out[rows])
        numbers = None if rule.factor is None else stay_numbers(own)
        deductible[rows] = rule.deductibles(profile, numbers)
        unanswered = part.book.once("unanswered", partial(_unanswered, part.book, rule))
        problem[rows] = unanswered[profile]
    in_scope = cost - outside
    start = years.before(in_scope, n)
    of_rule = special.deductible(deductible)
    deductible = np.minimum(of_rule, in_scope)
    basic = _over_year(parts, rules, years, start, deductible, in_scope, special)
    settled, due = special.settled(), special.patient_due
    if settled is not None and due is not None:
        basic = np.where(settled, cost - due, basic)
    rest = in_scope - basic
    if settled is not None:
        rest = np.where(settled, 0, rest)
    catastrophic = _on_rest(parts, [_kept(part, Catastrophic) for part in parts], years, rest)
    rest = rest - catastrophic
    aid = _on_rest(parts, [_kept(part, MedicalAid) for part in parts], years, rest)
    left = rest - aid + outside
    other = _supplements(stays, left if settled is None else np.where(settled, 0, left))
    return Bill(
        parts,
        rules,
        cost,
        outside,
        start,
        deductible,
        of_rule,
        special,
        basic,
        catastrophic,
        aid,
        other,
        problem,
    )


def _kept(part: Part, kind: Any) -> Any:
    """What a rule of the bill reads from its book, read once."""
    return part.book.once(kind, lambda: kind.read(part.book.chapter(BILL)))


def _unanswered(book: Book, rule: BasicFund) -> Marks:
    """(profiles,) the problem of insured people for whom the policy has no benefit."""
    insured = np.isin(book.profiles.labels["insurance"].astype(str), (EMPLOYEE, RESIDENT))
    return np.where(insured & rule.unanswered(), Unpaid.NO_BENEFIT, Unpaid.NONE).astype(np.int8)


def _supplements(stays: Stays, patient: Fen) -> Fen:
    """What other funds paid, as far as it is left to the patient."""
    stated = [stays.money(column) for column in _SUPPLEMENTS]
    if all(amounts.all_missing for amounts in stated):
        return same(0, len(patient))
    return np.clip(sum(amounts.fen for amounts in stated), 0, patient)


def _on_rest(parts: Sequence[Part], rules: Sequence[Ladder | None], years: Years, rest: Fen) -> Fen:
    """What a payer pays of the rest that those before it left."""
    if not any(rules):
        return same(0, len(rest))
    start = years.before(rest, len(rest))
    return np.minimum(_over_year(parts, rules, years, start, same(0, len(rest)), rest), rest)


def _over_year(
    parts: Sequence[Part],
    rules: Sequence[Ladder | None],
    years: Years,
    start: Fen,
    free: Fen,
    amount: Fen,
    special: Special | None = None,
) -> Fen:
    """What the rules pay of each stay's amount but its free first part, counted from where the year had come
    to before the stay, within the yearly ceilings."""
    paid = _on_stretch(parts, rules, start, free, amount, special)
    if all(rule is None or np.isnan(rule.ceiling).all() for rule in rules):
        return paid
    used = years.before(paid, len(paid))
    for part, rule in zip(parts, rules, strict=True):
        if rule is None:
            continue
        ceilings = filled(np.atleast_1d(rule.ceiling) * 100, np.inf)
        for rows, profile in part.blocks():
            ceiling = ceilings[profile] if len(ceilings) > 1 else ceilings[0]
            before, own = used[rows], paid[rows]
            paid[rows] = np.minimum(before + own, ceiling) - np.minimum(before, ceiling)
    return paid


def _on_stretch(
    parts: Sequence[Part],
    rules: Sequence[Ladder | None],
    start: Fen,
    free: Fen,
    amount: Fen,
    special: Special | None,
) -> Fen:
    """The same without ceilings: each part's ladder from `start + free` to `start + amount`."""
    result = np.zeros(len(amount), np.int64)
    for part, rule in zip(parts, rules, strict=True):
        if rule is None:
            continue
        for rows, profile in part.blocks():
            low, high = start[rows] + free[rows], start[rows] + amount[rows]
            paid = rule.paid(profile, low, high)
            result[rows] = paid if special is None else special.paid(paid, high - low, rows)
    return result


_CATASTROPHIC = ("fund_catastrophic", "fund_large_claim")
_OTHER = ("fund_civil_servant", "fund_enterprise", "fund_other")


def with_recorded(bill: Bill, stays: Stays, total: Fen) -> Bill:
    """`bill` with the recorded amounts of the stays that have them.

    A stay has them when its basic fund's or its patient's part is stated; the other one is the rest of
    `total` (fen). A recorded bill that does not add up to the total is a problem of the stay.
    """
    basic, patient = stays.money("fund_basic"), stays.money("patient_paid")
    basic_known = np.ones(len(stays), np.bool_) if basic.known is None else basic.known
    patient_known = np.ones(len(stays), np.bool_) if patient.known is None else patient.known
    stated = basic_known | patient_known
    if not stated.any():
        return bill
    catastrophic = sum(stays.money(column).fen for column in _CATASTROPHIC)
    aid = stays.money("fund_medical_aid").fen
    other = sum(stays.money(column).fen for column in _OTHER)
    carved_out = total - bill.cost
    rest = bill.cost - catastrophic - aid - other
    own = np.where(basic_known, basic.fen, rest - (patient.fen - carved_out))
    wrong = (own < 0) | (own > rest)
    wrong |= basic_known & patient_known & (basic.fen + patient.fen - carved_out != rest)
    deductible = stays.money("deductible")
    applied = (
        deductible.fen
        if deductible.known is None
        else np.where(deductible.known, deductible.fen, bill.deductible)
    )
    return replace(
        bill,
        deductible=np.where(stated, applied, bill.deductible),
        basic=np.where(stated, own, bill.basic),
        catastrophic=np.where(stated, catastrophic, bill.catastrophic),
        medical_aid=np.where(stated, aid, bill.medical_aid),
        other=np.where(stated, other, bill.other),
        problem=np.where(stated, np.where(wrong, Unpaid.BILL_DOES_NOT_ADD, Unpaid.NONE), bill.problem),
    )

"""Who pays what: what the walks found, stay by stay, and the ledger whose identities are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._parallel import blocks
from ...cases.fen import Fen, Floats
from ...errors import DrgsimError
from .jurisdiction import Jurisdiction
from .state import Marks, State, Step

if TYPE_CHECKING:
    from .bill import Bill


@dataclass(frozen=True)
class Walk:
    """One walk down the street: where, the state at its end, the rules that were on."""

    place: Jurisdiction
    state: State
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Findings:
    """(n,) columns: fen (int64), numbers (float64), marks (int8); `adjustments` by step in fen."""

    cost: Fen
    carved_out: Fen
    standard: Fen
    payment: Fen
    weight: Floats
    coefficient: Floats
    unit: Floats
    ratio: Floats
    route: Marks
    outlier: Marks
    review: Marks
    problem: Marks
    slides: Floats
    carved_fund: Fen
    carved_commercial: Fen
    patient_due: Fen
    adjustments: Mapping[str, Fen]
    benefits: Mapping[str, Floats]  # by name, what rules say of the bill; NaN for nothing

    @classmethod
    def gather(cls, n: int, walks: Sequence[Walk]) -> Findings:
        """The states of walks that together cover all n stays once."""
        names = [each.name for each in fields(cls) if each.name not in ("adjustments", "benefits")]
        if len(walks) == 1 and isinstance(walks[0].place.rows, slice):
            state = walks[0].state
            columns = {name: getattr(state, name) for name in names}
            return cls(**columns, adjustments=state.adjustments, benefits=state.benefits)
        columns = {
            name: _scattered(n, walks, lambda state, name=name: getattr(state, name)) for name in names
        }
        steps = dict.fromkeys(name for walk in walks for name in walk.state.adjustments)
        adjustments = {
            step: _scattered(n, walks, lambda state, step=step: state.adjustments.get(step, 0))
            for step in steps
        }
        said = dict.fromkeys(name for walk in walks for name in walk.state.benefits)
        benefits = {
            name: _scattered(n, walks, lambda state, name=name: state.benefits.get(name, np.nan))
            for name in said
        }
        return cls(**columns, adjustments=adjustments, benefits=benefits)

    def with_problem(self, problem: Marks) -> Findings:
        return replace(self, problem=problem)


def _scattered(n: int, walks: Sequence[Walk], column: Any) -> Any:
    """A column of each walk put at its rows."""
    if not walks:
        return np.zeros(n)
    parts = [np.asarray(column(walk.state)) for walk in walks]
    result = np.zeros(n, np.result_type(*parts))
    for walk, values in zip(walks, parts, strict=True):
        result[walk.place.rows] = values
    return result


class LedgerError(DrgsimError, ArithmeticError):
    """A stay whose payers do not add up to its cost. Never expected: please report it."""

    code = "DS511"


@dataclass(frozen=True)
class Ledger:
    """Columns of n stays, int64 fen; all 0 for a stay that cannot be paid.

    `payment` is what the case is priced at after every adjustment (for what the case payment covers);
    `fund` is the basic pooled fund, of which `fund_care_region` is the care region's own part of an
    out-of-area stay and the rest the insured region's; `borne_by_hospital` is negative for a gain.
    """

    total_cost: Fen
    carved_out: Fen
    standard: Fen
    payment: Fen
    adjustments: Mapping[str, Fen]  # by step; they sum to the payment
    fund_by_item: Fen
    fund: Fen
    fund_care_region: Fen
    catastrophic: Fen
    medical_aid: Fen
    other_funds: Fen
    commercial: Fen
    patient: Fen
    borne_by_hospital: Fen

    @property
    def fund_insured_region(self) -> Fen:
        return self.fund - self.fund_care_region

    @property
    def received(self) -> Fen:
        """What the hospital receives from all payers."""
        return (
            self.fund
            + self.catastrophic
            + self.medical_aid
            + self.other_funds
            + self.commercial
            + self.patient
        )

    def check(self) -> None:
        """Raise LedgerError unless the adjustments sum to the payment and the payers to the cost."""
        for block in blocks(len(self.payment)):
            steps = np.zeros(block.stop - block.start, np.int64)
            for change in self.adjustments.values():
                steps += change[block]
            _same(steps, self.payment[block], "standard + adjustments = payment", block)
            received = self.fund[block] + self.catastrophic[block]
            for payer in (self.medical_aid, self.other_funds, self.commercial, self.patient):
                received += payer[block]
            received += self.borne_by_hospital[block]
            _same(received, self.total_cost[block], "funds + patient + borne by hospital = cost", block)


def _same(left: Fen, right: Fen, identity: str, block: slice) -> None:
    if np.array_equal(left, right):
        return
    residual = left - right
    wrong = np.flatnonzero(residual)
    raise LedgerError(
        f"a ledger does not close: {identity}",
        got=f"{len(wrong)} of {len(left)} stays, residual {int(residual.sum()) / 100:,.2f} yuan",
        where=f"row positions {(wrong[:5] + block.start).tolist()}",
        do="report it with the policy that was used",
    )


def close(findings: Findings, bill: Bill, *, fund: Fen, fund_care_region: Fen, commercial: Fen) -> Ledger:
    """Put together what the street and the bill found, with nothing at all in the rows of stays that cannot
    be paid. `fund` is what the payment leaves to the basic fund, before what rules carve out of the case."""
    unpaid = np.flatnonzero(findings.problem)
    n, carved_fund = len(findings.problem), findings.carved_fund
    total, by_item, whole_fund, patient, borne = (np.empty(n, np.int64) for _ in range(5))
    for block in blocks(n):
        cost, carved, basic = findings.cost[block], findings.carved_out[block], bill.basic[block]
        np.add(cost, carved, out=total[block])
        # what leaves the case for the fund to pay alone is its own whatever the bill says
        np.add(basic, carved_fund[block], out=by_item[block])
        np.add(fund[block], carved_fund[block], out=whole_fund[block])
        # what the payment leaves uncovered, less what the fund's convention moves between fund and hospital:
        # cost - payment - (fund - (basic + payment - cost))
        np.subtract(basic, fund[block], out=borne[block])
        left = np.subtract(total[block], by_item[block], out=patient[block])
        for payer in (bill.catastrophic, bill.medical_aid, bill.other, commercial):
            left -= payer[block]
    for column in (total, by_item, whole_fund, patient, borne) if len(unpaid) else ():
        column[unpaid] = 0

    def cleared(column: Any) -> Any:
        """Columns that walk and bill keep for themselves are copied before anything is taken out of them."""
        if not len(unpaid) or not column[unpaid].any():
            return column
        column = column.copy()
        column[unpaid] = 0
        return column

    ledger = Ledger(
        total_cost=total,
        carved_out=cleared(findings.carved_out),
        standard=cleared(findings.standard),
        payment=cleared(findings.payment),
        adjustments={name: cleared(change) for name, change in findings.adjustments.items()},
        fund_by_item=by_item,
        fund=whole_fund,
        fund_care_region=cleared(fund_care_region),
        catastrophic=cleared(bill.catastrophic),
        medical_aid=cleared(bill.medical_aid),
        other_funds=cleared(bill.other),
        commercial=cleared(commercial),
        patient=patient,
        borne_by_hospital=borne,
    )
    ledger.check()
    return ledger

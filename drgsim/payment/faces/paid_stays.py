"""What `pay` found, stay by stay: fields, frame, what they count, and how far they can be trusted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ...cases.fen import Fen, to_yuan
from ...language import stated_language
from ..engine.bill import Bill
from ..engine.book import Book
from ..engine.ledger import Findings, Ledger, Walk
from ..engine.problems import Unpaid
from ..engine.state import Outlier, Review, Route
from ..engine.stays import Stays
from .other_dates import RatesOf, Told, other_dates

if TYPE_CHECKING:
    from ..engine.state import Marks

# the payers of a stay: their amounts and `borne_by_hospital` sum to `total_cost`
PAYERS = ("fund", "catastrophic", "medical_aid", "other_funds", "commercial", "patient")
_STANDARD = "standard"
_SHARED = (
    "payment", "fund_by_item", "fund", "fund_insured_region", "fund_care_region", "catastrophic",
    "medical_aid", "other_funds", "commercial", "patient", "borne_by_hospital",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class PaidStays:
    """Stays with what each is paid; `Payments` is the same with faces."""

    stays: Stays
    ledger: Ledger
    findings: Findings
    bill: Bill
    walks: tuple[Walk, ...]
    books: tuple[Book, ...]
    rates_of: RatesOf = "policy"

    def __len__(self) -> int:
        return len(self.stays)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a stay. NaN stands in the money columns of a stay that cannot be paid.

        status, problem, route, outlier, review : text (categorical)
        weight, coefficient, unit_price, ratio : what the standard was made of, and cost over its basis
        total_cost = the sum of `PAYERS` + borne_by_hospital
        payment = standard + the `adjust_…` columns (for a stay outside the scheme, of what it is paid)
        """
        return _frame(self.stays, self.ledger, self.findings)

    @cached_property
    def unpaid(self) -> pd.DataFrame:
        """case_id (where there is one), group, problem, zh, en; indexed like the cases."""
        rows = np.flatnonzero(self.findings.problem)
        problems = [Unpaid(code) for code in self.findings.problem[rows]]
        columns = {
            "case_id": self.stays.ids(rows),
            "group": self.stays.groups().words(rows),
            "problem": [problem.name.lower() for problem in problems],
            "zh": [problem.zh for problem in problems],
            "en": [problem.en for problem in problems],
        }
        return pd.DataFrame(columns, index=self.stays.frame.index[rows])

    @property
    def used(self) -> tuple[str, ...]:
        """The paths of the parameters that were read, in any of the policies."""
        readings = [reading for book in self.books for reading in book.trail.values()]
        return tuple(sorted({path for reading in readings for path in reading.used}))

    @cached_property
    def states(self) -> Counter[str]:
        """Trust of the parameters that were read, each counted once for each policy."""
        if len(self.books) == 1:  # a kept book was read before, and so was its trust
            return self.books[0].once("states", lambda: _states(self.books))
        return _states(self.books)

    @property
    def trust(self) -> str:
        """How far the result rests on assumptions, in the language asked for or in both."""
        asked = stated_language()
        return self.trust_in(asked) if asked else f"{self.trust_in('en')} {self.trust_in('zh')}"

    def trust_in(self, lang: Literal["zh", "en"]) -> str:
        """The same in one language.

        Parameters
        ----------
        lang : "zh" or "en"

        Examples
        --------
        >>> import drgsim
        >>> paid = drgsim.example_payments()
        >>> paid.trust_in("en").split(":")[0]
        '16 of 28 parameters assumed, 12 secondary.'
        """
        declared = sum(count for state, count in self.states.items() if state != "default")
        assumed, secondary = self.states["assumed"], self.states["secondary"]
        if lang == "zh":
            return f"所用 {declared} 个参数中 {assumed} 个为假设、{secondary} 个为二手来源。"
        return f"{assumed} of {declared} parameters assumed, {secondary} secondary."

    @cached_property
    def other_dates(self) -> tuple[Told, ...]:
        """What to know of stays outside the policy's days or at another year's rates: (中文, English)."""
        return other_dates(self.stays, self.walks, self.rates_of)

    @property
    def notes(self) -> dict[str, int]:
        """What was used where the policy's own value could not be had, and of how many stays."""
        found: Counter[str] = Counter()
        for walk in self.walks:
            found.update(walk.state.notes)
        return dict(sorted(found.items()))


def _states(books: tuple[Book, ...]) -> Counter[str]:
    states: dict[tuple[int, str], str] = {}
    for book in books:
        for reading in book.trail.values():
            for path in reading.used:
                dated = reading.in_force.get(path)
                states[id(reading.in_force), path] = "default" if dated is None else dated.state
    return Counter(states.values())


def _frame(stays: Stays, ledger: Ledger, found: Findings) -> pd.DataFrame:
    """One row a stay, money in yuan."""
    unpaid = found.problem != 0

    def yuan(fen: Fen) -> Any:
        values = to_yuan(fen)
        if unpaid.any():
            values[unpaid] = np.nan
        return values

    columns: dict[str, Any] = {"case_id": stays.frame["case_id"].array} if "case_id" in stays else {}
    columns |= {
        "status": _named(unpaid.astype(np.int8), ["paid", "not_payable"]),
        "problem": _words(found.problem, Unpaid),
        "route": _words(found.route, Route),
        "outlier": _words(found.outlier, Outlier),
        "review": _words(found.review, Review),
        "weight": np.array(found.weight),
        "coefficient": np.array(found.coefficient),
        "unit_price": np.array(found.unit),
        "ratio": np.array(found.ratio),
        "total_cost": _cost(stays),
        "carved_out": yuan(ledger.carved_out),
        "standard": yuan(ledger.standard),
    }
    steps = {name: change for name, change in ledger.adjustments.items() if name != _STANDARD}
    columns |= {f"adjust_{name}": yuan(change) for name, change in steps.items()}
    columns |= {name: yuan(getattr(ledger, name)) for name in _SHARED}
    account = stays.money("account_paid")
    if not account.all_missing:
        from_account = np.clip(account.fen, 0, np.maximum(ledger.patient, 0))
        columns["patient_account"] = yuan(from_account)
        columns["patient_cash"] = yuan(ledger.patient - from_account)
    return pd.DataFrame(columns, index=stays.frame.index, copy=False)


def _cost(stays: Stays) -> Any:
    """The cost as the case states it: it is known of a stay that cannot be paid, too."""
    total = stays.money("total_cost")
    yuan = to_yuan(total.fen)
    return yuan if total.known is None else np.where(total.known, yuan, np.nan)


def _words(marks: Marks, kinds: type[IntEnum]) -> Any:
    return _named(marks, [kind.name.lower() for kind in kinds])


def _named(codes: Any, names: list[str]) -> Any:
    return pd.Categorical.from_codes(codes, pd.Index(names))

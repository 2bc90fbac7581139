"""The result of `pay`: one row a stay, who pays what and why, and how far the numbers can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...language import stated_language
from ..engine.bill import Bill
from ..engine.book import Book
from ..engine.ledger import Findings, Ledger, Walk
from ..engine.problems import Unpaid
from ..engine.stays import Stays

if TYPE_CHECKING:
    import pandas as pd

PAID, NOT_PAYABLE = "paid", "not_payable"
# the payers of a stay: their amounts and `borne_by_hospital` sum to `total_cost`
PAYERS = ("fund", "catastrophic", "medical_aid", "other_funds", "commercial", "patient")


@dataclass(frozen=True, repr=False)
class Payments:
    """What each stay is paid. Built by `drgsim.pay`; never changes.

    Attributes
    ----------
    frame : DataFrame, one row a stay in the order and index of the cases, money in yuan.
    unpaid : DataFrame of the stays that cannot be paid, each with its reason in both languages.
    states : Counter, how many of the parameters read are `read`, `secondary`, `assumed` or `default`.
    ledger : the same money as whole fen (int64), closed to the fen.

    Examples
    --------
    >>> import drgsim
    >>> paid = drgsim.example_payments()
    >>> len(paid), paid.frame["status"].item()
    (1, 'paid')
    """

    stays: Stays
    ledger: Ledger
    findings: Findings
    bill: Bill
    walks: tuple[Walk, ...]
    books: tuple[Book, ...]
    rates_of: Literal["policy", "stay"] | int = "policy"  # whose day was read; a year: the stay's day in it

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
        from .payments_frame import payments_frame

        return payments_frame(self)

    @cached_property
    def unpaid(self) -> pd.DataFrame:
        """case_id (where there is one), group, problem, zh, en; indexed like the cases."""
        import pandas as pd

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
    def other_dates(self) -> tuple[tuple[str, str], ...]:
        """What to know of stays outside the policy's days or at another year's rates: (中文, English)."""
        from .other_dates import other_dates

        return other_dates(self)

    @property
    def notes(self) -> dict[str, int]:
        """What was used where the policy's own value could not be had, and of how many stays."""
        found: Counter[str] = Counter()
        for walk in self.walks:
            found.update(walk.state.notes)
        return dict(sorted(found.items()))

    def summary(self, by: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Cases and money (yuan), in all or by columns of the cases or of `frame`.

        Examples
        --------
        >>> import drgsim
        >>> paid = drgsim.example_payments()
        >>> paid.summary()["payment"].round(2).tolist()
        [9365.6]
        """
        from .payments_summary import summary

        return summary(self, by)

    def compare(self, other: Payments, by: str | Sequence[str] | None = None) -> pd.DataFrame:
        """This result, `other`, and the change from this to it, by payer; or by columns of the cases.

        Examples
        --------
        >>> import drgsim
        >>> paid = drgsim.example_payments()
        >>> paid.compare(paid).columns.tolist()
        ['before', 'after', 'change']
        """
        from .payments_summary import comparison

        return comparison(self, other, by)

    def explain(self, case_id: Any, lang: Literal["zh", "en"] = "zh") -> str:
        """The chain from group to payers of one stay, each step with its rule and source.

        Parameters
        ----------
        case_id : value of the column case_id, or of the index where there is none
        lang : "zh" or "en"

        Raises
        ------
        NotFoundError, ArgumentError
            for a stay that is not here; for another language.

        Examples
        --------
        >>> import drgsim
        >>> paid = drgsim.example_payments()
        >>> paid.explain("A1", "en").splitlines()[0]
        'group: GZ13; National default, DRG by base rate (national-drg-rate, 2025-06-30)'
        """
        from .explain import explain

        return explain(self, case_id, lang)

    def to_excel(self, path: Any) -> None:
        """A workbook with Chinese headers: by insurance, stay by stay, what cannot be paid, and what the
        numbers rest on. Needs the extra `excel`.

        Parameters
        ----------
        path : str or Path
            file to write; one that is there is replaced when all is written

        Raises
        ------
        MissingExtraError, WriteError
            without the writer of workbooks; when the file cannot be written.

        Examples
        --------
        >>> import drgsim
        >>> paid = drgsim.example_payments()
        >>> from tempfile import TemporaryDirectory
        >>> folder = TemporaryDirectory()
        >>> paid.to_excel(f"{folder.name}/paid.xlsx")
        >>> folder.cleanup()
        """
        from .payments_workbook import write_payments

        write_payments(self, path)

    def __repr__(self) -> str:
        from .payments_summary import text

        return text(self)

    def _repr_html_(self) -> str:
        from .payments_summary import html

        return html(self)


def _states(books: tuple[Book, ...]) -> Counter[str]:
    states: dict[tuple[int, str], str] = {}
    for book in books:
        for reading in book.trail.values():
            for path in reading.used:
                dated = reading.in_force.get(path)
                states[id(reading.in_force), path] = "default" if dated is None else dated.state
    return Counter(states.values())

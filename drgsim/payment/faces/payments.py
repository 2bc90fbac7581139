"""The result of `pay`: one row a stay, who pays what and why, and how far the numbers can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from .explain import explain
from .paid_stays import PaidStays
from .payments_summary import comparison, html, summary, text
from .payments_workbook import write_payments


@dataclass(frozen=True, repr=False)
class Payments(PaidStays):
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

    def summary(self, by: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Cases and money (yuan), in all or by columns of the cases or of `frame`.

        Examples
        --------
        >>> import drgsim
        >>> paid = drgsim.example_payments()
        >>> paid.summary()["payment"].round(2).tolist()
        [9365.6]
        """
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
        write_payments(self, path)

    def __repr__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)

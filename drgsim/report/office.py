"""`drgsim.office`: the office room's month, with its workbook and page."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import replacing
from ..office import monthly as room
from ..office.month import OfficeMonth
from .office_page import page
from .office_workbook import write_month

if TYPE_CHECKING:
    from ..policy.policy import Policy


class OfficeReport(OfficeMonth):
    """An office's month that can be written: a workbook to work in, a page to read."""

    def to_excel(self, path: Any, *, case_ids: bool = False) -> None:
        """A workbook with Chinese headers: overview, departments, doctors, groups, insurances, cases, special
        reviews, warnings, explanations; links lead from a department to its groups and their cases.

        Cases are named by the row of the sheet they were read from; `case_ids` adds their ids.
        """
        write_month(self, path, case_ids=case_ids)

    def to_html(self, path: Any = None) -> str:
        """One self-contained page without identifiers; written to `path` if given."""
        text = page(self)
        if path is not None:
            with replacing(Path(path)) as part:
                part.write_text(text, encoding="utf-8")
        return text


def office(
    cases: Any,
    policy: Policy | str | Path,
    *,
    month: str | None = None,
    last_month: Any = None,
    year_ago: Any = None,
    peers: Any = None,
    reference: Any = None,
    weights: Any = None,
    scheme: str | None = None,
    hospital: Any = None,
    thresholds: Any = None,
) -> OfficeReport:
    """The month of a hospital's insurance office: indicators, margins, winners and losers, reviews, warnings.

    Parameters
    ----------
    cases : table of cases (`drgsim.read_cases`), of one month or of several.
    policy, weights, scheme, hospital : as for `drgsim.estimate`.
    month : `2025-03`; None takes the last month of the file that is about whole. Without discharge dates all
        cases are one month.
    last_month, year_ago : tables of cases to set beside it; None takes them from `cases` where it has them.
    peers : a table (or CSV) with a column `name` and columns of indicators, set beside the hospital.
    reference : a table (or CSV, xlsx) of the region's means: group, mean_cost (yuan), mean_days. Without it
        the mean costs of the weight table are taken, else the means of the file.
    thresholds : what the warnings are cut at, where it differs from `data/office/thresholds.toml`.

    Returns
    -------
    OfficeReport: `summary(by)`, `comparison`, `winners`, `losers`, `reviews`, `warnings`, `frame`,
    `to_excel(path)`, `to_html(path)`. Its displays hold no case rows.

    Raises
    ------
    ArgumentError, ColumnError, NotFoundError, and what `estimate` raises.

    Examples
    --------
    >>> import drgsim
    >>> cases = drgsim.synthetic_cases(n=2_000, year=2025, seed=1)
    >>> month = drgsim.office(cases, drgsim.Policy.load("national-drg-rate"), month="2025-03",
    ...                       weights=drgsim.Weights.load("chs-drg-2.0-example"))
    >>> month.month, bool(month.summary("department")["cases"].sum() == len(month))
    ('2025-03', True)
    """
    found = room.office(
        cases,
        policy,
        month=month,
        last_month=last_month,
        year_ago=year_ago,
        peers=peers,
        reference=reference,
        weights=weights,
        scheme=scheme,
        hospital=hospital,
        thresholds=thresholds,
    )
    return OfficeReport(**{each.name: getattr(found, each.name) for each in fields(found)})

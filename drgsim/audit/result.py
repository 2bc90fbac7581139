"""The result of `audit`: what was screened, what was found, what could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from .._rooms import report_room
from ..language import stated_language
from ..words import in_words, pairs
from .findings_workbook import write_workbook
from .indices import dip_indices, problem_list
from .money import recover, sanctions, supervision
from .reading import polars
from .record import AuditRecord
from .self_inspection import write_self_inspection
from .words import result_text

if TYPE_CHECKING:
    import polars as pl

SUSPICION_ZH = "疑点不等于违规：除规则结果类型为“违规”者外，均须核实病历与凭证后认定。"
SUSPICION_EN = (
    "A suspicion is no guilt: all but rules whose result kind says violation await a look at the record."
)
RESULT_WORDS = pairs("finding_kind")


@dataclass(frozen=True, repr=False, eq=False)
class AuditResult(AuditRecord):
    """What a screening found. Built by `drgsim.audit`; never changes.

    Attributes
    ----------
    findings : polars frame, a row a finding (also as pandas: `frame`); amount and counted in yuan. It names
        visits and pseudonyms of persons, so it leaves only by `cases()`, `to_excel` or `to_dir`.
    screened : table → rows looked at
    told : what the tables could not tell: word → count
    undecided : rule → rows in which a fact its condition asks for is not known
    problems : cells that could not be read: table, row, column, kind
    hospitals : a row a hospital and measure: n, k, rate, expected, limits, p
    checklist : rows of limits that only a record can show, with the lines they concern
    library : the rules that ran

    Examples
    --------
    >>> import drgsim
    >>> line = {"visit_id": "V1", "time": "2026-03-01", "item_code": "310701022", "quantity": 26, "price": 5}
    >>> result = drgsim.audit(items=[line], only=["hour-items"])
    >>> result.text("en").splitlines()[0]
    'screened: 1 charge items'
    >>> result.summary().index.tolist(), len(result.cases()), len(result.settlement_table())
    (['hour-items'], 1, 0)
    >>> result.recover().columns[:4].tolist()
    ['hospital_id', 'findings', 'without_money', 'loss']
    >>> result.sanctions().columns[:3].tolist()
    ['hospital_id', 'doctor', 'findings']
    >>> result.supervise(coverage=0.5, detection=0.5).columns[:2].tolist()
    ['family', 'findings']
    >>> result.problem_list("en").columns[:2]
    ['field', 'rows']
    >>> try:
    ...     result.indices()
    ... except drgsim.DrgsimError as error:
    ...     print(error.message)
    the indices rest on rules that did not run
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     result.to_excel(f"{folder}/findings.xlsx", "en")
    ...     print(result.to_html(f"{folder}/findings.html", "en").name)
    ...     print([path.name for path in result.to_dir(folder, "en")])
    findings.html
    ['findings.xlsx', 'summary.md', 'decisions.csv']
    """

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The findings as pandas, a row a finding."""
        return pd.DataFrame(
            {name: self.findings.get_column(name).to_list() for name in self.findings.columns}
        )

    @property
    def open(self) -> pl.DataFrame:
        """The findings nobody has explained."""
        return self.findings.filter(polars().col("decision") != "explained")

    def cases(self) -> pd.DataFrame:
        """The case list: every finding with its visit and pseudonym. The only way rows leave on purpose."""
        return self.frame

    def problem_list(self, lang: Literal["zh", "en"] = "zh") -> pl.DataFrame:
        """The national lists of typical problems beside this screening; see `drgsim.audit.indices`.

        Parameters
        ----------
        lang : "zh" or "en"
            language of the text

        Returns
        -------
        polars frame, a row a problem of the lists, with how it shows in these data
        """
        return problem_list(self, lang)

    def to_excel(self, path: Any, lang: Literal["zh", "en"] = "zh") -> None:
        """A workbook by department and rule with evidence and money. Needs the extra `excel`.

        Parameters
        ----------
        path : str or Path
            file to write; one that is there is replaced when all is written
        lang : "zh" or "en"
            language of the text

        Raises
        ------
        MissingExtraError, WriteError
            without the writer of workbooks; when the file cannot be written.
        """
        write_workbook(self, path, lang=lang)

    def to_dir(self, folder: Any, lang: Literal["zh", "en"] = "zh") -> list[Any]:
        """The self-inspection: workbook, letter-ready summary and file of decisions; returns their paths.

        Parameters
        ----------
        folder : str or Path
            made where it is not there
        lang : "zh" or "en"
            language of the text

        Raises
        ------
        WriteError
            when a file cannot be written to its end.
        """
        return write_self_inspection(self, folder, lang=lang)

    def to_html(self, path: Any, lang: Literal["zh", "en"] | None = None) -> Any:
        """One page: what was screened and found, funnels, what could not be told. Needs the extra `plot`.

        Parameters
        ----------
        path : str or Path
            file to write; one that is there is replaced when all is written
        lang : "zh", "en" or None
            language of charts; None takes Chinese where a font for it is installed

        Raises
        ------
        MissingExtraError, WriteError
            without the library of charts; when the file cannot be written.
        """
        return report_room("audit_page").write_audit_page(self, path, lang=lang)

    def recover(self, **options: Any) -> pd.DataFrame:
        """Recovery, fines and points; see `drgsim.audit.money.recover`.

        Parameters
        ----------
        **options
            as `drgsim.audit.money.recover` takes them: the ground of the fine, multiples

        Returns
        -------
        DataFrame, yuan and points a hospital

        Raises
        ------
        NotFoundError
            for a ground that is none.
        """
        return recover(self, **options)

    def indices(self, *, beta: float = 0.0) -> pd.DataFrame:
        """The five DIP supervision indices in this software's forms; see `drgsim.audit.indices`.

        Parameters
        ----------
        beta : float
            weight of the share of dear cases in the index of upcoding, 0 to leave it out

        Returns
        -------
        DataFrame, a row a hospital and index
        """
        return dip_indices(self, beta=beta)

    def supervise(self, **options: Any) -> pd.DataFrame:
        """What a campaign would recover and deter; see `drgsim.audit.money.supervision`.

        Parameters
        ----------
        **options
            as `drgsim.audit.money.supervision` takes them: coverage, detection, deterrence (0 to 1)

        Returns
        -------
        DataFrame, yuan a part, with low and high

        Raises
        ------
        ArgumentError
            for a share outside 0 to 1.
        """
        return supervision(self, **options)

    def sanctions(self, **options: Any) -> pd.DataFrame:
        """Points of doctors, suspensions of departments; see `drgsim.audit.money.sanctions`.

        Parameters
        ----------
        **options
            as `drgsim.audit.money` takes them
        """
        return sanctions(self, **options)

    def settlement_table(self) -> pd.DataFrame:
        """Findings as settlement takes them: case_id, hospital_id, rule, result, amount; no person."""
        pl = polars()
        stays = self.findings.filter((pl.col("table") == "stays") & pl.col("visit_id").is_not_null())
        chosen = stays.select(
            "hospital_id", "rule", "result", "decision", case_id="visit_id", amount="counted"
        )
        return pd.DataFrame(chosen.to_dict(as_series=False))

    def text(self, lang: Literal["zh", "en"] = "zh") -> str:
        """A few lines: what was screened, found, not decided.

        Parameters
        ----------
        lang : "zh" or "en"
            language of the text
        """
        return result_text(self, lang)

    def __repr__(self) -> str:
        return self.text("en")

    def _repr_html_(self) -> str:
        summary = in_words(self.summary()).to_html(border=0)
        return f"<pre>{escape(self.text(stated_language() or 'zh'))}</pre>{summary}"

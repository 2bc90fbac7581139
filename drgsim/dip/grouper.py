"""The DIP grouper: cases in, disease types out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._parallel import thread_count
from ..cases.given import refuse_columns
from ..codes import Codebook, CodeLists
from .answers import Answers, EncodedCases, answer
from .catalogue import DipCatalogue
from .check import is_doubtful, warn_of_dimensions
from .classes import CCI, NEEDED, ProcedureClasses, facts_with_index
from .compile import CompiledDip, compile_dip
from .explain import DipExplanation, explain, read_case
from .facts import arrow_parts, columns_of, numbers, refuse_without_diagnoses, unreadable
from .frames import COLUMNS, as_frame, as_table, frame_of, wanted_columns
from .kept import ReadyDip, keep_dip, kept_dip, ready, source_of
from .pack import load_same, rules_of
from .prepared import Prepared, prepare
from .prices import PrimaryCareList
from .rules import RuleSet

if TYPE_CHECKING:
    from .._kernels._dip import DipTables


class DipGrouper:
    """Groups cases by a DIP catalogue under a region's matching rules.

    Parameters
    ----------
    catalogue : DipCatalogue, or the name or folder of one, of which what grouping needs is kept compiled
    rules : rule set, its name, or the path of a rule file; None takes the one the catalogue names
    classes : procedure classes; None takes the shipped table (`assumed`)
    threads : None means one per core
    strict : of a name or folder, as in `DipCatalogue.load`

    Raises DipRulesError when the rules never look for types it has.

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": ["51.2300"]})
    >>> DipGrouper("example").group(cases, columns=["dip_code", "status"]).iloc[0].tolist()
    ['K80.1-51.2300', 'grouped']
    """

    def __init__(
        self,
        catalogue: DipCatalogue | str | Path,
        *,
        rules: RuleSet | str | Path | None = None,
        classes: ProcedureClasses | None = None,
        threads: int | None = None,
        strict: bool = True,
    ) -> None:
        self._named, self._strict = None if isinstance(catalogue, DipCatalogue) else catalogue, strict
        if isinstance(catalogue, DipCatalogue):
            self.catalogue = catalogue
        self.rules = rules if isinstance(rules, RuleSet) else RuleSet.load(rules or rules_of(catalogue))
        self.classes = classes or ProcedureClasses.load()
        self.threads = thread_count(threads)
        self._source = "" if classes else source_of(self._named, self.rules)
        if (found := kept_dip(self._source)) is not None:
            self.ready = found
            return
        self.prepared = prepare(self.catalogue, self.rules, self.classes)
        warns = warn_of_dimensions(self.catalogue, self.rules)
        if self._source and not warns and (strict or not is_doubtful(self.catalogue)):
            keep_dip(self.ready, self._source)  # what warns is made anew, and warns again

    @cached_property
    def catalogue(self) -> DipCatalogue:
        """The whole catalogue; of one kept compiled loaded when first asked for, as grouping needs it not.
        DipCatalogueError when its files have changed since the grouper was made."""
        assert self._named is not None
        now = partial(source_of, self._named, self.rules) if self._source else str
        return load_same(DipCatalogue, self._named, strict=self._strict, same=lambda: now() == self._source)

    @cached_property
    def prepared(self) -> Prepared:
        """The catalogue under the rules. DipRulesError when these never look for types it has."""
        return prepare(self.catalogue, self.rules, self.classes)

    @cached_property
    def ready(self) -> ReadyDip:
        """What grouping needs of the catalogue and the rules."""
        return ready(self.prepared, compile_dip(self.prepared))

    @property
    def compiled(self) -> CompiledDip:
        """The catalogue and the rules as the kernel's arrays."""
        return self.ready.compiled

    @property
    def books(self) -> dict[str, Codebook]:
        """The codebooks by which `diagnoses` and `procedures` are encoded."""
        return {"diagnoses": self.ready.diagnoses, "procedures": self.ready.procedures}

    @cached_property
    def _kernel(self) -> DipTables:
        from .._kernels._dip import DipTables

        return DipTables(self.compiled.tables)

    @cached_property
    def _primary_care(self) -> PrimaryCareList | None:
        listed = self.ready.listed
        return PrimaryCareList(lambda: self.prepared, listed) if listed else None

    @overload
    def group(self, cases: Mapping[str, Any], *, columns: Iterable[str] | None = ...) -> dict[str, Any]: ...
    @overload
    def group(
        self, cases: pd.DataFrame | Sequence[Mapping[str, Any]], *, columns: Iterable[str] | None = ...
    ) -> pd.DataFrame: ...
    @overload
    def group(self, cases: Any, *, columns: Iterable[str] | None = ...) -> Any: ...
    def group(self, cases: Any, *, columns: Iterable[str] | None = None) -> Any:
        """The disease type of every case.

        Parameters
        ----------
        cases
            A pandas DataFrame (or list of dicts), anything with `__arrow_c_stream__`, or one case as a
            dict. Needs `diagnoses` (codes joined by `|`, or lists; principal first); `procedures` may be
            absent. Conditions ask for more (age, age_days, birth_weight, los, discharge, icu_hours,
            total_cost …); one that is missing or unreadable fails them.
        columns
            Which of the columns below to make, in this order; None makes all. Telling the procedures in
            words costs most of the time of a large table: a caller that only prices leaves them out.
            Raises ArgumentError for a name that is not among them.

        Returns
        -------
        DataFrame with the same index, pyarrow Table, or dict, as the input was. Its columns:

        dip_code, dip_name, kind, treatment_class, primary_care, score
            Of the type; NaN for a case without one. The class is that of the procedures matched. Primary
            care is a type that the catalogue marks, or a case that is on its list.
        score_state
            stated; not_stated where the catalogue has no score for the type (the national library has none
            at all); missing for a case without a type.
        status
            grouped, no_principal_diagnosis, unknown_principal_diagnosis, excluded_principal_diagnosis or
            not_in_catalogue.
        reason
            What decided: only_candidate, a tie-break, catalogue_order, class_order or fallback; the status
            of a case that is not grouped.
        matched_procedures, unmatched_procedures
            Codes joined by `|`; one that the cleaning left out is in neither.
        auxiliary, auxiliary_factor, auxiliary_reason
            The class whose factor applies (1 for none), and its conditions.

        Text columns are categorical, but for the procedures. `frame.attrs["drgsim"]` says by which
        catalogue and rules, which columns that conditions ask for are missing or hold unreadable cells, how
        many cases are in types without a score, and what else a step `needs`.
        """
        wanted = wanted_columns(columns)
        if isinstance(cases, Mapping):
            refuse_columns(cases)
            row = self._frame(frame_of([cases]), wanted).iloc[0]
            return {name: None if value != value else value for name, value in row.to_dict().items()}
        if isinstance(cases, list | tuple):
            return self._frame(frame_of(cases), wanted)
        if isinstance(cases, pd.DataFrame):
            return self._frame(cases, wanted)
        diagnoses, procedures, facts = arrow_parts(cases, self.asked)
        return self.told(procedures, facts, self.encoded(diagnoses, procedures, facts), wanted)[0]

    def encode(self, cases: pd.DataFrame) -> EncodedCases:
        """The cases as ids and facts; ColumnError when there are no diagnoses.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipGrouper
        >>> cases = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": ["51.2300"]})
        >>> grouper = DipGrouper("example")
        >>> len(grouper.encode(cases))
        1
        """
        refuse_without_diagnoses(cases.columns)
        none = pd.Series([None] * len(cases), dtype=object)
        return self.encoded(cases["diagnoses"], cases.get("procedures", none), cases)

    def encoded(self, diagnoses: Any, procedures: Any, facts: pd.DataFrame) -> EncodedCases:
        """As `encode`, of columns.

        Parameters
        ----------
        diagnoses, procedures
            Columns of codes, or their ids by `prepared`.
        facts
            What is `asked` for, a row a case.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipGrouper
        >>> len(DipGrouper("example").encoded(["K80.100"], ["51.2300"], pd.DataFrame(index=[0])))
        1
        """
        books = self.books["diagnoses"], self.books["procedures"]
        dx, procs = (
            codes if isinstance(codes, CodeLists) else book.encode(codes, threads=self.threads)
            for codes, book in zip((diagnoses, procedures), books, strict=True)
        )
        classes = self.catalogue.comorbidity_classes if self.ready.indexed else ()
        table = facts_with_index(facts, self.compiled.columns, dx, books[0], classes)
        return EncodedCases(dx, procs, table, numbers(facts, "total_cost"))

    def primary_care(self, cases: EncodedCases) -> npt.NDArray[np.bool_]:
        """For each encoded case whether it is on the catalogue's list of primary care.

        Parameters
        ----------
        cases : EncodedCases of n cases

        Returns
        -------
        bool array (n,)

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipGrouper
        >>> cases = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": ["51.2300"]})
        >>> grouper = DipGrouper("example")
        >>> grouper.primary_care(grouper.encode(cases)).tolist()
        [False]
        """
        if self._primary_care is None:
            return np.zeros(len(cases), bool)
        return self._primary_care.members(cases, threads=self.threads)

    def _frame(self, cases: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
        encoded, none = self.encode(cases), pd.Series([""] * len(cases), dtype=object)
        told, origin = self._answered(cases.get("procedures", none), cases, encoded, columns)
        return as_frame(told, origin, cases.index)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The columns of a case that a condition of the catalogue or a rule asks for."""
        return frozenset(column for name in self.compiled.columns for column in columns_of(name))

    def told(
        self, procedures: Any, facts: pd.DataFrame, encoded: EncodedCases, columns: Sequence[str] = COLUMNS
    ) -> tuple[Any, dict[str, Any]]:
        """As `group`, a pyarrow Table and what is to be said of it, of cases that were encoded already.

        Parameters
        ----------
        procedures, encoded
            The texts of procedures, and the cases.
        facts
            What is `asked` for, a row a case.
        columns
            As in `group`.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipGrouper
        >>> cases = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": ["51.2300"]})
        >>> grouper = DipGrouper("example")
        >>> table, _ = grouper.told(cases["procedures"], cases, grouper.encode(cases))
        >>> table.column("dip_code").to_pylist()
        ['K80.1-51.2300']
        """
        told, origin = self._answered(procedures, facts, encoded, columns)
        return as_table(told, origin), origin

    def _answered(
        self, procedures: Any, facts: pd.DataFrame, encoded: EncodedCases, columns: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The columns of the answer, and what is to be said of it."""
        answers = self.match(encoded)
        listed = self.primary_care(encoded) if "primary_care" in columns else None
        asked = set(self.asked)
        if self.ready.indexed:
            asked.discard(CCI)
        missing = sorted(asked - set(map(str, facts.columns)))
        return self.ready.words.columns(procedures, encoded, answers, columns, listed), {
            "catalogue": self.ready.id,
            "rules": self.rules.id,
            "trust": self.ready.trust,
            "rules_trust": self.rules.trust,
            "missing_columns": missing,
            "unreadable": unreadable(facts, self.compiled.columns),
            "without_score": int(self.ready.words.scoreless[answers.key].sum()),
            "needs": {CCI: NEEDED} if CCI in missing else {},
        }

    def match(self, cases: EncodedCases) -> Answers:
        """The answers to encoded cases as arrays; `group` puts them into words.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipGrouper
        >>> cases = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": ["51.2300"]})
        >>> grouper = DipGrouper("example")
        >>> type(grouper.match(grouper.encode(cases))).__name__
        'Answers'
        """
        return answer(cases, lambda: self.prepared, self.compiled, self._kernel, threads=self.threads)

    def explain(self, case: Any, *, lang: str = "zh") -> DipExplanation:
        """How one case came to its type: every entry considered, and why it lost.

        Printing the result gives a tree in Chinese (`zh`) or English (`en`); its last line is the answer.

        Parameters
        ----------
        case : mapping, Series or DataFrame of one row, of the columns of the case table
        lang : "zh" or "en"

        Raises
        ------
        ArgumentError
            for another language, or more than one case.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DipGrouper
        >>> cases = pd.DataFrame({"diagnoses": ["K80.100"], "procedures": ["51.2300"]})
        >>> grouper = DipGrouper("example")
        >>> str(grouper.explain(cases.iloc[0].to_dict(), lang="en")).splitlines()[0]
        'principal diagnosis: K80.100'
        """
        row = case.iloc[0] if getattr(case, "ndim", 1) == 2 else case
        encoded = self.encode(frame_of([dict(row)]))
        read = read_case(row, encoded, self.compiled.columns)
        return explain(self.prepared, read, bool(self.primary_care(encoded)[0]), lang)

    def __reduce__(self) -> tuple[Any, ...]:
        made = partial(DipGrouper, rules=self.rules, classes=self.classes, threads=self.threads)
        return made, (self.catalogue,)

    def __repr__(self) -> str:
        return f"DipGrouper({self.ready.id!r}, rules={self.rules.id!r})"

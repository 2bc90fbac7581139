"""Group cases by a DRG scheme: tables in, tables out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from .._parallel import CHUNK, over_chunks, thread_count
from ..errors import NotFoundError
from ..schemes.compile import compile_scheme
from ..schemes.compile_cache import load_compiled
from ..schemes.compiled import CompiledScheme
from ..schemes.rules.terms import Variable
from ..schemes.scheme import Scheme
from .encoded import Books, EncodedCases, books_with
from .explain import explain
from .inputs import CaseTable, encode_table, frame_of, one_row, read_table
from .kernel import Answers, Kernel
from .numbers import COLUMNS, WEIGHT_COLUMNS
from .one_case import encode_plain
from .result import GroupResult, as_arrow, as_frame, as_result
from .what_if import what_if

if TYPE_CHECKING:
    import pandas as pd

    from .explain import Explanation


class DrgGrouper:
    """Groups cases by one scheme. Immutable; picklable; threads may share it.

    Parameters
    ----------
    scheme
        An id (`"chs-drg-2.0"`), a family with the day `on` (`"chs-drg"`), the folder of a pack, a
        `Scheme`, or a `CompiledScheme`.
    on
        For a family: the day whose edition is wanted.
    threads
        How many threads group large tables; None means one per core.

    Raises NotFoundError or PackError when there is no such scheme or it cannot be read.

    >>> grouper = DrgGrouper("chs-drg-1.1")
    >>> case = {"sex": 1, "age": 60, "diagnoses": "K22.301|K11.901|E11.900|I10.x05"}
    >>> grouper.group({**case, "procedures": "96.0800x005"}).drg
    'GZ13'
    """

    def __init__(
        self,
        scheme: str | Path | Scheme | CompiledScheme,
        *,
        on: date | str | None = None,
        threads: int | None = None,
    ) -> None:
        self.threads = thread_count(threads)
        self._scheme: Scheme | None = None
        self._from: tuple[str | Path, date | str | None] | None = None
        if isinstance(scheme, CompiledScheme):
            self.compiled = scheme
        elif isinstance(scheme, Scheme):
            self._scheme, self.compiled = scheme, _compiled(scheme)
        else:
            self._from, self.compiled = (scheme, on), load_compiled(scheme, on=on)
        self._kernel = Kernel(self.compiled, lambda: self.scheme)

    @property
    def scheme(self) -> Scheme:
        """The whole scheme. Loaded when first asked for: grouping itself needs only the compiled one."""
        if self._scheme is None:
            name, on = self._from or (self.compiled.id, None)
            scheme = Scheme.load(name, on=on)
            if self._from is None and _compiled(scheme).hash != self.compiled.hash:
                raise NotFoundError(
                    "the rules of a compiled scheme are not installed",
                    got=self.compiled.id,
                    do="give the grouper the Scheme, or its id, instead of the compiled scheme",
                )
            self._scheme = scheme
        return self._scheme

    @overload
    def group(self, cases: Mapping[str, Any]) -> GroupResult: ...
    @overload
    def group(
        self, cases: pd.DataFrame | Sequence[Mapping[str, Any]], *, names: bool = ...
    ) -> pd.DataFrame: ...
    @overload
    def group(self, cases: Any, *, names: bool = ...) -> Any: ...
    def group(self, cases: Any, *, names: bool = False) -> Any:
        """The group of every case.

        Parameters
        ----------
        cases
            A pandas DataFrame (or list of dicts), anything with `__arrow_c_stream__`, or one case as a
            dict. Columns: sex (1, 2, 男, 女, M, F), age (years), diagnoses and procedures (codes joined by
            `|`, or lists; principal and main first); where the scheme asks for them age_days,
            birth_weight or admission_weight (g), los (days), discharge, icu_hours, department (or dept).
            Where the scheme asks for the weight at admission and it is missing, the weight at birth is
            taken for a stay that begins on that day, and the reason says so. Others are
            ignored. Numbers may be text. Codes compare exactly and are never repaired:
            `drgsim.read_cases` does that, and says what it did.
        names
            Adds mdc_name, adrg_name and drg_name: as the scheme has them, in English for who asked for
            English (`drgsim.set_language`) where there is an English name.

        Returns
        -------
        DataFrame with the same index, pyarrow Table, or `GroupResult`, as the input was. Categorical
        columns: mdc, adrg, drg, severity (none, CC, MCC), status (grouped, ambiguous, ungrouped,
        invalid), reason. A case that has no group is `0000`, `00`, `0000`; it is invalid when its
        principal diagnosis, sex or age is missing or unreadable. The reason says what is missing or
        wrong (see `drgsim.grouping.Reason`), and is given to grouped cases too. A column the scheme
        asks for that the table does not have counts as missing throughout: comparisons with it fail,
        and `frame.attrs["drgsim"]["missing_columns"]` lists it.

        Raises
        ------
        CaseColumnsError
            The table lacks sex, age, diagnoses or procedures, or has one twice. Rows never raise.
        CasesInputError
            `cases` is none of the above.
        NotACaseTableError
            A dict holds whole columns: it is one case, several need a table.
        """
        if isinstance(cases, Mapping):
            plain = encode_plain(cases, self.books, self._kernel.columns)
            found = self._answers(read_table(one_row(cases))) if plain is None else self.group_encoded(plain)
            return as_result(found, self.compiled)
        if isinstance(cases, list | tuple):
            cases = frame_of(cases)
        table = read_table(cases)
        answers = self._answers(table)
        missing = self._missing(table)
        if table.index is None:
            return as_arrow(answers, self.compiled, names=names, missing=missing)
        return as_frame(answers, self.compiled, index=table.index, names=names, missing=missing)

    def encode(self, cases: Any, *, also: Iterable[DrgGrouper] = ()) -> EncodedCases:
        """The cases as arrays, to be grouped more than once: by this grouper and those in `also`.

        >>> new, old = DrgGrouper("chs-drg-2.0"), DrgGrouper("chs-drg-1.1")
        >>> case = {"sex": 2, "age": 60, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
        >>> encoded = new.encode(case, also=[old])
        >>> [grouper.drgs(grouper.group_encoded(encoded))[0] for grouper in (new, old)]
        ['HC23', 'HC29']
        """
        if isinstance(cases, Mapping):
            cases = one_row(cases)
        table = read_table(frame_of(cases) if isinstance(cases, list | tuple) else cases)
        groupers = (self, *also)
        columns = [name for name in COLUMNS if any(name in grouper._kernel.columns for grouper in groupers)]
        books = books_with(
            _union(grouper.compiled.extra_diagnoses for grouper in groupers),
            _union(grouper.compiled.extra_procedures for grouper in groupers),
        )
        return encode_table(table, books, columns, 0, table.rows)

    def group_encoded(self, cases: EncodedCases) -> Answers:
        """The answers to encoded cases, as places in `compiled.mdcs`, `.adrgs` and `.drgs`.

        Raises EncodedCasesError when they were encoded without codes that this scheme names.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DrgGrouper
        >>> grouper = DrgGrouper("chs-drg-1.1")
        >>> case = {"sex": 1, "age": 60, "diagnoses": "K22.301", "procedures": "96.0800x005"}
        >>> answers = grouper.group_encoded(grouper.encode(pd.DataFrame([case])))
        >>> answers.drg.dtype.kind
        'i'
        """
        answers = Answers.room(len(cases))
        self._kernel.group(cases, answers, threads=self.threads)
        return answers

    def drgs(self, answers: Answers) -> list[str]:
        """The DRG codes of answers.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DrgGrouper
        >>> grouper = DrgGrouper("chs-drg-1.1")
        >>> case = {"sex": 1, "age": 60, "diagnoses": "K22.301", "procedures": "96.0800x005"}
        >>> encoded = grouper.encode(pd.DataFrame([case]))
        >>> grouper.drgs(grouper.group_encoded(encoded))
        ['GZ15']
        """
        return [self.compiled.drgs.codes[place] for place in answers.drg]

    def explain(self, case: Any) -> Explanation:
        """Every test on the way of one case to its group, and what would have changed it.

        `case` is a dict, or a table of one row. See `drgsim.grouping.explain.Explanation`.

        Examples
        --------
        >>> from drgsim import DrgGrouper
        >>> grouper = DrgGrouper("chs-drg-1.1")
        >>> case = {"sex": 1, "age": 60, "diagnoses": "K22.301", "procedures": "96.0800x005"}
        >>> grouper.explain(case).answer.drg
        'GZ15'
        """
        return explain(self, case)

    def what_if(self, case: Any) -> pd.DataFrame:
        """The group of one case for each other choice of principal diagnosis and main procedure.

        See `drgsim.grouping.what_if.what_if`.

        Examples
        --------
        >>> from drgsim import DrgGrouper
        >>> grouper = DrgGrouper("chs-drg-1.1")
        >>> case = {"sex": 1, "age": 60, "diagnoses": "K22.301", "procedures": "96.0800x005"}
        >>> grouper.what_if({**case, "diagnoses": "K22.301|I10.x00"})["drg"].tolist()
        ['GZ15', '0000', 'GZ13', 'GZ13']
        """
        return what_if(self, case)

    @property
    def books(self) -> Books:
        """The codebooks that its ids are of."""
        return self._kernel.books

    def answers(self, table: CaseTable) -> tuple[Answers, tuple[str, ...]]:
        """The answers to a table seen as columns, and the columns the scheme asks for that are missing.

        Examples
        --------
        >>> import pandas as pd
        >>> from drgsim import DrgGrouper
        >>> grouper = DrgGrouper("chs-drg-1.1")
        >>> case = {"sex": 1, "age": 60, "diagnoses": "K22.301", "procedures": "96.0800x005"}
        >>> from drgsim.grouping.inputs import read_table
        >>> found, missing = grouper.answers(read_table(pd.DataFrame([case])))
        >>> grouper.drgs(found)
        ['GZ15']
        """
        return self._answers(table), self._missing(table)

    def _answers(self, table: CaseTable) -> Answers:
        answers = Answers.room(table.rows)

        def work(start: int, stop: int) -> None:
            cases = encode_table(table, self._kernel.books, self._kernel.columns, start, stop)
            self._kernel.group(cases, answers[start:stop])

        over_chunks(work, table.rows, threads=self.threads, chunk=CHUNK)
        return answers

    def _missing(self, table: CaseTable) -> tuple[str, ...]:
        """The columns the scheme asks for that the table does not have."""
        stand_ins = WEIGHT_COLUMNS[self.compiled.newborn_weight][1:]
        asked = (name for name in self._kernel.columns if name not in stand_ins)
        missing = [name for name in asked if not table.has(name)]
        if Variable.DEPARTMENT.name in self.compiled.variables and table.department is None:
            missing.append("department")
        return tuple(missing)

    def __repr__(self) -> str:
        return f"DrgGrouper({self.compiled.id!r}, {self.compiled.trust})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_kernel"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._kernel = Kernel(self.compiled, lambda: self.scheme)


def _union(codes: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({code for each in codes for code in each}))


def _compiled(scheme: Scheme) -> CompiledScheme:
    return compile_scheme(scheme)

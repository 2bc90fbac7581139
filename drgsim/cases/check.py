"""Check a table of cases against the rules of `data/cases/checks.csv`, and count what is found; nothing is
dropped or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._parallel import blocks
from ..codes import Catalogue
from .case_arrays import CaseArrays, Mask
from .case_errors import CheckRuleError, NotACaseTableError
from .check_kinds import ACROSS, CHECKS, JOINT, NEEDED, Later
from .columns import case_columns
from .conditions.case_facts import holds
from .given import refuse_doubled
from .problems import WHOLE_TABLE, Finding, ProblemTable, ordered, plain_rows, told
from .read_report import report_of
from .rules import SEVERITIES, CheckRule, Severity, check_rules
from .texts import as_text

if TYPE_CHECKING:
    import pandas as pd


_TOLD = ("department", "doctor")  # beside a problem
_KEYS = ("severity", "rule", "column", "zh", "en", "state")


class ProblemTally:
    """How often each rule was broken. `write` is given the rows of every table that is added.

    >>> tally = ProblemTally()
    >>> tally.add(ProblemTable.joined([]))
    >>> tally
    ProblemTable: no problems
    """

    def __init__(self, write: Callable[[pd.DataFrame], None] | None = None) -> None:
        self._write = write
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._unchecked: Counter[tuple[str, str]] = Counter()
        if write is not None:
            write(ProblemTable.joined([]).frame)  # a file without problems has its header too

    def add(self, table: ProblemTable) -> None:
        """Count the problems of a table, and hand its rows on."""
        for rule, column, cases in table.not_checked[["rule", "column", "cases"]].itertuples(index=False):
            self._unchecked[rule, column] += cases
        if not len(table):
            return
        found = table.summary()
        for *key, count in found[[*_KEYS, "count"]].itertuples(index=False):
            self._counts[tuple(key)] += count
        if self._write is not None:
            self._write(table.frame)

    def count(self, finding: Finding) -> None:
        """Count a finding without a table of its rows, which costs many times the finding itself."""
        if finding.unchecked:
            self._unchecked[finding.rule, finding.column] += finding.unchecked
        if len(finding.rows):
            rule = check_rules()[finding.rule]
            key = (rule.severity, rule.id, finding.column, rule.zh, rule.en, rule.state)
            self._counts[key] += len(finding.rows)

    def summary(self) -> pd.DataFrame:
        """As `ProblemTable.summary`."""
        import pandas as pd

        rows = [(*key, count) for key, count in self._counts.items()]
        return ordered(pd.DataFrame(rows, columns=[*_KEYS, "count"]))

    def counts(self) -> dict[Severity, int]:
        """How many problems of each severity."""
        found = dict.fromkeys(SEVERITIES, 0)
        for (severity, *_), count in self._counts.items():
            found[severity] += count  # type: ignore[index]
        return found

    @property
    def not_checked(self) -> pd.DataFrame:
        """As `ProblemTable.not_checked`."""
        places = {id: place for place, id in enumerate(check_rules())}
        asked = sorted(self._unchecked.items(), key=lambda item: places[item[0][0]])
        return ProblemTable(
            ProblemTable.joined([]).frame, [(*key, count) for key, count in asked]
        ).not_checked

    def __repr__(self) -> str:
        return told(self.summary())


NO_ROWS = np.zeros(0, dtype=np.int64)


def check_cases(cases: pd.DataFrame, *, rules: Iterable[str] | None = None) -> ProblemTable:
    """Everything the rules find wrong, a row each.

    Parameters
    ----------
    cases : a table of cases in the columns of `drgsim.cases.case_columns()`, as `read_cases` makes it
    rules : ids of the rules to apply (`drgsim.cases.check_rules()`), or numbers of published ones (Q05);
        all of them when None

    Returns
    -------
    ProblemTable; its `frame` has the columns row (index label), case, column, rule, severity, got, allowed,
    zh, en, state, number, proposal. What reading the cases found is part of it, for rows still there.
    A rule whose columns the table lacks finds nothing, and is in `not_checked` if cases ask for it; a column
    that every case should have is reported once, for no row.

    Raises
    ------
    NotACaseTableError, CheckRuleError; ColumnError when a column stands twice

    >>> import pandas as pd
    >>> cases = pd.DataFrame({"case_id": ["a"], "sex": [1], "diagnoses": ["I10.x00|O80.000"]})
    >>> check_cases(cases, rules=["sex-female-diagnoses"]).frame[["case", "got"]].values.tolist()
    [['a', 'O80.000']]
    """
    _checkable(cases)
    known = list(check_rules() if rules is None else _named(rules))
    findings = _findings(cases, known)
    checked = ProblemTable.of(findings, index=cases.index, cases=cases.get("case_id"))
    report = report_of(cases)
    if report is None:
        return checked
    checked = checked.with_sheet_rows(report.at)
    if not len(report.problems):
        return checked
    return ProblemTable.joined([_still_there(report.problems, cases, known), checked])


def check_rows(cases: pd.DataFrame) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of `check_cases` as plain values, and the columns for want of which rules were not applied.

    For a service that is asked for a case at a time: no table is made of what few rules find.

    >>> import pandas as pd
    >>> rows, lacking = check_rows(pd.DataFrame({"case_id": ["a"], "sex": [1], "diagnoses": ["O80.000"]}))
    >>> rows[0]["case"], "birth_weight" in lacking
    ('a', True)
    """
    _checkable(cases)
    findings = list(_findings(cases, list(check_rules())))
    ids = cases["case_id"].tolist() if "case_id" in cases else None
    report, rows = report_of(cases), []
    if report is not None and len(report.problems):
        rows = _still_there(report.problems, cases, check_rules()).rows()
    at = None if report is None else report.at
    rows += [row for each in findings if len(each.rows) for row in plain_rows(each, cases.index, ids, at)]
    return rows, list(dict.fromkeys(each.column for each in findings if each.unchecked))


def _still_there(read: ProblemTable, cases: pd.DataFrame, rules: Iterable[str]) -> ProblemTable:
    """What reading found by these rules, of rows that the table still has."""
    found = read.frame
    there = found["row"].isna() | found["row"].isin(cases.index)
    return ProblemTable(found[there & found["rule"].isin(list(rules))])


def findings_of(cases: pd.DataFrame) -> Iterator[Finding]:
    """What every rule finds, before it becomes a table: to be counted."""
    _checkable(cases)
    yield from _findings(cases, list(check_rules()))


@dataclass(frozen=True)
class LookedAt:
    """A part of the cases without its rows.

    Attributes
    ----------
    columns : the dtype of each of its columns, but `not_applicable`
    findings : what rules found that look at each case by itself; positions are those in the part
    held : by row, what comparing stays and telling of them needs, and no more
    at : the number of each row in its sheet
    """

    columns: Mapping[str, Any]
    findings: tuple[Finding, ...]
    held: pd.DataFrame
    at: range | npt.NDArray[np.int64]


def look_at(
    part: pd.DataFrame,
    *,
    at: npt.NDArray[np.int64] | None = None,
    like: Mapping[str, Any] | None = None,
    first: bool = True,
) -> LookedAt:
    """What the rules find in a part of the cases by itself, and what `across` needs of it. Any thread may
    look at one.

    `at` are the numbers of the rows in their sheet; `like` is what `LookedAt.columns` of all parts are
    together; the `first` part speaks for the whole table.
    """
    import pandas as pd

    _checkable(part)
    columns = {str(name): kind for name, kind in part.dtypes.items() if name != "not_applicable"}
    lacking = {name: kind for name, kind in (like or {}).items() if name not in columns}
    part = part.assign(**{name: pd.Series(index=part.index, dtype=kind) for name, kind in lacking.items()})
    arrays = CaseArrays(part)
    found: list[Finding] = []
    held: set[str] = set()
    returns = False
    for rule in check_rules().values():
        if rule.kind in ACROSS and all(map(arrays.has, rule.columns)):
            held.update(rule.columns)
            returns = returns or rule.kind == "return"
        else:
            found += [each for each in _applied(rule, arrays) if first or each.rows is not WHOLE_TABLE]
    kept = part[[name for name in part.columns if name in held]]
    few = {name: part[name].astype("category") for name in _TOLD if name in part.columns}
    if returns and "diagnoses" in part.columns:  # whether one is for the same: the first code says it
        lists = arrays.lists("diagnoses")
        codes = np.full(len(part), -1, np.int32)
        begin = lists.offsets[:-1][lists.counts > 0] - lists.offsets[0]
        codes[lists.counts > 0] = np.maximum(lists.flat[begin], -1)
        few["diagnoses"] = pd.Series(pd.Categorical.from_codes(codes, dtype=_diagnoses()), index=part.index)
    rows = np.arange(len(part)) + 2 if at is None else at
    running = len(rows) > 0 and bool((np.diff(rows) == 1).all())
    row_numbers = range(int(rows[0]), int(rows[-1]) + 1) if running else rows
    return LookedAt(columns, tuple(found), kept.assign(**few), row_numbers)


def across(parts: Sequence[LookedAt]) -> tuple[pd.DataFrame, list[Finding]]:
    """What the rules find that hold cases against each other, of all parts in one table.

    Returns
    -------
    the cases concerned in the order of the parts, as `LookedAt.held` and with their `sheet_row`; findings,
    whose positions are those in this table. All parts have the same columns.

    Only a case whose id, or whose person, stands more than once can be found: of all others no row is made.
    """
    import pandas as pd

    names = parts[0].held.columns
    applied = [rule for rule in check_rules().values() if rule.kind in ACROSS and {*rule.columns} <= {*names}]
    keys = {rule.id: next(name for name in rule.columns if case_columns()[name].is_text) for rule in applied}
    again = {key: _again([part.held[key] for part in parts]) for key in dict.fromkeys(keys.values())}
    start, picked = 0, []
    for part in parts:
        own = {key: places[start : start + len(part.held)] for key, places in again.items()}
        rows = np.flatnonzero(np.logical_or.reduce([np.zeros(len(part.held), np.bool_), *own.values()]))
        numbers = rows + part.at.start if isinstance(part.at, range) else part.at[rows]
        picked.append(part.held.iloc[rows].assign(sheet_row=numbers))
        start += len(part.held)
    cases = pd.concat(picked)
    arrays = CaseArrays(cases)
    return cases, [each for rule in applied for each in _applied(rule, arrays)]


def _again(column: Sequence[pd.Series]) -> Mask:
    """Which values of a column, given in parts, may stand in it more than once: all that do, few others."""
    import pandas as pd

    hashed = [
        pd.util.hash_array(as_text(part.iloc[own]).to_numpy(object), categorize=False)
        for part in column
        for own in blocks(len(part))
    ]
    hashes = np.concatenate([*hashed, np.zeros(0, np.uint64)])
    in_order = np.sort(hashes)
    found = np.isin(hashes, in_order[1:][in_order[1:] == in_order[:-1]])
    return found & np.concatenate([*(part.notna().to_numpy() for part in column), np.zeros(0, np.bool_)])


@cache
def _diagnoses() -> pd.CategoricalDtype:
    import pandas as pd

    return pd.CategoricalDtype([*Catalogue.load("diagnosis").codes])


def _checkable(cases: pd.DataFrame) -> None:
    import pandas as pd

    if not isinstance(cases, pd.DataFrame) or not set(cases.columns) & case_columns().keys():
        raise NotACaseTableError(
            "not a DataFrame with columns of the case table", got=type(cases).__name__, do="read_cases first"
        )
    refuse_doubled(cases.columns)


def _findings(cases: pd.DataFrame, rules: list[str]) -> Iterator[Finding]:
    arrays = CaseArrays(cases)
    for id in rules:
        yield from _applied(check_rules()[id], arrays)


def _named(rules: Iterable[str]) -> list[str]:
    """Ids of rules, of which some may be given by the number of the published rule."""
    known = check_rules()
    named: dict[str, None] = {}
    for id in rules:
        numbered = [rule.id for rule in known.values() if rule.number == id and id]
        if id not in known and not numbered:
            raise CheckRuleError("no such rule", got=id, nearest=known, do="see drgsim.cases.check_rules()")
        named |= dict.fromkeys(numbered or [id])
    return list(named)


def _applied(rule: CheckRule, arrays: CaseArrays) -> Iterator[Finding]:
    if rule.kind == "reading":
        return
    if rule.kind not in CHECKS:
        raise CheckRuleError(
            "no such kind of check", got=rule.kind, allowed=list(CHECKS), where=f"rule {rule.id}"
        )
    joint = rule.kind in JOINT
    if joint and not all(map(arrays.has, rule.columns)):
        lacking = "|".join(name for name in rule.columns if not arrays.has(name))
        yield Finding(rule.id, lacking, NO_ROWS, unchecked=arrays.rows)
        return
    for column in rule.columns[:1] if joint else rule.columns:
        if arrays.has(column):
            rows, got = CHECKS[rule.kind](rule, column, arrays)
            yield Finding(rule.id, column, rows, _own(arrays, column, rows) if got is None else got)
        elif rule.kind in NEEDED and not rule.when:
            yield Finding(rule.id, column, WHOLE_TABLE, "no such column")
        elif rule.when:
            asking = int(holds(rule.when, arrays).sum())
            yield Finding(rule.id, column, NO_ROWS, unchecked=asking)


def _own(arrays: CaseArrays, column: str, rows: Any) -> Later:
    return Later(rows, lambda rows: arrays.cases[column].iloc[rows].tolist())

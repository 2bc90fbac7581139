"""Check a table of cases against the rules of `data/cases/checks.csv`, and count what is found; nothing is
dropped or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from ..codes import Catalogue
from .case_arrays import CaseArrays
from .case_errors import CheckRuleError, NotACaseTableError
from .check_kinds import ACROSS, CHECKS, JOINT, NEEDED, Later
from .columns import case_columns
from .conditions.case_facts import holds
from .given import refuse_doubled
from .problems import WHOLE_TABLE, Finding, ProblemTable, ordered, plain_rows, told
from .read_report import report_of
from .rules import SEVERITIES, CheckRule, Severity, check_rules

if TYPE_CHECKING:
    import pandas as pd


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
        self._unchecked: list[ProblemTable] = []
        if write is not None:
            write(ProblemTable.joined([]).frame)  # a file without problems has its header too

    def add(self, table: ProblemTable) -> None:
        """Count the problems of a table, and hand its rows on."""
        if len(table.not_checked):
            self._unchecked.append(table.only_not_checked())
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
            nothing = ProblemTable.joined([]).frame
            self._unchecked.append(ProblemTable(nothing, [(finding.rule, finding.column, finding.unchecked)]))
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
        return ProblemTable.joined(self._unchecked).not_checked

    def __repr__(self) -> str:
        return told(self.summary())


PART_ROWS = 1 << 17
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


def check_in_parts(cases: pd.DataFrame, *, rows: int = PART_ROWS) -> Iterator[ProblemTable]:
    """As `check_cases`, without what reading found, in tables of at most `rows` problems.

    Together they may be larger than the cases many times over; one at a time they are not.
    """
    _checkable(cases)
    ids = cases.get("case_id")
    for finding in _findings(cases, list(check_rules())):
        for start in range(0, max(1, len(finding.rows)), rows):
            part = finding if len(finding.rows) <= rows else _some(finding, slice(start, start + rows))
            yield ProblemTable.of([part], index=cases.index, cases=ids)


def findings_of(cases: pd.DataFrame) -> Iterator[Finding]:
    """What every rule finds, as `check_in_parts` before it becomes tables: to be counted."""
    _checkable(cases)
    yield from _findings(cases, list(check_rules()))


@dataclass(frozen=True)
class LookedAt:
    """A part of the cases without its rows: its columns, what rules found that look at each case by itself,
    and the columns by which others hold cases against each other."""

    columns: frozenset[str]
    findings: tuple[Finding, ...]
    held: pd.DataFrame


def look_at(part: pd.DataFrame) -> LookedAt:
    """What `findings_of_parts` needs of a part. Any thread may look at one."""
    _checkable(part)
    arrays = CaseArrays(part)
    found: list[Finding] = []
    held: set[str] = set()
    returns = False
    for rule in check_rules().values():
        if rule.kind in ACROSS and all(map(arrays.has, rule.columns)):
            held.update(rule.columns)
            returns = returns or rule.kind == "return"
        else:
            found += [replace(each, got="") for each in _applied(rule, arrays)]
    across = part[[name for name in part.columns if name in held]]
    if returns and "diagnoses" in part.columns:  # whether one is for the same: the first code says it
        lists, codes = arrays.lists("diagnoses"), np.array([*Catalogue.load("diagnosis").codes, ""], object)
        first = np.full(len(part), -1)
        begin = lists.offsets[:-1][lists.counts > 0] - lists.offsets[0]
        first[lists.counts > 0] = np.maximum(lists.flat[begin], -1)
        across = across.assign(diagnoses=codes[first])
    return LookedAt(frozenset(part.columns) - {"not_applicable"}, tuple(found), across)


def findings_of_parts(parts: Sequence[LookedAt]) -> Iterator[Finding] | None:
    """As `findings_of` of all parts in one table, in no order; None when not all have the same columns: what
    a rule lacks then depends on the whole."""
    import pandas as pd

    if len({part.columns for part in parts}) > 1:
        return None
    held = pd.concat([part.held for part in parts], ignore_index=True)
    unchecked: Counter[tuple[str, str]] = Counter()
    counted: list[Finding] = []
    for number, part in enumerate(parts):
        for each in part.findings:
            unchecked[each.rule, each.column] += each.unchecked
            if len(each.rows) and (number == 0 or each.rows is not WHOLE_TABLE):
                counted.append(replace(each, unchecked=0))
    places = {id: place for place, id in enumerate(check_rules())}
    asked = sorted(unchecked.items(), key=lambda item: places[item[0][0]])
    counted += [Finding(*key, NO_ROWS, unchecked=count) for key, count in asked if count]
    arrays = CaseArrays(held)
    across = [rule for rule in check_rules().values() if rule.kind in ACROSS]
    applied = [rule for rule in across if all(map(arrays.has, rule.columns))]
    return chain(counted, (each for rule in applied for each in _applied(rule, arrays)))


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


def _some(finding: Finding, places: slice) -> Finding:
    got = finding.got if isinstance(finding.got, str) else finding.got[places]
    return Finding(finding.rule, finding.column, finding.rows[places], got)


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

"""`audit`: stays, charge items, prescriptions, trace codes and members through the rules."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..payment.engine.grouped import as_frame
from .checklist import checklist
from .drugs.screen import screen_prescriptions
from .findings import empty
from .items.lines import prepare, visits_of_cases
from .items.matching import Matcher
from .items.screen import screen_items
from .library import Library
from .members import screen_members
from .money import counted
from .reading import PROBLEM_COLUMNS, Read, complete, polars, read_table, read_through, scan_table
from .result import AuditResult
from .self_inspection import read_decisions, respect
from .stays.beside import outside_events
from .stays.screen import screen_stays
from .trace.screen import screen_dispensings

if TYPE_CHECKING:
    import polars as pl


@dataclass
class _Run:
    """What a run gathers on its way."""

    findings: list[pl.DataFrame] = field(default_factory=list)
    screened: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    undecided: dict[str, int] = field(default_factory=dict)
    read: dict[str, Read] = field(default_factory=dict)
    hospitals: pl.DataFrame | None = None
    checklist: pl.DataFrame | None = None
    rings: Any = None
    sales: Any = None

    def frame(self, name: str) -> pl.DataFrame | None:
        return complete(self.read[name].frame, name) if name in self.read else None


def audit(
    cases: Any = None,
    policy: Any = None,
    *,
    items: Any = None,
    visits: Any = None,
    prescriptions: Any = None,
    dispensings: Any = None,
    members: Any = None,
    items_catalogue: Any = None,
    drugs: Any = None,
    mapping: Mapping[str, str] | None = None,
    library: Library | None = None,
    rules: Iterable[str | Path] = (),
    only: Iterable[str] = (),
    on: datetime.date | None = None,
    levers: Mapping[str, Any] | None = None,
    weights: Any = None,
    scheme: str | None = None,
    decisions: Any = None,
    rename: Mapping[str, Mapping[str, str]] | None = None,
) -> AuditResult:
    """Screen stays and claims by the supervision rules.

    Parameters
    ----------
    cases : stays as `drgsim.read_cases` gives them, or None. With `policy` they are grouped and paid, so that
        findings on stays carry the money at stake.
    policy : a Policy (or what `drgsim.pay` takes); without one findings on stays have no money.
    items, visits, prescriptions, dispensings, members : tables (`drgsim.audit.schema.columns(name)`), each
        a path, a DataFrame (pandas, polars, Arrow) or a list of dicts. Without `visits` the stays are the
        visits.
    items_catalogue, drugs : the user's catalogues.
    mapping : local item code → national item code. Names never match.
    library, rules, only : the rules: a Library, or the shipped one with own folders `rules`; `only` ids or
        families of it.
    on : the day whose rules and rows hold; without one the newest.
    levers : `{"rule.lever": value}`.
    weights : weight table for `drgsim.pay`.
    scheme : groups the stays where no policy names one.
    decisions : decisions on findings of an earlier run (`read_decisions`); explained ones keep no money.
    rename : table → {header: column}.

    Returns
    -------
    AuditResult.

    Raises
    ------
    AuditTableError, AuditRuleError, ArgumentError, NotFoundError, MissingExtraError; what `pay` raises.

    Examples
    --------
    >>> line = {"visit_id": "V1", "time": "2026-03-01", "item_code": "310701022", "quantity": 26, "price": 5}
    >>> result = audit(items=[line], only=["hour-items"])
    >>> result.frame[["rule", "quantity", "amount"]].values.tolist()
    [['hour-items', 2.0, 10.0]]
    """
    if library is None:
        library = Library.load(*rules)
    if only:
        library = library.only(only)
    library = library.in_force(on)
    if levers:
        library = library.with_levers(dict(levers))
    run = _Run()
    given = {
        "items": items,
        "visits": visits,
        "prescriptions": prescriptions,
        "dispensings": dispensings,
        "members": members,
        "items_catalogue": items_catalogue,
        "drugs": drugs,
    }
    if cases is None and all(table is None for table in given.values()):
        raise ArgumentError(
            "there is nothing to screen", do="give cases, items, prescriptions, dispensings or members"
        )
    for name, table in given.items():
        if name == "dispensings" and table is not None:
            run.sales = scan_table(name, table, rename=(rename or {}).get(name))
            if run.sales is not None:
                continue
        if table is not None:
            run.read[name] = read_table(name, table, rename=(rename or {}).get(name))
            run.screened[name] = len(run.read[name].frame)
        if name == "dispensings" and table is not None:
            run.sales = run.read[name].frame.lazy()
    cases = _cases(cases, run)
    lines = _items(run, library, cases, mapping, on)
    _stays(run, library, cases, policy, weights, scheme, lines)
    _drugs(run, library)
    _sales(run, library, cases)
    _members(run, library)
    return _result(run, library, decisions)


def _cases(cases: Any, run: _Run) -> Any:
    if cases is None:
        return None
    cases = as_frame(cases)
    run.screened["stays"] = len(cases)
    return cases


def _visits(run: _Run, cases: Any) -> pl.DataFrame:
    """The table of visits, and the stays it does not have."""
    pl = polars()
    stated = run.frame("visits")
    if cases is None or "case_id" not in cases:
        return (
            stated
            if stated is not None
            else complete(pl.DataFrame({"visit_id": []}, schema={"visit_id": pl.String}), "visits")
        )
    stays = visits_of_cases(cases)
    if stated is None:
        return stays
    more = stays.join(stated.select("visit_id"), on="visit_id", how="anti")
    return pl.concat([stated, more.select(stated.columns)], how="vertical_relaxed")


def _items(run: _Run, library: Library, cases: Any, mapping: Any, on: Any) -> Any:
    if "items" not in run.read:
        return None
    lines = prepare(run.read["items"].frame, _visits(run, cases), mapping)
    matcher = Matcher(lines, library.rows, run.frame("items_catalogue"), on)
    found, undecided = screen_items(library, matcher)
    run.findings.append(found)
    run.undecided |= undecided
    run.told |= lines.told
    if any(rule.table == "checklist" for rule in library):
        run.checklist = checklist(matcher)
    return lines


def _stays(
    run: _Run, library: Library, cases: Any, policy: Any, weights: Any, scheme: str | None, lines: Any
) -> None:
    if cases is None:
        return
    events = outside_events(run.frame("visits"), run.frame("prescriptions"), _bought(run))
    found = screen_stays(
        cases, library, policy=policy, weights=weights, scheme=scheme, lines=lines, events=events
    )
    run.findings.append(found.findings)
    run.undecided |= found.undecided
    run.told |= found.told
    run.hospitals = found.hospitals


def _bought(run: _Run) -> pl.DataFrame | None:
    """The sales to persons, with no more columns than care beside a stay needs."""
    pl = polars()
    if run.sales is None or "patient_id" not in run.sales.collect_schema().names():
        return None
    names = ("line_id", "patient_id", "hospital_id", "time", "amount", "returned")
    have = [name for name in run.sales.collect_schema().names() if name in names]
    with read_through("dispensings"):
        known = run.sales.filter(pl.col("patient_id").is_not_null()).select(have).collect(engine="streaming")
    return complete(known, "dispensings")


def _drugs(run: _Run, library: Library) -> None:
    prescriptions, drugs = run.frame("prescriptions"), run.frame("drugs")
    if prescriptions is None:
        return
    found = screen_prescriptions(prescriptions, drugs, library)
    run.findings.append(found.findings)
    run.rings = found.rings
    run.undecided |= found.undecided
    run.told |= found.told


def _sales(run: _Run, library: Library, cases: Any) -> None:
    if run.sales is None:
        return
    stays = None if cases is None or "patient_id" not in cases else visits_of_cases(cases)
    with read_through("dispensings"):
        found = screen_dispensings(
            run.sales, library, drugs=run.frame("drugs"), stays=stays, members=run.frame("members")
        )
    run.screened["dispensings"] = found.rows
    run.findings.append(found.findings)
    run.undecided |= found.undecided
    run.told |= found.told


def _members(run: _Run, library: Library) -> None:
    if "members" not in run.read:
        return
    found, undecided = screen_members(run.read["members"].frame, library)
    run.findings.append(found)
    run.undecided |= undecided


def _result(run: _Run, library: Library, decisions: Any) -> AuditResult:
    pl = polars()
    findings = pl.concat([empty(), *run.findings])
    decided = None if decisions is None else read_decisions(decisions)
    findings, gone = respect(findings, decided)
    if len(gone):
        run.told["decisions_gone"] = len(gone)
    tables = {*run.screened}
    unused = tuple(r.id for r in library if r.table not in tables and r.table != "checklist")
    nothing = pl.DataFrame()
    return AuditResult(
        findings=counted(findings),
        screened=run.screened,
        told=run.told,
        undecided=run.undecided,
        problems=pl.concat(
            [pl.DataFrame(schema=PROBLEM_COLUMNS), *(each.problems for each in run.read.values())]
        ),
        hospitals=run.hospitals if run.hospitals is not None else nothing,
        checklist=run.checklist if run.checklist is not None else pl.DataFrame(schema={"lines": pl.UInt32}),
        library=library,
        unused=unused,
        unread={name: each.unread for name, each in run.read.items() if each.unread},
        rings=run.rings,
        kept_decisions=tuple(gone.iter_rows(named=True)),
    )

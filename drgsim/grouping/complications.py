"""The secondary diagnoses of one case that are CC or MCC, and whether the principal one excludes them."""

from __future__ import annotations

from dataclasses import dataclass

from ..schemes.model import CcExclusion, Scheme
from ..schemes.rules.terms import Severity
from .case import Case
from .explanation import Words


@dataclass(frozen=True, slots=True)
class Complication:
    """A secondary diagnosis that the scheme lists as CC or MCC.

    `table` is the exclusion table it names, `principal_tables` those that list the principal diagnosis.
    """

    code: str
    severity: Severity
    table: str
    principal_tables: tuple[str, ...]

    @property
    def counts(self) -> bool:
        return self.table not in self.principal_tables


def complications_of(case: Case, scheme: Scheme) -> tuple[Complication, ...]:
    """The listed secondary diagnoses of a case, in its order."""
    tables = scheme.exclusion.get(case.diagnoses[0], ())
    return tuple(
        Complication(code, severity, listed[code], tables)
        for code in case.diagnoses[1:]
        for severity, listed in ((Severity.MCC, scheme.mcc), (Severity.CC, scheme.cc))
        if code in listed
    )


def counting(complications: tuple[Complication, ...]) -> dict[Severity, tuple[str, ...]]:
    """The codes that count, by severity."""
    return {
        severity: tuple(dict.fromkeys(c.code for c in complications if c.severity is severity and c.counts))
        for severity in Severity
    }


def complication_words(one: Complication, principal: str, exclusion: CcExclusion) -> Words:
    """Why it counts, or which exclusion struck."""
    if exclusion is CcExclusion.MEMBERSHIP:
        relation = (
            Words(f"不含主要诊断 {principal}", f"which does not list the principal {principal}")
            if one.counts
            else Words(f"含主要诊断 {principal}", f"which lists the principal {principal}")
        )
    elif one.counts:
        tables = ", ".join(one.principal_tables) or "—"
        relation = Words(f"主要诊断的排除表是 {tables}，不同", f"the principal's is {tables}")
    else:
        relation = Words("与主要诊断的排除表相同", "the same as the principal's")
    fate = (
        Words("计入", "it counts") if one.counts else Words("被排除，不计入", "excluded, it does not count")
    )
    return Words(
        f"{one.code} {one.severity}，排除表 {one.table or '—'}，{relation.zh}：{fate.zh}",
        f"{one.code} {one.severity}, exclusion table {one.table or '—'}, {relation.en}: {fate.en}",
    )

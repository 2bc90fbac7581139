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
    head = f"{one.code} {one.severity}"
    own = f"排除表 {one.table}" if one.table else "无排除表"
    own_en = f"exclusion table {one.table}" if one.table else "no exclusion table"
    if exclusion is CcExclusion.SAME_TABLE:
        theirs = ", ".join(one.principal_tables) or "—"
        why = Words(f"主要诊断 {principal} 的排除表 {theirs}", f"the principal {principal} has {theirs}")
        link = (
            Words("不同，计入", "they differ, so it counts")
            if one.counts
            else Words("相同，被排除，不计入", "they are the same, so it is excluded and does not count")
        )
        return Words(f"{head}，{own}；{why.zh}，{link.zh}", f"{head}, {own_en}; {why.en}; {link.en}")
    if one.counts:
        return Words(
            f"{head}，{own}；主要诊断 {principal} 不在其中，计入",
            f"{head}, {own_en}; the principal {principal} is not in it, so it counts",
        )
    return Words(
        f"{head}，{own}；主要诊断 {principal} 在其中，被排除，不计入",
        f"{head}, {own_en}; the principal {principal} is in it, so it is excluded and does not count",
    )

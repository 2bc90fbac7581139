"""Explain the group of one case: what was read, every test on its way, what would lead elsewhere."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..codes import Catalogue
from ..codes.catalogue import Kind
from ..codes.search import codes_in_use
from ..language import CODE_NAMES
from ..schemes.model import Adrg, CcExclusion, Drg
from ..schemes.rules.terms import And, Role, Severity
from ..schemes.rules.walk import print_rule
from ..schemes.scheme import Scheme
from ..words import OWN, english_name, english_name_of
from .case import Answer, Case, Reason, Status
from .explain_walk import Course, Rows, walk
from .explanation import ROLES, STATUSES, TRUST, Explanation, Node, Words, answer_text, value_words
from .one_case import open_scheme, read_case
from .rule_teller import RuleTeller, opposite

__all__ = ["Explanation", "explain"]


_SHOWN = 6  # ADRGs that came near, in the short text


def alternatives(course: Course, rows: Rows) -> Iterator[Node]:
    """One node with the other DRGs of the ADRG, and the ADRGs that came near before it."""
    children = [*_siblings(course, rows), *_near(course)]
    if children:
        words = Words("怎样会是另一组", "what would have made it another group")
        yield Node("alternatives", words, children=tuple(children))


def _siblings(course: Course, rows: Rows) -> Iterator[Node]:
    """The other DRGs of the ADRG that took the case, or of those that did but had none for it."""
    teller = course.teller
    for mdc, adrgs in rows:
        if not teller.facts.holds(mdc.rule) or (course.found and mdc is not course.found[0]):
            continue
        for adrg, drgs in adrgs:
            if teller.facts.holds(adrg.rule) and (course.found is None or adrg is course.found[1]):
                yield from _others(drgs, course.found[2] if course.found else None, teller)


def _others(drgs: Sequence[Drg], answer: Drg | None, teller: RuleTeller) -> Iterator[Node]:
    before: list[Drg] = []  # those that would take the case first
    for drg in drgs:
        if drg is not answer:
            yield _needs(drg, teller, [other for other in before if teller.facts.holds(other.rule)])
        before.append(drg)


def _needs(
    row: Drg | Adrg, teller: RuleTeller, in_the_way: Sequence[Drg] = (), *, brief: bool = True
) -> Node:
    lacking = teller.lacking(row.rule)
    parts = [*([] if lacking is None else [lacking]), *(opposite(other.rule) for other in in_the_way)]
    terms = [term for part in parts for term in (part.terms if isinstance(part, And) else (part,))]
    needs = terms[0] if len(terms) == 1 else And(tuple(terms))
    needed = teller.needed(needs)
    head = f"{row.code} {row.name}".rstrip()
    return Node(
        "alternative",
        Words(
            f"{head}：需{needed.zh}",
            f"{row.code} {english_name_of(row.name)}".rstrip() + f": needs {needed.en}",
        ),
        facts={
            "code": row.code,
            "name": row.name,
            "needs": print_rule(needs),
            "tested_before": [other.code for other in in_the_way],
        },
        brief=brief,
    )


def _near(course: Course) -> Iterator[Node]:
    """ADRGs tested before the answer that found some of the codes they look for."""
    for place, adrg in enumerate(course.near):
        yield _needs(adrg, course.teller, brief=place < _SHOWN)


def explain(scheme_or_grouper: Any, case: Any) -> Explanation:
    """Why one case is in its group, and what would have made it another.

    Parameters
    ----------
    scheme_or_grouper
        A `Scheme`, the id of one, or a `DrgGrouper`.
    case
        A mapping, a Series or a table of one row with the columns that `group` reads: sex, age,
        diagnoses, procedures and those the scheme asks for. Other columns are ignored, identifiers
        among them.

    The rules are evaluated term by term by the readable grouper; the last line is what `group` answers.

    Raises CaseColumnsError when sex, age or diagnoses are not there at all, CasesInputError for what is
    no single case. An invalid case does not raise: its explanation says what is wrong.

    >>> case = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
    >>> explain("chs-drg-2.0", case)
    Explanation('chs-drg-2.0': MDCH HC2 HC23 grouped)
    """
    opened = open_scheme(scheme_or_grouper)
    scheme, grouper = opened.scheme, opened.grouper
    one = read_case(case, opened)
    facts = grouper.facts(one.case) if one.case.diagnoses else None
    answer = one.told(grouper.group(one.case, facts))
    nodes = [_scheme_node(scheme), _input_node(one.case, opened.known)]
    if facts is not None and answer.status is not Status.INVALID:
        complications = complications_of(one.case, scheme)
        teller = RuleTeller(facts, counting(complications))
        course = walk(teller, grouper.rows, retry=scheme.switches.retry_single_procedures)
        nodes += [
            _complications_node(one.case, scheme, complications),
            *course.nodes,
            *alternatives(course, grouper.rows),
        ]
    return Explanation(scheme.id, answer, (*nodes, *_closing(answer, one.case)))


def _scheme_node(scheme: Scheme) -> Node:
    trust = TRUST[scheme.trust]
    own = f"; names of groups: {OWN}" if any(english_name(mdc.name) for mdc in scheme.mdcs) else ""
    words = Words(
        f"分组方案 {scheme.id} {scheme.title} [{trust.zh}]",
        f"scheme {scheme.id} {scheme.title_en or scheme.title} [{trust.en}{own}]",
    )
    return Node("scheme", words, facts={"id": scheme.id, "trust": scheme.trust, "source": scheme.source})


def _input_node(case: Case, known: Mapping[Kind, Container[str]]) -> Node:
    children = [
        *_code_nodes("diagnosis", Role.PRINCIPAL_DIAGNOSIS, case.diagnoses[:1], known),
        *_code_nodes("diagnosis", Role.OTHER_DIAGNOSES, case.diagnoses[1:], known),
        *_code_nodes("procedure", Role.MAIN_PROCEDURE, case.procedures[:1], known),
        *_code_nodes("procedure", Role.OTHER_PROCEDURES, case.procedures[1:], known),
    ]
    children += [
        Node("variable", value_words(variable, value), facts={"variable": variable.value, "value": value})
        for variable, value in case.numbers.items()
    ]
    return Node("input", Words("输入", f"input ({CODE_NAMES})"), children=tuple(children))


def _code_nodes(
    kind: Kind, role: Role, codes: tuple[str, ...], known: Mapping[Kind, Container[str]]
) -> Iterator[Node]:
    catalogue = Catalogue.load(kind)
    where = ROLES[role]
    for code in codes:
        name, state, mark = "", "known", Words("", "")
        if code in catalogue:
            place = catalogue.id_of(code)
            name = catalogue.names[place]
            if catalogue.gray[place]:
                state, mark = "gray", Words(" [灰码]", " [gray: retired]")
        elif not code:
            state, mark = "missing", Words("缺", "missing")
        elif code in known[kind]:
            state, mark = (
                "of_scheme",
                Words(" [目录外，方案自列]", " [of the scheme, in no catalogue]"),
            )
        else:
            state, mark = "unknown", Words(" [目录中无此编码]", " [unknown]")
        said = f"{code} {name}".strip()
        words = Words(f"{where.zh} {said}{mark.zh}", f"{where.en} {said}{mark.en}")
        yield Node("code", words, facts={"role": role.value, "code": code, "name": name, "state": state})


def _complications_node(case: Case, scheme: Scheme, complications: tuple[Complication, ...]) -> Node:
    if not complications:
        return Node(
            "complications", Words("其他诊断中无 CC/MCC", "no secondary diagnosis is listed as CC or MCC")
        )
    children = tuple(
        Node(
            "complication",
            complication_words(one, case.diagnoses[0], scheme.switches.cc_exclusion),
            passed=one.counts,
            facts={
                "code": one.code,
                "severity": one.severity.value,
                "exclusion_table": one.table,
                "principal_tables": list(one.principal_tables),
                "counts": one.counts,
            },
        )
        for one in complications
    )
    return Node("complications", Words("并发症合并症 CC/MCC", "complications: CC and MCC"), children=children)


def _in_use_node(code: str) -> Iterator[Node]:
    """The codes that may take the place of a principal diagnosis that leads nowhere."""
    catalogue = Catalogue.load("diagnosis")
    found = codes_in_use(code, "diagnosis")
    if found:
        named = "、".join(f"{one} {catalogue.name_of(one)}" for one in found)
        words = Words(
            f"同类目下在用的编码（以病历记载为准）：{named}",
            f"codes in use of its category (the record decides): {named}",
        )
        yield Node("in_use", words, facts={"code": code, "codes": list(found)})


def _closing(answer: Answer, case: Case) -> Iterator[Node]:
    if answer.reason:
        words = Words(f"提示：{answer.reason.text('zh')}", f"note: {answer.reason.text('en')}")
        yield Node("reason", words, facts={"reason": answer.reason.name_in_results})
    if answer.reason in (Reason.GRAY_PRINCIPAL, Reason.UNKNOWN_PRINCIPAL):
        yield from _in_use_node(case.diagnoses[0])
    said, status = answer_text(answer), STATUSES[answer.status]
    yield Node(
        "answer",
        Words(f"结果 {said}（{status.zh}）", f"answer {said} ({status.en})"),
        facts={
            "mdc": answer.mdc,
            "adrg": answer.adrg,
            "drg": answer.drg,
            "severity": answer.severity.name.lower(),
            "status": answer.status.name.lower(),
        },
    )


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

"""What would have made a case another group: what its neighbours in the scheme lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..schemes.english import in_english
from ..schemes.model import Adrg, Drg
from ..schemes.rules.print import print_rule
from ..schemes.rules.terms import And
from .explain_walk import Course, Rows
from .explanation import Node, Words
from .rule_teller import RuleTeller, opposite

_SHOWN = 6  # ADRGs that came near, in the short text


def alternatives(course: Course, rows: Rows) -> Iterator[Node]:
    """One node with the other DRGs of the ADRG, and the ADRGs that came near before it."""
    children = [*_siblings(course, rows), *_near(course, rows)]
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
            f"{head}：需{needed.zh}", f"{row.code} {in_english(row.name)}".rstrip() + f": needs {needed.en}"
        ),
        facts={
            "code": row.code,
            "name": row.name,
            "needs": print_rule(needs),
            "tested_before": [other.code for other in in_the_way],
        },
        brief=brief,
    )


def _near(course: Course, rows: Rows) -> Iterator[Node]:
    """ADRGs tested before the answer that found some of the codes they look for."""
    teller = course.teller
    shown = 0
    for mdc, adrgs in rows:
        if not teller.facts.holds(mdc.rule):
            continue
        for adrg, _ in adrgs:
            if course.found and adrg is course.found[1]:
                return
            if not teller.facts.holds(adrg.rule) and teller.is_near(adrg.rule):
                shown += 1
                yield _needs(adrg, teller, brief=shown <= _SHOWN)

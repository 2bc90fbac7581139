"""The walk of one case through MDCs, ADRGs and DRGs in their order, each test recorded as a node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from ..schemes.model import Adrg, CodeSet, Drg, Mdc
from ..schemes.rules.terms import Member, Role
from ..schemes.rules.walk import Leaf, leaves, print_rule
from ..words import english_name_of
from .case import Case
from .explanation import Node, Words
from .readable import Facts
from .rule_teller import RuleTeller

_NAMED = 12  # failed rows named in one line before the rest is only counted

Rows = Sequence[tuple[Mdc, Sequence[tuple[Adrg, Sequence[Drg]]]]]
Row = Mdc | Adrg | Drg


@dataclass(frozen=True, slots=True)
class Course:
    """The tests of a case, the facts of the last attempt, what was found by it, and the ADRGs that failed
    before it but found some of the codes they look for."""

    nodes: tuple[Node, ...]
    teller: RuleTeller
    found: tuple[Mdc, Adrg, Drg] | None
    near: tuple[Adrg, ...]


def walk(teller: RuleTeller, rows: Rows, *, retry: bool) -> Course:
    """Test a case; with `retry`, an ungrouped one again with each further procedure alone."""
    course = _attempt(teller, rows)
    procedures = teller.facts.case.procedures[1:] if retry and course.found is None else ()
    if not procedures:
        return course
    nodes = [
        Node("attempt", Words("第 1 次：全部手术操作", "attempt 1: all procedures"), children=course.nodes)
    ]
    for number, procedure in enumerate(procedures, start=2):
        facts = replace(teller.facts, case=replace(teller.facts.case, procedures=(procedure,)))
        course = _attempt(replace(teller, facts=facts), rows)
        words = Words(f"第 {number} 次：仅 {procedure}", f"attempt {number}: {procedure} alone")
        nodes.append(Node("attempt", words, facts={"procedures": [procedure]}, children=course.nodes))
        if course.found is not None:
            break
    return replace(course, nodes=tuple(nodes))


def _attempt(teller: RuleTeller, rows: Rows) -> Course:
    facts = teller.facts
    nodes: list[Node] = []
    near: list[Adrg] = []
    for place, (mdc, adrgs) in enumerate(rows):
        asked = _asked(mdc, facts.sets)
        if asked.nothing_found(facts):
            nodes.append(_untouched("mdc", asked, teller, brief=not asked.lacks_diagnosis))
        elif not facts.holds(mdc.rule):
            nodes.append(_row_node("mdc", asked, teller, brief=not teller.lacks_diagnosis(mdc.rule)))
        else:
            tested, found = _adrg_nodes(adrgs, teller, near)
            nodes.append(_row_node("mdc", asked, teller, tested))
            if found is not None:
                untested = _untested(len(rows) - place - 1)
                every = (*_in_runs(nodes, _MDCS), *untested)
                return Course(every, teller, (mdc, *found), tuple(near))
    return Course(tuple(_in_runs(nodes, _MDCS)), teller, None, tuple(near))


def _adrg_nodes(
    adrgs: Sequence[tuple[Adrg, Sequence[Drg]]], teller: RuleTeller, near: list[Adrg]
) -> tuple[list[Node], tuple[Adrg, Drg] | None]:
    """The tests inside an MDC up to the answer; those that came near join `near`."""
    facts = teller.facts
    nodes: list[Node] = []
    for adrg, drgs in adrgs:
        asked = _asked(adrg, facts.sets)
        if asked.nothing_found(facts):
            nodes.append(_untouched("adrg", asked, teller, brief=False))
            continue
        if not facts.holds(adrg.rule):
            is_near = teller.is_near(adrg.rule)
            near += [adrg] if is_near else []
            nodes.append(_row_node("adrg", asked, teller, brief=is_near))
            continue
        tested = []
        for drg in drgs:
            tested.append(_row_node("drg", _asked(drg, facts.sets), teller))
            if tested[-1].passed:
                nodes.append(_row_node("adrg", asked, teller, tested))
                return list(_in_runs(nodes, _ADRGS)), (adrg, drg)
        nodes.append(_row_node("adrg", asked, teller, tested))
    return list(_in_runs(nodes, _ADRGS)), None


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a rule; how it comes out for a case that has none of the rule's codes."""

    leaf: Leaf
    printed: str
    roles: tuple[Role, ...]
    passed: bool
    facts: Mapping[str, Any]
    brief: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of a row is the same for every case.

    `lists` are the codes its rule looks for, and where, when it asks of codes alone and fails without any
    of them, as most rows do for most cases; else None. `lacks_diagnosis`: it then fails for want of one.
    """

    row: Row
    sets: Mapping[str, CodeSet]
    lists: tuple[tuple[Role, frozenset[str]], ...] | None
    lacks_diagnosis: bool
    terms: tuple[_Term, ...]
    rule: str
    rule_node: Node
    words: Words
    facts: Mapping[str, Any]

    def nothing_found(self, facts: Facts) -> bool:
        """Whether the row fails because the case has none of the codes it looks for."""
        if self.lists is None:
            return False
        for role, codes in self.lists:  # noqa: SIM110 a call for each row, dozens a case
            if not codes.isdisjoint(facts.codes(role)):
                return False
        return True


_MOST_KEPT = 1 << 13
_asked_of: dict[int, _Asked] = {}


def _asked(row: Row, sets: Mapping[str, CodeSet]) -> _Asked:
    known = _asked_of.get(id(row))
    if known is None or known.row is not row or known.sets is not sets:
        if len(_asked_of) >= _MOST_KEPT:
            _asked_of.clear()
        known = _asked_of[id(row)] = _work_out(row, sets)
    return known


def _work_out(row: Row, sets: Mapping[str, CodeSet]) -> _Asked:
    nobody = RuleTeller(Facts(Case((), (), {}), sets, frozenset()), {})
    every = tuple(leaves(row.rule))
    of_codes = all(isinstance(leaf, Member) for leaf in every) and not nobody.facts.holds(row.rule)
    deciding = {id(leaf) for leaf in nobody.deciding(row.rule)} if of_codes else set()
    rule = print_rule(row.rule)
    terms = []
    for leaf in every:
        printed, decides = print_rule(leaf), id(leaf) in deciding
        roles = leaf.roles if isinstance(leaf, Member) else ()
        own = {"rule": printed, "codes": [], "decides": decides}
        terms.append(_Term(leaf, printed, roles, of_codes and nobody.facts.holds(leaf), own, decides))
    looked = [
        (role, sets[name].codes)
        for leaf in every
        if isinstance(leaf, Member)
        for role in leaf.roles
        for name in leaf.sets
    ]
    return _Asked(
        row,
        sets,
        tuple(looked) if of_codes else None,
        of_codes and nobody.lacks_diagnosis(row.rule),
        tuple(terms),
        rule,
        Node("rule", Words(f"规则 {rule}", f"rule {rule}"), brief=len(every) > 1),
        Words(f"{row.code} {row.name}".rstrip(), f"{row.code} {english_name_of(row.name)}".rstrip()),
        {"code": row.code, "name": row.name, "rule": rule},
    )


def _untouched(kind: str, asked: _Asked, teller: RuleTeller, *, brief: bool) -> Node:
    """The node of a row that fails because the case has none of its codes."""
    children = [asked.rule_node]
    for term in asked.terms:
        zh, en = teller.absent(term.roles)
        words = Words(f"{term.printed}：{zh}", f"{term.printed}: {en}")
        children.append(Node("atom", words, term.passed, term.facts, (), term.brief))
    return Node(kind, asked.words, False, asked.facts, tuple(children), brief)


def _row_node(
    kind: str, asked: _Asked, teller: RuleTeller, tested: Iterable[Node] = (), *, brief: bool = True
) -> Node:
    """A row with its rule, the terms of the rule, and the rows tested below it."""
    rule, facts = asked.row.rule, teller.facts
    deciding = {id(leaf) for leaf in teller.deciding(rule)}
    children = [asked.rule_node]
    for term in asked.terms:
        decides = id(term.leaf) in deciding
        (zh, en), codes = teller.found(term.leaf)
        children.append(
            Node(
                "atom",
                Words(f"{term.printed}：{zh}", f"{term.printed}: {en}"),
                facts.holds(term.leaf),
                {"rule": term.printed, "codes": codes, "decides": decides},
                (),
                decides and asked.rule != "TRUE",
            )
        )
    return Node(kind, asked.words, facts.holds(rule), asked.facts, (*children, *tested), brief)


_MDCS = Words("诊断不在其表中的 MDC（{} 个）", "MDCs that do not list the diagnosis ({})")
_ADRGS = Words("不符合的 ADRG（{} 个）", "ADRGs that do not fit ({})")


def _in_runs(nodes: Sequence[Node], words: Words) -> Iterator[Node]:
    """The same nodes in the same order, each run of plain failures folded into one line."""
    for telling, run in groupby(nodes, key=attrgetter("brief")):
        if telling:
            yield from run
            continue
        members = tuple(run)
        codes = [node.facts["code"] for node in members]
        named = " ".join(codes[:_NAMED]) + (" …" if len(codes) > _NAMED else "")
        said = Words(f"{words.zh.format(len(codes))}：{named}", f"{words.en.format(len(codes))}: {named}")
        yield Node("failed", said, False, {"codes": codes}, members)


def _untested(number: int) -> Iterator[Node]:
    if number:
        yield Node(
            "untested",
            Words(
                f"已有结果，其后 {number} 个 MDC 不再检验",
                f"the {number} MDCs after it are not tested",
            ),
            facts={"mdcs": number},
        )

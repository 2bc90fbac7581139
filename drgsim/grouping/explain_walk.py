"""The walk of one case through MDCs, ADRGs and DRGs in their order, each test recorded as a node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ..schemes.english import in_english
from ..schemes.model import Adrg, Drg, Mdc
from ..schemes.rules.print import print_rule
from ..schemes.rules.terms import Compare, Count, HasSeverity, Member, Role, Variable
from ..schemes.rules.walk import leaves
from .explanation import Node, Words
from .rule_teller import RuleTeller

_NAMED = 12  # failed rows named in one line before the rest is only counted

Rows = Sequence[tuple[Mdc, Sequence[tuple[Adrg, Sequence[Drg]]]]]
Row = Mdc | Adrg | Drg


@dataclass(frozen=True, slots=True)
class Course:
    """The tests of a case, the facts of the last attempt, and what was found by it."""

    nodes: tuple[Node, ...]
    teller: RuleTeller
    found: tuple[Mdc, Adrg, Drg] | None


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
    nodes: list[tuple[Node, bool]] = []
    for place, (mdc, adrgs) in enumerate(rows):
        if not teller.facts.holds(mdc.rule):
            nodes.append((_row_node("mdc", mdc, teller), teller.lacks_diagnosis(mdc.rule)))
            continue
        tested, found = _adrg_nodes(adrgs, teller)
        nodes.append((_row_node("mdc", mdc, teller, tested), False))
        if found is not None:
            untested = _untested(len(rows) - place - 1)
            return Course((*_in_runs(nodes, _MDCS), *untested), teller, (mdc, *found))
    return Course(tuple(_in_runs(nodes, _MDCS)), teller, None)


def _adrg_nodes(
    adrgs: Sequence[tuple[Adrg, Sequence[Drg]]], teller: RuleTeller
) -> tuple[list[Node], tuple[Adrg, Drg] | None]:
    """The tests inside an MDC up to the answer."""
    nodes: list[tuple[Node, bool]] = []
    for adrg, drgs in adrgs:
        if not teller.facts.holds(adrg.rule):
            nodes.append((_row_node("adrg", adrg, teller), not teller.is_near(adrg.rule)))
            continue
        tested = []
        for drg in drgs:
            tested.append(_row_node("drg", drg, teller))
            if tested[-1].passed:
                nodes.append((_row_node("adrg", adrg, teller, tested), False))
                return list(_in_runs(nodes, _ADRGS)), (adrg, drg)
        nodes.append((_row_node("adrg", adrg, teller, tested), False))
    return list(_in_runs(nodes, _ADRGS)), None


def _row_node(kind: str, row: Row, teller: RuleTeller, tested: Iterable[Node] = ()) -> Node:
    """A row with its rule, the terms of the rule, and the rows tested below it."""
    asked = _asked(row)
    facts = teller.facts
    key = (
        kind,
        id(row),
        tuple(map(facts.codes, asked.roles)),
        tuple(map(facts.case.numbers.get, asked.variables)),
        tuple(map(tuple, teller.counting.values())) if asked.severity else None,
    )
    known = _kept.get(key)
    if known is None or known[0] is not row:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        known = _kept[key] = row, _own_node(kind, row, teller)
    node = known[1]
    below = tuple(tested)
    if not below:
        return node
    return Node(node.kind, node.words, node.passed, node.facts, (*node.children, *below), node.brief)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a row's rule asks of a case: cases alike in this have the same node of it."""

    row: Row
    roles: tuple[Role, ...]
    variables: tuple[Variable, ...]
    severity: bool


_MOST_KEPT = 1 << 13
_kept: dict[Any, tuple[Row, Node]] = {}  # nodes never change, so explanations share them
_asked_of: dict[int, _Asked] = {}


def _asked(row: Row) -> _Asked:
    known = _asked_of.get(id(row))
    if known is not None and known.row is row:
        return known
    terms = list(leaves(row.rule))
    roles = [role for leaf in terms if isinstance(leaf, Member | Count) for role in leaf.roles]
    variables = [leaf.variable for leaf in terms if isinstance(leaf, Compare)]
    severity = any(isinstance(leaf, HasSeverity) for leaf in terms)
    if len(_asked_of) >= _MOST_KEPT:
        _asked_of.clear()
    found = _Asked(row, tuple(dict.fromkeys(roles)), tuple(dict.fromkeys(variables)), severity)
    _asked_of[id(row)] = found
    return found


def _own_node(kind: str, row: Row, teller: RuleTeller) -> Node:
    rule = print_rule(row.rule)
    terms = list(leaves(row.rule))
    deciding = {id(leaf) for leaf in teller.deciding(row.rule)}
    children = [Node("rule", Words(f"规则 {rule}", f"rule {rule}"), brief=len(terms) > 1)]
    for leaf in terms:
        holds, decides = teller.facts.holds(leaf), id(leaf) in deciding
        children.append(
            Node(
                "atom",
                teller.found(leaf),
                passed=holds,
                facts={
                    "rule": print_rule(leaf),
                    "codes": teller.codes_of(leaf),
                    "decides": decides,
                },
                brief=decides and rule != "TRUE",
            )
        )
    return Node(
        kind,
        Words(f"{row.code} {row.name}".rstrip(), f"{row.code} {in_english(row.name)}".rstrip()),
        passed=teller.facts.holds(row.rule),
        facts={"code": row.code, "name": row.name, "rule": rule},
        children=tuple(children),
    )


_MDCS = Words("诊断不在其表中的 MDC（{} 个）", "MDCs that do not list the diagnosis ({})")
_ADRGS = Words("不符合的 ADRG（{} 个）", "ADRGs that do not fit ({})")


def _in_runs(nodes: Sequence[tuple[Node, bool]], words: Words) -> Iterator[Node]:
    """The same nodes in the same order, each run of plain failures folded into one line."""
    for plain, run in groupby(nodes, key=lambda pair: pair[1]):
        members = [node for node, _ in run]
        if not plain:
            yield from members
            continue
        codes = [node.facts["code"] for node in members]
        named = " ".join(codes[:_NAMED]) + (" …" if len(codes) > _NAMED else "")
        yield Node(
            "failed",
            Words(f"{words.zh.format(len(codes))}：{named}", f"{words.en.format(len(codes))}: {named}"),
            passed=False,
            facts={"codes": codes},
            children=tuple(
                Node(node.kind, node.words, node.passed, node.facts, node.children, False) for node in members
            ),
        )


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

"""The walk of one case through MDCs, ADRGs and DRGs in their order, each test recorded as a node."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Union

from ..schemes.describe import in_english
from ..schemes.model import Adrg, Drg, Mdc
from ..schemes.rules.terms import Compare, Count, HasSeverity, Member, Role, Variable
from ..schemes.rules.walk import Leaf, leaves, print_rule
from .explanation import Node, Words
from .rule_teller import RuleTeller

_NAMED = 12  # failed rows named in one line before the rest is only counted

Rows = Sequence[tuple[Mdc, Sequence[tuple[Adrg, Sequence[Drg]]]]]
Row = Mdc | Adrg | Drg
_Tested = Union[Node, "_Told"]  # a plain failure is told beside others


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
    nodes: list[_Tested] = []
    for place, (mdc, adrgs) in enumerate(rows):
        if not teller.facts.holds(mdc.rule):
            plain = teller.lacks_diagnosis(mdc.rule)
            nodes.append(_told("mdc", mdc, teller) if plain else _row_node("mdc", mdc, teller))
            continue
        tested, found = _adrg_nodes(adrgs, teller)
        nodes.append(_row_node("mdc", mdc, teller, tested))
        if found is not None:
            untested = _untested(len(rows) - place - 1)
            return Course((*_in_runs(nodes, _MDCS), *untested), teller, (mdc, *found))
    return Course(tuple(_in_runs(nodes, _MDCS)), teller, None)


def _adrg_nodes(
    adrgs: Sequence[tuple[Adrg, Sequence[Drg]]], teller: RuleTeller
) -> tuple[list[Node], tuple[Adrg, Drg] | None]:
    """The tests inside an MDC up to the answer."""
    nodes: list[_Tested] = []
    for adrg, drgs in adrgs:
        if not teller.facts.holds(adrg.rule):
            near = teller.is_near(adrg.rule)
            nodes.append(_row_node("adrg", adrg, teller) if near else _told("adrg", adrg, teller))
            continue
        tested = []
        for drg in drgs:
            tested.append(_row_node("drg", drg, teller))
            if tested[-1].passed:
                nodes.append(_row_node("adrg", adrg, teller, tested))
                return list(_in_runs(nodes, _ADRGS)), (adrg, drg)
        nodes.append(_row_node("adrg", adrg, teller, tested))
    return list(_in_runs(nodes, _ADRGS)), None


def _row_node(kind: str, row: Row, teller: RuleTeller, tested: Iterable[Node] = ()) -> Node:
    """A row with its rule, the terms of the rule, and the rows tested below it."""
    node = _told(kind, row, teller).node
    below = tuple(tested)
    if not below:
        return node
    return Node(node.kind, node.words, node.passed, node.facts, (*node.children, *below), node.brief)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a row's rule asks of a case (cases alike in this have the same node of it), and the parts of its
    node that are the same for every case."""

    row: Row
    roles: tuple[Role, ...]
    variables: tuple[Variable, ...]
    severity: bool
    terms: tuple[tuple[Leaf, str], ...]
    rule: str
    rule_node: Node
    words: Words


@dataclass(frozen=True, slots=True)
class _Told:
    """The node of a row, and the same as one of several in a line of failures."""

    row: Row
    node: Node
    folded: Node


_MOST_KEPT = 1 << 13
_kept: OrderedDict[Any, _Told] = OrderedDict()  # nodes never change, so explanations share them
_asked_of: dict[int, _Asked] = {}


def _asked(row: Row) -> _Asked:
    known = _asked_of.get(id(row))
    if known is not None and known.row is row:
        return known
    terms = list(leaves(row.rule))
    roles = [role for leaf in terms if isinstance(leaf, Member | Count) for role in leaf.roles]
    variables = [leaf.variable for leaf in terms if isinstance(leaf, Compare)]
    severity = any(isinstance(leaf, HasSeverity) for leaf in terms)
    rule = print_rule(row.rule)
    if len(_asked_of) >= _MOST_KEPT:
        _asked_of.clear()
    found = _asked_of[id(row)] = _Asked(
        row,
        tuple(dict.fromkeys(roles)),
        tuple(dict.fromkeys(variables)),
        severity,
        tuple((leaf, print_rule(leaf)) for leaf in terms),
        rule,
        Node("rule", Words(f"规则 {rule}", f"rule {rule}"), brief=len(terms) > 1),
        Words(f"{row.code} {row.name}".rstrip(), f"{row.code} {in_english(row.name)}".rstrip()),
    )
    return found


def _told(kind: str, row: Row, teller: RuleTeller) -> _Told:
    asked = _asked(row)
    facts = teller.facts
    key = (
        id(row),
        *map(facts.codes, asked.roles),
        *map(facts.case.numbers.get, asked.variables),
        *(map(tuple, teller.counting.values()) if asked.severity else ()),
    )
    known = _kept.get(key)
    if known is None or known.row is not row:
        node = _own_node(kind, asked, teller)
        folded = Node(node.kind, node.words, node.passed, node.facts, node.children, False)
        if len(_kept) >= _MOST_KEPT:  # one goes for one that comes: to drop all at once takes long
            _kept.popitem(last=False)
        known = _kept[key] = _Told(row, node, folded)
    return known


def _own_node(kind: str, asked: _Asked, teller: RuleTeller) -> Node:
    row, facts = asked.row, teller.facts
    deciding = {id(leaf) for leaf in teller.deciding(row.rule)}
    children = [asked.rule_node]
    for leaf, printed in asked.terms:
        decides = id(leaf) in deciding
        words, codes = teller.found(leaf)
        children.append(
            Node(
                "atom",
                Words(f"{printed}：{words.zh}", f"{printed}: {words.en}"),
                facts.holds(leaf),
                {"rule": printed, "codes": codes, "decides": decides},
                (),
                decides and asked.rule != "TRUE",
            )
        )
    own = {"code": row.code, "name": row.name, "rule": asked.rule}
    return Node(kind, asked.words, facts.holds(row.rule), own, tuple(children))


_MDCS = Words("诊断不在其表中的 MDC（{} 个）", "MDCs that do not list the diagnosis ({})")
_ADRGS = Words("不符合的 ADRG（{} 个）", "ADRGs that do not fit ({})")


def _in_runs(nodes: Sequence[_Tested], words: Words) -> Iterator[Node]:
    """The same nodes in the same order, each run of plain failures folded into one line."""
    for plain, run in groupby(nodes, key=_is_plain):
        if not plain:
            yield from run  # type: ignore[misc]
            continue
        members = tuple(told.folded for told in run)  # type: ignore[union-attr]
        codes = [node.facts["code"] for node in members]
        named = " ".join(codes[:_NAMED]) + (" …" if len(codes) > _NAMED else "")
        said = Words(f"{words.zh.format(len(codes))}：{named}", f"{words.en.format(len(codes))}: {named}")
        yield Node("failed", said, False, {"codes": codes}, members)


def _is_plain(tested: _Tested) -> bool:
    return isinstance(tested, _Told)


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

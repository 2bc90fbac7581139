"""The account of one case as a tree, shown as text, JSON or HTML in Chinese or English, and the words of
it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any, Literal, NamedTuple, get_args

from ..cases.values import value_labels
from ..errors import ArgumentError
from ..schemes.rules.terms import Role, Variable
from ..words import members, pairs
from .case import Answer, Status

Language = Literal["zh", "en"]
_MARKS = {True: "✓ ", False: "✗ ", None: ""}


_LISTS = ("codes", "principal_tables", "procedures", "tested_before")  # facts of a node that are several


class Words(NamedTuple):
    """The same thing said in Chinese and in English."""

    zh: str
    en: str

    def of(self, lang: Language) -> str:
        return self.zh if lang == "zh" else self.en

    @staticmethod
    def same(text: str) -> Words:
        """What is spelt alike in both languages: a code, a rule."""
        return Words(text, text)


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the account and what stands under it.

    Attributes
    ----------
    kind
        What the line is about: `input`, `code`, `variable`, `severity`, `attempt`, `mdc`, `adrg`, `rule`,
        `atom`, `drg`, `failed` (several failed rows in one line), `alternative`, `reason`, `answer` …
    words
        The line.
    passed
        Whether a test was passed; None for what is no test.
    facts
        The same for programs: codes, sets, rules in the national spelling. Plain JSON values.
    children
        In the order of the tests.
    brief
        Whether the short text shows the line; JSON, HTML and the full text always do.
    """

    kind: str
    words: Words
    passed: bool | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    brief: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain values, `children` nested."""
        zh, en = self.words
        found: dict[str, Any] = {"kind": self.kind, "zh": zh, "en": en}
        if self.passed is not None:
            found["passed"] = self.passed
        if self.facts:
            found |= self.facts
            for name in _LISTS:  # each of one's own: explanations share what they say
                if name in found:
                    found[name] = [*found[name]]
        if self.children:
            found["children"] = [child.to_dict() for child in self.children]
        return found

    def walk(self) -> Iterator[Node]:
        """This node and all below it, as they are printed."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """How one case came to its group.

    Attributes
    ----------
    scheme
        Id of the scheme.
    answer
        What `group` answers to the case.
    nodes
        Input, complications, the tests, what would lead elsewhere; the last is the answer.

    `print` it, or ask for `text("en")`. It holds the codes and numbers that grouping reads of this one
    case and no identifier.
    """

    scheme: str
    answer: Answer
    nodes: tuple[Node, ...]

    def text(self, lang: Language = "zh", *, full: bool = False) -> str:
        """The account in lines; `full` also lists every test that failed with its decisive code.

        The last line is the answer: `结果 MDC ADRG DRG status` or `answer …`.
        """
        check_language(lang)
        return "\n".join(line for node in self.nodes for line in _lines(node, lang, full, 0))

    def to_dict(self) -> dict[str, Any]:
        """The whole tree, in both languages, as plain values."""
        answer = self.answer
        return {
            "scheme": self.scheme,
            "mdc": answer.mdc,
            "adrg": answer.adrg,
            "drg": answer.drg,
            "status": answer.status.name.lower(),
            "severity": answer.severity.name.lower(),
            "reason": answer.reason.name_in_results,
            "tree": [node.to_dict() for node in self.nodes],
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """`to_dict` as JSON text, Chinese unescaped."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_html(self, lang: Language = "zh") -> str:
        """A fragment of HTML that folds; it needs no script and no style sheet."""
        check_language(lang)
        return f'<div class="drgsim-explanation" lang="{lang}">{_items(self.nodes, lang)}</div>'

    def find(self, kind: str) -> Iterator[Node]:
        """Every node of a kind, in order."""
        return (node for top in self.nodes for node in top.walk() if node.kind == kind)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"Explanation({self.scheme!r}: {answer_text(self.answer)})"


def answer_text(answer: Answer) -> str:
    """MDC, ADRG, DRG and status, as `group` names them.

    >>> answer_text(Answer())
    '0000 00 0000 ungrouped'
    """
    return f"{answer.mdc} {answer.adrg} {answer.drg} {answer.status.name.lower()}"


def _lines(node: Node, lang: Language, full: bool, depth: int) -> Iterator[str]:
    if not (node.brief or full):
        return
    yield "  " * depth + _MARKS[node.passed] + node.words.of(lang)
    for child in node.children:
        yield from _lines(child, lang, full, depth + 1)


def _items(nodes: tuple[Node, ...], lang: Language) -> str:
    return "<ul>" + "".join(f"<li>{_item(node, lang)}</li>" for node in nodes) + "</ul>"


def _item(node: Node, lang: Language) -> str:
    line = escape(_MARKS[node.passed] + node.words.of(lang))
    if node.kind == "answer":
        line = f"<strong>{line}</strong>"
    if not node.children:
        return line
    is_open = " open" if any(child.brief for child in node.children) else ""
    return f"<details{is_open}><summary>{line}</summary>{_items(node.children, lang)}</details>"


def check_language(lang: str) -> None:
    """Raise ArgumentError for a language that explanations are not written in."""
    if lang not in get_args(Language):
        raise ArgumentError("explanations are written in two languages", got=lang, allowed=get_args(Language))


_SHOWN = 3  # texts listed in one line before the rest is only counted

ROLES: dict[Role, Words] = {role: Words(*pair) for role, pair in members("role", Role).items()}
# name of the variable, and its unit
VARIABLES: dict[Variable, tuple[Words, Words]] = {
    Variable.SEX: (Words("性别", "sex"), Words("", "")),
    Variable.AGE: (Words("年龄", "age"), Words("岁", " years")),
    Variable.AGE_DAYS: (Words("日龄", "age in days"), Words("天", "")),
    Variable.WEIGHT: (Words("体重", "weight"), Words("克", " g")),
    Variable.LOS: (Words("住院天数", "length of stay"), Words("天", " days")),
    Variable.DISCHARGE: (Words("离院方式", "discharge mode"), Words("", "")),
    Variable.ICU_HOURS: (Words("重症监护时长", "ICU hours"), Words("小时", "")),
    Variable.DEPARTMENT: (Words("出院科室", "department"), Words("", "")),
}
STATUSES: dict[Status, Words] = {each: Words(*pair) for each, pair in members("drg_status", Status).items()}
_CODED = {Variable.SEX: "sex", Variable.DISCHARGE: "discharge"}  # columns whose values have labels
TRUST: dict[str, Words] = {state: Words(*pair) for state, pair in pairs("trust_told").items()}


def joined(parts: list[Words], zh: str, en: str) -> Words:
    """Several words as one text, with a sign between them."""
    return Words(zh.join(part.zh for part in parts), en.join(part.en for part in parts))


def named_roles(roles: tuple[Role, ...]) -> Words:
    """The roles of a rule: two of one kind are simply any diagnosis, any procedure."""
    if len(roles) == 1:
        return ROLES[roles[0]]
    return (
        Words("任一诊断", "any diagnosis")
        if roles[0].is_diagnosis
        else Words("任一手术操作", "any procedure")
    )


@lru_cache(maxsize=1 << 12)
def value_words(variable: Variable, value: float | str) -> Words:
    """`年龄 45岁`: a variable and its value, a coded one (sex, discharge mode) with its label."""
    name, unit = VARIABLES[variable]
    text = value if isinstance(value, str) else format_number(value)
    if variable in _CODED:
        zh, en = (value_labels(_CODED[variable], lang).get(int(value), "") for lang in get_args(Language))
        return Words(f"{name.zh} {text} {zh}".rstrip(), f"{name.en} {text} {en}".rstrip())
    return Words(f"{name.zh} {text}{unit.zh}", f"{name.en} {text}{unit.en}")


def format_number(value: float) -> str:
    """A number without a needless `.0`.

    >>> format_number(45.0), format_number(0.5)
    ('45', '0.5')
    """
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")


def listed(texts: Sequence[str]) -> str:
    """The first few texts, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c +2'
    """
    rest = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" +{rest}" if rest > 0 else "")

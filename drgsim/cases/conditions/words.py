"""Conditions in words, Chinese and English, by the labels of their facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ...words import chinese
from . import nodes as n
from .facts import Facts, bare_label
from .printing import print_day, print_number

Language = Literal["zh", "en"]
_SIGNS = {
    "zh": {"=": "等于", "!=": "不等于", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不小于"},
    "en": {
        "=": "is",
        "!=": "is not",
        "<": "is below",
        "<=": "is at most",
        ">": "is above",
        ">=": "is at least",
    },
}
_ROLES = {
    "zh": {"any": "{}", "first": "首位{}", "other": "其余{}", "all": "全部{}"},
    "en": {
        "any": "a code of {}",
        "first": "the first of {}",
        "other": "another of {}",
        "all": "every one of {}",
    },
}
_UNITS = {
    "zh": {"years": "岁", "days": "天", "hours": "小时", "yuan": "元", "g": "克", "share": "", "times": "倍",
           "points": "点"},
    "en": {"share": ""},
}  # fmt: skip
_FUNCTIONS = {
    "zh": {"min": "较小者", "max": "较大者", "abs": "绝对值", "floor": "向下取整", "ceil": "向上取整",
           "year": "年份", "month": "月份"},
    "en": {"min": "the smaller of", "max": "the greater of", "abs": "the amount of", "floor": "whole part of",
           "ceil": "rounded up", "year": "the year of", "month": "the month of"},
}  # fmt: skip


def words_of_test(test: n.Test, facts: Facts, language: Language, inside: bool = False) -> str:
    """A test in words."""
    zh = language == "zh"
    match test:
        case n.Truth(value):
            return ("总是" if value else "从不") if zh else ("always" if value else "never")
        case n.And(tests) | n.Or(tests):
            word = ("且" if zh else "and") if isinstance(test, n.And) else ("或" if zh else "or")
            joint = f", {word}" if zh else f" {word} "
            text = joint.join(words_of_test(each, facts, language, True) for each in tests)
            return (f"（{text}）" if zh else f"({text})") if inside else text
        case n.Not(n.Flag(name)):
            return f"非{label(name, facts, language)}" if zh else f"not {label(name, facts, language)}"
        case n.Not(n.Known(name)):
            return f"{label(name, facts, language)}{'未知' if zh else ' is not stated'}"
        case n.Not(n.NumberIn() | n.TextIn() | n.CodesIn() as inner):
            return _member(inner, facts, language, "不属于" if zh else "is not in")
        case n.Not(inner):
            text = words_of_test(inner, facts, language, True)
            return f"并非{text}" if zh else f"it is not so that {text}"
        case n.Flag(name):
            return label(name, facts, language)
        case n.Known(name):
            return f"{label(name, facts, language)}{'已知' if zh else ' is stated'}"
        case n.Compared(values, signs):
            unit = _unit(values, facts, language)
            asked = next((each for each in values if isinstance(each, n.Name)), None)
            texts = [
                f"“{value_word(asked, value.value, facts, language)}”"
                if isinstance(value, n.Text)
                else words_of_value(value, facts, language)
                for value in values
            ]
            texts = [
                f"{t}{unit}" if isinstance(v, n.Number) else t for t, v in zip(texts, values, strict=True)
            ]
            gap = "" if zh else " "
            pairs = zip(signs, texts, texts[1:], strict=False)
            words = [f"{left}{gap}{_SIGNS[language][sign]}{gap}{right}" for sign, left, right in pairs]
            return (", 且" if zh else " and ").join(words)
        case n.NumberIn() | n.TextIn() | n.CodesIn():
            return _member(test, facts, language, "属于" if zh else "is in")


def words_of_value(value: n.Value, facts: Facts, language: Language) -> str:
    """A value in words."""
    zh = language == "zh"
    match value:
        case n.Number(number):
            return print_number(number)
        case n.Text(text):
            return f"“{text}”"
        case n.Day(days):
            return print_day(days)
        case n.Name():
            return label(value, facts, language)
        case n.Arithmetic(sign, left, right):
            shown = {"*": "×", "/": "÷"}.get(sign, sign)
            first, second = words_of_value(left, facts, language), words_of_value(right, facts, language)
            if isinstance(right, n.Arithmetic):
                second = f"({second})"
            if isinstance(left, n.Arithmetic) and left.sign in "+-" and sign in "*/":
                first = f"({first})"
            return f"{first} {shown} {second}"
        case n.Call(function, arguments):
            texts = ", ".join(words_of_value(each, facts, language) for each in arguments)
            return f"{_FUNCTIONS[language][function]}({texts})"
        case n.Count(tests):
            texts = "; ".join(words_of_test(each, facts, language) for each in tests)
            return f"以下各项中成立的项数（{texts}）" if zh else f"how many hold of ({texts})"
        case n.Size(test):
            inner = words_of_test(test, facts, language)
            return f"编码个数（{inner}）" if zh else f"number of codes ({inner})"


def label(name: n.Name, facts: Facts, language: Language) -> str:
    """The label of a fact, its key behind it."""
    fact = facts.get(name.name)
    text = name.name if fact is None else (bare_label(fact.zh) if language == "zh" else fact.en)
    if not name.key:
        return text
    key = name.key if fact is None or fact.key_words is None else fact.key_words(name.key, language)
    return f"{text} [{key}]"


# what the values of these facts mean is a kind of its own among the words
_KINDS = {"route": "route", "outlier": "outlier", "review": "review_outcome"}


def value_word(name: n.Name | None, value: str, facts: Facts, language: Language) -> str:
    """One of the values a fact may have, in Chinese; in English, and where nobody declared it, as written."""
    fact = None if name is None else facts.get(name.name)
    if language == "en" or fact is None or value not in fact.values:
        return value
    return chinese(_KINDS.get(fact.name, "value")).get(value, value)


def _member(test: n.NumberIn | n.TextIn | n.CodesIn, facts: Facts, language: Language, verb: str) -> str:
    gap = "" if language == "zh" else " "
    if isinstance(test, n.NumberIn):
        asked = words_of_value(test.value, facts, language)
        shown = print_day if test.dates else print_number
        members = [_interval(each, shown, language) for each in test.intervals]
        unit = _unit((test.value,), facts, language)
        return f"{asked}{gap}{verb}{gap}{', '.join(members)}{unit}"
    asked = label(test.value, facts, language)
    if isinstance(test, n.CodesIn):
        asked = _ROLES[language][test.role].format(asked)
    words = [value_word(test.value, word, facts, language) for word in test.words]
    words += [f"@{name}" for name, _ in test.lists]
    return f"{asked}{gap}{verb}{gap}{'、'.join(words) if language == 'zh' else ', '.join(words)}"


def _interval(each: n.Interval, shown: Callable[[float], str], language: Language) -> str:
    low = "" if each.low is None else shown(each.low)
    high = "" if each.high is None else shown(each.high)
    if low == high:
        return low
    if not high:
        return f"{low} 及以上" if language == "zh" else f"{low} or more"
    below = (
        ("以下" if each.open_high else "及以下")
        if language == "zh"
        else ("" if each.open_high else " or less")
    )
    if not low:
        return f"{high} {below}" if language == "zh" else f"{'below ' if each.open_high else ''}{high}{below}"
    tail = ("（不含）" if language == "zh" else " (not reached)") if each.open_high else ""
    return f"{low}—{high}{tail}" if language == "zh" else f"{low} to {high}{tail}"


def _unit(values: tuple[n.Value, ...], facts: Facts, language: Language) -> str:
    """The unit of the one fact a number is compared with."""
    for value in values:
        if isinstance(value, n.Name) and value.name in facts and facts[value.name].unit:
            unit = facts[value.name].unit
            shown = _UNITS[language].get(unit, unit)
            return (shown if language == "zh" else f" {shown}") if shown else ""
    return ""

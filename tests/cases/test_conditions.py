"""The one condition language: what it says, where it points when it does not understand, and its twin."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.cases.case_errors import ConditionError
from drgsim.cases.conditions import (
    Codes,
    Condition,
    Expression,
    Fact,
    FactColumns,
    Facts,
    Words,
    case_facts,
)
from drgsim.cases.conditions import nodes as n
from drgsim.codes import Catalogue, Codebook

FACTS = Facts.of(
    [
        Fact("age", "number", "年龄(岁)", "age", "years"),
        Fact("los", "number", "住院天数", "length of stay", "days"),
        Fact("total_cost", "number", "总费用", "total cost", "yuan"),
        Fact("item_cost", "number", "单项费用", "cost of an item", "yuan", keyed=True),
        Fact("stays", "number", "病例数", "stays", keyed=True, keys=("hospital", "hospital+group")),
        Fact("drg", "text", "病组", "group"),
        Fact("kind", "text", "医院类别", "kind", values=("general", "specialist", "tcm")),
        Fact("level", "band", "医院等级", "level", values=("0", "1", "2", "3")),
        Fact("day", "date", "出院日期", "day of discharge"),
        Fact("start", "date", "入院日期", "day of admission"),
        Fact("retired", "flag", "是否退休", "retired"),
        Fact("diagnoses", "codes", "诊断", "diagnoses"),
        Fact("procedures", "codes", "手术操作", "procedures", blank_is_none=True),
    ],
    {"tcm": ("93.35", "99.92"), "surgical": ("IU*", "RC13")},
)
COLUMNS = {
    "age": [0, 5, 70, None],
    "los": [3.0, 61.0, 12.0, np.nan],
    "total_cost": [1000.0, 0.0, 5000.0, 300.0],
    "item_cost[中药饮片]": [600.0, 0.0, 100.0, None],
    "stays[hospital]": [5, 5, 6, 6],
    "drg": ["IU23", "RC13", None, "RU14"],
    "kind": ["tcm", "general", "tcm", None],
    "level": ["3", "2", None, "0"],
    "day": pd.to_datetime(["2026-06-30", "2026-07-01", "2027-01-05", None]),
    "start": ["2026-06-27T08:00", "2026-05-01", "2026-12-24", None],
    "retired": [True, False, None, True],
    "diagnoses": ["F20.000|I10.x00", "I10.x00|F29.x00", "|F20.000", None],
    "procedures": ["93.3500|99.9200", None, "", "51.2300"],
}


def held(text):
    """1 where it holds, 0 where not, None where unknown."""
    answer = Condition.parse(text, FACTS).evaluate(COLUMNS)
    assert not (answer.holds & answer.unknown).any()
    return [None if u else int(h) for h, u in zip(answer.holds, answer.unknown, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age < 18", [1, 1, 0, None]),
        ("0 < age <= 70", [0, 1, 1, None]),
        ("age in 1..17", [0, 1, 0, None]),
        ("age in 5..70", [0, 1, 1, None]),
        ("age in 5..<70", [0, 1, 0, None]),
        ("age in ..<5", [1, 0, 0, None]),
        ("age = 5..", [0, 1, 1, None]),
        ("age not in {0, 60..80}", [0, 1, 0, None]),
        ("los / age > 1", [None, 1, 0, None]),  # a share of nothing is not known
        ("total_cost - 2 * 100 >= 800", [1, 0, 1, 0]),
        ("item_cost[中药饮片] / total_cost >= 0.6", [1, None, 0, None]),
        ("stays[hospital] <= 5", [1, 1, 0, 0]),
        ("stays[hospital+group] > 1", [None] * 4),  # a column that is not there
        ("drg in {IU*, RC13}", [1, 1, None, 0]),
        ("drg in @surgical", [1, 1, None, 0]),
        ('drg = "IU23"', [1, 0, None, 0]),
        ("drg != IU23", [0, 1, None, 1]),
        ("kind = tcm", [1, 0, 1, None]),
        ("level >= 2", [1, 1, None, 0]),
        ("1 <= level < 3", [0, 1, None, 0]),
        ("day >= 2026-07-01", [0, 1, 1, None]),
        ("day - start > 10", [0, 1, 1, None]),
        ("start + 12 = day", [0, 0, 1, None]),
        ("day in 2026-01-01..2026-12-31", [1, 1, 0, None]),
        ("year(day) = 2026 and month(day) = 7", [0, 1, 0, None]),
        ("retired", [1, 0, None, 1]),
        ("retired = 0", [0, 1, None, 0]),
        ("not retired", [0, 1, None, 0]),
        ("retired is known", [1, 1, 0, 1]),
        ("diagnoses is unknown", [0, 0, 0, 1]),
        ("diagnoses in {F20-F29}", [1, 1, 1, None]),
        ("diagnoses.first in {F20-F29}", [1, 0, None, None]),
        ("diagnoses.other in {F20-F29}", [0, 1, 1, None]),
        ("diagnoses.all in {F20, I10}", [1, 0, 1, None]),
        ("procedures in @tcm", [1, 0, 0, 0]),
        ("procedures not in {93.35}", [0, 1, 1, 1]),
        ("size(procedures in @tcm) >= 2", [1, 0, 0, 0]),
        ("count(age < 18, los > 60, procedures in {93.35}) >= 2", [1, 1, 0, None]),
        ("los > 60 and age > 60", [0, 0, 0, None]),
        ("age > 60 and retired", [0, 0, None, None]),
        ("retired or age >= 70", [1, 0, 1, 1]),
        ("min(age, los) = 0 or abs(age - 100) = 30", [1, 0, 1, None]),
        ("住院天数 > 60 且 年龄 < 18", [0, 1, 0, None]),
        ("（住院天数 ≥ 61；年龄≠5）", [0, 0, 0, None]),
        ("true", [1, 1, 1, 1]),
    ],
)
def test_what_holds_where_and_what_is_not_known(text, expected):
    assert held(text) == expected
    condition = Condition.parse(text, FACTS)
    assert Condition.parse(str(condition), FACTS) == condition
    assert held(str(condition)) == expected
    assert condition.in_words("zh")
    assert condition.in_words("en")


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("agee > 3", 0, "did you mean 'age'"),
        ("los > 3 and agee > 3", 12, "no such fact"),
        ("住院天书 > 3", 0, "did you mean '住院天数'"),
        ("los >", 5, "should stand here"),
        ("los > 60天", 6, "no unit"),
        ("total_cost > 1.2万", 13, "no unit"),
        ("item_cost[x] / total_cost > 40%", 28, "write 0.4"),
        ("los = 3 4", 8, "should end here"),
        ("(los > 3", 8, "')' is missing"),
        ("drg in {IU23", 7, "not closed"),
        ("drg in {}", 7, "empty"),
        ("drg > IU23", 6, "no order"),
        ("kind = tmc", 7, "did you mean 'tcm'"),
        ("kind in {tmc}", 9, "did you mean 'tcm'"),
        ("level >= 4", 9, "never this"),
        ("drg = iu23", 6, "neither a fact nor a text"),
        ("los > '3'", 6, "a number is compared with a text"),
        ("day > 2026-02-30", 6, "no such day"),
        ("day > 20260701", 6, "a date is compared with a number"),
        ("day + day > 3", 4, "has no meaning"),
        ("diagnoses > 3", 0, "codes are asked with `in`"),
        ("diagnoses.frist in {F20}", 10, "no such role"),
        ("drg.first in {F20}", 4, "no such role"),
        ("diagnoses in @tmc", 13, "did you mean 'tcm'"),
        ("diagnoses in {F29-F20}", 14, "backwards"),
        ("diagnoses in {F2-F290}", 14, "one length"),
        ("age in 9..3", 7, "lower end is above"),
        ("age in x", 7, "an interval or a set should stand here"),
        ("age in", 6, "such as 0..17 or {1, 2}"),
        ("age in 1..x", 10, "the condition should end here"),
        ("age in ..", 7, "an interval needs an end"),
        ("age in -x", 8, "not an end of an interval"),
        ("age in {1, x}", 11, "not a number"),
        ("item_cost > 3", 0, "needs a key"),
        ("age[3] > 3", 3, "takes no key"),
        ("stays[hospitl] > 3", 6, "did you mean 'hospital'"),
        ("maxi(age, los) > 3", 0, "did you mean 'max'"),
        ("max(age) > 3", 0, "takes 2 to 9"),
        ("year(age) = 3", 5, "takes a date"),
        ("los", 0, "not yet a condition"),
        ("age + 3", 0, "not yet a condition"),
        ("los > 3 & ", 10, "should stand here"),
        ("los # 3", 4, "no meaning in a condition"),
        ("retired > 3", 10, "true or false"),
        ("los > " + "9" * 400, 6, "too large"),
        ("(" * 100 + "los > 3", 61, "too deeply"),
    ],
)
def test_what_is_not_understood_is_pointed_at(text, place, says):
    with pytest.raises(ConditionError) as caught:
        Condition.parse(text, FACTS)
    assert says in str(caught.value)
    assert caught.value.place == place
    assert f"character {place + 1} of" in str(caught.value)


def test_the_pointer_counts_wide_characters_double():
    with pytest.raises(ConditionError) as caught:
        Condition.parse("住院天数 > x", FACTS)
    assert caught.value.pointer == "住院天数 > x\n           ^"


def test_two_facts_of_one_label_are_told():
    with pytest.raises(ConditionError, match=r"several facts are called so.*age, age_days"):
        Condition.parse("年龄 > 3", case_facts())


def test_a_condition_is_the_same_however_it_is_spelt():
    one = Condition.parse("age=0 & age_days<29", case_facts())
    other = Condition.parse("age_days < 29 ; age == 0.0 ;", case_facts())
    assert str(one) == "age = 0 and age_days < 29"
    assert set(one.parts()) == set(other.parts())
    assert one.names == {"age", "age_days"}


def test_bounds_joined_by_and_are_intervals():
    condition = Condition.parse("age_days<29; birth_weight=1000..1499; age >= 0 & age < 1", case_facts())
    assert condition.intervals() == {
        "age_days": (-math.inf, math.nextafter(29, 0)),
        "birth_weight": (1000, 1499),
        "age": (0, math.nextafter(1, 0)),
    }
    for other in ("age > 1 or los > 1", "age != 3", "age > los", 'department = "A"'):
        assert Condition.parse(other, case_facts()).intervals() is None


def test_codes_of_a_codebook_answer_as_texts_do():
    texts = pd.Series(["I10.x00|F20.000", "F20.000|nonsense", "", None])
    lists = Codebook.for_kind("diagnosis").encode(texts)
    columns = {"diagnoses": Codes.of_lists(lists, Catalogue.load("diagnosis").codes)}
    answer = Condition.parse("diagnoses in {I10}", FACTS).evaluate(columns)
    assert answer.holds.tolist() == [True, False, False, False]
    assert answer.unknown.tolist() == [False, True, True, True]  # a code of no catalogue might be anything


def test_columns_may_be_made_on_request_and_are_read_once():
    asked = []

    class Made(dict):
        def __getitem__(self, name):
            asked.append(name)
            return super().__getitem__(name)

    columns = FactColumns(Made(COLUMNS), rows=4)
    for text in ("age > 3", "age < 3 and drg in {IU*}", "drg = RC13"):
        Condition.parse(text, FACTS).evaluate(columns)
    assert sorted(asked) == ["age", "drg"]


def test_factorised_and_categorical_texts_answer_as_plain_ones():
    condition = Condition.parse("drg in {IU*}", FACTS)
    for column in (
        Words(np.array([0, 1, -1]), ("IU23", "RC13")),
        pd.Categorical(["IU23", "RC13", None]),
        np.array(["IU23", "RC13", None], dtype=object),
    ):
        answer = condition.evaluate({"drg": column})
        assert answer.holds.tolist() == [True, False, False]
        assert answer.unknown.tolist() == [False, False, True]


def test_an_expression_is_a_number_in_every_row():
    expression = Expression.parse("min(2 * los, 100) - -age", FACTS)
    assert expression.evaluate(COLUMNS).tolist()[:3] == [6.0, 105.0, 94.0]
    assert expression.names == {"age", "los"}
    assert str(Expression.parse(str(expression), FACTS)) == str(expression)
    with pytest.raises(ConditionError, match="not a number"):
        Expression.parse("drg", FACTS)


# ---- written at random

_NUMBERS = [n.Name("age", "number"), n.Name("los", "number"), n.Name("item_cost", "number", "a")]
_LEVEL = n.Name("level", "band", "", ("0", "1", "2", "3"))
_DRG = n.Name("drg", "text")
_DIAGNOSES = n.Name("diagnoses", "codes")
_PROCEDURES = n.Name("procedures", "codes", "", (), True)
_values = st.recursive(
    st.sampled_from(_NUMBERS) | st.sampled_from([0.0, 1.0, 2.5, 60.0, -3.0, 1e9]).map(n.Number),
    lambda inner: (
        st.builds(n.Arithmetic, st.sampled_from("+-*/"), inner, inner)
        | st.builds(lambda a, b: n.Call("max", (a, b)), inner, inner)
        | st.builds(lambda a: n.Call("floor", (a,)), inner)
    ),
    max_leaves=4,
)
_signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
_roles = st.sampled_from(["any", "first", "other", "all"])


def _some(words):
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True).map(tuple)


_codes = _some(["F20-F29", "I10", "51.23"])
_spans = (n.Interval(3.0, 5.0, True), n.Interval(None, -5.0)), (n.Interval(0.0, 0.0),)
_leaves = st.one_of(
    st.builds(lambda a, s, b: n.Compared((a, b), (s,)), _values, _signs, _values),
    st.builds(lambda a, s, b, t, c: n.Compared((a, b, c), (s, t)), *[_values, _signs] * 2, _values),
    st.builds(n.NumberIn, _values, st.sampled_from(_spans)),
    st.builds(lambda words: n.TextIn(_DRG, words), _some(["IU*", "RC13", "中 文", "a'b"])),
    st.builds(lambda role, words: n.CodesIn(_DIAGNOSES, role, words), _roles, _codes),
    st.just(n.Flag(n.Name("retired", "flag"))),
    st.just(n.Known(_DRG)),
    st.builds(
        lambda sign, word: n.Compared((_LEVEL, n.Text(word)), (sign,)), _signs, st.sampled_from("0123")
    ),
    st.builds(
        lambda words: n.Compared((n.Size(n.CodesIn(_PROCEDURES, "any", words)), n.Number(1.0)), (">=",)),
        _codes,
    ),
)


def _flat(kind):
    def build(tests):
        flat = [each for test in tests for each in (test.tests if isinstance(test, kind) else (test,))]
        return kind(tuple(flat))

    return build


_tests = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(_flat(n.And)),
        st.lists(inner, min_size=2, max_size=3).map(_flat(n.Or)),
        inner.map(n.Not),
        st.builds(lambda a, b: n.Compared((n.Count((a, b)), n.Number(1.0)), ("=",)), inner, inner),
    ),
    max_leaves=6,
)
_DIAGNOSED = st.lists(st.sampled_from(["F20.000", "I10.x00", "A01.000"]), min_size=1, max_size=3)
_row = {
    "age": st.sampled_from([None, 0.0, 1.0, 60.0, 2.5]),
    "los": st.sampled_from([None, 0.0, 3.0, 61.0]),
    "item_cost[a]": st.sampled_from([None, 0.0, 2.5]),
    "drg": st.sampled_from([None, "IU23", "RC13", "中 文", "a'b"]),
    "level": st.sampled_from([None, "0", "2", "3"]),
    "retired": st.sampled_from([None, True, False]),
    "diagnoses": st.none() | _DIAGNOSED | st.just(["", "I10.x00"]),
    "procedures": st.none() | st.lists(st.sampled_from(["51.2300", "00.1000"]), max_size=3),
}
_rows = st.lists(st.fixed_dictionaries(_row), min_size=1, max_size=5)
_WORDS = [
    "age",
    "los",
    ">",
    "<=",
    "in",
    "not",
    "and",
    "(",
    ")",
    "{",
    "}",
    "3",
    "..",
    "@tcm",
    "drg",
    "diagnoses.first",
    "[",
    "]",
    "is",
    "known",
    "count",
    ",",
    "2026-01-01",
    "'x'",
    "-",
    "%",
]


@settings(max_examples=150, deadline=None)
@given(_tests, _rows)
def test_columns_answer_as_the_readable_twin_does(test, rows):
    condition = Condition(test, FACTS)
    columns = {name: pd.Series([row[name] for row in rows], dtype=object) for name in rows[0]}
    answer = condition.evaluate(columns)
    twin = [condition.holds_in(row) for row in rows]
    got = [None if u else bool(h) for h, u in zip(answer.holds, answer.unknown, strict=True)]
    assert got == twin


@settings(max_examples=150, deadline=None)
@given(_tests)
def test_what_is_printed_parses_back(test):
    condition = Condition(test, FACTS)
    again = Condition.parse(str(condition), FACTS)
    assert str(again) == str(condition)
    assert condition.in_words("zh")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30) | st.lists(st.sampled_from(_WORDS), max_size=9).map(" ".join))
def test_no_text_ends_in_anything_but_a_condition_or_a_pointed_error(text):
    try:
        condition = Condition.parse(text, FACTS)
    except ConditionError as caught:
        place, pointer = caught.place, caught.pointer
    else:
        assert Condition.parse(str(condition), FACTS) == condition
        return
    assert 0 <= place <= len(text)
    assert pointer.endswith("^")


def test_a_date_column_of_days_or_moments_or_dates_is_the_same():
    condition = Condition.parse("day = 2026-07-01", FACTS)
    for column in (
        pd.Series(pd.to_datetime(["2026-07-01 23:00", None])),
        pd.Series([dt.date(2026, 7, 1), None], dtype=object),
        np.array([20635.0, np.nan]),
    ):
        assert condition.evaluate({"day": column}).holds.tolist() == [True, False]


def test_lists_of_names_are_asked_as_codes_are():
    condition = Condition.parse('diagnosis_names.first in {"慢性 阻塞"}', case_facts())
    assert Condition.parse(str(condition), case_facts()) == condition
    answer = condition.evaluate({"diagnosis_names": ["慢性 阻塞性肺疾病|高血压", "高血压|慢性 阻塞", None]})
    assert answer.holds.tolist() == [True, False, False]

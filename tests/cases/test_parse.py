"""Cells to values: what is read, what is told, what is never guessed."""

import datetime as dt

import pandas as pd
import pytest

from drgsim.cases import case_column, find_layout, read_cases
from drgsim.cases.parse import parse_column

PLAIN = find_layout("plain")
CHINESE = find_layout("chinese")


def parse(column, texts, *, layout=CHINESE, unit=""):
    return parse_column(pd.Series(texts), case_column(column), layout, unit=unit)


def problems(parsed):
    return [(rule, rows.tolist(), texts) for rule, rows, texts in parsed.problems]


def listed(parsed):
    return [None if pd.isna(value) else value for value in parsed.values]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("61", 61),
        (" 61 ", 61),
        ("61.0", 61),
        ("６１", 61),
        ("61岁", 61),
        ("1,061", 1061),
        ("+5", 5),
        ("-1", -1),
        ("1e2", 100),
    ],
)
def test_whole_numbers(text, value, string_backend):
    assert listed(parse("age", [text])) == [value]


@pytest.mark.parametrize(
    "text",
    ["六十一", "61.5", "1,06", "0x10", "6 1", "1_000", "inf", "99999999999", "True", "61/62", "1e999"],
)  # fmt: skip
def test_what_is_no_whole_number_is_told(text, string_backend):
    parsed = parse("age", ["7", text])
    assert listed(parsed) == [7, None]
    assert problems(parsed) == [("unreadable", [1], [text])]


@pytest.mark.parametrize("text", ["", "  ", "NA", "nan", "NULL", "无", None])
def test_missing(text):
    parsed = parse("age", [text, "7"])
    assert listed(parsed) == [None, 7]
    assert parsed.problems == []
    assert not parsed.not_applicable.any()


def test_not_applicable_is_not_missing_and_not_zero():
    parsed = parse("birth_weight", ["-", "", "0"])
    assert listed(parsed) == [None, None, 0]
    assert parsed.not_applicable.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.30", 12.3),
        ("¥1,234.50", 1234.5),
        ("1234.5元", 1234.5),
        ("０．５", 0.5),
        (".5", 0.5),
        ("-3", -3.0),
    ],
)
def test_money(text, value):
    assert listed(parse("total_cost", [text])) == [value]


def test_money_is_exact():
    texts = [f"{fen // 100}.{fen % 100:02d}" for fen in range(0, 10_000_000, 977)]
    assert listed(parse("total_cost", texts)) == [float(text) for text in texts]


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [("fen", "1234", 12.34), ("10k yuan", "1.23456", 12345.6), ("", "5", 5.0)],
)
def test_units_of_money(unit, text, value):
    assert listed(parse("total_cost", [text], unit=unit)) == [value]


def test_durations():
    parsed = parse("ventilation_hours", ["1/2/30", "0/0/0", "", "26.5"], unit="days/hours/minutes")
    assert listed(parsed) == [26.5, 0.0, None, None]
    assert problems(parsed) == [("unreadable", [3], ["26.5"])]


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-05", "2024/01/05", "2024/1/5", "2024.1.5", "20240105", "2024年1月5日", "2024年01月05日",
        "２０２４-０１-０５", "2024-01-05 00:00:00", "2024-01-05 00:00", "20240105000000",
        "2024-01-05T00:00:00", "2024-01-05T00:00:00+08:00", "2024-01-05 00:00:00.000", "2024/1/5 0:00:00",
        "2024年1月5日 0:00",
    ],
)  # fmt: skip
def test_dates(text, string_backend):
    assert listed(parse("admission_date", [text])) == [dt.datetime(2024, 1, 5)]


@pytest.mark.parametrize(
    "text", ["05/01/2024", "45296", "2024-02-30", "24-01-05", "2024", "0000-00-00", "yesterday"]
)
def test_dates_that_are_not_guessed(text):
    parsed = parse("admission_date", [text])
    assert listed(parsed) == [None]
    assert problems(parsed) == [("unreadable", [0], [text])]


def test_times_of_day():
    assert listed(parse("discharge_date", ["2024-01-05 23:59", "20240105235901"])) == [
        dt.datetime(2024, 1, 5, 23, 59),
        dt.datetime(2024, 1, 5, 23, 59, 1),
    ]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("sex", "男", 1), ("sex", "2", 2), ("sex", "女性", 2), ("sex", "１", 1), ("sex", "1.0", 1),
        ("discharge", "死亡", 5), ("discharge", "3", 3), ("insurance", "城乡居民", "resident"),
        ("insurance", "310", "employee"), ("registration", "异地转诊", "referral"), ("retired", "退休", True),
        ("retired", "0", False), ("hospital_level", "三级甲等", 3),
        ("sex", "1-男", 1), ("sex", "2.女性", 2), ("discharge", "1. 医嘱离院", 1),
        ("insurance", "310|职工", "employee"),
        ("insurance", "1.城镇职工基本医疗保险", "employee"), ("insurance", "3）新型农村合作医疗", "resident"),
        ("insurance", "7.全自费", "other"),
    ],
)  # fmt: skip
def test_coded_values(column, text, value, string_backend):
    assert listed(parse(column, [text])) == [value]


def test_a_code_whose_label_says_something_else_is_no_value():
    parsed = parse("sex", ["1-女", "1-男女", "5-男"])
    assert listed(parsed) == [None, None, 1]
    assert problems(parsed) == [("value-unknown", [0, 1], ["1-女", "1-男女"])]


def test_the_front_pages_way_of_paying_is_the_insurance():
    raw = pd.DataFrame(
        {
            "病案号": ["1", "2"],
            "主要诊断编码": ["I10.x00"] * 2,
            "医疗付费方式": ["城镇职工基本医疗保险", "新农合"],
        }
    )
    assert read_cases(raw)["insurance"].tolist() == ["employee", "resident"]


def test_an_unknown_value_is_told():
    parsed = parse("sex", ["男", "公", "公"])
    assert listed(parsed) == [1, None, None]
    assert problems(parsed) == [("value-unknown", [1, 2], ["公", "公"])]


def test_an_undecided_value_is_told():
    parsed = parse("sex", ["0", "1"], layout=find_layout("machine-made"))
    assert listed(parsed) == [None, None]
    assert problems(parsed) == [("value-undecided", [0, 1], ["0", "1"])]


def test_text_keeps_what_it_says(string_backend):
    parsed = parse("case_id", [" 007 ", "1.0", "", None, "NA"], layout=PLAIN)
    assert listed(parsed) == ["007", "1.0", None, None, "NA"]

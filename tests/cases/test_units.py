"""A unit in a cell decides or is reported; below one year, days and years say the same; weights of twins."""

import datetime as dt

import pandas as pd
import pytest

from drgsim import DrgGrouper, check_cases, iter_cases, read_cases
from drgsim.cases import case_column, report_of
from drgsim.cases.arrow_cases import arrow_cases
from drgsim.cases.measures import measure
from drgsim.cases.read import chunks_to_read


def read(columns, **options):
    rows = len(next(iter(columns.values())))
    base = {"病案号": [str(row) for row in range(rows)]}
    if "诊断编码" not in columns:
        base["诊断编码"] = ["P59.900"] * rows
    return read_cases(pd.DataFrame(base | columns), **options)


def told(cases):
    frame = report_of(cases).problems.frame
    return [tuple(row) for row in frame[["row", "column", "rule"]].to_numpy().tolist()]


def values(series):
    return [None if pd.isna(value) else value for value in series]


@pytest.mark.parametrize(
    ("text", "age", "days"),
    [
        ("5天", 0, 5), ("28日", 0, 28), ("3小时", 0, 0), ("3月", 0, 91), ("1岁3月", 1, None),
        ("400天", 1, None), ("18月", 1, None), ("15天", 0, 15), ("11个月", 0, 334), ("12月", 1, None),
        ("364天", 0, 364), ("2周", 0, 14), ("3M", 0, 91), ("5D", 0, 5), ("6h", 0, 0), ("45Y", 45, None),
        ("45岁", 45, None), ("45 周岁", 45, None), ("0岁3月", 0, 91), ("2月15天", 0, 75), ("366d", 1, None),
        ("2 15/30月", 0, 75), ("30分", 0, 0), ("１５天", 0, 15), ("3个月龄", 0, 91),
    ],
)  # fmt: skip
def test_ages(text, age, days, string_backend):
    cases = read({"年龄": [text]})
    assert cases["age"].tolist() == [age]
    assert values(cases.get("age_days", pd.Series([None]))) == [days]


@pytest.mark.parametrize("text", ["3kg", "5元", "1.5岁", "3尺", "天", "十五天", "5天半", "-3天"])
def test_what_is_no_age_is_a_problem_and_never_its_bare_number(text):
    cases = read({"年龄": [text, "7"]})
    assert values(cases["age"]) == [None, 7]
    assert told(cases)[0][2] == ("unit-misfit" if text in ("3kg", "5元") else "unreadable")


@pytest.mark.parametrize(
    ("column", "text", "value", "rule"),
    [
        ("住院天数", "36小时", 2, "unit-converted"),
        ("住院天数", "48小时", 2, "unit-converted"),
        ("住院天数", "1天12小时", 2, "unit-converted"),
        ("住院天数", "15天", 15, None),
        ("住院天数", "3月", None, "unit-misfit"),
        ("住院天数", "3kg", None, "unit-misfit"),
        ("呼吸机使用时间", "5天", 120, "unit-converted"),
        ("呼吸机使用时间", "36小时", 36, None),
        ("呼吸机使用时间", "90分钟", 1.5, "unit-converted"),
        ("总费用", "15000分", 150, "unit-converted"),
        ("总费用", "1.2万", 12000, "unit-converted"),
        ("总费用", "1.2万元", 12000, "unit-converted"),
        ("总费用", "¥1,234.50元", 1234.5, None),
        ("总费用", "5天", None, "unit-misfit"),
        ("新生儿出生体重", "3.5kg", 3500, "unit-converted"),
        ("新生儿出生体重", "3500克", 3500, None),
        ("新生儿出生体重", "7斤", 3500, "unit-converted"),
        ("新生儿出生体重", "3,500", 3500, None),
        ("年龄天", "3月", 91, "unit-converted"),
        ("年龄天", "36小时", 1, "unit-converted"),
    ],
)
def test_other_quantities(column, text, value, rule):
    cases = read({column: [text]})
    name = cases.columns[1] if cases.columns[1] != "diagnoses" else cases.columns[2]
    assert values(cases[name]) == [value]
    assert [each[2] for each in told(cases)] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("header", "cell", "column", "value"),
    [
        ("总费用(元)", "12.5", "total_cost", 12.5),
        ("总费用（万元）", "1.25", "total_cost", 12500),
        ("总费用(分)", "1250", "total_cost", 12.5),
        ("住院天数（天）", "3", "los", 3),
        ("新生儿出生体重(kg)", "3.5", "birth_weight", 3500),
        ("呼吸机使用时间(天)", "2", "ventilation_hours", 48),
    ],
)
def test_units_in_headers(header, cell, column, value):
    assert read({header: [cell]})[column].tolist() == [value]


@pytest.mark.parametrize("age", ["", "-", "0.3", "15/30", None, "0"])
@pytest.mark.parametrize(
    "headers", [("age", "nwb_age", "medcasno", "diag_code"), ("A14", "A16", "A48", "C03C")]
)
def test_below_one_year_the_days_settle_the_age(age, headers):
    years, days, number, code = headers
    frame = pd.DataFrame({number: ["1", "2"], code: ["P59.900"] * 2, years: [age, "61"], days: ["9", "-"]})
    cases = read_cases(frame)
    assert cases["age"].tolist() == [0, 61]
    assert values(cases["age_days"]) == [9, None]
    wrong = ["age-missing", "declared-not-applicable", "unreadable"]
    assert not len(check_cases(cases, rules=wrong))
    grouped = DrgGrouper("chs-drg-2.0").group(cases.assign(sex=1, procedures=""))
    assert grouped["status"].tolist()[0] != "invalid"


def test_the_age_is_not_settled_against_the_birth_date_nor_from_words():
    frame = pd.DataFrame({
        "A48": ["1", "2"], "C03C": ["P59.900"] * 2, "A14": ["", "six"], "A16": ["0", "5"],
        "A13": ["1960-01-01", ""], "B12": ["2024-01-05"] * 2,
    })  # fmt: skip
    assert values(read_cases(frame)["age"]) == [None, None]


def test_an_age_on_a_plain_frame_is_never_its_bare_number():
    raw = pd.DataFrame({"sex": [1, 1], "age": ["15天", "15岁"], "diagnoses": ["P59.900", "I10.x00x002"]})
    raw["procedures"] = ""
    grouped = DrgGrouper("chs-drg-2.0").group(raw)
    assert grouped["reason"].tolist()[0] == "age_unreadable"
    assert grouped["status"].tolist()[1] == "grouped"


@pytest.mark.parametrize(
    "text", ["950,980", "950，980", "950、980", "950/980", "950;980", "950 980", "950,980g"]
)
def test_weights_of_twins(text, string_backend):
    codes = ["O80.000|Z37.200", "P07.300x021", "O80.000|Z37.200"]
    cases = read({"诊断编码": codes, "年龄": ["30", "0", "31"], "新生儿出生体重": [text, text, "3200"]})
    assert values(cases["birth_weight"]) == [None, 950, None]
    assert values(cases["children_birth_weights"]) == ["950|980", None, "3200"]
    assert told(cases) == [(1, "birth_weight", "weights-in-one-cell")]
    assert not len(check_cases(cases, rules=["birth-weight-out-of-range", "mother-weights-missing"]))


def test_the_five_weights_of_a_front_page():
    weights = {"A18x01": ["950", "950", "3200"], "A18x02": ["980", "980", ""], "A18x03": ["", "0", "-"]}
    frame = pd.DataFrame({"A48": list("123"), "C03C": ["O84.900", "P07.300x021", "P59.900"], **weights})
    cases = read_cases(frame)
    assert values(cases["children_birth_weights"]) == ["950|980", None, None]
    assert values(cases["birth_weight"]) == [None, 950, 3200]


def test_the_length_of_stay_is_counted_from_the_dates_where_it_has_no_column(file):
    text = "病案号,入院时间,出院时间,诊断编码\n1,2024-01-05 23:00,2024-01-08 01:00,I10.x00\n"
    text += "2,2024-01-05,2024-01-05,I10.x00\n3,,2024-01-05,I10.x00\n4,2024-01-09,2024-01-05,I10.x00\n"
    cases = read_cases(file("a.csv", text))
    assert values(cases["los"]) == [3, 1, None, None]
    found = report_of(cases).problems.frame
    assert found[["row", "rule"]].to_numpy().tolist() == [[None, "los-from-dates"]]
    assert read_cases(file("a.csv", text), columns=["los"])["los"].tolist()[:2] == [3, 1]
    chunks = list(iter_cases(file("a.csv", text), chunk_rows=1))
    assert sum(len(report_of(chunk).problems) for chunk in chunks) == 1


def test_the_age_below_one_year_by_its_header():
    months = read_cases(
        pd.DataFrame({
            "病案号": list("1234567"), "诊断编码": "P22.000", "年龄": ["", "-", "0", "1", "0", "0", "61"],
            "(年龄不足1周岁的)年龄(月)": ["3", "0 15/30", "1 3/30", "", "2月", "0.5", "-"],
        })
    )  # fmt: skip
    assert values(months["age"]) == [0, 0, 0, 1, 0, 0, 61]
    assert values(months["age_days"]) == [91, 15, 33, None, 60, 15, None]
    assert "age-days-without-unit" not in report_of(months).problems.frame["rule"].tolist()
    bare = read_cases(pd.DataFrame({"病案号": list("12"), "诊断编码": "P22.000", "年龄": ["", "0"],
                                    "不足一周岁年龄": ["5", "15/30"]}))  # fmt: skip
    assert values(bare["age_days"]) == [5, 15]
    assert "age-days-without-unit" in report_of(bare).problems.frame["rule"].tolist()


def test_an_empty_length_of_stay_is_counted_from_the_dates_and_told(file):
    head = "病案号,入院时间,出院时间,住院天数,诊断编码\n"
    days = "2024-01-01,2024-01-05"
    cells = ["", "-", "五天", "3", " "]
    text = head + "".join(f"{number},{days},{cell},I10.x00\n" for number, cell in enumerate(cells))
    path = file("a.csv", text + "9,2024-01-01,,,I10.x00\n")
    cases = read_cases(path)
    assert values(cases["los"]) == [4, 4, None, 3, 4, None]
    assert "not_applicable" not in cases
    found = report_of(cases).problems.frame
    assert found.loc[found["rule"] == "los-from-dates", ["row", "got"]].to_numpy().tolist() == [
        [0, "4 d"], [1, "4 d"], [4, "4 d"],
    ]  # fmt: skip
    (by_arrow,) = [arrow_cases(job, {}) for job in chunks_to_read(path)]
    assert by_arrow.columns["los"].to_pylist() == [4, 4, None, 3, 4, None]
    assert by_arrow.report.problems.frame["rule"].tolist() == found["rule"].tolist()
    contradicted = check_cases(cases, rules=["los-against-dates"]).frame
    assert contradicted["got"].tolist() == ["3 days, dates say 4"]


def test_day_numbers_of_a_spreadsheet_are_dates_and_told():
    cases = read({"入院时间": ["45296", "45296.5"]})
    assert cases["admission_date"].tolist() == [dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 5, 12)]
    assert [each[2] for each in told(cases)] == ["date-serial"] * 2
    assert read({"入院时间": ["2024年1月5日 8时30分"]})["admission_date"].tolist() == [
        dt.datetime(2024, 1, 5, 8, 30)
    ]


def test_by_arrow_the_same_is_settled(file):
    text = "病案号,年龄,新生儿出生体重,入院时间,出院时间,诊断编码,备注\n1,5天,3.5kg,45296,45299,P59.900,x\n"
    path = file("a.csv", text + "2,30,950；980,2024-01-01,2024-01-02,O80.000|Z37.200,y\n")
    frame = read_cases(path, keep="all")
    by_arrow = arrow_cases(next(iter(chunks_to_read(path, keep="all"))), {})
    for name in frame.columns:
        assert values(pd.Series(by_arrow.columns[name].to_pylist())) == values(frame[name]), name


def test_no_unit_is_two_units():
    assert measure("3分", case_column("age")).days == 0
    assert measure("3分", case_column("total_cost")).value == 0.03


@pytest.mark.parametrize("outcome", ["Z37.100x002", "Z37.700x001", "O34.200x002", "O83.400"])
def test_a_weight_on_any_mothers_record_is_a_childs(outcome):
    own = {"年龄": ["33", "33"], "诊断编码": [f"M51.202|{outcome}", f"{outcome}|E79.001"]}
    cases = read({**own, "新生儿出生体重": ["2135", ""]})
    assert values(cases["birth_weight"]) == [None, None]
    assert values(cases["children_birth_weights"]) == ["2135", None]
    dashes = pd.DataFrame({"A48": ["1"], "A14": ["33"], "C03C": [outcome], "A18x01": ["-"], "A18x02": ["-"]})
    assert values(read_cases(dashes)["children_birth_weights"]) == [None]

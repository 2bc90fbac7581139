"""The schema as data: complete, consistent, and its names unambiguous."""

from collections import Counter

import pytest

from drgsim import check_cases
from drgsim.cases import case_column, case_columns, coded_values, column_labels, read_cases, value_labels
from drgsim.cases.hospital_facts import HospitalFacts
from drgsim.errors import NotFoundError
from drgsim.sources import STATES, load

PLAIN = ["case_id", "sex", "age", "age_days", "birth_weight", "los", "discharge", "diagnoses", "procedures"]


def test_the_plain_columns_have_their_fixed_names() -> None:
    assert set(PLAIN) <= case_columns().keys()


def test_no_name_means_two_columns() -> None:
    names = [
        name
        for column in case_columns().values()
        for name in (column.name, column.label_zh, *column.aliases, *column.aliases_zh)
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_column_is_described() -> None:
    for column in case_columns().values():
        assert column.label_zh, column.name
        assert column.label_en, column.name
        assert column.description, column.name
        assert column.unit == "yuan" if column.kind == "money" else True, column.name


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'birth_weight'"):
        case_column("birth_wieght")


def test_labels_exist_in_both_languages() -> None:
    assert column_labels("zh")["los"] == "住院天数"
    assert column_labels("en")["los"] == "length of stay"


def test_coded_values_are_of_coded_columns_and_have_a_source() -> None:
    for column, values in coded_values().items():
        assert column in case_columns()
        spelt = [text for value in values for text in value.spellings]
        assert len(spelt) == len(set(spelt)), column
        assert {value.source for value in values} <= load().keys()
        for value in values:
            assert STATES.index(value.state) >= STATES.index(load()[value.source].state), (column, value)


def test_value_labels() -> None:
    assert value_labels("discharge")[5] == "死亡"
    assert value_labels("sex", "en") == {0: "unknown", 1: "male", 2: "female", 9: "not stated"}


def test_what_only_some_policies_ask_for_is_read_by_every_command(tmp_path) -> None:
    path = tmp_path / "a.csv"
    header = "病案号,诊断编码,救助对象类别,新药新技术类别,新药新技术列入第几年,不合理费用\n"
    path.write_text(f'{header}1,I10.x00,低保对象,耗材,2,"1,234.50"\n2,I10.x00,,,,\n', encoding="utf-8")
    cases = read_cases(path)
    asked = ["aid_class", "new_technology_category", "new_technology_year", "unreasonable_cost"]
    assert cases[asked].iloc[0].tolist() == ["低保对象", "consumable", 2, 1234.5]
    assert cases[asked].iloc[1].isna().all()
    assert all(case_column(name).needed_by == ("payment",) for name in asked)


def test_kinds_of_hospital_and_stay_and_the_cost_of_chinese_medicine(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "病案号,诊断编码,医疗机构类别,住院类型,中医费用\n1,I10.x00,中医医院,日间手术,12.5\n2,I10.x00,某院,普通住院,\n",
        encoding="utf-8",
    )
    cases = read_cases(path)
    assert cases["hospital_kind"].tolist()[0] == "tcm"
    assert cases["stay_kind"].tolist() == ["day_surgery", "inpatient"]
    assert cases["tcm_cost"].tolist()[0] == 12.5
    assert "value-unknown" in check_cases(cases).frame["rule"].tolist()
    hqms = tmp_path / "hqms.csv"
    hqms.write_text("A48,C03C,D22,D24,D25\n1,I10.x00,1,2,4.5\n", encoding="utf-8")
    assert read_cases(hqms)["tcm_cost"].tolist() == [7.5]
    assert HospitalFacts.of({"kind": "中医医院"}).kind == "tcm"

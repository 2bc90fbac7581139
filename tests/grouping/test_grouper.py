"""What DrgGrouper takes, what it gives back, and what it says about each row."""

import pickle

import numpy as np
import pandas as pd
import pytest

from drgsim import DrgGrouper
from drgsim.errors import ArgumentError, DrgsimError, NotFoundError
from drgsim.grouping import GroupResult, Reason
from drgsim.grouping.grouping_errors import CaseColumnsError, CasesInputError, EncodedCasesError
from drgsim.schemes.compile import compile_scheme
from drgsim.schemes.scheme import Scheme

from .support import group_both_ways, grouper, readable_twin

CASE = {"sex": 2, "age": 60, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
COLUMNS = ["mdc", "adrg", "drg", "severity", "status", "reason"]


def frame(**columns):
    rows = max(map(len, columns.values()), default=1)
    return pd.DataFrame({**{name: [value] * rows for name, value in CASE.items()}, **columns})


def test_a_frame_keeps_its_index_and_is_not_changed():
    cases = frame(sex=[1, 2, "男"])
    cases.index = pd.Index(["b", "a", "a"], name="stay")
    before = cases.copy(deep=True)
    answer = grouper("chs-drg-2.0").group(cases)
    assert list(answer.columns) == COLUMNS
    pd.testing.assert_index_equal(answer.index, cases.index)
    pd.testing.assert_frame_equal(cases, before)
    assert answer["drg"].tolist() == ["HC23"] * 3
    assert all(isinstance(dtype, pd.CategoricalDtype) for dtype in answer.dtypes)


def test_names_come_on_request():
    answer = grouper("chs-drg-2.0").group(frame(), names=True)
    assert list(answer.columns) == [*COLUMNS, "mdc_name", "adrg_name", "drg_name"]
    assert answer["adrg_name"][0] == "胆囊切除手术"
    assert grouper("chs-drg-2.0").group(frame(diagnoses=["x"]), names=True)["drg_name"][0] == "未入组"


def test_the_answer_says_by_which_scheme_and_how_far_it_is_trusted():
    made = grouper("chs-drg-2.0")
    origin = made.group(frame()).attrs["drgsim"]
    assert origin["scheme"] == "chs-drg-2.0"
    assert origin["trust"] == "secondary"
    assert origin["hash"] == made.compiled.hash
    assert origin["missing_columns"] == ("age_days", "birth_weight")


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_tables_of_any_length(rows):
    answer = group_both_ways(grouper("chs-drg-1.1"), frame().iloc[np.zeros(rows, dtype=int)])
    assert len(answer) == rows
    assert answer["status"].cat.categories.tolist() == ["grouped", "ambiguous", "ungrouped", "invalid"]


def test_one_case_gives_one_result():
    result = grouper("chs-drg-2.0").group(CASE)
    assert isinstance(result, GroupResult)
    assert (result.drg, result.severity, result.status, result.reason) == ("HC23", "MCC", "grouped", "")
    assert result.reason_text() == ""
    assert result.to_dict()["drg_name"].startswith("胆囊切除手术")
    wrong = grouper("chs-drg-2.0").group({**CASE, "sex": None})
    assert (wrong.status, wrong.reason) == ("invalid", "sex_missing")
    assert (wrong.reason_text(), wrong.reason_text("en")) == ("缺性别", "sex is missing")


def test_a_list_of_cases_gives_a_frame():
    without = {name: value for name, value in CASE.items() if name != "procedures"}
    answer = grouper("chs-drg-2.0").group([CASE, without])
    assert answer["drg"].tolist() == ["HC23", "HZ29"]
    assert grouper("chs-drg-2.0").group([]).empty


@pytest.mark.parametrize("name", ["sex", "age", "diagnoses", "procedures"])
def test_a_table_without_a_needed_column_is_an_error(name):
    cases = frame().rename(columns={name: f"{name}_"})
    with pytest.raises(CaseColumnsError, match=f"no column {name}.*{name}_' here") as error:
        grouper("chs-drg-1.1").group(cases)
    assert error.value.code == "DS401"
    assert isinstance(error.value, KeyError)


def test_a_column_that_stands_twice_is_an_error():
    cases = frame()
    with pytest.raises(CaseColumnsError, match=r"twice; got 'sex'; what to do: .*duplicated"):
        grouper("chs-drg-1.1").group(pd.concat([cases, cases[["sex"]]], axis=1))


def test_the_columns_allowed_are_each_named_once():
    with pytest.raises(CaseColumnsError) as error:
        grouper("chs-drg-1.1").group(frame().drop(columns="age"))
    assert len(error.value.allowed) == len(set(error.value.allowed))


@pytest.mark.parametrize("one", [False, True])
def test_a_dict_of_columns_is_not_taken_for_one_case(one):
    columns = frame().iloc[:1] if one else frame()
    for given in (columns.to_dict("list"), columns.to_dict("series"), columns.to_dict()):
        for ask in (grouper("chs-drg-1.1").group, grouper("chs-drg-1.1").explain):
            with pytest.raises(ArgumentError, match=r"columns of several.*what to do.*DataFrame"):
                ask(given)


def test_one_case_may_have_lists_of_codes_and_further_things():
    listed = {**CASE, "diagnoses": CASE["diagnoses"].split("|"), "procedures": ["96.0800x005"]}
    more = {"tags": ["a", "b"], "not_applicable": ["age_days"]}
    whole = {**CASE, "procedures": "96.0800x005"}
    assert grouper("chs-drg-1.1").group({**listed, **more}) == grouper("chs-drg-1.1").group(whole)


@pytest.mark.parametrize("cases", [None, 3, "K80.101", [1, 2], np.zeros(3), pd.Series(["K80.101"])])
def test_what_is_no_table_of_cases_is_an_error(cases):
    with pytest.raises((CasesInputError, CaseColumnsError)):
        grouper("chs-drg-1.1").group(cases)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True])
def test_threads_are_a_whole_number(threads):
    with pytest.raises(ArgumentError, match="threads"):
        DrgGrouper("chs-drg-1.1", threads=threads)


def test_an_unknown_scheme_is_an_error_with_the_nearest_name():
    with pytest.raises(NotFoundError, match=r"did you mean 'chs-drg-1\.1'"):
        DrgGrouper("chs-drg-1,1")


def test_a_scheme_may_be_given_in_any_form(tmp_path):
    scheme = Scheme.load("chs-drg-1.1")
    compiled = compile_scheme(scheme)
    expected = grouper("chs-drg-1.1").group(CASE)
    for given in (scheme, compiled, pickle.loads(pickle.dumps(compiled))):
        assert DrgGrouper(given).group(CASE) == expected
    assert DrgGrouper("chs-drg", on="2022-06-30").compiled.id == "chs-drg-1.1"
    assert DrgGrouper(compiled).scheme.id == "chs-drg-1.1"


def test_the_rules_of_a_compiled_scheme_must_be_the_installed_ones():
    scheme = Scheme.load("chs-drg-1.1")
    other = {name: getattr(scheme, name) for name in Scheme.__dataclass_fields__}
    compiled = compile_scheme(Scheme(**{**other, "mcc": {}}))
    with pytest.raises(NotFoundError, match="not installed"):
        _ = DrgGrouper(compiled).scheme


def test_a_grouper_can_be_sent_to_another_process():
    cases = frame(diagnoses=["K80.101", "I63.900|J96.900x001", "x"])
    made = grouper("chs-drg-1.1")
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(made)).group(cases), made.group(cases))


def test_missing_columns_count_as_missing_values():
    """Foshan asks for ICU hours in some groups."""
    cases = frame(diagnoses=["K80.101"] * 2)
    answer = group_both_ways(grouper("foshan-2022"), cases)
    pd.testing.assert_frame_equal(
        group_both_ways(grouper("foshan-2022"), cases.assign(icu_hours=None)), answer
    )
    assert "icu_hours" in answer.attrs["drgsim"]["missing_columns"]


@pytest.mark.parametrize("name", ["department", "dept"])
def test_departments_by_either_name(name):
    """Zhejiang asks for the ward in its groups of intensive care."""
    made = grouper("zhejiang-2022")
    icu = made.compiled.departments[0]
    cases = frame(diagnoses=["J96.900x001"] * 3, procedures=[""] * 3, **{name: [icu, f" {icu} ", None]})
    answer = group_both_ways(made, cases)
    assert answer["drg"][0] == answer["drg"][1]


def test_problems_with_numbers_no_rule_asks_for_are_none():
    assert grouper("chs-drg-1.1").group({**CASE, "los": "soon"}).reason == ""
    assert grouper("foshan-2022").group({**CASE, "los": "soon"}).reason == "los_unreadable"


@pytest.mark.parametrize("order", [("chs-drg-1.1", "chs-drg-2.0"), ("chs-drg-2.0", "chs-drg-1.1")])
def test_cases_encoded_once_serve_several_schemes(order):
    first, second = map(grouper, order)
    only_in_second = (second.compiled.extra_procedures or ("51.2300",))[0]
    cases = frame(
        procedures=["51.2300", only_in_second, "x"], diagnoses=["K80.101|I50.900", "I10.x00|x", "K80.101"]
    )
    encoded = first.encode(cases, also=[second])
    for made in (first, second):
        answers = made.group_encoded(encoded)
        expected = made.group(cases)
        assert made.drgs(answers) == expected["drg"].tolist()
        names = [Reason(value).name_in_results for value in answers.reason]
        assert names == expected["reason"].tolist()
    assert len(encoded[1:]) == 2
    assert second.drgs(second.group_encoded(encoded[1:])) == second.group(cases)["drg"].tolist()[1:]


def test_codes_lost_in_encoding_are_an_error():
    encoded = grouper("chs-drg-1.1").encode(CASE)
    with pytest.raises(EncodedCasesError, match="without codes that the scheme names"):
        grouper("chs-drg-2.0").group_encoded(encoded)


def test_the_twin_reads_the_same_tables():
    with readable_twin():
        assert grouper("chs-drg-2.0").group(CASE).drg == "HC23"


def test_errors_hold_no_case():
    secret = frame(sex=["secret-sex"]).drop(columns="age")
    with pytest.raises(DrgsimError) as error:
        grouper("chs-drg-1.1").group(secret)
    assert "secret" not in str(error.value)
    assert "K80" not in str(error.value)


def test_every_reason_has_words():
    for reason in Reason:
        assert (reason.text("zh") == "") == (reason.text("en") == "") == (reason is Reason.NONE)
        assert Reason[reason.name_in_results.upper() or "NONE"] is reason

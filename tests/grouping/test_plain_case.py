"""A case of plain values goes past the table and gets the very answer of the table."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim import DrgGrouper, Scheme
from drgsim.grouping.inputs import encode_table, one_row, read_table
from drgsim.grouping.one_case import encode_plain
from drgsim.grouping.result import told_as_result

CODES = st.sampled_from(["K80.101", "I50.900", "J18.903", "P07.300", "O80.000", "nonsense", "", "k80.101"])
LISTS = st.one_of(
    st.none(), st.lists(CODES, max_size=5), st.lists(CODES, max_size=5).map("|".join), st.just([""])
)
NUMBERS = st.one_of(
    st.none(),
    st.integers(-2, 200),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([1, 2, 0.5, 2**31, -1.0]),
)
CASES = st.fixed_dictionaries(
    {"sex": st.one_of(st.sampled_from([1, 2, 0, 9, None]), NUMBERS), "age": NUMBERS, "diagnoses": LISTS},
    optional={
        "procedures": st.one_of(st.none(), st.sampled_from(["51.2300", ["51.2300", ""], "", "|51.2300"])),
        "age_days": NUMBERS,
        "birth_weight": NUMBERS,
        "admission_weight": NUMBERS,
        "los": NUMBERS,
        "discharge": NUMBERS,
        "icu_hours": NUMBERS,
        "department": st.one_of(st.none(), st.sampled_from(["儿科", " 儿科 ", ""])),
        "case_id": st.just("x"),
    },
)
GROUPERS = [drgsim.DrgGrouper(name) for name in ("chs-drg-2.0", "chs-drg-3.0")]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(CASES)
def test_the_plain_way_and_the_table_answer_alike(case):
    for grouper in GROUPERS:
        plain = encode_plain(case, grouper.books, grouper._kernel.columns)
        if plain is None:
            assert case["sex"] not in (0, 1, 2, 9, None) or case.get("discharge") not in (
                1,
                2,
                3,
                4,
                5,
                9,
                None,
            )
            continue
        table = read_table(one_row(case))
        by_table = encode_table(table, grouper.books, grouper._kernel.columns, 0, 1)
        for one, other in ((plain.diagnoses, by_table.diagnoses), (plain.procedures, by_table.procedures)):
            assert one.row(0).tolist() == other.row(0).tolist()
            assert one.dropped.tolist() == other.dropped.tolist()
        assert plain.problem.tolist() == by_table.problem.tolist()
        assert grouper.drgs(grouper.group_encoded(plain)) == grouper.drgs(grouper.group_encoded(by_table))
        frame = grouper.group([case], names=True).iloc[0]
        found = grouper.group(case)
        for name in frame.index:
            assert getattr(found, name) == frame[name], name


@settings(max_examples=25, deadline=None, derandomize=True)
@given(CASES)
def test_the_explanation_of_a_plain_case_is_that_of_its_table(case):
    for grouper in GROUPERS:
        assert grouper.explain(case).to_dict() == grouper.explain(one_row(case)).to_dict()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(CASES)
def test_what_an_explanation_answers_is_the_answer_of_the_grouper(case):
    for grouper in GROUPERS:
        assert told_as_result(grouper.explain(case).answer, grouper.compiled) == grouper.group(case)


def test_what_is_not_plain_takes_the_table():
    grouper = GROUPERS[0]
    for case in ({"sex": "男"}, {"age": "45"}, {"sex": True}, {"diagnoses": 5}, {"department": 3}):
        whole = {"sex": 1, "age": 45, "diagnoses": "K80.101"} | case
        assert encode_plain(whole, grouper.books, grouper._kernel.columns) is None


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(CASES, min_size=2, max_size=4))
def test_what_an_explanation_keeps_does_not_show_in_the_next(cases):
    from drgsim.grouping import explain_walk

    grouper = GROUPERS[0]
    one_by_one = []
    for case in cases:
        explain_walk._asked_of.clear()
        one_by_one.append(grouper.explain(case).to_dict())
    for _ in range(2):
        for case, expected in zip(cases, one_by_one, strict=True):
            found = grouper.explain(case).to_dict()
            assert found == expected
            for node in found["tree"]:
                node.clear()  # what a caller does with it is his own


def test_what_is_worked_out_of_a_row_is_not_told_of_another_scheme_that_shares_it():
    one = Scheme.load("chs-drg-1.1")
    sets = {name: replace(each, codes=each.codes - {"K80.101"}) for name, each in one.sets.items()}
    other = replace(one, sets=sets)
    assert all(row is same for row, same in zip(other.mdcs, one.mdcs, strict=True))
    case = {"sex": 1, "age": 45, "diagnoses": "K80.101", "procedures": ""}

    def passed(scheme):
        mdcs = [top for top in DrgGrouper(scheme).explain(case).nodes if top.kind == "mdc"]
        return [node.facts["code"] for node in mdcs if node.passed]

    assert (passed(one), passed(other), passed(one)) == (["MDCH"], [], ["MDCH"])
